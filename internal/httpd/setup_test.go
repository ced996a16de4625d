package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/graph"
	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/posting"
	"entrepot/internal/testdb"
)

const (
	testSecret   = "0123456789abcdef0123456789abcdef"
	testPassword = "correct horse battery"
)

// front is the real front over the real graph on an empty database.
type front struct {
	t     *testing.T
	opts  Options
	log   *logBuffer
	admin string
	http.Handler
}

// logBuffer is a log that tests read while requests write it.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) lines() (out []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.b.String()) {
		var m map[string]any
		if json.Unmarshal([]byte(line), &m) == nil {
			out = append(out, m)
		}
	}
	return out
}

func setup(t *testing.T, mend ...func(*Options)) *front {
	t.Helper()
	db := testdb.SQLite(t)
	users, err := auth.New(db, []byte(testSecret), time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := users.Bootstrap(t.Context(), testPassword); err != nil {
		t.Fatal(err)
	}
	session, err := users.IssueToken(t.Context(), auth.AdminUsername, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{t: t, log: &logBuffer{}, admin: session.AccessToken}
	deps := graph.Deps{DB: db, Auth: users, Postings: posting.New(db, "CNY", time.Now), Documents: document.New(db, "CNY", time.Now)}
	f.opts = Options{
		Schema: graph.NewSchema(deps), Present: graph.Present, Recover: graph.Recover,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, deps) },
		Auth:    users, DB: db, Version: "v1.2.3", Now: time.Now,
		Log: slog.New(slog.NewJSONHandler(f.log, nil)),
	}
	for _, m := range mend {
		m(&f.opts)
	}
	f.Handler = New(f.opts)
	return f
}

func (f *front) do(method, path, body string, header ...string) *httptest.ResponseRecorder {
	f.t.Helper()
	var r io.Reader = http.NoBody
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequestWithContext(f.t.Context(), method, path, r)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, req)
	return w
}

func (f *front) query(query, token string) *httptest.ResponseRecorder {
	f.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	if token == "" {
		return f.do(http.MethodPost, "/graphql", string(body))
	}
	return f.do(http.MethodPost, "/graphql", string(body), "Authorization", "Bearer "+token)
}
