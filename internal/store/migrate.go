package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"entgo.io/ent/dialect"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*/*.sql
var migrations embed.FS

// Version is the state of a database against the migrations in this binary.
type Version struct{ Database, Binary int64 }

// Migrate applies the migrations that the database lacks, each in its own
// transaction, ours and then River's. On PostgreSQL an advisory lock lets one of several starters work.
func (db *DB) Migrate(ctx context.Context) error {
	p, err := db.provider()
	if err != nil {
		return err
	}
	v, err := versions(ctx, p)
	if err != nil {
		return err
	}
	if v.Database > v.Binary {
		return newer(v)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return db.migrateQueue(ctx)
}

// CheckVersion returns an error that says what to do when the database is
// behind this binary, or ahead of it.
func (db *DB) CheckVersion(ctx context.Context) error {
	v, err := db.Version(ctx)
	switch {
	case err != nil:
		return err
	case v.Database > v.Binary:
		return newer(v)
	case v.Database < v.Binary:
		return fmt.Errorf("the database is at migration %d and this binary needs %d: run \"entrepot migrate\"", v.Database, v.Binary)
	}
	return db.checkQueue(ctx)
}

// Version tells how far the database is migrated.
func (db *DB) Version(ctx context.Context) (Version, error) {
	p, err := db.provider()
	if err != nil {
		return Version{}, err
	}
	return versions(ctx, p)
}

func newer(v Version) error {
	return fmt.Errorf("the database was migrated by a newer binary (migration %d, this one knows %d): use that binary", v.Database, v.Binary)
}

func versions(ctx context.Context, p *goose.Provider) (Version, error) {
	current, target, err := p.GetVersions(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Version{}, fmt.Errorf("read the version of the database: %w", err)
	}
	return Version{Database: current, Binary: target}, nil
}

func (db *DB) provider() (*goose.Provider, error) {
	folder, d := "sqlite", goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if db.dialect == dialect.Postgres {
		folder, d = "postgres", goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	sub, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(d, db.write, sub, opts...)
}
