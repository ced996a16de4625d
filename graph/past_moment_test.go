package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	daily "entrepot/internal/snapshot"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Going on from a day that was taken, or from nothing, finds what going back from
// now finds.
func TestAPastMomentIsTheSameFromADayThatWasTaken(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		places := map[string]any{"warehouseCodes": []any{"CN1", "US1", "DE1"}}
		s.pastMoments(t, "from nothing", places)
		if _, err := daily.New(db, time.Now).Take(t.Context(), time.Now(), nil); err != nil {
			t.Fatal(err)
		}
		s.pastMoments(t, "from a day", places)
		if none, _ := s.ask(t, []string{"SKU"}, "", map[string]any{"at": s.movements[9].RecordedAt, "filter": map[string]any{"warehouseCodes": []any{"NOWHERE"}}}); len(none) > 0 {
			t.Errorf("in no warehouse: %v", none)
		}
		// That it goes on from there shows when what was taken is wrong.
		at := s.movements[len(s.movements)/2].RecordedAt
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.SQL.ExecContext(t.Context(), "UPDATE stock_snapshots SET physical_quantity = physical_quantity + 1000000")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got, _ := s.ask(t, []string{"WAREHOUSE"}, "", map[string]any{"at": at, "filter": places})
		if fmt.Sprint(got) == fmt.Sprint(s.want(t, s.facts(func(o *ent.StockMovement) bool { return !o.RecordedAt.After(at) }, false), []string{"WAREHOUSE"}, at)) {
			t.Error("what was taken is not read")
		}
	})
}

// pastMoments asks as of some moments of which whole warehouses are named.
func (s *summed) pastMoments(t *testing.T, name string, places map[string]any) {
	t.Helper()
	for i, m := range s.movements {
		if i%7 != 0 || time.Since(m.RecordedAt) < 49*time.Hour {
			continue
		}
		for _, by := range [][]string{{"WAREHOUSE"}, {"WAREHOUSE", "SKU", "BATCH"}, {"AGE"}, {"CATEGORY"}} {
			got, _ := s.ask(t, by, "", map[string]any{"at": m.RecordedAt, "filter": places})
			want := s.want(t, s.facts(func(o *ent.StockMovement) bool { return !o.RecordedAt.After(m.RecordedAt) }, by[0] == "AGE"), by, m.RecordedAt)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, as of %s by %v:\n got %s\nwant %s", name, m.RecordedAt, by, strings.Join(only(got, want), "\n     "), strings.Join(only(want, got), "\n     "))
			}
		}
	}
}

// A SKU as of a moment is all its batches together, or one of them.
func TestStockAsOfAddsUpBatches(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		s := summarise(t, db)
		for i, m := range s.movements {
			if i%5 != 0 {
				continue
			}
			for basis, counts := range map[string]func(*ent.StockMovement) bool{
				"RECORDED": func(o *ent.StockMovement) bool { return !o.RecordedAt.After(m.RecordedAt) },
				"OCCURRED": func(o *ent.StockMovement) bool { return !o.OccurredAt.After(m.OccurredAt) },
			} {
				at := m.RecordedAt
				if basis == "OCCURRED" {
					at = m.OccurredAt
				}
				var want struct{ all, batch int64 }
				for _, o := range s.movements {
					if o.WarehouseID == m.WarehouseID && o.Sku == m.Sku && counts(o) {
						want.all += o.QuantityDelta
						if o.BatchNo == m.BatchNo {
							want.batch += o.QuantityDelta
						}
					}
				}
				var got struct{ All, Batch struct{ Physical int64 } }
				s.g.Do(t, s.p, `query($sku: String!, $in: String!, $batch: String!, $at: DateTime!, $basis: TimeBasis!) {
					all: stockAsOf(sku: $sku, warehouseCode: $in, at: $at, basis: $basis) { physical }
					batch: stockAsOf(sku: $sku, warehouseCode: $in, batchNo: $batch, at: $at, basis: $basis) { physical } }`, map[string]any{
					"sku": m.Sku, "in": s.warehouses[m.WarehouseID].Code, "batch": m.BatchNo, "at": at, "basis": basis,
				}).Into(t, &got)
				if got.All.Physical != want.all || got.Batch.Physical != want.batch {
					t.Errorf("%s %s, %s: got %+v, want %+v", m.Sku, m.BatchNo, basis, got, want)
				}
			}
		}
	})
}
