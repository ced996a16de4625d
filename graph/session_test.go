package graph_test

import (
	"encoding/json"
	"slices"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestLoginShowsThePermissionsToTheUserAlone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		if _, err := g.Deps.Auth.Bootstrap(t.Context(), "correct horse battery"); err != nil {
			t.Fatal(err)
		}
		type answer struct {
			Login struct {
				AccessToken, ExpiresAt *string
				User                   *struct{ Permissions, Roles []string }
				UserErrors             []struct{ Code string }
			}
		}
		login := func(password string) (out answer) {
			g.Do(t, nil, `mutation($p: String!) { login(input: {username: "Admin", password: $p}) {
				accessToken expiresAt user { permissions roles } userErrors { code } } }`, map[string]any{"p": password}).Into(t, &out)
			return out
		}
		if l := login("wrong horse battery").Login; l.AccessToken != nil || l.User != nil || len(l.UserErrors) != 1 || l.UserErrors[0].Code != "BAD_CREDENTIALS" {
			t.Errorf("wrong password: %+v", l)
		}
		l := login("correct horse battery").Login
		if l.AccessToken == nil || l.ExpiresAt == nil || len(l.UserErrors) != 0 || !slices.Contains(l.User.Permissions, "user:manage") || !slices.Equal(l.User.Roles, []string{"admin"}) {
			t.Errorf("right password: %+v", l)
		}
		other := g.SignIn(t, auth.RoleAnalyst)
		r := g.Do(t, other, `query($id: ID!) { node(id: $id) { ... on User { username permissions roles } } me { username roles } }`,
			map[string]any{"id": page.ID{Type: "User", Key: 1}.String()})
		if want := `{"node":{"username":"admin","permissions":null,"roles":null},"me":{"username":"analyst","roles":["analyst"]}}`; !same(t, r.Data, want) {
			t.Errorf("%s %v", r.Data, r.Errors)
		}
	})
}

func same(t *testing.T, got json.RawMessage, want string) bool {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
