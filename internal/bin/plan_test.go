package bin_test

import (
	"fmt"
	"testing"

	"entrepot/ent/warehouse"
	"entrepot/internal/bin"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// A pick list names what a posting without bins takes.
func TestAPlanIsWhatAPostingTakes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		for _, code := range []string{"B-01-01-01", "A-01-01-02", "LOST", "RECEIVE"} {
			f.refuses(code, f.adjust("LAMP", 4, in{"locationCode": code}), "")
		}
		plan := ""
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			w, err := tx.Ent.Warehouse.Query().Where(warehouse.Code("SZ01")).Only(t.Context())
			if err != nil {
				return err
			}
			picks, short, err := bin.Plan(t.Context(), tx, w.ID, []bin.Want{{Line: 1, SKU: "LAMP", Quantity: 9}, {Line: 2, SKU: "LAMP", Quantity: 5}, {Line: 3, SKU: "TYRE", Quantity: 1}})
			for _, p := range picks {
				plan += fmt.Sprintf("%d: %d of %s, ", p.Line, p.Quantity, p.LocationCode)
			}
			plan += fmt.Sprint(short)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if want := "1: 4 of A-01-01-02, 1: 4 of B-01-01-01, 1: 1 of RECEIVE, 2: 3 of RECEIVE, map[2:2 3:1]"; plan != want {
			t.Errorf("%s, want %s", plan, want)
		}
		f.refuses("picked", f.adjust("LAMP", -9, nil), "")
		f.expect("picked", "LAMP", "[LOST:4 RECEIVE:3]")
		f.verify()
	})
}
