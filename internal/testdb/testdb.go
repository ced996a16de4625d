package testdb

import (
	"os"
	"testing"

	"entrepot/internal/store"
)

// conns is the size of each pool of a PostgreSQL test database: enough for
// writers to meet each other, few enough for many tests on one server.
const conns = 16

// Each runs f twice as parallel subtests, on SQLite and on PostgreSQL. The
// subtests are parallel already, so f does not call t.Parallel.
func Each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
}

// SQLite opens a migrated, empty SQLite database.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	return open(t, SQLiteURL(t))
}

// Postgres opens a migrated, empty PostgreSQL database.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

func open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: conns})
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the test database: %v", err)
		}
	})
	return db
}

// server is the address of a server that withservers put into the environment.
func server(t testing.TB, variable string) string {
	t.Helper()
	url := os.Getenv(variable)
	if url == "" {
		t.Fatalf("%s is not set: run \"make test\", or from the root of the repository\n"+
			"\tgo run ./internal/testdb/withservers -- go test ./...", variable)
	}
	return url
}
