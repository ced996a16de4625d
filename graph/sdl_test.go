package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"entrepot/graph"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/schedule"
	"entrepot/internal/stock"
)

func schema() *ast.Schema { return graph.NewSchema(graph.Deps{}).Schema() }

// ours are the types of the schema that are not GraphQL's own, by name.
func ours(s *ast.Schema) []*ast.Definition {
	var out []*ast.Definition
	for _, d := range s.Types {
		if !d.BuiltIn && !strings.HasPrefix(d.Name, "__") {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	for _, d := range ours(schema()) {
		if d.Description == "" {
			t.Errorf("%s has no description", d.Name)
		}
		for _, f := range d.Fields {
			if f.Description == "" && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("%s.%s has no description", d.Name, f.Name)
			}
			for _, a := range f.Arguments {
				if a.Description == "" && !strings.HasPrefix(f.Name, "__") {
					t.Errorf("%s.%s(%s) has no description", d.Name, f.Name, a.Name)
				}
			}
		}
		for _, v := range d.EnumValues {
			if v.Description == "" {
				t.Errorf("%s.%s has no description", d.Name, v.Name)
			}
		}
	}
}

func TestEnumsHoldWhatGoHolds(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"Status":                stock.Status("").Values(),
		"WarehouseCategory":     stock.WarehouseCategory("").Values(),
		"WarehouseLocationType": stock.WarehouseLocationType("").Values(),
		"WarehouseOwnership":    stock.WarehouseOwnership("").Values(),
		"WarehouseBusinessType": stock.WarehouseBusinessType("").Values(),
		"LocationType":          stock.LocationType("").Values(),
		"MovementKind":          stock.MovementKind("").Values(),
		"TimeBasis":             {string(ledger.Recorded), string(ledger.Occurred)},
		"ScheduledRunOutcome":   schedule.Outcome("").Values(),
		"UserErrorCode":         append(fault.Code("").Values(), "OTHER"),
	} {
		var inGraph []string
		for _, v := range schema().Types[name].EnumValues {
			inGraph = append(inGraph, v.Name)
		}
		if !slices.Equal(inGraph, values) {
			t.Errorf("%s: the graph has %v, Go %v", name, inGraph, values)
		}
	}
	buckets := stock.Bucket("").Values()
	for _, name := range []string{"AdjustableBucket", "CountableBucket", "MovableBucket"} {
		for _, v := range schema().Types[name].EnumValues {
			if !slices.Contains(buckets, v.Name) {
				t.Errorf("%s.%s is no bucket", name, v.Name)
			}
		}
	}
}

func TestMutationsThatChangeStockCanBeRepeatedAndRehearsed(t *testing.T) {
	t.Parallel()
	for _, f := range schema().Mutation.Fields {
		permission := requires(f)
		if !strings.HasPrefix(permission, "stock:") {
			continue
		}
		input := schema().Types[f.Arguments.ForName("input").Type.Name()]
		if key := input.Fields.ForName("idempotencyKey"); key == nil || key.Type.String() != "String!" {
			t.Errorf("%s needs idempotencyKey: String!", input.Name)
		}
		if dry := input.Fields.ForName("dryRun"); dry == nil || dry.Type.String() != "Boolean!" || dry.DefaultValue.String() != "false" {
			t.Errorf("%s needs dryRun: Boolean! = false", input.Name)
		}
		if f.Type.NonNull {
			t.Errorf("the payload of %s must be nullable: a failed sibling would null the whole answer", f.Name)
		}
		if errs := schema().Types[f.Type.Name()].Fields.ForName("userErrors"); errs == nil || errs.Type.String() != "[UserError!]!" {
			t.Errorf("%s needs userErrors: [UserError!]!", f.Type.Name())
		}
	}
}

// requires is the permission that a field declares, or "".
func requires(f *ast.FieldDefinition) string {
	d := f.Directives.ForName("requires")
	if d == nil {
		return ""
	}
	return d.Arguments.ForName("permission").Value.Raw
}

// Every mutation but login can be sent twice and tried dry. Those that move stock
// demand a key; to set or edit a row twice does no harm.
func TestEveryMutationCanBeRepeatedAndRehearsed(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, m := range masterMutations {
		tested[m.name] = true
	}
	for _, f := range schema().Mutation.Fields {
		if f.Name == "login" {
			continue
		}
		input, payload := schema().Types[f.Arguments.ForName("input").Type.Name()], schema().Types[f.Type.Name()]
		want := "String!"
		if p := requires(f); p == "product:edit" || p == "warehouse:edit" || p == "rate:edit" || p == "approval:edit" {
			want = "String"
			if !tested[f.Name] {
				t.Errorf("nobody sends %s twice: add it to masterMutations", f.Name)
			}
		}
		if key := input.Fields.ForName("idempotencyKey"); key == nil || key.Type.String() != want {
			t.Errorf("%s needs idempotencyKey: %s", input.Name, want)
		}
		if dry := input.Fields.ForName("dryRun"); dry == nil || dry.Type.String() != "Boolean!" || dry.DefaultValue.String() != "false" {
			t.Errorf("%s needs dryRun: Boolean! = false", input.Name)
		}
		if f.Type.NonNull || payload.Fields.ForName("userErrors") == nil || payload.Fields.ForName("replayed") == nil || payload.Fields.ForName("dryRun") == nil {
			t.Errorf("%s needs dryRun, replayed and userErrors, and to be nullable", payload.Name)
		}
	}
}
