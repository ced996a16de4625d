package idempotency

import (
	"context"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Expire forgets keys that were claimed before, at most so many, the oldest first;
// n is how many. Those of facts stay (see [Forever]). The condition is that of the
// index idempotency_keys_expiring, word for word.
func Expire(ctx context.Context, tx store.Tx, before time.Time, most int) (n int64, err error) {
	defer fault.Wrap(&err, "idempotency.Expire")
	res, err := tx.SQL.ExecContext(ctx, `DELETE FROM idempotency_keys WHERE id IN (
  SELECT id FROM idempotency_keys WHERE created_at < $1 AND substr(id, 1, 5) <> 'fact:' ORDER BY created_at LIMIT $2)`, store.Moment(before), most)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
