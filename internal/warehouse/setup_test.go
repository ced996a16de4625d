package warehouse_test

import (
	"encoding/json"
	"testing"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
)

type in = map[string]any

func open(t *testing.T, db *store.DB) (*graphtest.Graph, *auth.Principal) {
	t.Helper()
	g := graphtest.New(t, db)
	return g, g.SignIn(t, auth.RoleManager)
}

// state is every warehouse with its parents, and every location.
func state(t *testing.T, db *store.DB) string {
	t.Helper()
	warehouses, err := db.Ent().Warehouse.Query().WithParents().Order(ent.Asc("id")).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	locations, err := db.Ent().Location.Query().Order(ent.Asc("id")).All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal([]any{warehouses, locations})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type badInput struct {
	mutation string
	input    in
	want     string
}

// refuse sends bad inputs, in a dry run and in earnest, and asks that nothing changes.
func refuse(t *testing.T, g *graphtest.Graph, p *auth.Principal, db *store.DB, list []badInput) {
	t.Helper()
	before := state(t, db)
	for _, bad := range list {
		for _, dry := range []bool{true, false} {
			bad.input["dryRun"] = dry
			r := g.Mutate(t, p, bad.mutation, "", bad.input)
			if r.Refused() != bad.want {
				t.Errorf("%s %.200v:\n got %s\nwant %s", bad.mutation, bad.input, r.Refused(), bad.want)
			}
			for _, f := range r.UserErrors {
				if (f.Code == "STALE_VERSION") != (f.CurrentVersion != nil) || f.Message == "" {
					t.Errorf("%s: %+v", bad.mutation, f)
				}
			}
		}
	}
	if after := state(t, db); after != before {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
}
