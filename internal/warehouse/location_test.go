package warehouse_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
	"entrepot/internal/warehouse"
)

func TestALocationLivesFromItsFirstDayToItsArchive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A")
		for _, step := range []struct {
			does, mutation string
			input          in
			want           string
		}{
			{"tidies codes", "locationCreate", in{"warehouseCode": " a ", "code": " r/1 ", "type": "RECEIVE"}, "R/1 A RECEIVE false false 0 ACTIVE v1"},
			{"is locked", "locationUpdate", in{"warehouseCode": "A", "code": "R/1", "isLocked": true, "expectedVersion": 1}, "R/1 A RECEIVE true false 0 ACTIVE v2"},
			{"keeps its version when nothing changes", "locationUpdate", in{"warehouseCode": "A", "code": "R/1", "isLocked": true}, "R/1 A RECEIVE true false 0 ACTIVE v2"},
			{"changes what is given", "locationUpdate", in{"warehouseCode": "A", "code": "R/1", "isLocked": false, "allowMixing": true, "maxVolumeCm3": 5}, "R/1 A RECEIVE false true 5 ACTIVE v3"},
			{"is archived", "locationArchive", in{"warehouseCode": "A", "code": "R/1"}, "R/1 A RECEIVE false true 5 ARCHIVED v4"},
			{"is archived twice", "locationArchive", in{"warehouseCode": "A", "code": "R/1"}, "R/1 A RECEIVE false true 5 ARCHIVED v4"},
			{"is restored", "locationRestore", in{"warehouseCode": "A", "code": "R/1"}, "R/1 A RECEIVE false true 5 ACTIVE v5"},
		} {
			var out struct {
				Location struct {
					ID, Code, Type, Status string
					IsLocked, AllowMixing  bool
					MaxVolumeCm3, Version  int64
					Warehouse              struct{ Code string }
				}
			}
			g.Must(t, p, step.mutation, `location { id code type status isLocked allowMixing maxVolumeCm3 version warehouse { code } }`, step.input).Into(t, &out)
			l := out.Location
			if got := fmt.Sprint(l.Code, " ", l.Warehouse.Code, " ", l.Type, " ", l.IsLocked, " ", l.AllowMixing, " ", l.MaxVolumeCm3, " ", l.Status, " v", l.Version); got != step.want {
				t.Errorf("%s:\n got %s\nwant %s", step.does, got, step.want)
			}
			var one struct{ ByID, ByCode, Node struct{ Code string } }
			g.Do(t, p, `query($id: ID!) { byID: location(id: $id) { code } byCode: location(warehouseCode: "a", code: "r/1") { code } node(id: $id) { ... on Location { code } } }`, in{"id": l.ID}).Into(t, &one)
			if one.ByID.Code != "R/1" || one.ByCode.Code != "R/1" || one.Node.Code != "R/1" {
				t.Error(one)
			}
		}
		for _, query := range []string{`{ location { code } }`, `{ location(code: "R/1") { code } }`, `{ location(warehouseCode: "A", code: "R/1", id: "TG9jYXRpb246MQ") { code } }`} {
			if code := g.Do(t, p, query, nil).Code(); code != "BAD_REQUEST" {
				t.Errorf("%s: %q", query, code)
			}
		}
	})
}

