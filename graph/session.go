package graph

import (
	"context"

	"entrepot/ent"
	"entrepot/graph/internal/model"
	"entrepot/graph/load"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
)

// signedIn makes the payload of a login.
func signedIn(ctx context.Context, s auth.Session, err error) (*model.LoginPayload, error) {
	if err != nil {
		faults, err := fault.Split(err)
		return &model.LoginPayload{UserErrors: faults}, err
	}
	load.SignedIn(ctx, s.Principal)
	u, err := load.User(ctx, s.UserID)
	return &model.LoginPayload{AccessToken: &s.AccessToken, ExpiresAt: &s.ExpiresAt, User: u}, err
}

// self shows what belongs to the user who asks, and null to everybody else.
func self(ctx context.Context, u *ent.User, what func(*auth.Principal) []string) []string {
	p := load.Self(ctx)
	if p == nil || p.UserID != u.ID {
		return nil
	}
	return what(p)
}

func roles(p *auth.Principal) []string { return append([]string{}, p.Roles...) }

func permissions(p *auth.Principal) []string {
	out := make([]string, len(p.Permissions))
	for i, perm := range p.Permissions {
		out[i] = string(perm)
	}
	return out
}
