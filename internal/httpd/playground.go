package httpd

import (
	"embed"
	"net/http"
)

//go:embed playground
var playgroundFiles embed.FS

// playgroundPolicy lets the page load its own script and style and speak to
// this server, and nothing else: no inline code, no other host.
const playgroundPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func playgroundPage(w http.ResponseWriter, r *http.Request) { servePlayground(w, r, "index.html") }

func playgroundFile(w http.ResponseWriter, r *http.Request) {
	servePlayground(w, r, r.PathValue("file"))
}

func servePlayground(w http.ResponseWriter, r *http.Request, name string) {
	kind, ok := map[string]string{
		"index.html":    "text/html; charset=utf-8",
		"playground.js": "text/javascript; charset=utf-8",
		"samples.js":    "text/javascript; charset=utf-8",
		"style.css":     "text/css; charset=utf-8",
	}[name]
	text, err := playgroundFiles.ReadFile("playground/" + name)
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", playgroundPolicy)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(text)
}
