package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/dialect"

	"entrepot/internal/fault"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestInTxCommitsRollsBackAndFiresEffects(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		fired := 0
		insert := func(tx store.Tx, id string) error {
			tx.AfterCommit(func(context.Context) { fired++ })
			_, err := tx.SQL.ExecContext(ctx, "INSERT INTO idempotency_keys (id, input_hash, created_at) VALUES ($1, $2, $3)",
				id, []byte{1}, "2026-11-20 00:00:00+00:00")
			return err
		}
		boom := errors.New("boom")
		for id, end := range map[string]error{"kept": nil, "refused": boom, "dry": store.Rollback()} {
			err := db.InTx(ctx, func(tx store.Tx) error {
				if err := insert(tx, id); err != nil {
					return err
				}
				return end
			})
			if want := map[string]error{"refused": boom}[id]; !errors.Is(err, want) {
				t.Errorf("%s: %v", id, err)
			}
		}
		var ids string
		if err := db.SQL().QueryRowContext(ctx, "SELECT max(id) || count(*) FROM idempotency_keys").Scan(&ids); err != nil {
			t.Fatal(err)
		}
		if ids != "kept1" || fired != 1 {
			t.Errorf("left %q, %d effects", ids, fired)
		}
	})
}

func TestInTxTriesAgainAndGivesUpWithConflict(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		tries := 0
		err := db.InTx(t.Context(), func(store.Tx) error {
			if tries++; tries < 3 {
				return fmt.Errorf("wrapped: %w", store.ErrRetry)
			}
			return nil
		})
		if err != nil || tries != 3 {
			t.Errorf("%d tries: %v", tries, err)
		}
		tries = 0
		err = db.InTx(t.Context(), func(store.Tx) error { tries++; return store.ErrRetry })
		var faults fault.List
		if !errors.As(err, &faults) || faults[0].Code != fault.Conflict || tries != 4 {
			t.Errorf("%d tries: %v, want CONFLICT", tries, err)
		}
	})
}

func TestReadPoolCannotWrite(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM idempotency_keys"); err == nil {
			t.Error("the reading pool wrote")
		}
	})
}

func TestVersionIsToldWithAWayOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.CheckVersion(ctx); err != nil {
			t.Fatalf("a migrated database: %v", err)
		}
		err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.SQL.ExecContext(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"check": db.CheckVersion(ctx), "migrate": db.Migrate(ctx)} {
			if err == nil || !strings.Contains(err.Error(), "newer binary") {
				t.Errorf("%s of a newer database: %v", name, err)
			}
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		for _, url := range []string{"sqlite:" + filepath.Join(t.TempDir(), "new", "x.db"), testdb.EmptyPostgresURL(t)} {
			db, err := store.Open(t.Context(), store.Config{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			if err := db.CheckVersion(t.Context()); err == nil || !strings.Contains(err.Error(), "entrepot migrate") {
				t.Errorf("an empty database: %v", err)
			}
			if err := errors.Join(db.Migrate(t.Context()), db.Migrate(t.Context()), db.CheckVersion(t.Context()), db.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOpenTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"mysql://x": `must begin with "sqlite:" or "postgres://"`,
		"postgres://u:s3cret@127.0.0.1:1/x?sslmode=disable": "does not answer",
		"postgres://u:s3cret@%zz/x":                         "not a valid",
	} {
		_, err := store.Open(t.Context(), store.Config{URL: url})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %q and no password", url, err, want)
		}
	}
}

func TestPartitionWarehouseMovesItsBalances(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	ctx := t.Context()
	run := func(stmts ...string) error {
		return db.InTx(ctx, func(tx store.Tx) error {
			for _, s := range stmts {
				if _, err := tx.SQL.ExecContext(ctx, s); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := run(
		"INSERT INTO products (sku, name, created_at, updated_at) SELECT 'P' || i, 'p', now(), now() FROM generate_series(1, 50) i",
		"INSERT INTO warehouses (code, name, currency, created_at, updated_at) SELECT 'W' || i, 'w', 'CNY', now(), now() FROM generate_series(1, 2) i",
		"INSERT INTO stocks (warehouse_id, sku, changed_at) SELECT w.id, p.sku, now() FROM warehouses w, products p",
	); err != nil {
		t.Fatal(err)
	}
	if err := store.PartitionWarehouse(ctx, db, "W2"); err != nil {
		t.Fatal(err)
	}
	var own, rest int
	if err := db.SQL().QueryRowContext(ctx, "SELECT (SELECT count(*) FROM stocks_w2), (SELECT count(*) FROM stocks_default)").Scan(&own, &rest); err != nil {
		t.Fatal(err)
	}
	if own != 50 || rest != 50 {
		t.Errorf("%d moved, %d stayed", own, rest)
	}
	for _, code := range []string{"W2", "NONE"} {
		if err := store.PartitionWarehouse(ctx, db, code); err == nil || !strings.Contains(err.Error(), code) {
			t.Errorf("partition %s again: %v", code, err)
		}
	}
	if err := run("INSERT INTO stocks (warehouse_id, sku, changed_at) SELECT id, 'P1', now() FROM warehouses WHERE code = 'W2'"); !store.Duplicate(err) {
		t.Errorf("the key of the new partition: %v", err)
	}
	if err := run("UPDATE stocks SET available_quantity = 1 WHERE sku = 'P1'"); !store.Violates(err) {
		t.Errorf("the identity in the new partition: %v", err)
	}
	lite := testdb.SQLite(t)
	if err := store.PartitionWarehouse(ctx, lite, "W1"); err == nil || lite.Dialect() != dialect.SQLite {
		t.Errorf("SQLite has no partitions: %v", err)
	}
}
