package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// httpError is a request that is not a GraphQL request at all.
type httpError struct {
	status  int
	message string
	allow   string
}

func (e *httpError) Error() string { return e.message }

func malformed(format string, args ...any) error {
	return &httpError{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

// preflightHeaders cannot be sent across origins without the browser asking
// first, so a request that has one was not made by somebody else's page.
var preflightHeaders = []string{"Authorization", "X-Requested-With", "GraphQL-Require-Preflight", "Apollo-Require-Preflight"}

// readParams reads the parameters from the body of a POST or the query of a GET.
func readParams(r *http.Request, explicitAccept bool) (*graphql.RawParams, error) {
	switch r.Method {
	case http.MethodPost:
		return readPost(r)
	case http.MethodGet:
		if !explicitAccept && !hasAny(r.Header, preflightHeaders) {
			return nil, malformed("a query by GET needs the header Accept: %s", mediaResponse)
		}
		return readGet(r.URL.RawQuery)
	}
	return nil, &httpError{http.StatusMethodNotAllowed, "send a POST, or a GET for a query", "GET, POST"}
}

func hasAny(h http.Header, names []string) bool {
	for _, n := range names {
		if h.Get(n) != "" {
			return true
		}
	}
	return false
}

func readPost(r *http.Request) (*graphql.RawParams, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	cs := params["charset"]
	if err != nil || kind != "application/json" || cs != "" && !strings.EqualFold(cs, "utf-8") {
		return nil, &httpError{status: http.StatusUnsupportedMediaType, message: "send the body as application/json in UTF-8"}
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &httpError{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("the body is larger than %d bytes", tooLarge.Limit)}
	case err != nil:
		return nil, malformed("the body did not arrive whole")
	}
	body = bytes.TrimSpace(body)
	if len(body) > 0 && body[0] == '[' {
		return nil, malformed("batches are not supported: send one operation in each request")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, malformed("the body is not a JSON object")
	}
	return decode(raw)
}

func readGet(rawQuery string) (*graphql.RawParams, error) {
	q, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, malformed("the query of the URL is malformed")
	}
	raw := map[string]json.RawMessage{}
	for _, name := range []string{"query", "operationName"} {
		if q.Has(name) {
			raw[name], _ = json.Marshal(q.Get(name)) // a string always marshals
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		if q.Get(name) != "" {
			raw[name] = json.RawMessage(q.Get(name))
		}
	}
	return decode(raw)
}

func decode(raw map[string]json.RawMessage) (*graphql.RawParams, error) {
	p := &graphql.RawParams{}
	for _, f := range []struct {
		name, kind string
		dst        any
	}{
		{"query", "a string", &p.Query},
		{"operationName", "a string", &p.OperationName},
		{"variables", "an object", &p.Variables},
		{"extensions", "an object", &p.Extensions},
	} {
		value, ok := raw[f.name]
		if !ok {
			continue
		}
		if err := decodeInto(f.dst, value); err != nil {
			return nil, malformed("%s is not %s", f.name, f.kind)
		}
	}
	if strings.TrimSpace(p.Query) == "" {
		return nil, malformed("query is missing")
	}
	return p, nil
}

// decodeInto decodes one value; the numbers of a map stay as they were written.
func decodeInto(dst any, value json.RawMessage) error {
	if _, text := dst.(*string); text {
		return json.Unmarshal(value, dst)
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(dst); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value")
	}
	return nil
}
