package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func testConfig(t *testing.T) Config {
	t.Helper()
	c, err := Parse([]string{"--addr=127.0.0.1:0"}, environment())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c.DatabaseURL, c.SecretFile = "sqlite:"+filepath.Join(dir, "e.db"), filepath.Join(dir, "secret")
	return c
}

func quiet(out io.Writer) Deps {
	return Deps{Out: out, Log: slog.New(slog.DiscardHandler), Now: time.Now}
}

// start runs the program until the test ends.
func start(t *testing.T, c Config) *App {
	t.Helper()
	a, err := New(t.Context(), c, quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func get(t *testing.T, a *App, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}

func TestItStartsOnNothingAndMigratesItsOwnDatabase(t *testing.T) {
	t.Parallel()
	a := start(t, testConfig(t))
	for path, want := range map[string]string{
		"/health": `{"status":"ok","version":"dev"}`, "/health/database": `{"status":"ok"}`, "/health/redis": `{"status":"disabled"}`,
	} {
		if status, body := get(t, a, path); status != 200 || body != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestTheGeneratedPasswordIsPrintedOnce(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	for n, want := range []bool{true, false} {
		var out bytes.Buffer
		a, err := New(t.Context(), c, quiet(&out))
		if err != nil {
			t.Fatal(err)
		}
		a.Greet()
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "created with the password") != want {
			t.Errorf("start %d: %s", n, out.String())
		}
		if !strings.Contains(out.String(), "http://localhost:") || !strings.Contains(out.String(), "/playground") {
			t.Errorf("start %d does not tell where the pages are: %s", n, out.String())
		}
	}
}

func TestPostgresIsMigratedByTheOperator(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	c.DatabaseURL = testdb.EmptyPostgresURL(t)
	_, err := New(t.Context(), c, quiet(io.Discard))
	if err == nil || !strings.Contains(err.Error(), "entrepot migrate") {
		t.Errorf("behind: %v", err)
	}
	if err := Migrate(t.Context(), c, io.Discard); err != nil {
		t.Fatal(err)
	}
	start(t, c)
	db, err := store.Open(t.Context(), store.Config{URL: c.DatabaseURL})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	_, err = New(t.Context(), c, quiet(io.Discard))
	if err == nil || !strings.Contains(err.Error(), "newer binary") {
		t.Errorf("ahead: %v", err)
	}
}

func exec(t *testing.T, db *store.DB, statement string) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.SQL.ExecContext(t.Context(), statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestItServesOnPostgresWithRedis(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	c.DatabaseURL, c.RedisURL = testdb.PostgresURL(t), testdb.RedisURL(t)
	a := start(t, c)
	for _, path := range []string{"/health/database", "/health/redis"} {
		if status, body := get(t, a, path); status != 200 || body != `{"status":"ok"}` {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestRedisMayBeAway(t *testing.T) {
	t.Parallel()
	c := testConfig(t)
	c.RedisURL = "redis://:hunter2@" + closedPort(t)
	a := start(t, c)
	if status, body := get(t, a, "/health/redis"); status != 503 || body != `{"status":"down"}` {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := get(t, a, "/health"); status != 200 {
		t.Errorf("%d", status)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestWhatCannotBeOpenedIsToldWithoutSecrets(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		mend func(*Config)
		says string
	}{
		"nobody listens":       {func(c *Config) { c.DatabaseURL = "postgres://u:hunter2@" + closedPort(t) + "/d" }, "refused"},
		"a malformed database": {func(c *Config) { c.DatabaseURL = "postgres://u:hunter2@h:port/d" }, "DATABASE_URL"},
		"another database":     {func(c *Config) { c.DatabaseURL = "mysql://u:hunter2@h/d" }, "DATABASE_URL"},
		"a malformed Redis":    {func(c *Config) { c.RedisURL = "http://u:hunter2@h" }, "REDIS_URL"},
		"a folder as database": {func(c *Config) { c.DatabaseURL = "sqlite:" + filepath.Dir(c.SecretFile) }, "database"},
		"a port in use":        {func(c *Config) { c.Addr = taken.Addr().String() }, "in use"},
		"a database that is not there": {func(c *Config) {
			c.DatabaseURL = strings.Replace(testdb.PostgresURL(t), "/entrepot", "/nothing_", 1)
		}, "does not exist"},
	} {
		conf := testConfig(t)
		c.mend(&conf)
		_, err := New(t.Context(), conf, quiet(io.Discard))
		if err == nil {
			t.Errorf("%s: it started", name)
			continue
		}
		line := Explain(conf, err)
		if !strings.Contains(line, c.says) || strings.Contains(line, "hunter2") || strings.Contains(line, "\n") {
			t.Errorf("%s: %s", name, line)
		}
	}
}

func TestARequestThatRunsIsAnsweredBeforeItStops(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), testConfig(t), quiet(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	a.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		fmt.Fprint(w, "whole")
	})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- a.Run(ctx) }()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + a.Addr())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-entered
	cancel()
	for refused := false; !refused; { // it stops listening first
		conn, err := net.Dial("tcp", a.Addr())
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
		select {
		case err := <-ran:
			t.Fatalf("it did not wait: %v", err)
		case <-t.Context().Done():
			t.Fatal("it still listens")
		default:
		}
	}
	close(release)
	if got := <-answer; got != "whole" {
		t.Errorf("the request was cut off: %s", got)
	}
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
