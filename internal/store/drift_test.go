package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"entrepot/ent"
	"entrepot/internal/store/drift"
	"entrepot/internal/testdb"
)

// The migrations and ent's schema must describe one database. What only the
// migrations can say is listed line by line in testdata/only_in_migrations.*:
// a line that is missing from the database, or one that nobody listed, fails.
// It is how a trigger lost in a rebuilt table is noticed.
func TestMigrationsDoNotDriftFromSchema(t *testing.T) {
	t.Parallel()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		compare(t, "postgres", dialect.Postgres, testdb.PostgresURL(t), testdb.EmptyPostgresURL(t), []string{
			`column stocks.id bigint NOT NULL identity`,
			`constraint stocks stocks_pkey PRIMARY KEY (id)`,
			`index stock_movements CREATE INDEX stock_movements_occurred_at USING brin (occurred_at)`,
			`index stock_movements CREATE INDEX stock_movements_recorded_at USING brin (recorded_at)`,
			`index stocks CREATE INDEX stocks_warehouse_id_id USING btree (warehouse_id, id)`,
			`index stocks CREATE UNIQUE INDEX stocks_pkey USING btree (id)`,
		})
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		file := func(url string) string {
			return "file:" + strings.TrimPrefix(url, "sqlite:") + "?_pragma=foreign_keys(1)"
		}
		compare(t, "sqlite", dialect.SQLite, file(testdb.SQLiteURL(t)), file(filepath.Join(t.TempDir(), "ent.db")), nil)
	})
}

func compare(t *testing.T, driver, d, migrated, empty string, onlyInSchema []string) {
	t.Helper()
	made := openRaw(t, driver, empty)
	if err := ent.NewClient(ent.Driver(entsql.OpenDB(d, made))).Schema.Create(t.Context()); err != nil {
		t.Fatal(err)
	}
	listed, err := os.ReadFile("testdata/only_in_migrations." + driver + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	have, want := catalog(t, d, openRaw(t, driver, migrated)), catalog(t, d, made)
	expect(t, "migrations", drift.Only(have, want), strings.Split(strings.TrimSpace(string(listed)), "\n"))
	expect(t, "schema", drift.Only(want, have), onlyInSchema)
}

func expect(t *testing.T, where string, found, listed []string) {
	t.Helper()
	for _, line := range drift.Only(found, listed) {
		t.Errorf("only in the %s: %s", where, line)
	}
	for _, line := range drift.Only(listed, found) {
		t.Errorf("no longer only in the %s: %s", where, line)
	}
}

func catalog(t *testing.T, d string, db *sql.DB) []string {
	t.Helper()
	lines, err := drift.Catalog(t.Context(), d, db)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func openRaw(t *testing.T, driver, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Go sorts stock keys by bytes before it locks them; so must PostgreSQL.
func TestKeysSortByBytes(t *testing.T) {
	t.Parallel()
	odd, err := drift.Lines(t.Context(), openRaw(t, "postgres", testdb.PostgresURL(t)), `
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('sku', 'batch_no', 'code') AND coalesce(collation_name, '') <> 'C'`)
	if err != nil || len(odd) > 0 {
		t.Errorf("these do not sort by bytes, so lock order in Go and in SQL would differ: %v %v", odd, err)
	}
}
