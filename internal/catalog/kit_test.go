package catalog_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"entrepot/ent/kitcomponent"
	entproduct "entrepot/ent/product"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func part(sku string, n int) in { return in{"sku": sku, "quantity": n} }

func adjust(t *testing.T, g *graphtest.Graph, p *auth.Principal, key, sku, site string, n int) graphtest.Payload {
	t.Helper()
	return g.Mutate(t, p, "stockAdjust", "", in{"idempotencyKey": key, "reasonCode": "T", "changes": []any{
		in{"sku": sku, "warehouseCode": site, "delta": n},
	}})
}

func TestAKitTellsWhatItConsistsOfAndHowManyThereAre(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "SZ01", "LA01", "BE01")
		g.Products(t, "A", "B", "C")
		g.Must(t, p, "productCreate", "", in{"sku": "KIT", "name": "Kit", "kind": "SALES_KIT", "components": []any{part("b", 2), part("A", 1)}})
		g.Must(t, p, "productCreate", "", in{"sku": "BUILT", "name": "Built", "kind": "ASSEMBLY_KIT", "components": []any{part("A", 1)}})
		for i, s := range []struct {
			sku, site string
			n         int
		}{{"A", "SZ01", 5}, {"B", "SZ01", 7}, {"A", "LA01", 4}, {"C", "BE01", 1}} {
			if r := adjust(t, g, p, fmt.Sprint(i), s.sku, s.site, s.n); len(r.UserErrors) > 0 {
				t.Fatal(r.Raw)
			}
		}
		r := g.Do(t, p, `{ product(sku: "KIT") { kind components { sku quantity product { name } } kitAvailability { kitSku warehouse { code } quantity limitingSku limitingProduct { sku } limitingAvailable limitingPerKit } }
			part: product(sku: "A") { kits { sku } kitAvailability { quantity } }
			kitAvailability(skus: ["kit", "built", "A", "nobody"], warehouseCode: "la01") { kitSku quantity limitingSku } }`, nil)
		want := `{"product":{"kind":"SALES_KIT","components":[{"sku":"A","quantity":1,"product":{"name":"Product A"}},{"sku":"B","quantity":2,"product":{"name":"Product B"}}],
			"kitAvailability":[{"kitSku":"KIT","warehouse":{"code":"SZ01"},"quantity":3,"limitingSku":"B","limitingProduct":{"sku":"B"},"limitingAvailable":7,"limitingPerKit":2},
			{"kitSku":"KIT","warehouse":{"code":"LA01"},"quantity":0,"limitingSku":"B","limitingProduct":{"sku":"B"},"limitingAvailable":0,"limitingPerKit":2}]},
			"part":{"kits":[{"sku":"BUILT"},{"sku":"KIT"}],"kitAvailability":[]},
			"kitAvailability":[{"kitSku":"BUILT","quantity":4,"limitingSku":"A"},{"kitSku":"KIT","quantity":0,"limitingSku":"B"}]}`
		sameJSON(t, string(r.Data), want)
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			got, err := catalog.Components(t.Context(), tx, []string{"KIT", "A", "nobody"})
			if want := []catalog.Component{{SKU: "A", Quantity: 1}, {SKU: "B", Quantity: 2}}; len(got) != 1 || !slices.Equal(got["KIT"], want) {
				t.Error(got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestKitsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "SZ01")
		g.Products(t, "A", "B", "STOCKED", "MEMBER", "OLD")
		g.Must(t, p, "productArchive", "", in{"sku": "OLD"})
		g.Must(t, p, "productCreate", "", in{"sku": "KIT", "name": "Kit", "kind": "SALES_KIT", "components": []any{part("A", 1)}})
		g.Must(t, p, "interchangeGroupCreate", "", in{"code": "G", "members": []any{in{"sku": "MEMBER"}}})
		if r := adjust(t, g, p, "1", "STOCKED", "SZ01", 1); len(r.UserErrors) > 0 {
			t.Fatal(r.Raw)
		}
		many := []any{}
		for i := range 101 {
			many = append(many, part(fmt.Sprint("X", i), 1))
		}
		before := state(t, db)
		for name, c := range map[string]struct {
			mutation string
			input    in
			want     string
		}{
			"of itself":          {"productUpdate", in{"sku": "B", "kind": "SALES_KIT", "components": []any{part("b", 1)}}, "INVALID input.components.0.sku"},
			"of a kit":           {"productUpdate", in{"sku": "B", "kind": "ASSEMBLY_KIT", "components": []any{part("KIT", 1)}}, "INVALID input.components.0.sku"},
			"in a kit":           {"productUpdate", in{"sku": "A", "kind": "SALES_KIT", "components": []any{part("B", 1)}}, "INVALID input.kind"},
			"of nothing":         {"productUpdate", in{"sku": "B", "kind": "SALES_KIT"}, "REQUIRED input.components"},
			"emptied":            {"productUpdate", in{"sku": "KIT", "components": []any{}}, "REQUIRED input.components"},
			"no kit":             {"productUpdate", in{"sku": "B", "components": []any{part("A", 1)}}, "INVALID input.components"},
			"of an unknown part": {"productUpdate", in{"sku": "KIT", "components": []any{part("NONE", 1)}}, "NOT_FOUND input.components.0.sku"},
			"of an archived one": {"productUpdate", in{"sku": "KIT", "components": []any{part("OLD", 1)}}, "ARCHIVED input.components.0.sku"},
			"of a part twice":    {"productUpdate", in{"sku": "KIT", "components": []any{part("A", 1), part("a", 2)}}, "INVALID input.components.1.sku"},
			"of none of a part":  {"productUpdate", in{"sku": "KIT", "components": []any{part("A", 0)}}, "INVALID input.components.0.quantity"},
			"of too many parts":  {"productUpdate", in{"sku": "KIT", "components": many}, "TOO_MANY input.components"},
			"once stocked":       {"productUpdate", in{"sku": "STOCKED", "kind": "SALES_KIT", "components": []any{part("B", 1)}}, "INVALID input.kind"},
			"once exchanged":     {"productUpdate", in{"sku": "MEMBER", "kind": "SALES_KIT", "components": []any{part("B", 1)}}, "INVALID input.kind"},
			"in one import": {"productsImport", in{"mode": "UPSERT", "rows": []any{
				in{"sku": "N1", "name": "N", "kind": "SALES_KIT", "components": []any{part("B", 1)}},
				in{"sku": "N2", "name": "N", "kind": "SALES_KIT", "components": []any{part("N1", 1)}},
			}}, "INVALID input.rows.1.components.0.sku"},
			"in one import, the other way": {"productsImport", in{"mode": "UPSERT", "rows": []any{
				in{"sku": "N2", "name": "N", "kind": "SALES_KIT", "components": []any{part("B", 1)}},
				in{"sku": "B", "kind": "ASSEMBLY_KIT", "components": []any{part("A", 1)}},
			}}, "INVALID input.rows.1.kind"},
			"stocked by hand":       {"stockAdjust", in{"idempotencyKey": "k", "reasonCode": "T", "changes": []any{in{"sku": "KIT", "warehouseCode": "SZ01", "delta": 1}}}, "INVALID input.changes.0.sku"},
			"stocked by a document": {"inboundCreate", in{"idempotencyKey": "k", "warehouseCode": "SZ01", "lines": []any{in{"sku": "KIT", "quantity": 1}}}, "INVALID input.lines.0.sku"},
			"exchanged":             {"interchangeGroupUpdate", in{"code": "G", "members": []any{in{"sku": "KIT"}}}, "INVALID input.members.0.sku"},
			"a tariff number":       {"productUpdate", in{"sku": "B", "hsCode": "87A8"}, "INVALID input.hsCode"},
			"a country":             {"productUpdate", in{"sku": "B", "originCountry": "China"}, "INVALID input.originCountry"},
			"a customs value":       {"productUpdate", in{"sku": "B", "customsValue": "-1"}, "INVALID input.customsValue, REQUIRED input.customsCurrency"},
			"a shelf life":          {"productUpdate", in{"sku": "B", "minShelfLifeDays": -1}, "INVALID input.minShelfLifeDays"},
		} {
			if r := g.Mutate(t, p, c.mutation, "", c.input); r.Refused() != c.want {
				t.Errorf("a kit %s: %s, want %s", name, r.Raw, c.want)
			}
		}
		if after := state(t, db); after != before {
			t.Errorf("a refusal changed\n%s\nto\n%s", before, after)
		}
	})
}

