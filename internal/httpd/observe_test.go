package httpd

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	f := setup(t)
	for given, kept := range map[string]bool{
		"abc-DEF_1.2": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "a b": false, "a\"b": false, "é": false, "<x>": false,
	} {
		w := f.do(http.MethodGet, "/health", "", headerRequestID, given)
		if id := w.Header().Get(headerRequestID); (id == given) != kept || !sane(id) {
			t.Errorf("%q became %q", given, id)
		}
	}
	w := f.do(http.MethodPost, "/graphql", `{"query":"{me{username}}"}`, headerRequestID, "find-me")
	if !strings.Contains(w.Body.String(), `"requestId":"find-me"`) {
		t.Errorf("the error does not name the request: %s", w.Body)
	}
}

func TestOneLineForEachRequest(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.do(http.MethodPost, "/graphql", `{"query":"query Mine($p:String!){me{username} stock(sku:$p,warehouseCode:\"W\"){sku}}","variables":{"p":"hunter2"}}`, "Authorization", "Bearer "+f.admin)
	f.query(`mutation{login(input:{username:"admin",password:"hunter2"}){accessToken}}`, "")
	f.query(`{me{username}}`, "")
	f.do(http.MethodGet, "/health", "")
	f.do(http.MethodGet, "/nothing?token=hunter2", "")
	lines := f.log.lines()
	if len(lines) != 4 {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	for i, want := range []map[string]any{
		{"status": 200.0, "user": "admin", "kind": "query", "fields": "me,stock", "operation": "Mine", "method": "POST", "path": "/graphql", "level": "INFO"},
		{"status": 200.0, "user": nil, "kind": "mutation", "fields": "login"},
		{"status": 401.0, "kind": "unauthenticated"},
		{"status": 404.0, "path": "/nothing", "kind": nil},
	} {
		for k, v := range want {
			if lines[i][k] != v {
				t.Errorf("line %d: %s is %v, want %v", i, k, lines[i][k], v)
			}
		}
		if id, _ := lines[i]["requestId"].(string); !sane(id) {
			t.Errorf("line %d has no request id", i)
		}
	}
	if text := f.log.b.String(); strings.Contains(text, "hunter2") {
		t.Errorf("a value that a client sent is in the log: %s", text)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.query(`{me{username}}`, f.admin)
	f.query(`{me{username}}`, "")
	f.query(`{nothing}`, f.admin)
	f.do("BREW", "/coffee", "")
	text := f.do(http.MethodGet, "/metrics", "").Body.String()
	for _, want := range []string{
		`entrepot_http_request_seconds_count{code="200",method="POST",route="/graphql"} 2`,
		`entrepot_http_request_seconds_count{code="401",method="POST",route="/graphql"} 1`,
		`entrepot_http_request_seconds_count{code="404",method="other",route="none"} 1`,
		`entrepot_graphql_root_fields_total{field="me",kind="query",outcome="ok"} 1`,
		`entrepot_graphql_root_fields_total{field="",kind="unauthenticated",outcome="refused"} 1`,
		`entrepot_graphql_root_fields_total{field="",kind="invalid",outcome="refused"} 1`,
		`entrepot_db_pool_max_open{pool="read"}`, `entrepot_build_info{version="v1.2.3"} 1`,
		"go_goroutines", "process_cpu_seconds_total",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "coffee") || strings.Contains(text, "BREW") {
		t.Error("a client can make labels")
	}
}

func TestAPanicIsAnAnswerAndALine(t *testing.T) {
	t.Parallel()
	log := &logBuffer{}
	h := identify(recovering(slog.New(slog.NewJSONHandler(log, nil)), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("secret of the handler")
	})))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "INTERNAL") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	lines := log.lines()
	if len(lines) != 1 || lines[0]["value"] != "secret of the handler" || !strings.Contains(lines[0]["stack"].(string), "TestAPanic") {
		t.Errorf("%v", lines)
	}
}

func TestAClientThatGoesAwayIsNoOutage(t *testing.T) {
	t.Parallel()
	f := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(`{"query":"{me{username}}"}`))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+f.admin)
	f.ServeHTTP(httptest.NewRecorder(), req)
	for _, line := range f.log.lines() {
		if line["level"] == "ERROR" {
			t.Errorf("%v", line)
		}
	}
}

func TestServerBoundsSlowClients(t *testing.T) {
	t.Parallel()
	s := NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, d := range map[string]time.Duration{
		"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout,
	} {
		if d <= 0 {
			t.Errorf("no %s timeout", name)
		}
	}
	if s.WriteTimeout <= operationTimeout {
		t.Error("an operation may take longer than its answer")
	}
}
