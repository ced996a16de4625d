package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestSignInAndAsk(t *testing.T) {
	t.Parallel()
	f := setup(t)
	if w := f.query(`{me{username}}`, ""); w.Code != 401 || !strings.Contains(w.Body.String(), "UNAUTHENTICATED") {
		t.Errorf("a stranger: %d %s", w.Code, w.Body)
	}
	w := f.query(`mutation{login(input:{username:"admin",password:"wrong"}){accessToken userErrors{code field}}}`, "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "BAD_CREDENTIALS") {
		t.Errorf("a wrong password: %d %s", w.Code, w.Body)
	}
	w = f.query(`mutation{login(input:{username:"admin",password:"`+testPassword+`"}){accessToken user{username permissions}}}`, "")
	var out struct {
		Data struct{ Login struct{ AccessToken string } }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Data.Login.AccessToken == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := f.query(`{me{username}}`, out.Data.Login.AccessToken); w.Code != 200 || !strings.Contains(w.Body.String(), `"admin"`) {
		t.Errorf("signed in: %d %s", w.Code, w.Body)
	}
}

func TestTokensThatAreNotAccepted(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for header, says := range map[string]string{
		"Bearer nonsense":         "not valid",
		"Bearer ":                 "not valid",
		"Basic YWRtaW46YWRt":      "must be Bearer",
		"nonsense":                "must be Bearer",
		"bearer " + f.admin:       "",
		"Bearer " + f.admin:       "",
		"Bearer " + f.admin + "x": "not valid",
	} {
		w := f.do(http.MethodPost, "/graphql", `{"query":"{me{username}}"}`, "Authorization", header)
		switch {
		case says == "" && w.Code != 200:
			t.Errorf("%.20s: %d %s", header, w.Code, w.Body)
		case says != "" && (w.Code != 401 || !strings.Contains(w.Body.String(), says)):
			t.Errorf("%.20s: %d %s", header, w.Code, w.Body)
		}
		w = f.do(http.MethodPost, "/graphql", `{"query":"mutation{login(input:{username:\"x\",password:\"x\"}){accessToken}}"}`, "Authorization", header)
		if w.Code != 200 {
			t.Errorf("%.20s: signing in is not possible: %d", header, w.Code)
		}
	}
}

func TestIntrospectionIsForPeopleWhoAreSignedIn(t *testing.T) {
	t.Parallel()
	f := setup(t)
	const q = `{__schema{queryType{name}}}`
	if w := f.query(q, f.admin); w.Code != 200 || !strings.Contains(w.Body.String(), `"Query"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := f.query(q, ""); w.Code != 401 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestUsersThatCannotBeReadAreAnOutageAndNotASignOut(t *testing.T) {
	t.Parallel()
	f := setup(t)
	// A token that was never seen must be looked up; the lookup fails.
	if err := f.opts.DB.Close(); err != nil {
		t.Fatal(err)
	}
	w := f.query(`{me{username}}`, f.admin)
	if w.Code != 503 || !strings.Contains(w.Body.String(), "UNAVAILABLE") || strings.Contains(w.Body.String(), "sql") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := f.do(http.MethodGet, "/health/database", ""); w.Code != 503 || strings.TrimSpace(w.Body.String()) != `{"status":"down"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := f.do(http.MethodGet, "/health", ""); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	plain := setup(t)
	up := setup(t, func(o *Options) { o.PingRedis = func(context.Context) error { return nil } })
	down := setup(t, func(o *Options) { o.PingRedis = func(context.Context) error { return errors.New("secret address") } })
	for _, c := range []struct {
		f      *front
		path   string
		status int
		body   string
	}{
		{plain, "/health", 200, `{"status":"ok","version":"v1.2.3"}`},
		{plain, "/health/database", 200, `{"status":"ok"}`},
		{plain, "/health/redis", 200, `{"status":"disabled"}`},
		{up, "/health/redis", 200, `{"status":"ok"}`},
		{down, "/health/redis", 503, `{"status":"down"}`},
	} {
		w := c.f.do(http.MethodGet, c.path, "")
		if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.body {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 302},
		{"GET", "/playground", 200},
		{"GET", "/playground/", 200},
		{"GET", "/playground/style.css", 200},
		{"GET", "/playground/nothing.js", 404},
		{"GET", "/playground/..%2fhandler.go", 404},
		{"GET", "/nothing", 404},
		{"POST", "/playground", 405},
		{"DELETE", "/health", 405},
		{"GET", "/metrics", 200},
	} {
		if w := f.do(c.method, c.path, ""); w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
	}
}

func TestEveryAnswerCarriesTheHeadersThatProtect(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for _, path := range []string{"/", "/playground", "/playground/playground.js", "/health", "/metrics", "/nothing", "/graphql"} {
		h := f.do(http.MethodGet, path, "").Header()
		csp := h.Get("Content-Security-Policy")
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" ||
			!strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || h.Get(headerRequestID) == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestBodiesOverTheLimitAreRefused(t *testing.T) {
	t.Parallel()
	f := setup(t)
	w := f.do(http.MethodPost, "/graphql", `{"query":"`+strings.Repeat(" ", maxBody)+`"}`, "Authorization", "Bearer "+f.admin)
	if w.Code != 413 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
