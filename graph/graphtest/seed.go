package graphtest

import (
	"testing"
	"time"

	"entrepot/ent"
	entrole "entrepot/ent/role"
	"entrepot/internal/auth"
	"entrepot/internal/store"
)

// SignIn makes a user who holds the built-in role and returns what a request of
// theirs carries.
func (g *Graph) SignIn(t testing.TB, role string) *auth.Principal {
	t.Helper()
	p := &auth.Principal{Username: role, DisplayName: role, Roles: []string{role}}
	for _, r := range auth.BuiltinRoles() {
		if r.Name == role {
			p.Permissions = r.Permissions
		}
	}
	if p.Permissions == nil {
		t.Fatalf("there is no built-in role %q", role)
	}
	g.write(t, func(tx store.Tx, now time.Time) error {
		held, err := g.role(t, tx, now, p)
		if err != nil {
			return err
		}
		u, err := tx.Ent.User.Create().SetUsername(role).SetDisplayName(role).SetPasswordHash("none").
			SetCreatedAt(now).SetUpdatedAt(now).AddRoleIDs(held).Save(t.Context())
		if err == nil {
			p.UserID = u.ID
		}
		return err
	})
	return p
}

// role is the stored role of p, by which background jobs know what p may do.
func (g *Graph) role(t testing.TB, tx store.Tx, now time.Time, p *auth.Principal) (int64, error) {
	id, err := tx.Ent.Role.Query().Where(entrole.Name(p.Roles[0])).OnlyID(t.Context())
	if !ent.IsNotFound(err) {
		return id, err
	}
	held := make([]string, len(p.Permissions))
	for i, perm := range p.Permissions {
		held[i] = string(perm)
	}
	row, err := tx.Ent.Role.Create().SetName(p.Roles[0]).SetPermissions(held).SetCreatedAt(now).SetUpdatedAt(now).Save(t.Context())
	if err != nil {
		return 0, err
	}
	return row.ID, nil
}

// Warehouses makes warehouses with these codes, in CNY.
func (g *Graph) Warehouses(t testing.TB, codes ...string) {
	t.Helper()
	g.write(t, func(tx store.Tx, now time.Time) error {
		rows := make([]*ent.WarehouseCreate, len(codes))
		for i, c := range codes {
			rows[i] = tx.Ent.Warehouse.Create().SetCode(c).SetName("Warehouse " + c).SetCurrency("CNY").
				SetCreatedAt(now).SetUpdatedAt(now)
		}
		return tx.Ent.Warehouse.CreateBulk(rows...).Exec(t.Context())
	})
}

// Products makes products with these SKUs.
func (g *Graph) Products(t testing.TB, skus ...string) {
	t.Helper()
	g.write(t, func(tx store.Tx, now time.Time) error {
		rows := make([]*ent.ProductCreate, len(skus))
		for i, s := range skus {
			rows[i] = tx.Ent.Product.Create().SetSku(s).SetName("Product " + s).SetCreatedAt(now).SetUpdatedAt(now)
		}
		return tx.Ent.Product.CreateBulk(rows...).Exec(t.Context())
	})
}

func (g *Graph) write(t testing.TB, fn func(tx store.Tx, now time.Time) error) {
	t.Helper()
	now := store.Moment(time.Now())
	if err := g.Deps.DB.InTx(t.Context(), func(tx store.Tx) error { return fn(tx, now) }); err != nil {
		t.Fatal(err)
	}
}
