package graphqlhttp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const (
	legacy = string(mediaLegacy)
	modern = string(mediaResponse)
)

// The names in brackets are those of the audits of the graphql-http suite.
func TestPost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		accept, body string
		status       int
		media        string
		data         bool
	}{
		"[22EB] the new media type is answered in kind":             {modern, `{"query":"{__typename}"}`, 200, modern, true},
		"[4655] application/json is answered in kind":               {legacy, `{"query":"{__typename}"}`, 200, legacy, true},
		"[47DE] anything means application/json":                    {"*/*", `{"query":"{__typename}"}`, 200, legacy, true},
		"[80D8] nothing means application/json":                     {"", `{"query":"{__typename}"}`, 200, legacy, true},
		"weights decide":                                            {legacy + ";q=0.5, " + modern, `{"query":"{__typename}"}`, 200, modern, true},
		"a weight of zero refuses":                                  {modern + ";q=0, */*;q=0.1", `{"query":"{__typename}"}`, 200, legacy, true},
		"what we do not speak is not acceptable":                    {"text/html", `{"query":"{__typename}"}`, 406, legacy, false},
		"[572B] a parse failure is 200 in application/json":         {legacy, `{"query":"{"}`, 200, legacy, false},
		"[FDE2] a validation failure is 200 in application/json":    {legacy, `{"query":"{nope}"}`, 200, legacy, false},
		"[7B9B] a coercion failure is 200 in application/json":      {legacy, `{"query":"query($n:Int!){number(n:$n)}","variables":{"n":"x"}}`, 200, legacy, false},
		"[865D,556A,D586] a parse failure is 400 without data":      {modern, `{"query":"{"}`, 400, modern, false},
		"[51FE,74FF,5E5B] a validation failure is 400 without data": {modern, `{"query":"{nope}"}`, 400, modern, false},
		"[86EE] a coercion failure is 400 without data":             {modern, `{"query":"query($n:Int!){number(n:$n)}","variables":{"n":"x"}}`, 400, modern, false},
		"an unknown operation name is a request error":              {modern, `{"query":"query A{name}","operationName":"B"}`, 400, modern, false},
		"[B8B3] an operation is chosen by name":                     {legacy, `{"query":"query A{name} query B{name}","operationName":"B"}`, 200, legacy, true},
		"[0220] null parameters are as good as none":                {legacy, `{"query":"{name}","operationName":null,"variables":null,"extensions":null}`, 200, legacy, true},
		"[28B9] variables are a map":                                {legacy, `{"query":"query($n:Int!){number(n:$n)}","variables":{"n":7}}`, 200, legacy, true},
		"[39AA] extensions are a map":                               {legacy, `{"query":"{name}","extensions":{"a":1}}`, 200, legacy, true},
		"an execution error is 200 with data in application/json":   {legacy, `{"query":"{fail}"}`, 200, legacy, true},
		"an execution error is 200 with data in the new media type": {modern, `{"query":"{fail}"}`, 200, modern, true},
		"[A5BF] an empty body is malformed":                         {legacy, ``, 400, legacy, false},
		"[423L] a missing query is malformed":                       {legacy, `{"notquery":"{name}"}`, 400, legacy, false},
		"[LKJ0] an object for a query is malformed":                 {legacy, `{"query":{"obj":"ect"}}`, 400, legacy, false},
		"[LKJ1] a number for a query is malformed":                  {legacy, `{"query":0}`, 400, legacy, false},
		"a null query is malformed":                                 {legacy, `{"query":null}`, 400, legacy, false},
		"[6C00] an object for an operation name is malformed":       {legacy, `{"query":"{name}","operationName":{}}`, 400, legacy, false},
		"[4760] a string for variables is malformed":                {legacy, `{"query":"{name}","variables":"{}"}`, 400, legacy, false},
		"[4763] an array for variables is malformed":                {legacy, `{"query":"{name}","variables":[]}`, 400, legacy, false},
		"[B6DC,BCF8] what is not JSON is malformed":                 {legacy, `{ "not a JSON`, 400, legacy, false},
		"two values are malformed":                                  {legacy, `{"query":"{name}"} {}`, 400, legacy, false},
		"a JSON string is malformed":                                {legacy, `"{name}"`, 400, legacy, false},
		"JSON null is malformed":                                    {legacy, `null`, 400, legacy, false},
		"a batch is refused":                                        {legacy, `[{"query":"{name}"},{"query":"{name}"}]`, 400, legacy, false},
		"a subscription is refused":                                 {modern, `{"query":"subscription{ticks}"}`, 400, modern, false},
		"a body over the limit is refused":                          {legacy, `{"query":"{name}","extensions":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`, 413, legacy, false},
		"null for a variable that may be null is no request error":  {modern, `{"query":"query($s:String){name}","variables":{"s":null}}`, 400, modern, false}, // unused variable
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newClient(t).post(c.accept, c.body)
			if r.status != c.status || r.hasData() != c.data {
				t.Errorf("status %d, data %t, want %d, %t: %.300s", r.status, r.hasData(), c.status, c.data, r.text)
			}
			if got := r.header.Get("Content-Type"); got != c.media+"; charset=utf-8" { // [82A3]
				t.Errorf("content type %q, want %q", got, c.media)
			}
			if !c.data && (r.code() != "BAD_REQUEST" || r.errors[0].Extensions["requestId"] != "r-1") {
				t.Errorf("the error lacks code or request id: %.300s", r.text)
			}
		})
	}
}

