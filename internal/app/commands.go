package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/snapshot"
	"entrepot/internal/store"
)

// Migrate brings the tables of the database to this binary's.
func Migrate(ctx context.Context, c Config, out io.Writer) error {
	return withStore(ctx, c, openStore, func(db *store.DB) error {
		before, err := db.Version(ctx)
		if err != nil {
			return err
		}
		if err := db.Migrate(ctx); err != nil {
			return err
		}
		after, err := db.Version(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "migrated from %d to %d\n", before.Database, after.Database)
		return nil
	})
}

// MigrateStatus tells how the database stands against this binary.
func MigrateStatus(ctx context.Context, c Config, out io.Writer) error {
	return withStore(ctx, c, openStore, func(db *store.DB) error {
		v, err := db.Version(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "database %d, binary %d\n", v.Database, v.Binary)
		return db.CheckVersion(ctx)
	})
}

// Partition moves the stocks of a warehouse into a partition of their own, see
// store.PartitionWarehouse.
func Partition(ctx context.Context, c Config, warehouse string, out io.Writer) error {
	return withStore(ctx, c, openReady, func(db *store.DB) error {
		if err := store.PartitionWarehouse(ctx, db, warehouse); err != nil {
			return err
		}
		fmt.Fprintf(out, "the stocks of %s have their own partition\n", warehouse)
		return nil
	})
}

// ErrBroken says that Verify found rows that break a rule of the ledger.
var ErrBroken = errors.New("the ledger is broken: the rows are named above")

// Verify proves the ledger and prints what it checked. It returns ErrBroken,
// with the rows named in the output, when a rule does not hold.
func Verify(ctx context.Context, c Config, out io.Writer) error {
	return withStore(ctx, c, openReady, func(db *store.DB) error {
		report, err := ledger.Verify(ctx, db, slices.Concat(document.Rules(), reservation.Rules(), snapshot.Rules())...)
		if err != nil {
			return err
		}
		for _, check := range report.Checks {
			if check.Count == 0 {
				fmt.Fprintf(out, "ok      %s\n", check.Rule)
				continue
			}
			fmt.Fprintf(out, "BROKEN  %s: %d\n", check.Rule, check.Count)
			for _, row := range check.Broken {
				fmt.Fprintf(out, "        %s\n", row)
			}
			if more := check.Count - int64(len(check.Broken)); more > 0 {
				fmt.Fprintf(out, "        and %d more\n", more)
			}
		}
		if !report.OK() {
			return ErrBroken
		}
		fmt.Fprintf(out, "ok: %d stocks, %d movements\n", report.Stocks, report.Movements)
		return nil
	})
}

// Token prints an access token of a user, for scripts and for an operator who
// has lost the password but owns the secret.
func Token(ctx context.Context, c Config, username string, ttl time.Duration, now func() time.Time, out io.Writer) error {
	secret, err := c.prepare()
	if err != nil {
		return err
	}
	return withStore(ctx, c, openReady, func(db *store.DB) error {
		users, err := auth.New(db, secret, c.AccessTokenTTL, now)
		if err != nil {
			return err
		}
		session, err := users.IssueToken(ctx, username, ttl)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, session.AccessToken)
		return nil
	})
}

func withStore(ctx context.Context, c Config, open func(context.Context, Config) (*store.DB, error), use func(*store.DB) error) (err error) {
	db, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}
