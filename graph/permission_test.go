package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// open to whoever is signed in, or even to strangers: think before adding.
var open = []string{"me", "node", "nodes", "serverLimits", "login"}

func TestEveryRootFieldDeclaresItsPermissionOrIsKnownToBeOpen(t *testing.T) {
	t.Parallel()
	all := auth.Permissions()
	for _, f := range rootFields() {
		switch permission := requires(f); {
		case permission == "" && !slices.Contains(open, f.Name):
			t.Errorf("%s declares no permission", f.Name)
		case permission != "" && !slices.Contains(all, auth.Permission(permission)):
			t.Errorf("%s declares %q, which is no permission", f.Name, permission)
		}
	}
}

func TestCommandsCheckThePermissionThatTheSchemaDeclares(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		admin := g.SignIn(t, auth.RoleAdmin)
		for _, f := range rootFields() {
			permission := auth.Permission(requires(f))
			if permission == "" {
				continue
			}
			without := *admin
			without.Permissions = slices.DeleteFunc(slices.Clone(admin.Permissions), func(p auth.Permission) bool { return p == permission })
			only := *admin
			only.Permissions = append([]auth.Permission{permission}, beside[f.Name]...)

			query := example(f)
			if code := g.Do(t, nil, query, nil).Code(); code != "UNAUTHENTICATED" {
				t.Errorf("%s for a stranger: code %q", query, code)
			}
			if code := g.Do(t, &without, query, nil).Code(); code != "FORBIDDEN" {
				t.Errorf("%s without %s: code %q", query, permission, code)
			}
			if code := g.Do(t, &only, query, nil).Code(); code == "FORBIDDEN" || code == "INTERNAL" {
				t.Errorf("%s with %s alone: code %q", query, permission, code)
			}
		}
	})
}

// beside is what a root field needs beside what it declares, for what its example asks.
var beside = map[string][]auth.Permission{
	"documentPickList":   {auth.StockView},
	"documentPutaway":    {auth.StockView, auth.WarehouseView},
	"importStart":        {auth.ProductEdit},
	"exportStart":        {auth.ProductView},
	"reportMonthlyStart": {auth.StockView, auth.CostView, auth.WarehouseView},
}

// ofJobs are the mutations that people who only read may call: they change nothing but
// one's own jobs.
var ofJobs = []string{"exportStart", "jobCancel", "jobRetryFailed"}

func TestNoMutationIsOpenToStrangersOrToThoseWhoOnlyRead(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		analyst := g.SignIn(t, auth.RoleAnalyst)
		for _, f := range schema().Mutation.Fields {
			if f.Name == "login" {
				continue
			}
			if code := g.Do(t, nil, example(f), nil).Code(); code != "UNAUTHENTICATED" {
				t.Errorf("a stranger calls %s: code %q", f.Name, code)
			}
			if code := g.Do(t, analyst, example(f), nil).Code(); code != "FORBIDDEN" && !slices.Contains(ofJobs, f.Name) {
				t.Errorf("an analyst calls %s: code %q", f.Name, code)
			}
		}
	})
}

func rootFields() []*ast.FieldDefinition {
	var out []*ast.FieldDefinition
	for _, f := range slices.Concat(schema().Query.Fields, schema().Mutation.Fields) {
		if !strings.HasPrefix(f.Name, "__") {
			out = append(out, f)
		}
	}
	return out
}

// example is an operation that calls the field with arguments that are well
// formed, whatever they mean.
func example(f *ast.FieldDefinition) string {
	kind := "query"
	if schema().Mutation.Fields.ForName(f.Name) != nil {
		kind = "mutation"
	}
	var args []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil || a.Name == "sku" || a.Name == "code" {
			args = append(args, a.Name+": "+literal(a.Type))
		}
	}
	call := f.Name
	if len(args) > 0 {
		call += "(" + strings.Join(args, ", ") + ")"
	}
	return fmt.Sprintf("%s { %s { __typename } }", kind, call)
}

func literal(t *ast.Type) string {
	if t.Elem != nil {
		return "[" + literal(t.Elem) + "]"
	}
	switch def := schema().Types[t.NamedType]; {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				fields = append(fields, f.Name+": "+literal(f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case def.Name == "ID":
		return `"` + page.ID{Type: "Posting", Key: 1}.String() + `"`
	case def.Name == "Long", def.Name == "Int":
		return "1"
	case def.Name == "Decimal":
		return `"1"`
	case def.Name == "Date":
		return `"2026-11-20"`
	case def.Name == "DateTime":
		return `"2026-11-20T00:00:00Z"`
	default:
		return `"x"`
	}
}
