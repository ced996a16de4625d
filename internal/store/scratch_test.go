package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"entrepot/internal/store"
)

func TestAScratchDatabaseLeavesNoFile(t *testing.T) {
	t.Parallel()
	db, err := store.Scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		"CREATE TABLE t (id integer PRIMARY KEY, s text)",
		// More than the cache holds, so that it must be on disk.
		"INSERT INTO t (s) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT hex(randomblob(500)) FROM n",
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	// SQLite calls its nameless files etilqs_….
	files, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || runtime.GOOS == "linux" && len(files) == 0 {
		t.Fatal(err)
	}
	var deleted bool
	for _, f := range files {
		if to, _ := os.Readlink(f); strings.Contains(to, "etilqs_") {
			if deleted = strings.HasSuffix(to, " (deleted)"); !deleted {
				t.Errorf("%s would stay", to)
			}
		}
	}
	if runtime.GOOS == "linux" && !deleted {
		t.Error("nothing of it is on disk")
	}
	var rows, length int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*), sum(length(s)) FROM t").Scan(&rows, &length); err != nil || rows != 20000 || length != 20_000_000 {
		t.Errorf("%d rows, %d characters, %v", rows, length, err)
	}
}