func TestABadLocationIsRefusedWithAllThatIsWrong(t *testing.T) {
	t.Parallel()
	one := in{"from": 1, "to": 1}
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A", "OLD")
		g.Must(t, p, "warehouseCreate", "", place("POOL", in{"category": "VIRTUAL"}))
		g.Must(t, p, "warehouseCreate", "", place("3PL", in{"ownershipType": "THIRD_PARTY"}))
		g.Must(t, p, "warehouseArchive", "", in{"code": "OLD"})
		g.Must(t, p, "locationCreate", "", in{"warehouseCode": "A", "code": "L"})
		refuse(t, g, p, db, []badInput{
			{"locationCreate", in{"warehouseCode": "", "code": ""}, "REQUIRED input.warehouseCode, REQUIRED input.code"},
			{"locationCreate", in{"warehouseCode": "nope", "code": "X"}, "NOT_FOUND input.warehouseCode"},
			{"locationCreate", in{"warehouseCode": "POOL", "code": "X"}, "INVALID input.warehouseCode"},
			{"locationCreate", in{"warehouseCode": "3PL", "code": "X"}, "INVALID input.warehouseCode"},
			{"locationCreate", in{"warehouseCode": "OLD", "code": "X"}, "ARCHIVED input.warehouseCode"},
			{"locationCreate", in{"warehouseCode": "A", "code": "l"}, "TAKEN input.code"},
			{"locationCreate", in{"warehouseCode": "A", "code": strings.Repeat("X", 51), "maxVolumeCm3": -1}, "INVALID input.code, INVALID input.maxVolumeCm3"},
			{"locationCreate", in{"warehouseCode": "A", "code": "A B"}, "INVALID input.code"},
			{"locationUpdate", in{"warehouseCode": "A", "code": "nope"}, "NOT_FOUND input.code"},
			{"locationUpdate", in{"warehouseCode": "", "code": ""}, "REQUIRED input.warehouseCode, REQUIRED input.code"},
			{"locationUpdate", in{"warehouseCode": "nope", "code": "L"}, "NOT_FOUND input.code"},
			{"locationUpdate", in{"warehouseCode": "A", "code": "L", "expectedVersion": 2}, "STALE_VERSION input.expectedVersion"},
			{"locationArchive", in{"warehouseCode": "A", "code": "nope"}, "NOT_FOUND input.code"},
			{"locationRestore", in{"warehouseCode": "A", "code": "L", "expectedVersion": 2}, "STALE_VERSION input.expectedVersion"},
			{
				"locationsImport",
				in{"mode": "UPSERT", "rows": []any{in{"warehouseCode": "A", "code": "L"}, in{"warehouseCode": "POOL", "code": "L"}, in{"warehouseCode": "a", "code": "l"}}},
				"INVALID input.rows.1.warehouseCode, INVALID input.rows.2.code",
			},
			{"locationsGenerate", in{"warehouseCode": "nope", "zones": []any{"A"}, "aisles": one, "levels": one, "positions": one}, "NOT_FOUND input.warehouseCode"},
			{"locationsGenerate", in{"warehouseCode": "", "zones": []any{}, "aisles": one, "levels": one, "positions": one}, "REQUIRED input.warehouseCode, REQUIRED input.zones"},
			{"locationsGenerate", in{"warehouseCode": "A", "zones": []any{"A", "a", "-"}, "aisles": in{"from": 3, "to": 2}, "levels": one, "positions": one}, "INVALID input.zones.1, INVALID input.zones.2, INVALID input.aisles"},
			{"locationsGenerate", in{"warehouseCode": "A", "zones": []any{"A"}, "aisles": in{"to": 9999}, "levels": in{"to": 9999}, "positions": in{"to": 9999}}, "TOO_MANY input"},
			{"locationsGenerate", in{"warehouseCode": "3PL", "zones": []any{"A"}, "aisles": one, "levels": one, "positions": in{"from": 0, "to": 0}}, "INVALID input.warehouseCode"},
		})
	})
}

func TestALocationWithGoodsIsNotArchived(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A")
		g.Products(t, "P")
		g.Must(t, p, "locationCreate", "", in{"warehouseCode": "A", "code": "L"})
		g.Must(t, p, "stockAdjust", "", in{"idempotencyKey": "k", "reasonCode": "T", "changes": []any{in{"sku": "P", "warehouseCode": "A", "delta": 7}}})
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			l, s := tx.Ent.Location.Query().OnlyX(t.Context()), tx.Ent.Stock.Query().OnlyX(t.Context())
			return tx.Ent.LocationStock.Create().SetWarehouseID(l.WarehouseID).SetLocationID(l.ID).SetStockID(s.ID).SetQuantity(7).SetChangedAt(time.Now()).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		refuse(t, g, p, db, []badInput{{"locationArchive", in{"warehouseCode": "A", "code": "L"}, "INVALID input.code"}})
	})
}

func TestZonesAreGeneratedAndWhatExistsIsLeftAlone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A")
		g.Must(t, p, "locationCreate", "", in{"warehouseCode": "A", "code": "A-099-01-01", "type": "PICK"})
		input := in{"warehouseCode": "a", "zones": []any{"b", "a"}, "aisles": in{"from": 99, "to": 100}, "levels": in{"to": 2}, "positions": in{"to": 1}, "allowMixing": true, "maxVolumeCm3": 3}
		var out struct {
			Created, Existing int
			Locations         []struct {
				Code, Type  string
				AllowMixing bool
			}
		}
		g.Must(t, p, "locationsGenerate", "created existing locations { code type allowMixing }", input).Into(t, &out)
		var codes []string
		for _, l := range out.Locations {
			if codes = append(codes, l.Code); l.Type != "STORAGE" || !l.AllowMixing {
				t.Error(l)
			}
		}
		want := []string{"B-099-01-01", "B-099-02-01", "B-100-01-01", "B-100-02-01", "A-099-02-01", "A-100-01-01", "A-100-02-01"}
		if out.Created != 7 || out.Existing != 1 || !slices.Equal(codes, want) {
			t.Errorf("%+v %q", out, codes)
		}
		g.Must(t, p, "locationsGenerate", "created existing locations { code type allowMixing }", input).Into(t, &out)
		if out.Created != 0 || out.Existing != 8 || len(out.Locations) != 0 {
			t.Errorf("again: %+v", out)
		}
		all := in{"warehouseCode": "A", "zones": []any{"Z"}, "aisles": in{"to": 50}, "levels": in{"to": 10}, "positions": in{"to": 10}}
		var wg sync.WaitGroup
		made := make([]struct{ Created, Existing int }, 2)
		for i := range made {
			wg.Go(func() { g.Must(t, p, "locationsGenerate", "created existing", all).Into(t, &made[i]) })
		}
		wg.Wait()
		if made[0].Created+made[1].Created != 5000 || made[0].Existing+made[1].Existing != 5000 {
			t.Errorf("two at once: %+v", made)
		}
	})
}

