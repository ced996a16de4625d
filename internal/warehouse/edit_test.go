package warehouse_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func place(code string, more in) in {
	input := in{"code": code, "name": code, "currency": "CNY"}
	for k, v := range more {
		input[k] = v
	}
	return input
}

func show(t *testing.T, r graphtest.Payload) string {
	t.Helper()
	var out struct {
		Warehouse struct {
			Code, Name, Category, OwnershipType, Currency, TimeZone, Status string
			Capacity, Version                                               int64
			Parents                                                         []struct{ Code string }
		}
	}
	r.Into(t, &out)
	w := out.Warehouse
	s := fmt.Sprintf("%s %q %s %s %s %s %d %s v%d", w.Code, w.Name, w.Category, w.OwnershipType, w.Currency, w.TimeZone, w.Capacity, w.Status, w.Version)
	for _, p := range w.Parents {
		s += " <" + p.Code
	}
	return s
}

const whole = `warehouse { code name category ownershipType currency timeZone capacity status version parents { code } }`

func TestAWarehouseLivesFromItsFirstDayToItsArchive(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "warehouseCreate", "", place("HQ", nil))
		g.Must(t, p, "warehouseCreate", "", place("EU", nil))
		for _, step := range []struct {
			does, mutation string
			input          in
			want           string
		}{
			{"tidies codes", "warehouseCreate", in{"code": " ber.1 ", "name": " Berlin ", "currency": "eur", "parentCodes": []any{"hq"}, "timeZone": "Europe/Berlin", "tracksLocations": false}, `BER.1 "Berlin" PHYSICAL SELF EUR Europe/Berlin 0 ACTIVE v1 <HQ`},
			{"changes what is given", "warehouseUpdate", in{"code": "ber.1", "capacity": 9, "ownershipType": "THIRD_PARTY", "expectedVersion": 1}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ACTIVE v2 <HQ`},
			{"keeps its version when nothing changes", "warehouseUpdate", in{"code": "BER.1", "capacity": 9, "parentCodes": []any{"HQ"}}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ACTIVE v2 <HQ`},
			{"replaces parents", "warehouseUpdate", in{"code": "BER.1", "parentCodes": []any{"eu", "hq"}}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ACTIVE v3 <HQ <EU`},
			{"takes parents away", "warehouseUpdate", in{"code": "BER.1", "parentCodes": []any{}}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ACTIVE v4`},
			{"is archived", "warehouseArchive", in{"code": "BER.1", "expectedVersion": 4}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ARCHIVED v5`},
			{"is archived twice", "warehouseArchive", in{"code": "BER.1"}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ARCHIVED v5`},
			{"is restored", "warehouseRestore", in{"code": "BER.1"}, `BER.1 "Berlin" PHYSICAL THIRD_PARTY EUR Europe/Berlin 9 ACTIVE v6`},
		} {
			if got := show(t, g.Must(t, p, step.mutation, whole, step.input)); got != step.want {
				t.Errorf("%s:\n got %s\nwant %s", step.does, got, step.want)
			}
		}
	})
}