func TestPostContentType(t *testing.T) {
	t.Parallel()
	for kind, status := range map[string]int{
		"application/json":                    200,
		"application/json; charset=utf-8":     200, // [BF61]
		"APPLICATION/JSON; charset=\"UTF-8\"": 200,
		"application/json; charset=latin1":    415,
		"":                                    415, // [9ABE]
		"text/plain":                          415,
		"application/x-www-form-urlencoded":   415,
		"multipart/form-data; boundary=x":     415,
		"application/graphql":                 415,
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query":"{name}"}`))
		req.Header.Set("Content-Type", kind)
		if r := newClient(t).do(req); r.status != status {
			t.Errorf("%q: status %d, want %d", kind, r.status, status)
		}
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	q := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	const number = "query($n:Int!){number(n:$n)}"
	for name, c := range map[string]struct {
		query, header, value string
		status               int
		data                 bool
	}{
		"a query":                                        {q("query", "{name}"), "Accept", modern, 200, true},
		"[6A70] variables as JSON":                       {q("query", number, "variables", `{"n":7}`), "Accept", legacy, 200, true},
		"variables that are no object":                   {q("query", number, "variables", `7`), "Accept", legacy, 400, false},
		"variables that are no JSON":                     {q("query", number, "variables", `{`), "Accept", legacy, 400, false},
		"an operation name":                              {q("query", "query A{name} query B{name}", "operationName", "A"), "Accept", legacy, 200, true},
		"no query":                                       {"", "Accept", legacy, 400, false},
		"[9C48] a mutation":                              {q("query", "mutation{change}"), "Accept", legacy, 405, false},
		"a mutation chosen by name":                      {q("query", "query A{name} mutation B{change}", "operationName", "B"), "Accept", modern, 405, false},
		"a link, an image or a form of another page":     {q("query", "{name}"), "Accept", "text/html,image/png,*/*;q=0.8", 400, false},
		"no Accept but a header that forces a preflight": {q("query", "{name}"), "X-Requested-With", "fetch", 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql?"+c.query, http.NoBody)
			req.Header.Set(c.header, c.value)
			client := newClient(t)
			r := client.do(req)
			if r.status != c.status || r.hasData() != c.data {
				t.Errorf("status %d, data %t, want %d, %t: %s", r.status, r.hasData(), c.status, c.data, r.text)
			}
			if r.status == 405 && r.header.Get("Allow") != "POST" {
				t.Errorf("Allow: %q", r.header.Get("Allow"))
			}
			if client.schema.changes != 0 {
				t.Error("a GET changed something")
			}
		})
	}
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions, http.MethodHead} {
		req := httptest.NewRequestWithContext(t.Context(), method, "/graphql", strings.NewReader(`{"query":"{name}"}`))
		req.Header.Set("Content-Type", "application/json")
		if r := newClient(t).do(req); r.status != 405 || r.header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %d, Allow %q", method, r.status, r.header.Get("Allow"))
		}
	}
}

func TestMalformedBodiesAreNotEchoed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"query": "hunter2`, `{"query": ["hunter2"]}`, `hunter2`, `{"query":"{name}","variables":"hunter2"}`,
	} {
		if r := newClient(t).post(legacy, body); strings.Contains(r.text, "hunter2") {
			t.Errorf("%s: %s", body, r.text)
		}
	}
}

func TestErrorsOfResolversGoThroughThePresenter(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"{fail}", "{panic}"} {
		c := newClient(t)
		r := c.query(q)
		if len(r.errors) != 1 || r.errors[0].Message != "presented" || strings.Contains(r.text, "secret") {
			t.Errorf("%s: %s", q, r.text)
		}
		if len(c.seen) != 1 || len(c.seen[0].Fields) != 1 || !c.seen[0].Fields[0].Failed {
			t.Errorf("%s: observed %+v", q, c.seen)
		}
	}
}
