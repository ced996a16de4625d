//go:build linux

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestClientReadsWhatOurServersWrite(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 20_000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			_, _ = w.Write([]byte("short"))
		case "/long": // in chunks
			_, _ = w.Write([]byte(long))
		case "/refused":
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("no"))
		case "/small": // as Node.js writes names
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nsmall"))
			_ = conn.Close()
		case "/body":
			if r.Header.Get("Authorization") == "Bearer t" && r.ContentLength == 2 {
				_, _ = w.Write([]byte("yes"))
			}
		}
	}))
	t.Cleanup(srv.Close)
	c, err := dial(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	for range 2 { // over one connection
		for path, want := range map[string]string{"/short": "short", "/long": long} {
			if got, err := c.do(get(path)); err != nil || string(got) != want {
				t.Fatalf("%s: %d bytes, %v", path, len(got), err)
			}
		}
		if got, err := c.do(post("/body", "t", "{}")); err != nil || string(got) != "yes" {
			t.Fatalf("POST: %q, %v", got, err)
		}
		if _, err := c.do(get("/refused")); err == nil || !strings.Contains(err.Error(), "403") {
			t.Fatalf("refused: %v", err)
		}
	}
	if got, err := c.do(get("/small")); err != nil || string(got) != "small" {
		t.Fatalf("names in small letters: %q, %v", got, err)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row  row
		want string
	}{
		"fast enough":           {row{atLeast: true, target: 0.7, ours: []float64{70, 10, 80}, theirs: []float64{100, 100, 100}}, "PASS"},
		"too slow":              {row{atLeast: true, target: 0.7, ours: []float64{60, 100, 60}, theirs: []float64{100, 100, 100}}, "FAIL"},
		"cheap enough":          {row{target: 6, ours: []float64{600}, theirs: []float64{100}}, "PASS"},
		"too dear":              {row{target: 6, ours: []float64{601}, theirs: []float64{100}}, "FAIL"},
		"beside a compiler":     {row{atLeast: true, target: 0.7, ours: []float64{60}, theirs: []float64{100}, busy: true}, "FAIL, machine busy"},
		"fast, but lost a line": {row{atLeast: true, target: 0.7, ours: []float64{100}, theirs: []float64{100}, wrong: []string{"lost"}}, "**WRONG**"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.row.verdict(); got != c.want {
				t.Errorf("%s, ratio %.2f, want %s", got, c.row.ratio(), c.want)
			}
		})
	}
}