func TestABadWarehouseIsRefusedWithAllThatIsWrong(t *testing.T) {
	t.Parallel()
	var eleven []any
	for i := range 11 {
		eleven = append(eleven, fmt.Sprint("W", i))
	}
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "warehouseCreate", "", place("A", nil))
		g.Must(t, p, "warehouseCreate", "", place("B", in{"parentCodes": []any{"A"}}))
		g.Must(t, p, "warehouseCreate", "", place("C", in{"parentCodes": []any{"B"}}))
		refuse(t, g, p, db, []badInput{
			{"warehouseCreate", in{"code": "", "name": "", "currency": ""}, "REQUIRED input.code, REQUIRED input.name, INVALID input.currency"},
			{"warehouseCreate", place("a", nil), "TAKEN input.code"},
			{"warehouseCreate", place(strings.Repeat("X", 31), in{"name": strings.Repeat("x", 101)}), "INVALID input.code, INVALID input.name"},
			{"warehouseCreate", place("A/B", in{"timeZone": "Mars/Olympus", "capacity": -1, "maxVolumeCm3": -1}), "INVALID input.code, INVALID input.timeZone, INVALID input.capacity, INVALID input.maxVolumeCm3"},
			{"warehouseCreate", place("X", in{"timeZone": "Local"}), "INVALID input.timeZone"},
			{"warehouseCreate", place("X", in{"timeZone": ""}), "INVALID input.timeZone"},
			{"warehouseCreate", place("X", in{"parentCodes": []any{"x", "nope", "A", "a", " "}}), "INVALID input.parentCodes.0, INVALID input.parentCodes.3, REQUIRED input.parentCodes.4, NOT_FOUND input.parentCodes.1"},
			{"warehouseCreate", place("X", in{"parentCodes": []any{"A", "nope"}}), "NOT_FOUND input.parentCodes.1"},
			{"warehouseCreate", place("X", in{"parentCodes": eleven}), "TOO_MANY input.parentCodes"},
			{"warehouseUpdate", in{"code": "A", "parentCodes": []any{"B"}}, "INVALID input.parentCodes.0"},
			{"warehouseUpdate", in{"code": "A", "parentCodes": []any{"C"}}, "INVALID input.parentCodes.0"},
			{"warehouseUpdate", in{"code": "nope", "name": "X"}, "NOT_FOUND input.code"},
			{"warehouseUpdate", in{"code": "A", "expectedVersion": 4}, "STALE_VERSION input.expectedVersion"},
			{"warehouseArchive", in{"code": "nope"}, "NOT_FOUND input.code"},
			{"warehouseRestore", in{"code": "A", "expectedVersion": 4}, "STALE_VERSION input.expectedVersion"},
			{
				"warehousesImport",
				in{"mode": "UPSERT", "rows": []any{in{"code": "A", "currency": "EUR"}, in{"code": "N"}, in{"code": "b", "parentCodes": []any{"C"}}, in{"code": "B"}}},
				"INVALID input.rows.0.currency, REQUIRED input.rows.1.name, REQUIRED input.rows.1.currency, INVALID input.rows.2.parentCodes.0, INVALID input.rows.3.code",
			},
		})
	})
}

func TestAWarehouseInUseIsNotArchived(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Must(t, p, "warehouseCreate", "", place("A", nil))
		g.Must(t, p, "warehouseCreate", "", place("B", nil))
		g.Products(t, "P", "Q")
		adjust := func(key string, delta int) {
			g.Must(t, p, "stockAdjust", "", in{"idempotencyKey": key, "reasonCode": "T", "changes": []any{
				in{"sku": "P", "warehouseCode": "A", "delta": delta}, in{"sku": "Q", "warehouseCode": "A", "delta": delta, "bucket": "DAMAGED"},
			}})
		}
		adjust("come", 3)
		documents(t, db, p)
		g.Must(t, p, "locationCreate", "", in{"warehouseCode": "A", "code": "L"})
		refuse(t, g, p, db, []badInput{
			{"warehouseArchive", in{"code": "A"}, "INVALID input.code, INVALID input.code"},
			{"warehouseArchive", in{"code": "B"}, "INVALID input.code"},
			{"warehouseUpdate", in{"code": "A", "category": "VIRTUAL"}, "INVALID input.category, INVALID input.category, INVALID input.category"},
			{"warehouseUpdate", in{"code": "A", "ownershipType": "THIRD_PARTY"}, "INVALID input.ownershipType"},
		})
		r := g.Mutate(t, p, "warehouseArchive", "", in{"code": "A"})
		if m := r.UserErrors[0].Message + r.UserErrors[1].Message; !strings.Contains(m, "2 stocks") || !strings.Contains(m, "3 open documents") {
			t.Error(m)
		}
		adjust("go", -3)
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			return tx.Ent.Document.Update().SetState(stock.DocumentCancelled).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		g.Must(t, p, "warehouseArchive", "", in{"code": "A"})
		g.Must(t, p, "warehouseArchive", "", in{"code": "B"})
		refuse(t, g, p, db, []badInput{{"locationCreate", in{"warehouseCode": "A", "code": "M"}, "ARCHIVED input.warehouseCode"}})
	})
}

