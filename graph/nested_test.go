package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// nestedIn reads every list of a field of every node of a list, three rows at a
// time, and tells the ids of each node's, and how many there are.
func (c *company) nestedIn(t *testing.T, list, field, args string) (ids map[string][]string, totals map[string]int) {
	t.Helper()
	ids, totals = map[string][]string{}, map[string]int{}
	cursors := map[string]string{"": ""}
	for len(cursors) > 0 {
		next := map[string]string{}
		for node, cursor := range cursors {
			after := ""
			if cursor != "" {
				after = fmt.Sprintf(", after: %q", cursor)
			}
			selection := fmt.Sprintf(`id %s(first: 3%s%s) { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } }`, field, args, after)
			query := fmt.Sprintf(`{ c: %s(first: 200) { nodes { %s } } }`, list, selection)
			if node != "" { // its further pages
				query = fmt.Sprintf(`{ c: nodes(ids: [%q]) { ... on %s { %s } } }`, node, typeOf[list], selection)
			}
			for _, n := range c.read(t, query, field, node != "") {
				if n.list.PageInfo.HasPreviousPage != (node != "") {
					t.Errorf("%s of %s: hasPreviousPage %t on page %d", field, n.id, n.list.PageInfo.HasPreviousPage, len(ids[n.id])/3)
				}
				for _, row := range n.list.Nodes {
					ids[n.id] = append(ids[n.id], row.ID)
				}
				totals[n.id] = n.list.TotalCount
				if n.list.PageInfo.HasNextPage {
					next[n.id] = n.list.PageInfo.EndCursor
				}
			}
		}
		cursors = next
	}
	return ids, totals
}

var typeOf = map[string]string{"warehouses": "Warehouse", "products": "Product", "stocks": "Stock"}

type nestedList struct {
	Nodes      []struct{ ID string }
	TotalCount int
	PageInfo   struct {
		HasNextPage, HasPreviousPage bool
		EndCursor                    string
	}
}

type nestedNode struct {
	id   string
	list nestedList
}

func (c *company) read(t *testing.T, query, field string, one bool) (out []nestedNode) {
	t.Helper()
	type node struct {
		ID                string
		Stocks, Movements nestedList
	}
	var nodes []node
	if one {
		var data struct{ C []node }
		c.Do(t, c.who, query, nil).Into(t, &data)
		nodes = data.C
	} else {
		var data struct{ C struct{ Nodes []node } }
		c.Do(t, c.who, query, nil).Into(t, &data)
		nodes = data.C.Nodes
	}
	for _, n := range nodes {
		out = append(out, nestedNode{n.ID, map[string]nestedList{"stocks": n.Stocks, "movements": n.Movements}[field]})
	}
	return out
}

func TestNestedListsShowEveryRowOnceInTheirOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		ofStock := func(s *ent.Stock) int { return int(s.ID) }
		for name, n := range map[string]struct {
			list, field, args string
			parents           []interface{ GlobalID() page.ID }
			want              func(parent int) []string
		}{
			"stocks of warehouses": {"warehouses", "stocks", "", ids(c.warehouses), func(i int) []string {
				return rows(c.stocks, func(s *ent.Stock) bool { return s.WarehouseID == c.warehouses[i].ID }, func(a, b *ent.Stock) int {
					return cmp.Or(cmp.Compare(a.Sku, b.Sku), cmp.Compare(a.BatchNo, b.BatchNo))
				})
			}},
			"full stocks of warehouses": {"warehouses", "stocks", ", nonZero: true", ids(c.warehouses), func(i int) []string {
				return rows(c.stocks, func(s *ent.Stock) bool {
					return s.WarehouseID == c.warehouses[i].ID && s.PhysicalQuantity+s.InTransitQuantity > 0
				}, func(a, b *ent.Stock) int {
					return cmp.Or(cmp.Compare(a.Sku, b.Sku), cmp.Compare(a.BatchNo, b.BatchNo))
				})
			}},
			"stocks of products": {"products", "stocks", "", ids(c.products), func(i int) []string {
				return rows(c.stocks, func(s *ent.Stock) bool { return s.Sku == c.products[i].Sku }, func(a, b *ent.Stock) int { return ofStock(a) - ofStock(b) })
			}},
			"movements of products": {"products", "movements", "", ids(c.products), func(i int) []string {
				return rows(c.movements, func(m *ent.StockMovement) bool { return m.Sku == c.products[i].Sku }, func(a, b *ent.StockMovement) int { return int(b.ID - a.ID) })
			}},
			"movements of stocks": {"stocks", "movements", "", ids(c.stocks), func(i int) []string {
				return rows(c.movements, func(m *ent.StockMovement) bool { return m.StockID == c.stocks[i].ID }, func(a, b *ent.StockMovement) int { return int(b.StockVersion - a.StockVersion) })
			}},
		} {
			got, totals := c.nestedIn(t, n.list, n.field, n.args)
			for i, parent := range n.parents {
				id, want := parent.GlobalID().String(), n.want(i)
				if !slices.Equal(got[id], want) {
					t.Errorf("%s %s:\n got %s\nwant %s", name, parent.GlobalID(), readable(got[id]), readable(want))
				}
				if totals[id] != len(want) {
					t.Errorf("%s: totalCount %d, want %d", name, totals[id], len(want))
				}
			}
		}
	})
}

