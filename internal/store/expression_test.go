package store_test

import (
	"database/sql"
	"testing"
	"time"

	"entrepot/internal/money"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// The two databases count days alike: over midnight, in zones of half hours, and
// over the nights when clocks change.
func TestBothDatabasesKeepTheSameCalendar(t *testing.T) {
	t.Parallel()
	type day struct{ at, zone, day, week, month string }
	days := []day{
		{"2026-11-20T15:59:59.999999Z", "Asia/Shanghai", "2026-11-20", "2026-11-16", "2026-11-01"},
		{"2026-11-20T16:00:00Z", "Asia/Shanghai", "2026-11-21", "2026-11-16", "2026-11-01"},
		{"2026-11-22T18:29:59Z", "Asia/Kolkata", "2026-11-22", "2026-11-16", "2026-11-01"},
		{"2026-11-22T18:30:00Z", "Asia/Kolkata", "2026-11-23", "2026-11-23", "2026-11-01"},
		{"2026-03-08T07:59:59Z", "America/Los_Angeles", "2026-03-07", "2026-03-02", "2026-03-01"},
		{"2026-03-09T06:59:59Z", "America/Los_Angeles", "2026-03-08", "2026-03-02", "2026-03-01"},
		{"2026-11-02T07:59:59Z", "America/Los_Angeles", "2026-11-01", "2026-10-26", "2026-11-01"},
		{"2026-12-31T23:30:00Z", "Europe/Berlin", "2027-01-01", "2026-12-28", "2027-01-01"},
		{"2026-12-31T23:30:00Z", "UTC", "2026-12-31", "2026-12-28", "2026-12-01"},
	}
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		for _, d := range days {
			at, err := time.Parse(time.RFC3339, d.at)
			if err != nil {
				t.Fatal(err)
			}
			p := store.Params{Dialect: db.Dialect()}
			moment, zone := p.Add(at), p.Add(d.zone)
			if db.Dialect() == "postgres" {
				moment += "::timestamptz"
			}
			show := func(u store.Unit) string {
				return store.DateText(db.Dialect(), store.LocalDate(db.Dialect(), u, moment, zone))
			}
			got := day{at: d.at, zone: d.zone}
			err = db.Report(t.Context(), func(tx *sql.Tx) error {
				return tx.QueryRowContext(t.Context(), "SELECT "+show(store.Day)+", "+show(store.Week)+", "+show(store.Month), p.Values...).
					Scan(&got.day, &got.week, &got.month)
			})
			if err != nil || got != d {
				t.Errorf("got %v (%v), want %v", got, err, d)
			}
		}
	})
}

func TestBothDatabasesConvertAsMoneyDoes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			amount money.Amount
			rate   money.Rate
		}{{1, 5_000_000_000}, {-1, 5_000_000_000}, {3, 1_700_000}, {9_000_000_000_000_000, 70_823_400_000}, {-123_456, 480_000_001}, {125_000_000_001, 9_999_999_999}} {
			want, err := c.amount.Convert(c.rate)
			if err != nil {
				t.Fatal(err)
			}
			p := store.Params{Dialect: db.Dialect()}
			amount, rate := p.Add(int64(c.amount)), p.Add(int64(c.rate))
			if db.Dialect() == "postgres" {
				amount, rate = amount+"::bigint", rate+"::bigint"
			}
			var got money.Amount
			err = db.Report(t.Context(), func(tx *sql.Tx) error {
				return tx.QueryRowContext(t.Context(), "SELECT "+store.Convert(db.Dialect(), amount, rate), p.Values...).Scan(&got)
			})
			if err != nil || got != want {
				t.Errorf("%d at %d: got %d (%v), want %d", c.amount, c.rate, got, err, want)
			}
		}
	})
}

func TestBothDatabasesDivideProductsBeyond64Bits(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			a, b, c int64
			want    sql.NullInt64
		}{
			{7, 3, 2, sql.NullInt64{Int64: 10, Valid: true}},
			{0, 9, 4, sql.NullInt64{Valid: true}},
			{5, 5, 0, sql.NullInt64{}},
			{-7, 3, 2, sql.NullInt64{Int64: -10, Valid: true}},
			{-7, -3, 2, sql.NullInt64{Int64: 10, Valid: true}},
			{7, -3, -2, sql.NullInt64{Int64: 10, Valid: true}},
			{-7, -3, -2, sql.NullInt64{Int64: -10, Valid: true}},
			{8_999_999_999_999_999_999, 9_000_000_000_000_000_000, 9_000_000_000_000_000_001, sql.NullInt64{Int64: 8_999_999_999_999_999_998, Valid: true}},
		} {
			p := store.Params{Dialect: db.Dialect()}
			n := [3]string{p.Add(c.a), p.Add(c.b), p.Add(c.c)}
			if db.Dialect() == "postgres" {
				n = [3]string{n[0] + "::bigint", n[1] + "::bigint", n[2] + "::bigint"}
			}
			var got sql.NullInt64
			err := db.SQL().QueryRowContext(t.Context(), "SELECT "+store.MulDiv(db.Dialect(), n[0], n[1], n[2]), p.Values...).Scan(&got)
			if err != nil || got != c.want {
				t.Errorf("%d * %d / %d: got %v (%v), want %v", c.a, c.b, c.c, got, err, c.want)
			}
		}
	})
}
