package app

import (
	"context"
	"io"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/exchange"
	"entrepot/internal/store"
)

// ImportInput is an import of sales and who does it.
type ImportInput struct {
	exchange.SalesInput
	// User is whose permissions hold and whose name stands in the ledger.
	User string
}

// ImportSales books the orders of files, see exchange.Service.ImportSales. What
// was done goes to out at the end, how it goes to errw meanwhile. As demo does,
// it makes the user admin when there is no user yet.
func ImportSales(ctx context.Context, c Config, in ImportInput, now func() time.Time, out, errw io.Writer) error {
	secret, err := c.prepare()
	if err != nil {
		return err
	}
	return withStore(ctx, c, openLean, func(db *store.DB) error {
		users, err := openUsers(ctx, c, db, secret, now, out)
		if err != nil {
			return err
		}
		session, err := users.IssueToken(ctx, in.User, time.Minute)
		if err != nil {
			return err
		}
		in.Progress, in.Terminal = errw, Terminal(errw)
		sum, err := exchange.New(db, document.New(db, c.BaseCurrency, now), now).ImportSales(auth.With(ctx, session.Principal), in.SalesInput)
		if sum.RejectsFile != "" { // otherwise the error alone tells that nothing was done
			sum.Print(out)
		}
		return err
	})
}
