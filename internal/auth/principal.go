package auth

import (
	"context"
	"slices"
	"strconv"

	"entrepot/internal/fault"
)

// Principal is who a request acts for. It is shared between requests by the
// cache of Authenticate: nobody may write to it.
type Principal struct {
	UserID      int64
	Username    string
	DisplayName string
	// Roles are the names of the user's roles, sorted.
	Roles []string
	// Permissions are what the roles allow together, sorted, each once.
	Permissions []Permission
}

// Key is the principal part of an idempotency key. It must never change for a
// user, or the retry of an old request would be taken for a new one.
func (p *Principal) Key() string { return "user:" + strconv.FormatInt(p.UserID, 10) }

// Can says whether one of the roles allows it. A stranger (nil) can do nothing.
func (p *Principal) Can(want Permission) bool {
	return p != nil && slices.Contains(p.Permissions, want)
}

// Has says whether one of the roles is that one, for rules that ask for a role
// where a permission would let too many through. A stranger has none.
func (p *Principal) Has(role string) bool {
	return p != nil && slices.Contains(p.Roles, role)
}

type principalKey struct{}

// With puts the principal into the context.
func With(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// From is the principal of the request, or nil when a stranger asks.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(principalKey{}).(*Principal)
	return p
}

// Require is the first line of a command: it returns the principal when it has
// the permission. It ends the request with fault.Unauthenticated for a stranger
// and with fault.Forbidden, naming the permission, for everybody else.
func Require(ctx context.Context, want Permission) (*Principal, error) {
	p := From(ctx)
	if p == nil {
		return nil, fault.Stop(fault.Unauthenticated, "sign in first")
	}
	if !p.Can(want) {
		return nil, fault.Stop(fault.Forbidden, "your roles do not include the permission %s", want)
	}
	return p, nil
}
