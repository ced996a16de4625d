package httpd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/httpd/graphqlhttp"
)

var errScheme = fault.Stop(fault.Unauthenticated, "the Authorization header must be Bearer and an access token")

// authenticate puts the principal into the context. Somebody whose token is not
// accepted goes on as a stranger, with the reason: signing in again must work.
// When the users cannot be read the answer is 503, for then nobody knows.
func authenticate(s *auth.Service, log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		p, err := principal(ctx, s, r.Header.Get("Authorization"))
		var stop *fault.Error
		switch {
		case errors.As(err, &stop):
			ctx = graphqlhttp.WithRefusal(ctx, err)
		case err != nil:
			if ctx.Err() == nil {
				log.ErrorContext(ctx, "authenticate", "err", err.Error(), "requestId", fault.RequestID(ctx))
			}
			fail(w, r, http.StatusServiceUnavailable, fault.Unavailable, "the database does not answer; try again later")
			return
		case p != nil:
			entryOf(ctx).user = p.Username
			ctx = auth.With(ctx, p)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func principal(ctx context.Context, s *auth.Service, header string) (*auth.Principal, error) {
	if header == "" {
		return nil, nil
	}
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return nil, errScheme
	}
	return s.Authenticate(ctx, strings.TrimSpace(token))
}
