// Package idempotency makes a mutation that is sent twice happen once. The key
// is claimed in the command's own transaction, before anything else is written, so that
// it stands or falls with the effect: there is no moment between the two in
// which a crash or a second sender could slip through.
//
// A rejected command keeps no key, and a dry run neither reads nor keeps one.
package idempotency

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"entgo.io/ent/dialect"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Kept is how long a key is remembered, but for those of principals that begin
// with [Forever].
const Kept = 30 * 24 * time.Hour

// Forever begins the principal of keys that name a fact of the business, such as
// an order of another system, and not an attempt to send it: they are never
// forgotten, or the fact could happen twice.
const Forever = "fact:"

// MaxLength is the most characters of a key.
const MaxLength = 100

// Key is one sender's name for one act. Principal is the user or API token,
// never the device or session: a retry may come from another one.
type Key struct {
	Principal, Operation, Value string
	hash                        []byte
}

// New is the key of an input. The input is hashed as canonical JSON: encoding/json
// writes the fields of a struct in one order and omits what was not given.
func New(principal, operation, value string, input any) (Key, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return Key{}, fmt.Errorf("hash the input of %s: %w", operation, err)
	}
	sum := sha256.Sum256(raw)
	return Key{principal, operation, value, sum[:]}, nil
}

// Check adds a fault when value cannot be a key.
func Check(faults *fault.List, path fault.Path, value string) {
	switch n := len([]rune(value)); {
	case n == 0:
		faults.Add(fault.Required, path, "give an idempotency key: a name of your own for this act, the same when you send it again")
	case n > MaxLength:
		faults.Add(fault.Invalid, path, "an idempotency key has at most %d characters, this one has %d", MaxLength, n)
	default:
		for _, r := range value {
			if unicode.IsControl(r) {
				faults.Add(fault.Invalid, path, "an idempotency key has no control characters")
				return
			}
		}
	}
}

func (k Key) id() string { return k.Principal + "/" + k.Operation + "/" + k.Value }

