package reservation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// Post is [ledger.PostAll] for postings that take what is available: when that is
// too little, the transaction goes back to where it was, expired holds on the stocks
// are let go, and it tries once more. Nothing of stocks may be locked before, since
// the reservations come first.
func Post(ctx context.Context, tx store.Tx, now time.Time, postings []ledger.Posting) (_ []ledger.Posted, err error) {
	defer fault.Wrap(&err, "reservation.Post")
	const mark = "before_taking"
	if _, err := tx.SQL.ExecContext(ctx, "SAVEPOINT "+mark); err != nil {
		return nil, fmt.Errorf("set a savepoint: %w", err)
	}
	posted, err := ledger.PostAll(ctx, tx, postings)
	if err == nil || !Short(err) {
		return posted, err
	}
	if _, err := tx.SQL.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+mark); err != nil {
		return nil, fmt.Errorf("go back to the savepoint: %w", err)
	}
	var keys []ledger.Key
	for _, p := range postings {
		for _, m := range p.Moves {
			keys = append(keys, m.Key)
		}
	}
	if _, err := FreeExpired(ctx, tx, now, postings[0].BaseCurrency, keys); err != nil {
		return nil, err
	}
	return ledger.PostAll(ctx, tx, postings)
}

// Short says whether the ledger refused because too little was available, so that
// expired holds may be in the way.
func Short(err error) bool {
	if errors.Is(err, ledger.ErrTogether) {
		return true
	}
	var refused ledger.Refused
	if !errors.As(err, &refused) {
		return false
	}
	for _, r := range refused {
		if r.Short() {
			return true
		}
	}
	return false
}