// documents makes one of each state in warehouse A, on the way to B.
func documents(t *testing.T, db *store.DB, p *auth.Principal) {
	t.Helper()
	if err := db.InTx(t.Context(), func(tx store.Tx) error {
		ids := map[string]int64{}
		for _, code := range []string{"A", "B"} {
			found, err := tx.Ent.Warehouse.Query().All(t.Context())
			if err != nil {
				return err
			}
			for _, w := range found {
				if w.Code == code {
					ids[code] = w.ID
				}
			}
		}
		for _, s := range stock.DocumentState("").Values() {
			if err := tx.Ent.Document.Create().SetNo("D-" + s).SetKind(stock.DocumentTransfer).SetState(stock.DocumentState(s)).
				SetWarehouseID(ids["A"]).SetTargetWarehouseID(ids["B"]).SetCreatedBy(p.UserID).SetLineCount(0).SetQuantity(0).
				SetOccurredAt(time.Now()).SetCreatedAt(time.Now()).SetUpdatedAt(time.Now()).Exec(t.Context()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestTwoWhoCloseACircleTogetherDoNot(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		for round := range 4 {
			a, b := fmt.Sprint("A", round), fmt.Sprint("B", round)
			g.Must(t, p, "warehouseCreate", "", place(a, nil))
			g.Must(t, p, "warehouseCreate", "", place(b, nil))
			var wg sync.WaitGroup
			refused := make([]string, 2)
			for i, pair := range [][2]string{{a, b}, {b, a}} {
				wg.Go(func() {
					refused[i] = g.Mutate(t, p, "warehouseUpdate", "", in{"code": pair[0], "parentCodes": []any{pair[1]}}).Refused()
				})
			}
			wg.Wait()
			slices.Sort(refused)
			if !slices.Equal(refused, []string{"", "INVALID input.parentCodes.0"}) {
				t.Errorf("%q", refused)
			}
		}
	})
}

func TestAnImportOfWarehousesBuildsOnItsEarlierRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		r := g.Mutate(t, p, "warehousesImport", "rows { action warehouse { code parents { code } } }", in{"mode": "CREATE", "errorPolicy": "REJECT_FAILED_ROWS", "rows": []any{
			place("TOP", nil), place("MID", in{"parentCodes": []any{"top"}}), place("BAD", in{"capacity": -1}),
			place("LOST", in{"parentCodes": []any{"BAD"}}), place("LOW", in{"parentCodes": []any{"MID", "TOP"}}),
		}})
		var out struct {
			Rows []struct {
				Action    string
				Warehouse *struct{ Parents []struct{ Code string } }
			}
		}
		r.Into(t, &out)
		got := ""
		for _, row := range out.Rows {
			got += row.Action[:1]
			if row.Warehouse != nil {
				got += fmt.Sprint(row.Warehouse.Parents)
			}
		}
		if got != "C[]C[{TOP}]RRC[{TOP} {MID}]" || r.Refused() != "INVALID input.rows.2.capacity, NOT_FOUND input.rows.3.parentCodes.0" {
			t.Error(got, r.Refused())
		}
		var list struct {
			Warehouses struct{ Nodes []struct{ Code string } }
		}
		g.Do(t, p, `{ warehouses(filter: {parentCode: "top"}) { nodes { code } } }`, nil).Into(t, &list)
		if fmt.Sprint(list.Warehouses.Nodes) != "[{MID} {LOW}]" {
			t.Error(list)
		}
	})
}
