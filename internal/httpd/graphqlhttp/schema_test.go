package graphqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
)

const testSDL = `
type Query { name: String, number(n: Int!): Int, deep: Deep, fail: String, wait: String, panic: String }
type Deep { name: String, deep: Deep }
type Mutation { login(name: String): Deep, refresh: String, change: String }
type Subscription { ticks: Int }
`

// testSchema resolves the SDL above by hand, so that the door is tested without
// the house behind it. changes counts what mutations did.
type testSchema struct {
	schema  *ast.Schema
	changes int
}

func newTestSchema() *testSchema {
	return &testSchema{schema: gqlparser.MustLoadSchema(&ast.Source{Input: testSDL})}
}

func (s *testSchema) Schema() *ast.Schema { return s.schema }

func (s *testSchema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s *testSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation"}[op.Operation.Operation]
		data, _ := json.Marshal(s.object(ctx, op, root, op.Operation.SelectionSet))
		return &graphql.Response{Data: data}
	}
}

func (s *testSchema) object(ctx context.Context, op *graphql.OperationContext, typ string, set ast.SelectionSet) map[string]any {
	out := map[string]any{}
	for _, f := range graphql.CollectFields(op, set, []string{typ}) {
		fctx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: f})
		out[f.Alias] = s.field(fctx, op, typ, f)
	}
	return out
}

func (s *testSchema) field(ctx context.Context, op *graphql.OperationContext, typ string, f graphql.CollectedField) any {
	switch f.Name {
	case "__typename":
		return typ
	case "__schema":
		if op.DisableIntrospection {
			graphql.AddError(ctx, gqlerror.Errorf("introspection disabled"))
			return nil
		}
		return map[string]any{}
	case "name":
		return "a name"
	case "number":
		return f.ArgumentMap(op.Variables)["n"]
	case "deep", "login":
		return s.object(ctx, op, "Deep", f.Selections)
	case "change":
		s.changes++
	case "fail":
		graphql.AddError(ctx, errors.New("secret of the driver"))
	case "wait":
		<-ctx.Done()
		graphql.AddError(ctx, ctx.Err())
	case "panic":
		graphql.AddError(ctx, op.Recover(ctx, "boom"))
	}
	return nil
}

// client sends requests to a door over a test schema.
type client struct {
	t        *testing.T
	schema   *testSchema
	handler  http.Handler
	stranger bool
	refusal  error
	seen     []Observation
}

func newClient(t *testing.T) *client {
	t.Helper()
	c := &client{t: t, schema: newTestSchema()}
	c.handler = New(Options{
		Schema: c.schema,
		Present: func(ctx context.Context, err error) *gqlerror.Error {
			return &gqlerror.Error{Message: "presented", Path: graphql.GetPath(ctx), Extensions: map[string]any{"code": "INTERNAL"}}
		},
		Recover: func(context.Context, any) error { return errors.New("recovered") },
		Prepare: func(ctx context.Context) context.Context { return ctx },
		Observe: func(_ context.Context, o Observation) { c.seen = append(c.seen, o) },
		Timeout: 10 * time.Second,
		Now:     time.Now,
	})
	return c
}

type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]json.RawMessage
	errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

func (r reply) code() string {
	if len(r.errors) == 0 {
		return ""
	}
	code, _ := r.errors[0].Extensions["code"].(string)
	return code
}

func (r reply) hasData() bool { _, ok := r.body["data"]; return ok }

func (c *client) do(req *http.Request) reply {
	c.t.Helper()
	ctx := fault.WithRequestID(req.Context(), "r-1")
	if !c.stranger {
		ctx = auth.With(ctx, &auth.Principal{UserID: 1})
	}
	if c.refusal != nil {
		ctx = WithRefusal(ctx, c.refusal)
	}
	w := httptest.NewRecorder()
	req.Body = http.MaxBytesReader(w, req.Body, 1<<20)
	c.handler.ServeHTTP(w, req.WithContext(ctx))
	r := reply{status: w.Code, header: w.Header(), text: w.Body.String()}
	if err := json.Unmarshal(w.Body.Bytes(), &r.body); err != nil {
		c.t.Fatalf("the answer is not JSON: %.200s", r.text)
	}
	if raw, ok := r.body["errors"]; ok {
		if err := json.Unmarshal(raw, &r.errors); err != nil {
			c.t.Fatal(err)
		}
	}
	return r
}

func (c *client) post(accept, body string) reply {
	c.t.Helper()
	req := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return c.do(req)
}

// query sends a document alone, accepting the media type that tells by status.
func (c *client) query(document string) reply {
	c.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": document})
	return c.post(string(mediaResponse), string(body))
}
