package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"entrepot/internal/fault"
)

func TestBuiltinRolesAllowWhatTheyPromise(t *testing.T) {
	t.Parallel()
	roles := map[string]Role{}
	for _, r := range BuiltinRoles() {
		roles[r.Name] = r
		if !slices.IsSorted(r.Permissions) {
			t.Errorf("%s: permissions are not sorted, so Bootstrap would rewrite them at every start", r.Name)
		}
		for _, p := range r.Permissions {
			if !slices.Contains(Permissions(), p) {
				t.Errorf("%s has the unknown permission %s", r.Name, p)
			}
		}
	}
	can := func(role string, p Permission) bool { return slices.Contains(roles[role].Permissions, p) }

	for _, p := range Permissions() {
		if !can(RoleAdmin, p) {
			t.Errorf("admin lacks %s", p)
		}
		// A background job does nothing that its owner may not do by hand.
		reads := strings.HasSuffix(string(p), ":view") || p == JobRun
		if can(RoleAnalyst, p) && !reads {
			t.Errorf("analyst may change something: %s", p)
		}
		if can(RoleFinance, p) && !reads && p != RateEdit && p != CostEdit {
			t.Errorf("finance may change more than rates and landed costs: %s", p)
		}
		if got, want := can(RoleManager, p), p != UserManage; got != want {
			t.Errorf("manager has %s: %t", p, got)
		}
	}
	for role, want := range map[string]bool{RoleAdmin: true, RoleManager: true, RoleFinance: true, RoleKeeper: false, RoleAnalyst: false} {
		if can(role, CostView) != want {
			t.Errorf("%s sees cost: %t, want %t", role, !want, want)
		}
	}
	for p, want := range map[Permission]bool{StockAdjust: true, DocumentCreate: true, StockReverse: false, DocumentApprove: false} {
		if can(RoleKeeper, p) != want {
			t.Errorf("keeper has %s: %t, want %t", p, !want, want)
		}
	}
}

func TestRequire(t *testing.T) {
	t.Parallel()
	keeper := &Principal{UserID: 12, Permissions: []Permission{StockAdjust}}
	for name, c := range map[string]struct {
		ctx  context.Context
		code fault.Code
	}{
		"a stranger is asked to sign in":             {t.Context(), fault.Unauthenticated},
		"a principal without the permission may not": {With(t.Context(), &Principal{UserID: 13}), fault.Forbidden},
		"a principal with the permission may":        {With(t.Context(), keeper), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Require(c.ctx, StockAdjust)
			var stop *fault.Error
			if c.code == "" {
				if err != nil || p != keeper || p.Key() != "user:12" {
					t.Fatalf("got %v, %v", p, err)
				}
				return
			}
			if !errors.As(err, &stop) || stop.Code != c.code || p != nil {
				t.Fatalf("got %v, %v, want %s", p, err, c.code)
			}
			if c.code == fault.Forbidden && !strings.Contains(stop.Message, string(StockAdjust)) {
				t.Errorf("the message does not name the permission: %s", stop.Message)
			}
		})
	}
}
