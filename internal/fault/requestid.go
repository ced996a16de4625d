package fault

import "context"

type requestIDKey struct{}

// WithRequestID puts the id of the request into the context, so that an error
// shown to a person and the line in the log can name the same one.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the id of the request, or "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
