package graph

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"entrepot/internal/fault"
)

// Present is the only place where an error becomes an answer. Faults keep their
// code and message; what a client sent malformed is told as it is; everything
// else is a bug or an outage, of which a client learns the request id and the
// log the rest.
func Present(ctx context.Context, err error) *gqlerror.Error {
	shown := *graphql.DefaultErrorPresenter(ctx, err)
	code, message := classify(ctx, err, &shown)
	if code == fault.Internal || code == fault.Unavailable {
		record(ctx, code, &shown, err)
	}
	shown.Err, shown.Message, shown.Rule = nil, message, ""
	shown.Extensions = map[string]any{"code": string(code)}
	if id := fault.RequestID(ctx); id != "" {
		shown.Extensions["requestId"] = id
	}
	return &shown
}

// Recover turns a panic of a resolver into an error for Present, with its stack.
func Recover(_ context.Context, v any) error { return &panicked{v, debug.Stack()} }

type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func classify(ctx context.Context, err error, shown *gqlerror.Error) (fault.Code, string) {
	var (
		stop   *fault.Error
		faults fault.List
		p      *panicked
	)
	switch {
	case errors.As(err, &stop):
		return stop.Code, stop.Message
	case errors.As(err, &faults): // of a query: it has no userErrors to put them in
		return fault.BadRequest, faults.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fault.Timeout, "the operation took longer than it may"
	case errors.Is(err, context.Canceled), errors.Is(ctx.Err(), context.Canceled):
		return fault.Timeout, "the request was cancelled"
	case errors.As(err, &p):
		return fault.Internal, "internal error"
	case malformed(ctx, shown):
		return fault.BadRequest, shown.Message
	}
	if code := outage(err); code != "" {
		return code, "the database does not answer; try again later"
	}
	return fault.Internal, "internal error"
}

// malformed says whether the error is the executor's own about what the client
// sent: a document that does not parse or validate, a variable that does not
// fit, or an argument that its scalar refuses. The last is known by where it
// happened: the field has arguments, and they were not read yet.
func malformed(ctx context.Context, shown *gqlerror.Error) bool {
	switch shown.Extensions["code"] {
	case errcode.ParseFailed, errcode.ValidationFailed:
		return true
	}
	fc := graphql.GetFieldContext(ctx)
	return fc != nil && fc.Args == nil && fc.Field.Field != nil && fc.Field.Definition != nil && len(fc.Field.Definition.Arguments) > 0
}

// outage recognises a database that is away, by what database/sql and the
// drivers report, and a statement that the database itself ended.
func outage(err error) fault.Code {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		switch s := state.SQLState(); {
		case s == "57014":
			return fault.Timeout
		case len(s) == 5 && s[:2] == "08", s == "57P01", s == "57P02", s == "57P03", s == "53300":
			return fault.Unavailable
		}
		return ""
	}
	var netErr net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.As(err, &netErr) {
		return fault.Unavailable
	}
	return ""
}

func record(ctx context.Context, code fault.Code, shown *gqlerror.Error, err error) {
	attrs := []any{"code", string(code), "path", shown.Path.String(), "err", err.Error()}
	if id := fault.RequestID(ctx); id != "" {
		attrs = append(attrs, "requestId", id)
	}
	if graphql.HasOperationContext(ctx) {
		if op := graphql.GetOperationContext(ctx).Operation; op != nil {
			attrs = append(attrs, "operation", op.Name)
		}
	}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, "stack", string(p.stack))
	}
	slog.ErrorContext(ctx, "graph: operation failed", attrs...)
}
