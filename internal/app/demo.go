package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"entrepot/internal/demo"
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
		return loadDemo(ctx, c, db, now, out)
	})
}

func loadDemo(ctx context.Context, c Config, db *store.DB, now func() time.Time, out io.Writer) error {
	sum, err := demo.Load(ctx, demo.New(db, c.BaseCurrency, now))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the demo company is there: %s\n", sum)
	return nil
}
