package testdb_test

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/lib/pq"
	"github.com/redis/go-redis/v9"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestEachTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("copy", func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *store.DB) {
				if err := db.CheckVersion(t.Context()); err != nil {
					t.Error(err)
				}
				n, err := db.Ent().Warehouse.Query().Count(t.Context())
				if err != nil || n != 0 {
					t.Errorf("a new database has %d warehouses, error %v", n, err)
				}
			})
		})
	}
}

func TestURLsCanBeOpened(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": testdb.SQLiteURL(t), "postgres": testdb.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(t.Context(), store.Config{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.CheckVersion(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEmptyPostgresHasNoTable(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("postgres", testdb.EmptyPostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow(`select count(*) from pg_tables where schemaname = 'public'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("it has %d tables, error %v", n, err)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var url string
	if !t.Run("owner", func(t *testing.T) { url = testdb.EmptyPostgresURL(t) }) {
		return
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var gone *pq.Error
	if err := db.Ping(); !errors.As(err, &gone) || gone.Code != "3D000" {
		t.Errorf("the database outlived its test: %v", err)
	}
}

func TestRedisDatabasesAreSeparate(t *testing.T) {
	t.Parallel()
	var clients [2]*redis.Client
	for i := range clients {
		opts, err := redis.ParseURL(testdb.RedisURL(t))
		if err != nil {
			t.Fatal(err)
		}
		clients[i] = redis.NewClient(opts)
		defer clients[i].Close()
	}
	if err := clients[0].Set(t.Context(), "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n := clients[1].Exists(t.Context(), "key").Val(); n != 0 {
		t.Error("a key of one test is visible to another")
	}
}
