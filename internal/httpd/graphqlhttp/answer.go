package graphqlhttp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"entrepot/internal/fault"
)

const (
	maxRequestErrors = 20
	maxErrors        = 100
	maxMessage       = 300
)

// answer writes in the media type that was agreed on.
type answer struct {
	w     http.ResponseWriter
	media mediaType
}

// send writes what an executed operation returned, errors capped.
func (a answer) send(resp *graphql.Response) {
	if len(resp.Errors) > maxErrors {
		resp.Errors = resp.Errors[:maxErrors]
	}
	text, err := encode(resp)
	a.writeText(http.StatusOK, text, err)
}

// encode writes the data as the executor wrote it: encoding/json would read
// and compact the whole answer a second time.
func encode(resp *graphql.Response) ([]byte, error) {
	if resp.Data == nil || resp.Label != "" || resp.Path != nil || resp.HasNext != nil {
		return json.Marshal(resp)
	}
	rest, err := json.Marshal(struct {
		Errors     gqlerror.List  `json:"errors,omitempty"`
		Extensions map[string]any `json:"extensions,omitempty"`
	}{resp.Errors, resp.Extensions})
	if err != nil {
		return nil, err
	}
	text := make([]byte, 0, len(resp.Data)+len(rest)+len(`{"data":,`))
	text = append(text, '{')
	if len(resp.Errors) > 0 || len(resp.Extensions) > 0 {
		text = append(text, rest[1:len(rest)-1]...)
		text = append(text, ',')
	}
	text = append(append(text, `"data":`...), resp.Data...)
	return append(text, '}'), nil
}

// refuse writes an answer without a data entry: nothing was executed.
func (a answer) refuse(status int, errs gqlerror.List) {
	a.write(status, struct {
		Errors gqlerror.List `json:"errors"`
	}{errs})
}

func (a answer) write(status int, body any) {
	text, err := json.Marshal(body)
	a.writeText(status, text, err)
}

func (a answer) writeText(status int, text []byte, err error) {
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}`)
	}
	h := a.w.Header()
	h.Set("Content-Type", a.media.header())
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept, Authorization")
	a.w.WriteHeader(status)
	_, _ = a.w.Write(text) // the client is gone: nobody is left to tell
}

// requestStatus is the status for an operation that was not executed because
// of what it says.
func (a answer) requestStatus() int {
	if a.media == mediaLegacy {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// requestErrors makes errors of parsing, validating and coercing fit to be
// shown: few, short, with our code. Suggestions would tell a stranger the
// schema name by name.
func requestErrors(ctx context.Context, errs gqlerror.List, suggestions bool) gqlerror.List {
	out := make(gqlerror.List, 0, min(len(errs), maxRequestErrors))
	for _, e := range errs[:min(len(errs), maxRequestErrors)] {
		message := e.Message
		if !suggestions {
			message, _, _ = strings.Cut(message, " Did you mean")
		}
		shown := coded(ctx, fault.BadRequest, shorten(message))
		shown.Locations, shown.Path = e.Locations, e.Path
		out = append(out, shown)
	}
	return out
}

func coded(ctx context.Context, code fault.Code, message string) *gqlerror.Error {
	ext := map[string]any{"code": string(code)}
	if id := fault.RequestID(ctx); id != "" {
		ext["requestId"] = id
	}
	return &gqlerror.Error{Message: message, Extensions: ext}
}

func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	cut := maxMessage
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
