package graph_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

const snapshot = "schema.snapshot.graphql"

var update = flag.Bool("update", false, "write the snapshot of the schema anew")

// TestSchemaSnapshot holds the schema to what clients were promised. After a
// change that breaks nobody run it with -update. What must go is @deprecated
// first, in one release, and may be removed in the next; to break a promise
// nevertheless, delete the snapshot before -update.
func TestSchemaSnapshot(t *testing.T) {
	t.Parallel()
	now := printed(schema())
	before, err := os.ReadFile(snapshot)
	switch {
	case errors.Is(err, fs.ErrNotExist) && *update:
	case err != nil:
		t.Fatal(err)
	default:
		broken := breaks(load(t, string(before)), load(t, now))
		for _, b := range broken {
			t.Errorf("breaks clients: %s", b)
		}
		if len(broken) > 0 {
			return
		}
	}
	if *update {
		if err := os.WriteFile(snapshot, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(before) != now {
		t.Errorf("%s is behind the schema: run go test ./graph -run TestSchemaSnapshot -update", snapshot)
	}
}

// printed is the schema without descriptions, types in alphabetical order.
func printed(s *ast.Schema) string {
	var b bytes.Buffer
	formatter.NewFormatter(&b, formatter.WithoutDescription(), formatter.WithIndent("  ")).FormatSchema(s)
	return b.String()
}

func load(t *testing.T, sdl string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: snapshot, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBreakingChangesAreSeen(t *testing.T) {
	t.Parallel()
	const before = `
		directive @requires(permission: String!) on FIELD_DEFINITION
		interface Node { id: ID! }
		type Query { a(x: Int, y: Int = 1, z: [In!]): T b: String! gone: Int @deprecated(reason: "use b") c: [T!]! }
		type T implements Node { id: ID! e: E }
		enum E { ONE TWO OLD @deprecated }
		input In { p: Int q: String! r: Int! = 1 }
		union U = T
	`
	for change, harmless := range map[string]bool{
		"|": true,
		"gone: Int @deprecated(reason: \"use b\")|":   true,
		"OLD @deprecated|":                            true,
		"b: String!|b: String! new(p: Int! = 2): Int": true,
		"a(x: Int,|a(x: Int, more: Int, ":             true,
		"p: Int|p: Int more: Int":                     true,
		"q: String!|q: String":                        true,
		"e: E|e: E!":                                  true,
		"ONE|ONE THREE":                               true,
		"b: String!|b: String":                        false,
		"b: String!|":                                 false,
		"b: String!|b: Int!":                          false,
		"c: [T!]!|c: [T]!":                            false,
		"c: [T!]!|c: T!":                              false,
		"a(x: Int,|a(":                                false,
		"a(x: Int,|a(x: Int!,":                        false,
		"a(x: Int,|a(x: Int, new: Int!,":              false,
		"y: Int = 1|y: Int = 2":                       false,
		"z: [In!]|z: [In!]!":                          false,
		"TWO|":                                        false,
		"p: Int|":                                     false,
		"p: Int|p: Int!":                              false,
		"p: Int|p: Int new: Int!":                     false,
		"T implements Node|T":                         false,
		"union U = T|":                                false,
		"enum E { ONE TWO|scalar X enum E { ONE":      false,
	} {
		from, to, _ := strings.Cut(change, "|")
		after := strings.Replace(before, from, to, 1)
		if got := breaks(load(t, before), load(t, after)); (len(got) == 0) != harmless {
			t.Errorf("%s: found %v", change, got)
		}
	}
}

// breaks lists what a client of the schema before cannot do any more.
func breaks(before, after *ast.Schema) (out []string) {
	for _, old := range ours(before) {
		def := after.Types[old.Name]
		switch {
		case def == nil:
			out = append(out, old.Name+" is gone")
			continue
		case def.Kind != old.Kind:
			out = append(out, old.Name+" is of another kind")
			continue
		}
		for _, i := range old.Interfaces {
			if !slices.Contains(def.Interfaces, i) {
				out = append(out, old.Name+" is no "+i+" any more")
			}
		}
		for _, m := range old.Types {
			if !slices.Contains(def.Types, m) {
				out = append(out, old.Name+" has no "+m+" any more")
			}
		}
		for _, v := range old.EnumValues {
			if def.EnumValues.ForName(v.Name) == nil && !deprecated(v.Directives) {
				out = append(out, old.Name+"."+v.Name+" is gone")
			}
		}
		if old.Kind == ast.InputObject {
			out = append(out, inputBreaks(old.Name+".", inputs(old.Fields), inputs(def.Fields))...)
		} else {
			out = append(out, fieldBreaks(old, def)...)
		}
	}
	return out
}

func fieldBreaks(old, def *ast.Definition) (out []string) {
	for _, f := range old.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		where := old.Name + "." + f.Name
		now := def.Fields.ForName(f.Name)
		if now == nil {
			if !deprecated(f.Directives) {
				out = append(out, where+" is gone")
			}
			continue
		}
		if !fits(now.Type, f.Type) {
			out = append(out, where+" was "+f.Type.String()+" and is "+now.Type.String())
		}
		out = append(out, inputBreaks(where+" argument ", arguments(f.Arguments), arguments(now.Arguments))...)
	}
	return out
}

type input struct {
	name, defaultValue string
	typ                *ast.Type
	deprecated         bool
}

func (in input) required() bool { return in.typ.NonNull && in.defaultValue == "" }

func inputs(fields ast.FieldList) (out []input) {
	for _, f := range fields {
		out = append(out, input{f.Name, text(f.DefaultValue), f.Type, deprecated(f.Directives)})
	}
	return out
}

func arguments(args ast.ArgumentDefinitionList) (out []input) {
	for _, a := range args {
		out = append(out, input{a.Name, text(a.DefaultValue), a.Type, deprecated(a.Directives)})
	}
	return out
}

func inputBreaks(where string, before, after []input) (out []string) {
	for _, old := range before {
		i := slices.IndexFunc(after, func(in input) bool { return in.name == old.name })
		switch {
		case i < 0 && !old.deprecated:
			out = append(out, where+old.name+" is gone")
		case i >= 0 && !fits(old.typ, after[i].typ):
			out = append(out, where+old.name+" was "+old.typ.String()+" and is "+after[i].typ.String())
		case i >= 0 && old.defaultValue != after[i].defaultValue && !old.required(): // nobody could leave that out
			out = append(out, where+old.name+" has another default")
		}
	}
	for _, in := range after {
		isNew := !slices.ContainsFunc(before, func(old input) bool { return old.name == in.name })
		if isNew && in.required() {
			out = append(out, where+in.name+" is new and required")
		}
	}
	return out
}

// fits says whether every value of type t is one of type into.
func fits(t, into *ast.Type) bool {
	if into.NonNull && !t.NonNull || (t.Elem == nil) != (into.Elem == nil) {
		return false
	}
	if t.Elem != nil {
		return fits(t.Elem, into.Elem)
	}
	return t.NamedType == into.NamedType
}

func deprecated(d ast.DirectiveList) bool { return d.ForName("deprecated") != nil }

func text(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return v.String()
}