func ids[T interface{ GlobalID() page.ID }](list []T) (out []interface{ GlobalID() page.ID }) {
	for _, r := range list {
		out = append(out, r)
	}
	return out
}

func rows[T interface{ GlobalID() page.ID }](all []T, keep func(T) bool, order func(a, b T) int) (out []string) {
	kept := slices.DeleteFunc(slices.Clone(all), func(r T) bool { return !keep(r) })
	slices.SortFunc(kept, order)
	for _, r := range kept {
		out = append(out, r.GlobalID().String())
	}
	return out
}

func TestTheWorthOfASKUIsSharedByItsBatchesToTheLastDigit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		c := found(t, db)
		query := `{ stocks(first: 200) { nodes { id value unitCost batch { state expiresOn sku batchNo } } } }`
		var out struct {
			Stocks struct {
				Nodes []struct {
					ID              string
					Value, UnitCost *string
					Batch           *struct{ State, Sku, BatchNo string }
				}
			}
		}
		c.Do(t, c.who, query, nil).Into(t, &out)
		type place struct {
			warehouse int64
			sku       string
		}
		sums := map[place]money.Amount{}
		units := map[place]int64{}
		for i, n := range out.Stocks.Nodes {
			s := c.stocks[i]
			if n.ID != s.GlobalID().String() {
				t.Fatalf("stock %d is not the %d-th", s.ID, i)
			}
			value, err := money.ParseAmount(*n.Value)
			if err != nil {
				t.Fatal(err)
			}
			at := place{s.WarehouseID, s.Sku}
			sums[at] += value
			units[at] += s.PhysicalQuantity
			if b := c.batch(s.Sku, s.BatchNo); (b == nil) != (n.Batch == nil) || b != nil && (n.Batch.Sku != b.Sku || n.Batch.BatchNo != b.BatchNo || n.Batch.State != string(b.State)) {
				t.Errorf("stock %s %q shows the batch %+v", s.Sku, s.BatchNo, n.Batch)
			}
			if s.PhysicalQuantity > 0 && n.UnitCost == nil {
				t.Errorf("stock %s has no unit cost", s.Sku)
			}
		}
		for at, sum := range sums {
			if want := map[bool]money.Amount{true: 100_003}[units[at] > 0]; sum != want {
				t.Errorf("%v: shares of %s together, want %s", at, sum, want)
			}
		}
		hidden := &auth.Principal{UserID: c.who.UserID, Permissions: []auth.Permission{auth.StockView}}
		if r := c.Do(t, hidden, `{ stocks(first: 1, filter: {skus: ["SKU-01"]}) { nodes { value unitCost batch { state } } } }`, nil); !same(t, r.Data, `{"stocks":{"nodes":[{"value":null,"unitCost":null,"batch":null}]}}`) {
			t.Errorf("without cost:view: %s %v", r.Data, r.Errors)
		}
	})
}
