package catalog

import (
	"context"
	"database/sql"
	"slices"

	"entgo.io/ent/dialect"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// StandIns are the SKUs that may be sent in the place of others, as stored: the
// lowest priority first, equal ones by SKU bytes, none twice. Exchange goes no
// further than one step: what stands in for a stand-in does not stand in for the
// first. SKUs without any are not in the map.
func StandIns(ctx context.Context, tx store.Tx, skus []string) (_ map[string][]string, err error) {
	defer fault.Wrap(&err, "catalog.StandIns")
	return pairs(ctx, tx.SQL, tx.Dialect, standInsSQL("r", "s"), skus)
}

// StandInsOf is [StandIns] for a query. People without product:view get none.
func StandInsOf(ctx context.Context, db *store.DB, skus []string) (_ map[string][]string, err error) {
	defer fault.Wrap(&err, "catalog.StandInsOf")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	return pairs(ctx, db.SQL(), db.Dialect(), standInsSQL("r", "s"), skus)
}

// WithStandIns are SKUs, as stored, and behind them what stands in for them, each
// once. People without product:view get them as they are.
func WithStandIns(ctx context.Context, db *store.DB, skus []string) ([]string, error) {
	found, err := StandInsOf(ctx, db, skus)
	out := slices.Clone(skus)
	seen := make(map[string]bool, len(skus))
	for _, sku := range skus {
		seen[sku] = true
	}
	for _, sku := range skus {
		for _, other := range found[sku] {
			if !seen[other] {
				seen[other] = true
				out = append(out, other)
			}
		}
	}
	return out, err
}

// ReplacedBy are the SKUs that each of these may stand in for, by SKU bytes.
// People without product:view get none.
func ReplacedBy(ctx context.Context, db *store.DB, skus []string) (_ map[string][]string, err error) {
	defer fault.Wrap(&err, "catalog.ReplacedBy")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	return pairs(ctx, db.SQL(), db.Dialect(), standInsSQL("s", "r"), skus)
}

// standInsSQL pairs the SKUs of one side with those of the other: r are the
// members that are replaced, s those that stand in for them.
func standInsSQL(from, to string) map[string]string {
	order := "min(s.priority), "
	if to == "r" {
		order = ""
	}
	query := `SELECT ` + from + `.sku, ` + to + `.sku FROM interchange_members r
JOIN interchange_groups g ON g.id = r.group_id AND g.status = 'ACTIVE'
JOIN interchange_members s ON s.group_id = r.group_id AND s.sku <> r.sku AND s.direction <> 'REPLACED'
WHERE r.direction <> 'STANDS_IN' AND ` + from + `.sku `
	end := ` GROUP BY r.sku, s.sku ORDER BY ` + from + `.sku, ` + order + to + `.sku`
	return map[string]string{
		dialect.Postgres: query + "= ANY ($1)" + end,
		dialect.SQLite:   query + "IN (SELECT value FROM json_each($1))" + end,
	}
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// pairs reads pairs of keys, of which the first are asked for, in their order.
func pairs(ctx context.Context, q querier, d string, query map[string]string, keys []string) (map[string][]string, error) {
	rows, err := q.QueryContext(ctx, query[d], store.Strings(d, keys))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var from, to string
		if err := rows.Scan(&from, &to); err != nil {
			return nil, err
		}
		out[from] = append(out[from], to)
	}
	return out, rows.Err()
}
