package auth

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"entrepot/ent"
	"entrepot/ent/user"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Authenticate tells whose access token it is (the token alone, without
// "Bearer"). It ends the request with fault.Unauthenticated when the token is
// not genuine or expired, and when the user is archived, is gone, or has ended
// all sessions since. The user may be up to five seconds old, see Forget.
func (s *Service) Authenticate(ctx context.Context, bearer string) (_ *Principal, err error) {
	defer fault.Wrap(&err, "auth.Authenticate")
	id, version, err := s.tokens.verify(bearer)
	if err != nil {
		return nil, err
	}
	u, ok := s.users.get(id)
	if !ok {
		if u, err = s.load(ctx, id); err != nil {
			return nil, err
		}
	}
	if u.principal == nil || u.version != version {
		return nil, errToken
	}
	return u.principal, nil
}

// Forget drops the user from this process's cache. Whoever changes a user or
// the user's roles calls it after the commit.
func (s *Service) Forget(userID int64) { s.users.forget(userID) }

func (s *Service) load(ctx context.Context, id int64) (cachedUser, error) {
	mark := s.users.mark()
	row, err := s.db.Ent().User.Query().Where(user.ID(id)).WithRoles().Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return cachedUser{}, err
	}
	u := cachedUser{read: s.now()}
	if row != nil && row.Status == stock.StatusActive {
		u.principal, u.version = principalOf(row), row.TokenVersion
	}
	s.users.put(id, u, mark)
	return u, nil
}

// ByID is who a user is now, for work that is done in their name while they are away.
// It ends with fault.Forbidden when the user is archived or gone.
func ByID(ctx context.Context, db *store.DB, id int64) (_ *Principal, err error) {
	defer fault.Wrap(&err, "auth.ByID")
	row, err := db.Ent().User.Query().Where(user.ID(id)).WithRoles().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.Stop(fault.Forbidden, "the user who asked for it is gone")
	case err != nil:
		return nil, err
	case row.Status != stock.StatusActive:
		return nil, fault.Stop(fault.Forbidden, "the user %s, who asked for it, is archived", row.Username)
	}
	return principalOf(row), nil
}

func principalOf(u *ent.User) *Principal {
	p := &Principal{UserID: u.ID, Username: u.Username, DisplayName: u.DisplayName}
	for _, r := range u.Edges.Roles {
		p.Roles = append(p.Roles, r.Name)
		for _, perm := range r.Permissions {
			p.Permissions = append(p.Permissions, Permission(perm))
		}
	}
	slices.Sort(p.Roles)
	p.Permissions = sorted(p.Permissions...)
	return p
}

func isExpired(err error) bool {
	// Only a genuine token is told that it expired: the signature is checked first.
	return errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid)
}

const (
	userCacheLife = 5 * time.Second
	userCacheSize = 10_000
)

// cachedUser is a user as read at a time; principal is nil when the user may
// not sign in.
type cachedUser struct {
	principal *Principal
	version   int64
	read      time.Time
}

type userCache struct {
	now     func() time.Time
	mu      sync.Mutex
	users   map[int64]cachedUser
	forgets int64
}

func newUserCache(now func() time.Time) *userCache {
	return &userCache{now: now, users: map[int64]cachedUser{}}
}

func (c *userCache) get(id int64) (cachedUser, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, ok := c.users[id]
	return u, ok && c.fresh(u)
}

// mark is taken before a user is read and handed to put afterwards: a reading
// that began before a forget must not bring the old user back.
func (c *userCache) mark() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.forgets
}

func (c *userCache) put(id int64, u cachedUser, mark int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if mark != c.forgets {
		return
	}
	if len(c.users) >= userCacheSize {
		clear(c.users)
	}
	c.users[id] = u
}

func (c *userCache) forget(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgets++
	delete(c.users, id)
}

func (c *userCache) fresh(u cachedUser) bool {
	age := c.now().Sub(u.read)
	return age >= 0 && age < userCacheLife
}
