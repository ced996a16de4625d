package demo_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/ent/migrate"
	"entrepot/internal/demo"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// tables counts the rows of all of them.
func tables(t *testing.T, db *store.DB) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for _, table := range migrate.Tables {
		rows[table.Name] = count(t, db, "SELECT count(*) FROM "+table.Name)
	}
	return rows
}

func TestASecondLoadChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		prepare(t, db)
		first := load(t, db, friday)
		rows := tables(t, db)
		for _, later := range []time.Duration{0, 26 * time.Hour, 90 * 24 * time.Hour} {
			if again := load(t, db, friday.Add(later)); again != first {
				t.Errorf("%s later: %s, want %s", later, again, first)
			}
			if again := tables(t, db); !maps.Equal(again, rows) {
				t.Errorf("%s later: %v, want %v", later, again, rows)
			}
		}
	})
}

// A load is broken off again and again, somewhere in a command, and carried on
// a day later.
func TestALoadThatIsBrokenOffIsCarriedOn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		prepare(t, db)
		for _, after := range []int64{2, 20, 33, 60, 130, 280, 500} {
			now := friday
			if count(t, db, "SELECT count(*) FROM documents") > 0 {
				now = now.Add(26 * time.Hour)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var commands atomic.Int64
			clock := func() time.Time {
				if commands.Add(1) == after {
					go cancel()
				}
				return now
			}
			if sum, err := demo.Load(ctx, demo.New(db, "CNY", clock)); err == nil {
				t.Errorf("it went on after %d commands: %s", after, sum)
			}
			cancel()
		}
		load(t, db, friday.Add(27*time.Hour))
		verify(t, db)

		whole := testdb.SQLite(t)
		prepare(t, whole)
		load(t, whole, friday)
		if got, want := story(t, db), story(t, whole); !slices.Equal(got, want) {
			t.Errorf("%d documents, want %d", len(got), len(want))
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("got  %s\nwant %s", got[i], want[i])
				}
			}
		}
		if got, want := balances(t, db), balances(t, whole); !maps.Equal(got, want) {
			t.Error("the stocks are others")
		}
		got, want := tables(t, db), tables(t, whole)
		if !maps.Equal(got, want) {
			t.Errorf("rows %v, want %v", got, want)
		}
	})
}

// story is every document in words, but for its number and the times that are
// those of the load.
func story(t *testing.T, db *store.DB) (told []string) {
	t.Helper()
	for _, d := range documents(t, db) {
		s := fmt.Sprintf("%s %s %d %s %s %s %s %d of %d, %d rejected: %s", d.Kind, d.State, d.WarehouseID, d.ReasonCode, d.ExternalNo, d.Party,
			d.Currency, d.ExecutedQuantity, d.Quantity, d.RejectedQuantity, d.Note)
		if d.OccurredAt.Before(friday) {
			s += " on " + d.OccurredAt.UTC().Format(time.RFC3339)
		}
		if d.ExpectedAt != nil {
			s += " for " + d.ExpectedAt.UTC().Format(time.RFC3339)
		}
		for _, l := range d.Edges.Lines {
			s += fmt.Sprintf("; %s %s %s %d/%d", l.Sku, l.BatchNo, l.Bucket, l.ExecutedQuantity, l.Quantity)
		}
		told = append(told, fmt.Sprintf("%s, %d events", s, len(d.Edges.Events)))
	}
	slices.Sort(told)
	return told
}

func balances(t *testing.T, db *store.DB) map[string]int64 {
	t.Helper()
	rows, err := db.Ent().Stock.Query().All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]int64{}
	for _, s := range rows {
		held[fmt.Sprintf("%d %s %t", s.WarehouseID, s.Sku, s.BatchNo != "")] += s.PhysicalQuantity*1_000_000 + s.DamagedQuantity*1000 + s.HoldQuantity
	}
	return held
}

// The README shows answers: they are the same on every day and at every hour,
// also where the clocks have just changed.
func TestTheStocksDoNotDependOnTheDay(t *testing.T) {
	t.Parallel()
	var want map[string]int64
	for _, now := range []time.Time{
		friday,
		time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC),
		time.Date(2027, 3, 1, 23, 59, 0, 0, time.UTC),
		time.Date(2028, 2, 29, 0, 1, 0, 0, time.UTC),
	} {
		db := testdb.SQLite(t)
		prepare(t, db)
		load(t, db, now)
		verify(t, db)
		if got := balances(t, db); want == nil {
			if want = got; want["1 BP-F150-FR false"] != 245_001_000 {
				t.Errorf("the README shows another answer than %d", want["1 BP-F150-FR false"])
			}
		} else if !maps.Equal(got, want) {
			t.Errorf("at %s there are other stocks", now)
		}
		if n := count(t, db, "SELECT count(*) FROM postings WHERE occurred_at > $1", now); n > 0 {
			t.Errorf("at %s %d postings are in the future", now, n)
		}
	}
}
