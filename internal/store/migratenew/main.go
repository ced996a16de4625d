// Command migratenew starts a migration: "make migrate-new NAME=add_labels"
// writes one file per dialect whose comments name what schema/ has and the
// migrations lack, for somebody to write the statements. It does not write
// them itself: what ent would draft rebuilds tables on SQLite, and a rebuilt
// table loses the triggers and foreign keys that ent does not know of.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"entrepot/ent"
	"entrepot/internal/store"
	"entrepot/internal/store/drift"
)

const folder = "internal/store/migrations"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "migratenew:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 || !regexp.MustCompile(`^[a-z][a-z0-9_]{2,60}$`).MatchString(args[0]) {
		return errors.New("give one name in lower_case, as in: make migrate-new NAME=add_labels")
	}
	existing, err := filepath.Glob(filepath.Join(folder, "sqlite", "*.sql"))
	if err != nil || len(existing) == 0 {
		return errors.New("run this in the root of the repository, by make migrate-new")
	}
	missing, err := lacking(ctx)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%05d_%s.sql", len(existing)+1, args[0])
	for _, d := range []string{"postgres", "sqlite"} {
		text := "-- +goose Up\n-- Why: \n--\n-- schema/ has these, and the migrations lack them:\n"
		for _, line := range missing[d] {
			text += "--   " + line + "\n"
		}
		path := filepath.Join(folder, d, name)
		if err := os.WriteFile(path, []byte(text+"\nSELECT 'write the migration';\n"), 0o644); err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}

// lacking compares, per dialect, a scratch database made by the migrations with
// one made from the schema. Lines that differ on purpose stand in the drift
// test and appear here too.
func lacking(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	for d, scratch := range map[string]func(context.Context, string) (string, string, func(), error){
		"sqlite": scratchSQLite, "postgres": scratchPostgres,
	} {
		catalogs := map[string][]string{}
		for _, kind := range []string{"migrations", "schema"} {
			url, dsn, drop, err := scratch(ctx, kind)
			if err != nil {
				return nil, fmt.Errorf("scratch %s: %w", d, err)
			}
			catalogs[kind], err = build(ctx, d, kind, url, dsn)
			drop()
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", kind, d, err)
			}
		}
		out[d] = drift.Only(catalogs["schema"], catalogs["migrations"])
	}
	return out, nil
}

func build(ctx context.Context, d, kind, url, dsn string) (_ []string, err error) {
	entDialect := map[string]string{"sqlite": dialect.SQLite, "postgres": dialect.Postgres}[d]
	db, err := sql.Open(d, dsn)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if kind == "schema" {
		err = ent.NewClient(ent.Driver(entsql.OpenDB(entDialect, db))).Schema.Create(ctx)
	} else {
		err = migrate(ctx, url)
	}
	if err != nil {
		return nil, err
	}
	return drift.Catalog(ctx, entDialect, db)
}

func migrate(ctx context.Context, url string) error {
	db, err := store.Open(ctx, store.Config{URL: url})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

func scratchSQLite(_ context.Context, kind string) (url, dsn string, drop func(), err error) {
	dir, err := os.MkdirTemp("", "migratenew")
	file := filepath.Join(dir, kind+".db")
	return "sqlite:" + file, "file:" + file + "?_pragma=foreign_keys(1)", func() { _ = os.RemoveAll(dir) }, err
}

func scratchPostgres(ctx context.Context, kind string) (url, dsn string, drop func(), err error) {
	server := os.Getenv("ENTREPOT_TEST_POSTGRES")
	if server == "" {
		return "", "", nil, errors.New("ENTREPOT_TEST_POSTGRES is not set: run make migrate-new")
	}
	maintenance, err := sql.Open("postgres", server)
	if err != nil {
		return "", "", nil, err
	}
	name := pq.QuoteIdentifier("migratenew_" + kind)
	for _, stmt := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := maintenance.ExecContext(ctx, stmt); err != nil {
			return "", "", nil, errors.Join(err, maintenance.Close())
		}
	}
	url = strings.Replace(server, "/postgres?", "/migratenew_"+kind+"?", 1)
	return url, url, func() {
		_, _ = maintenance.ExecContext(ctx, "DROP DATABASE "+name)
		_ = maintenance.Close()
	}, nil
}
