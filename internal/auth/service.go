package auth

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/user"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Service signs users in and tells who is asking.
type Service struct {
	db     *store.DB
	now    func() time.Time
	ttl    time.Duration
	hasher *hasher
	tokens *tokens
	users  *userCache
}

// New makes the service. The secret has at least 32 bytes and is the same in
// every replica and after every start, or tokens end with the process; ttl is
// the life of an access token.
func New(db *store.DB, secret []byte, ttl time.Duration, now func() time.Time) (*Service, error) {
	if ttl <= 0 {
		return nil, fmt.Errorf("access tokens cannot live for %s", ttl)
	}
	t, err := newTokens(secret, now)
	if err != nil {
		return nil, err
	}
	return &Service{db: db, now: now, ttl: ttl, hasher: newHasher(), tokens: t, users: newUserCache(now)}, nil
}

// Session is what a sign-in yields.
type Session struct {
	AccessToken string
	ExpiresAt   time.Time
	UserID      int64
	// Principal is who signed in, for the answer; requests are authenticated by the token.
	Principal *Principal
}

// IssueToken makes an access token without a password, for the operator at the
// console. Faults: NotFound when there is no such user, Archived, Invalid when
// the life is not positive.
func (s *Service) IssueToken(ctx context.Context, username string, ttl time.Duration) (_ Session, err error) {
	defer fault.Wrap(&err, "auth.IssueToken")
	if ttl <= 0 {
		return Session{}, fault.New(fault.Invalid, fault.Input.At("ttl"), "a token cannot live for %s", ttl)
	}
	u, err := s.byName(ctx, username)
	switch {
	case ent.IsNotFound(err):
		return Session{}, fault.New(fault.NotFound, fault.Input.At("username"), "there is no user %q", username)
	case err != nil:
		return Session{}, err
	case u.Status != stock.StatusActive:
		return Session{}, fault.New(fault.Archived, fault.Input.At("username"), "the user %q is archived", username)
	}
	return s.session(u, ttl)
}

func (s *Service) session(u *ent.User, ttl time.Duration) (Session, error) {
	issued := s.now().UTC().Truncate(time.Second)
	expires := issued.Add(ttl)
	token, err := s.tokens.sign(u.ID, u.TokenVersion, issued, expires)
	if err != nil {
		return Session{}, fmt.Errorf("sign token: %w", err)
	}
	return Session{AccessToken: token, ExpiresAt: expires, UserID: u.ID, Principal: principalOf(u)}, nil
}

func (s *Service) byName(ctx context.Context, username string) (*ent.User, error) {
	return s.db.Ent().User.Query().Where(user.Username(Username(username))).WithRoles().Only(ctx)
}
