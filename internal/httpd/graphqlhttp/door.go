package graphqlhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
)

// door answers one GraphQL request over HTTP.
type door struct {
	Options
	exec  graphql.GraphExecutor
	cache *queryCache
}

// ServeHTTP reads, guards, runs and answers.
func (d door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(graphql.StartOperationTrace(r.Context()), d.Timeout)
	defer cancel()
	accept := negotiate(r.Header.Values("Accept"))
	if !accept.ok {
		answer{w, mediaLegacy}.refuse(http.StatusNotAcceptable,
			gqlerror.List{coded(ctx, fault.BadRequest, "answers come as application/graphql-response+json or application/json")})
		return
	}
	a := answer{w, accept.media}
	params, err := readParams(r, accept.explicit)
	if err != nil {
		var he *httpError
		errors.As(err, &he)
		if he.allow != "" {
			w.Header().Set("Allow", he.allow)
		}
		a.refuse(he.status, gqlerror.List{coded(ctx, fault.BadRequest, he.message)})
		return
	}
	params.Headers = r.Header

	signedIn := auth.From(ctx) != nil
	if !signedIn && !openToStrangers(params.Query) {
		d.sendAway(ctx, a)
		return
	}
	start := d.Now()
	if errs := d.precheck(ctx, params.Query); errs != nil {
		d.refuse(ctx, a, errs, signedIn)
		return
	}
	op, errs := d.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		d.refuse(ctx, a, errs, signedIn)
		return
	}
	switch {
	case r.Method == http.MethodGet && op.Operation.Operation != ast.Query:
		w.Header().Set("Allow", http.MethodPost)
		a.refuse(http.StatusMethodNotAllowed, gqlerror.List{coded(ctx, fault.BadRequest, "by GET only queries can be sent")})
		return
	case op.Operation.Operation == ast.Subscription:
		a.refuse(http.StatusBadRequest, gqlerror.List{coded(ctx, fault.BadRequest, "subscriptions cannot be answered here")})
		return
	}
	responses, runCtx := d.exec.DispatchOperation(d.Prepare(ctx), op)
	resp := responses(runCtx)
	if resp == nil { // the executor gives up without a word when the time is over or the client is gone
		resp = &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{coded(ctx, fault.Timeout, "the operation took too long")}}
	}
	d.Observe(ctx, observe(op, resp, d.Now().Sub(start)))
	a.send(resp)
}

// precheck parses a document that is not known yet and measures it, before
// anything expensive is done with it.
func (d door) precheck(ctx context.Context, query string) gqlerror.List {
	if _, ok := d.cache.Get(ctx, query); ok {
		return nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxTokens)
	if err != nil {
		var ge *gqlerror.Error
		if !errors.As(err, &ge) {
			ge = gqlerror.Errorf("the document cannot be parsed")
		}
		return gqlerror.List{ge}
	}
	if err := checkLimits(doc); err != nil {
		return gqlerror.List{err}
	}
	return nil
}

func (d door) refuse(ctx context.Context, a answer, errs gqlerror.List, signedIn bool) {
	d.Observe(ctx, Observation{Kind: kindInvalid})
	a.refuse(a.requestStatus(), requestErrors(ctx, errs, signedIn))
}

// sendAway answers a stranger, or somebody whose token is not accepted.
func (d door) sendAway(ctx context.Context, a answer) {
	why := refusal(ctx)
	a.w.Header().Set("WWW-Authenticate", `Bearer realm="entrepot"`)
	d.Observe(ctx, Observation{Kind: kindUnauthenticated})
	a.refuse(http.StatusUnauthorized, gqlerror.List{coded(ctx, why.Code, why.Message)})
}
