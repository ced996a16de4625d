package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"entrepot/ent"
	"entrepot/ent/role"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// AdminUsername is the user that Bootstrap creates in an empty database.
const AdminUsername = "admin"

// Bootstrap makes the built-in roles what this binary says they are. When there
// is no user at all it also creates the user admin with the given password, or
// with a random one when that is empty; only then is the random one returned,
// to be shown once, since nobody can read it again. It is safe to call at every
// start and by several replicas at once. A password shorter than eight
// characters is refused with fault.Invalid.
func (s *Service) Bootstrap(ctx context.Context, adminPassword string) (generated string, err error) {
	defer fault.Wrap(&err, "auth.Bootstrap")
	if err := s.bootstrapRoles(ctx); err != nil {
		return "", err
	}
	exists, err := s.db.Ent().User.Query().Exist(ctx)
	if err != nil || exists {
		return "", err
	}
	password := adminPassword
	if password == "" {
		password = rand.Text()
	}
	if len(password) < minPassword || len(password) > maxPassword {
		return "", fault.New(fault.Invalid, fault.Input.At("adminPassword"),
			"the password of the user admin must have %d to %d characters", minPassword, maxPassword)
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	created, err := s.createAdmin(ctx, hash)
	if created && adminPassword == "" {
		generated = password
	}
	return generated, err
}

func (s *Service) createAdmin(ctx context.Context, hash string) (created bool, err error) {
	now := store.Moment(s.now())
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		created = false
		exists, err := tx.Ent.User.Query().Exist(ctx)
		if err != nil || exists {
			return err
		}
		admin, err := tx.Ent.Role.Query().Where(role.Name(RoleAdmin)).OnlyID(ctx)
		if err != nil {
			return fmt.Errorf("role %s: %w", RoleAdmin, err)
		}
		err = tx.Ent.User.Create().SetUsername(AdminUsername).SetDisplayName("Administrator").SetPasswordHash(hash).
			SetCreatedAt(now).SetUpdatedAt(now).AddRoleIDs(admin).Exec(ctx)
		created = err == nil
		return err
	})
	if store.Duplicate(err) {
		return false, nil // another replica was faster
	}
	return created, err
}

// bootstrapRoles reads first, so that a start that changes nothing writes nothing.
func (s *Service) bootstrapRoles(ctx context.Context) error {
	stored, err := s.db.Ent().Role.Query().All(ctx)
	if err != nil {
		return err
	}
	byName := make(map[string]*ent.Role, len(stored))
	for _, r := range stored {
		byName[r.Name] = r
	}
	for _, want := range BuiltinRoles() {
		have := byName[want.Name]
		if have != nil && have.Description == want.Description && slices.Equal(have.Permissions, texts(want.Permissions)) {
			continue
		}
		if err := s.saveRole(ctx, want); err != nil {
			return fmt.Errorf("role %s: %w", want.Name, err)
		}
	}
	return nil
}

// saveRole updates the role or creates it. Another replica that creates it at
// the same moment writes the same, so losing that race is success.
func (s *Service) saveRole(ctx context.Context, want Role) error {
	now := store.Moment(s.now())
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Ent.Role.Update().Where(role.Name(want.Name)).SetDescription(want.Description).
			SetPermissions(texts(want.Permissions)).SetUpdatedAt(now).Save(ctx)
		if err != nil || n > 0 {
			return err
		}
		return tx.Ent.Role.Create().SetName(want.Name).SetDescription(want.Description).
			SetPermissions(texts(want.Permissions)).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	})
	if store.Duplicate(err) {
		return nil
	}
	return err
}

func texts(p []Permission) []string {
	out := make([]string, len(p))
	for i, v := range p {
		out[i] = string(v)
	}
	return out
}