func TestAReservedKitKeepsItsKind(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Products(t, "A")
		g.Must(t, p, "productCreate", "", in{"sku": "KIT", "name": "Kit", "kind": "SALES_KIT", "components": []any{part("A", 1)}})
		now := store.Moment(time.Now())
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			r, err := tx.Ent.Reservation.Create().SetBusinessType("ORDER").SetBusinessID("1").SetCreatedBy(p.UserID).SetLineCount(1).SetQuantity(1).
				SetState(stock.ReservationActive).SetCreatedAt(now).SetUpdatedAt(now).Save(t.Context())
			if err != nil {
				return err
			}
			return tx.Ent.ReservationLine.Create().SetReservationID(r.ID).SetLineNo(1).SetSku("KIT").SetAskedQuantity(1).SetQuantity(1).Exec(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := g.Mutate(t, p, "productUpdate", "", in{"sku": "KIT", "kind": "ASSEMBLY_KIT"}); r.Refused() != "INVALID input.kind" {
			t.Error(r.Raw)
		}
	})
}

// Whoever comes first, no kit is left in a kit, and no sales kit in stock.
func TestEditsThatMeetMakeNoKitInAKit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "SZ01")
		for round := range 12 {
			sku := func(s string) string { return fmt.Sprint(s, round) }
			g.Products(t, sku("A"), sku("B"), sku("C"))
			var all sync.WaitGroup
			for _, do := range []func(){
				func() {
					g.Mutate(t, p, "productUpdate", "", in{"sku": sku("A"), "kind": "SALES_KIT", "components": []any{part(sku("B"), 1)}})
				},
				func() {
					g.Mutate(t, p, "productUpdate", "", in{"sku": sku("B"), "kind": "SALES_KIT", "components": []any{part(sku("C"), 1)}})
				},
				func() {
					g.Mutate(t, p, "productUpdate", "", in{"sku": sku("C"), "kind": "SALES_KIT", "components": []any{part(sku("A"), 1)}})
				},
				func() { adjust(t, g, p, fmt.Sprint("a", round), sku("A"), "SZ01", 1) },
				func() { adjust(t, g, p, fmt.Sprint("b", round), sku("B"), "SZ01", 1) },
			} {
				all.Go(do)
			}
			all.Wait()
		}
		kits := db.Ent().Product.Query().Where(entproduct.KindNEQ(stock.ProductStandard)).Select(entproduct.FieldSku).StringsX(t.Context())
		if len(kits) == 0 {
			t.Error("nobody made a kit")
		}
		if n := db.Ent().KitComponent.Query().Where(kitcomponent.SkuIn(kits...)).CountX(t.Context()); n > 0 {
			t.Errorf("%d kits are in kits", n)
		}
		for _, s := range db.Ent().Stock.Query().AllX(t.Context()) {
			if slices.Contains(kits, s.Sku) {
				t.Errorf("sales kit %s is stocked", s.Sku)
			}
		}
		verify(t, db)
	})
}

func verify(t *testing.T, db *store.DB) {
	t.Helper()
	report, err := ledger.Verify(t.Context(), db)
	if err != nil || !report.OK() {
		t.Error(report, err)
	}
}

func sameJSON(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(got), &a), json.Unmarshal([]byte(want), &b)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
