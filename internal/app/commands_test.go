package app

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// breakBalance adds a unit that no movement explains.
func breakBalance(t *testing.T, c Config) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: c.DatabaseURL})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec(t, db, "UPDATE stocks SET physical_quantity = physical_quantity + 1, available_quantity = available_quantity + 1 WHERE id = (SELECT min(id) FROM stocks)")
}

func TestOperatorsCommands(t *testing.T) {
	t.Parallel()
	embedded, server := testConfig(t), testConfig(t)
	server.DatabaseURL = testdb.PostgresURL(t)
	for name, c := range map[string]Config{"sqlite": embedded, "postgres": server} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			said := func(want string, err error) {
				t.Helper()
				if err != nil || !strings.Contains(out.String(), want) {
					t.Errorf("%q, %v, want %q", out.String(), err, want)
				}
				out.Reset()
			}
			said("migrated from", Migrate(t.Context(), c, &out))
			said("binary", MigrateStatus(t.Context(), c, &out))
			said("is there", Demo(t.Context(), c, time.Now, &out))
			said("is there", Demo(t.Context(), c, time.Now, &out))

			if err := Verify(t.Context(), c, &out); err != nil {
				t.Error(err)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "ok: ") || strings.HasPrefix(last, "ok: 0 ") {
				t.Errorf("last line: %s", last)
			}
			out.Reset()

			breakBalance(t, c)
			err := Verify(t.Context(), c, &out)
			if !errors.Is(err, ErrBroken) || !strings.Contains(out.String(), "BROKEN  every balance is the sum of its movements: 1\n        stock ") {
				t.Errorf("%v: %s", err, out.String())
			}
			out.Reset()

			said("ey", Token(t.Context(), c, "admin", time.Hour, time.Now, &out))
			if err := Token(t.Context(), c, "nobody", time.Hour, time.Now, &out); err == nil || out.Len() > 0 {
				t.Errorf("a token of nobody: %v, %s", err, out.String())
			}
			err = Partition(t.Context(), c, "SZ01", &out)
			if (err == nil) != (name == "postgres") {
				t.Errorf("partition: %v", err)
			}
		})
	}
}
