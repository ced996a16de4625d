package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"entrepot/internal/demo"
	"entrepot/internal/fx"
	"entrepot/internal/posting"
	"entrepot/internal/store"
)

// Demo fills the database with the demo company, see demo.Load. It makes the
// user admin first when there is none, as serve would.
func Demo(ctx context.Context, c Config, now func() time.Time, out io.Writer) error {
	secret, err := c.prepare()
	if err != nil {
		return err
	}
	return withStore(ctx, c, openReady, func(db *store.DB) error {
		if _, err := openUsers(ctx, c, db, secret, now, out); err != nil {
			return err
		}
		if err := loadDemo(ctx, c, db, now); err != nil {
			return err
		}
		fmt.Fprintln(out, "the demo company is there")
		return nil
	})
}

func loadDemo(ctx context.Context, c Config, db *store.DB, now func() time.Time) error {
	return demo.Load(ctx, demo.Services{
		DB: db, Posting: posting.New(db, c.BaseCurrency, now), Rates: fx.New(db, now), Now: now,
	})
}
