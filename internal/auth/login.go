package auth

import (
	"context"
	"strings"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// LoginInput is a user name, in any case, and a password.
type LoginInput struct {
	Username string
	Password string
}

// Validate collects what is missing.
func (in LoginInput) Validate() error {
	var l fault.List
	if strings.TrimSpace(in.Username) == "" {
		l.Add(fault.Required, fault.Input.At("username"), "give the user name")
	}
	if in.Password == "" {
		l.Add(fault.Required, fault.Input.At("password"), "give the password")
	}
	return l.Err()
}

// nobody is a hash with today's parameters that no password fits. It is checked
// when there is no such user, so that the answer takes as long as for one.
var nobody = phc{
	memory: argonMemory, time: argonTime, lanes: argonLanes, salt: make([]byte, argonSalt), key: make([]byte, argonKey),
}.String()

// Login checks the password and opens a session. Faults: Required for what is
// missing; BadCredentials, always the same, when the user does not exist, is
// archived, or has another password.
func (s *Service) Login(ctx context.Context, in LoginInput) (_ Session, err error) {
	defer fault.Wrap(&err, "auth.Login")
	if err := in.Validate(); err != nil {
		return Session{}, err
	}
	refused := fault.New(fault.BadCredentials, fault.Input.At("password"), "user name or password is wrong")
	if len(in.Password) > maxPassword {
		return Session{}, refused
	}
	u, err := s.byName(ctx, in.Username)
	if err != nil && !ent.IsNotFound(err) {
		return Session{}, err
	}
	stored := nobody
	if u != nil {
		stored = u.PasswordHash
	}
	ok, err := s.hasher.verify(ctx, in.Password, stored)
	if err != nil {
		return Session{}, err
	}
	if u == nil || !ok || u.Status != stock.StatusActive {
		return Session{}, refused
	}
	return s.session(u, s.ttl)
}

// Username is a user name as it is stored, from what a person typed.
func Username(username string) string { return strings.ToLower(strings.TrimSpace(username)) }