func TestLocationsAreListedAloneAndInTheirWarehouses(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A", "B", "C")
		var rows []any
		for _, w := range []string{"A", "B"} {
			for i := range 5 {
				rows = append(rows, in{"warehouseCode": w, "code": fmt.Sprintf("%s-%d", w, 5-i), "isLocked": i == 0, "type": []string{"PICK", "STORAGE"}[i%2]})
			}
		}
		g.Must(t, p, "locationsImport", "", in{"mode": "CREATE", "rows": rows})
		g.Must(t, p, "locationArchive", "", in{"warehouseCode": "B", "code": "B-3"})
		for query, want := range map[string]string{
			`locations(filter: {warehouseCodes: ["b"], search: "b-"}, orderBy: {field: CODE}, first: 2) { nodes { code } totalCount }`: "B-1 B-2 of 5",
			`locations(filter: {locked: true}) { nodes { code } totalCount }`:                                                          "A-5 B-5 of 2",
			`locations(filter: {types: [STORAGE], codes: ["a-4", "B-2", "B-1"]}) { nodes { code } totalCount }`:                        "A-4 B-2 of 2",
			`locations(filter: {status: ARCHIVED}, orderBy: {field: UPDATED_AT}) { nodes { code } totalCount }`:                        "B-3 of 1",
		} {
			var out struct {
				Locations struct {
					Nodes      []struct{ Code string }
					TotalCount int
				}
			}
			g.Do(t, p, "{"+query+"}", nil).Into(t, &out)
			got := ""
			for _, n := range out.Locations.Nodes {
				got += n.Code + " "
			}
			if got += fmt.Sprint("of ", out.Locations.TotalCount); got != want {
				t.Errorf("%s: %s", query, got)
			}
		}
		got, after := "", any(nil)
		for range 3 {
			var out struct {
				Warehouses struct {
					Nodes []struct {
						Locations struct {
							Nodes      []struct{ Code string }
							TotalCount int
							PageInfo   struct {
								HasNextPage, HasPreviousPage bool
								EndCursor                    *string
							}
						}
					}
				}
			}
			g.Do(t, p, `query($after: String) { warehouses { nodes { locations(first: 2, after: $after) { totalCount nodes { code } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }`, in{"after": after}).Into(t, &out)
			for _, w := range out.Warehouses.Nodes {
				l := w.Locations
				for _, n := range l.Nodes {
					got += n.Code + " "
				}
				got += fmt.Sprint(l.TotalCount, l.PageInfo.HasNextPage, l.PageInfo.HasPreviousPage, "; ")
			}
			after = out.Warehouses.Nodes[0].Locations.PageInfo.EndCursor
		}
		want := "A-1 A-2 5 true false; B-1 B-2 5 true false; 0 false false; " +
			"A-3 A-4 5 true true; B-1 B-2 5 true true; 0 false true; " +
			"A-5 5 false true; B-1 B-2 5 true true; 0 false true; "
		if got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		if code := g.Do(t, p, `{ warehouses { nodes { locations(first: 201) { nodes { code } } } } }`, nil).Code(); code != "BAD_REQUEST" {
			t.Error(code)
		}
	})
}

func TestLocationsAreFoundByCodeWithinACommand(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "A", "B")
		for _, w := range []string{"A", "B"} {
			g.Must(t, p, "locationCreate", "", in{"warehouseCode": w, "code": "L"})
		}
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			found, err := warehouse.LocationsByCode(t.Context(), tx, 1, []string{"L", "M"})
			if err == nil && (len(found) != 1 || found["L"].WarehouseID != 1) {
				t.Errorf("%v", found)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