// Claim takes the key for this transaction and keeps outcome, what the command
// will have done when nothing is refused, or finds that the key was used: then
// it fills was with what was done and replayed is true. A sender of the same
// key at the same time waits here until the first has ended.
//
// It returns the fault IDEMPOTENCY_KEY_REUSED when the key was used with
// another input.
func Claim(ctx context.Context, tx store.Tx, k Key, now time.Time, outcome, was any) (replayed bool, err error) {
	defer fault.Wrap(&err, "idempotency.Claim")
	raw, err := json.Marshal(outcome)
	if err != nil {
		return false, err
	}
	res, err := tx.SQL.ExecContext(ctx,
		`INSERT INTO idempotency_keys (id, input_hash, outcome, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
		k.id(), k.hash, string(raw), now)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return false, err
	}
	var hash []byte
	var kept string
	err = tx.SQL.QueryRowContext(ctx, `SELECT input_hash, outcome FROM idempotency_keys WHERE id = $1`, k.id()).Scan(&hash, &kept)
	if err != nil {
		return false, err
	}
	if subtle.ConstantTimeCompare(hash, k.hash) == 0 {
		return false, fault.New(fault.IdempotencyKeyReused, fault.Input.At("idempotencyKey"),
			"this idempotency key was used for another input of %s; use a new key for a new act", k.Operation)
	}
	return true, json.Unmarshal([]byte(kept), was)
}

// ClaimNew takes those of the keys that were never used and tells which they
// are; about the others the caller must ask [Claim], in another transaction.
// Keys are taken in their order, so that two callers never wait for each other.
func ClaimNew(ctx context.Context, tx store.Tx, keys []Key, now time.Time, outcomes []any) (taken []bool, err error) {
	defer fault.Wrap(&err, "idempotency.ClaimNew")
	ids, hashes, raws := make([]string, len(keys)), make([]string, len(keys)), make([]string, len(keys))
	at := make(map[string]int, len(keys))
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(keys[a].id(), keys[b].id()) })
	for to, i := range order {
		raw, err := json.Marshal(outcomes[i])
		if err != nil {
			return nil, err
		}
		ids[to], hashes[to], raws[to] = keys[i].id(), hex.EncodeToString(keys[i].hash), string(raw)
		if _, twice := at[ids[to]]; !twice {
			at[ids[to]] = i // the one who came first
		}
	}
	rows, err := tx.SQL.QueryContext(ctx, claimNewSQL[tx.Dialect],
		store.Strings(tx.Dialect, ids), store.Strings(tx.Dialect, hashes), store.Strings(tx.Dialect, raws), now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	taken = make([]bool, len(keys))
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		taken[at[id]] = true
	}
	return taken, rows.Err()
}

var claimNewSQL = map[string]string{
	dialect.Postgres: `INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
SELECT k, decode(h, 'hex'), o, $4::timestamptz FROM unnest($1::text[], $2::text[], $3::text[]) AS x(k, h, o)
ON CONFLICT (id) DO NOTHING RETURNING id`,
	dialect.SQLite: `INSERT INTO idempotency_keys (id, input_hash, outcome, created_at)
SELECT k.value, unhex(h.value), o.value, $4 FROM json_each($1) k JOIN json_each($2) h ON h.key = k.key JOIN json_each($3) o ON o.key = k.key
WHERE true ORDER BY k.key ON CONFLICT (id) DO NOTHING RETURNING id`,
}

// Release gives back keys that this transaction took by [ClaimNew], of commands
// that it refused after all: a rejection keeps no key.
func Release(ctx context.Context, tx store.Tx, keys []Key) (err error) {
	defer fault.Wrap(&err, "idempotency.Release")
	if len(keys) == 0 {
		return nil
	}
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.id()
	}
	_, err = tx.SQL.ExecContext(ctx, releaseSQL[tx.Dialect], store.Strings(tx.Dialect, ids))
	return err
}

var releaseSQL = map[string]string{
	dialect.Postgres: `DELETE FROM idempotency_keys WHERE id = ANY ($1)`,
	dialect.SQLite:   `DELETE FROM idempotency_keys WHERE id IN (SELECT value FROM json_each($1))`,
}

// Any tells whether a principal has used any key for an operation.
func Any(ctx context.Context, db *store.DB, principal, operation string) (any bool, err error) {
	defer fault.Wrap(&err, "idempotency.Any")
	// Keys of the operation begin so, and '0' comes after '/'.
	from, to := principal+"/"+operation+"/", principal+"/"+operation+"0"
	err = db.SQL().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM idempotency_keys WHERE id >= $1 AND id < $2)`, from, to).Scan(&any)
	return any, err
}

// Used tells of each key whether it was used and, if so, whether for the same
// input, without taking any.
func Used(ctx context.Context, q Querier, d string, keys []Key) (used, same []bool, err error) {
	defer fault.Wrap(&err, "idempotency.Used")
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.id()
	}
	rows, err := q.QueryContext(ctx, usedSQL[d], store.Strings(d, ids))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	hashes := make(map[string][]byte, len(keys))
	for rows.Next() {
		var id string
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, nil, err
		}
		hashes[id] = hash
	}
	used, same = make([]bool, len(keys)), make([]bool, len(keys))
	for i, k := range keys {
		hash, ok := hashes[ids[i]]
		used[i], same[i] = ok, ok && subtle.ConstantTimeCompare(hash, k.hash) == 1
	}
	return used, same, rows.Err()
}

// Querier is a transaction or a pool.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

var usedSQL = map[string]string{
	dialect.Postgres: `SELECT id, input_hash FROM idempotency_keys WHERE id = ANY ($1)`,
	dialect.SQLite:   `SELECT id, input_hash FROM idempotency_keys WHERE id IN (SELECT value FROM json_each($1))`,
}

// Settle corrects what is kept under the key that this transaction claimed, for
// a command that did something else than it had told Claim.
func Settle(ctx context.Context, tx store.Tx, k Key, outcome any) (err error) {
	defer fault.Wrap(&err, "idempotency.Settle")
	raw, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	_, err = tx.SQL.ExecContext(ctx, `UPDATE idempotency_keys SET outcome = $1 WHERE id = $2`, string(raw), k.id())
	return err
}
