package load

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"entrepot/ent/product"
	"entrepot/ent/warehouse"
)

func TestOnlyColumnsThatAnAnswerShowsAreRead(t *testing.T) {
	t.Parallel()
	field := func(name string) ast.Selection { return &ast.Field{Name: name} }
	inline := func(s ...ast.Selection) ast.Selection { return &ast.InlineFragment{SelectionSet: s} }
	spread := func(s ...ast.Selection) ast.Selection {
		return &ast.FragmentSpread{Definition: &ast.FragmentDefinition{SelectionSet: s}}
	}
	for name, c := range map[string]struct {
		selection ast.SelectionSet
		want      []string
	}{
		"a label":            {ast.SelectionSet{field("sku"), field("name")}, []string{"id", "sku", "name"}},
		"its type":           {ast.SelectionSet{field("__typename")}, []string{"id", "sku"}},
		"fragments":          {ast.SelectionSet{inline(field("unit"), spread(field("brand")))}, []string{"id", "sku", "brand", "unit"}},
		"another field":      {ast.SelectionSet{field("sku"), field("barcodes")}, nil},
		"deep in a fragment": {ast.SelectionSet{field("sku"), spread(inline(field("description")))}, nil},
	} {
		if got := productColumns.of(productColumns.shown(c.selection)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for _, c := range productColumns.names {
		if !product.ValidColumn(c) {
			t.Errorf("%s is no column of products", c)
		}
	}
	for _, c := range warehouseColumns.names {
		if !warehouse.ValidColumn(c) {
			t.Errorf("%s is no column of warehouses", c)
		}
	}
}
