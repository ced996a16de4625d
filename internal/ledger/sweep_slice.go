package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"

	"entrepot/internal/store"
)

// A statement compares at most so many balances, and begins no further one once
// they have so many movements together: it takes a fraction of a second. One
// balance is never divided.
const (
	sweepBalances  = 2_000
	sweepMovements = 100_000
)

// sweepSort is a sort of balance, of rows s, and how the journal tells it, as m.
type sweepSort struct {
	balances, table string
	journal, only   string
	// summed says that the journal is a sum of other balances, not a chain.
	summed        bool
	key           [][2]string // columns of the balance and of the journal
	sums          string
	differs, name string
}

var swept = []sweepSort{
	{
		balances: "stocks", table: "stocks", journal: "stock_movements", only: "true", key: [][2]string{{"id", "stock_id"}},
		sums: each(", ", "sum({delta}) AS {delta}"), differs: each(" OR ", "s.{balance} <> coalesce(m.{delta}, 0)"),
		name: fmt.Sprintf(describeStock, "s"),
	},
	{
		balances: "costs", table: "stock_costs", journal: "stock_movements", only: "cost_version IS NOT NULL",
		key:  [][2]string{{"warehouse_id", "warehouse_id"}, {"sku", "sku"}},
		sums: "sum(quantity_delta) AS quantity, sum(value_delta) AS value", differs: "s.quantity <> coalesce(m.quantity, 0) OR s.value <> coalesce(m.value, 0)",
		name: "'worth of SKU ' || s.sku || ' in warehouse ' || s.warehouse_id",
	},
	{
		balances: "bins", table: "location_stocks", journal: "stock_location_movements", only: "true",
		key:  [][2]string{{"location_id", "location_id"}, {"stock_id", "stock_id"}},
		sums: "sum(quantity_delta) AS quantity", differs: "s.quantity <> coalesce(m.quantity, 0)",
		name: "'bin stock ' || s.id",
	},
	{
		balances: "stocks_in_bins", table: "stocks", journal: "location_stocks", only: "true", summed: true, key: [][2]string{{"id", "stock_id"}},
		sums: "sum(quantity) AS quantity",
		differs: "coalesce(m.quantity, 0) <> CASE WHEN EXISTS (SELECT 1 FROM warehouses w WHERE w.id = s.warehouse_id AND w.tracks_locations) " +
			"THEN s.physical_quantity ELSE 0 END",
		name: "'bins of ' || " + fmt.Sprintf(describeStock, "s"),
	},
}

// sql compares the balances behind $1 with the journal: a row of id and name for
// each, the name only of those that differ. It is one statement, so one view of
// both.
func (b sweepSort) sql(d string) string {
	picked := `WITH picked AS (SELECT * FROM (
  SELECT n.*, sum(version) OVER (ORDER BY id) - version AS ahead FROM (
    SELECT * FROM ` + b.table + ` WHERE id > $1 ORDER BY id LIMIT ` + strconv.Itoa(sweepBalances) + `) n) s
  WHERE ahead < ` + strconv.Itoa(sweepMovements) + `)
SELECT s.id, CASE WHEN ` + b.chain() + b.differs + ` THEN ` + b.name + ` ELSE '' END FROM picked s `
	// The journal is read by key, balance after balance, whatever the planner thinks
	// of how many there are.
	var by []string
	for _, k := range b.key {
		by = append(by, "j."+k[1]+" = s."+k[0])
	}
	found := "SELECT count(*) AS n, " + b.sums
	of := b.journal + " j WHERE " + strings.Join(by, " AND ") + " AND " + b.only
	if d == dialect.Postgres {
		return picked + "CROSS JOIN LATERAL (" + found + " FROM " + of + ") m ORDER BY s.id"
	}
	return picked + "LEFT JOIN (" + found + ", s.id AS balance FROM picked s CROSS JOIN " + of + " GROUP BY s.id) m ON m.balance = s.id ORDER BY s.id"
}

// chain says that the version of a balance is the number of its rows.
func (b sweepSort) chain() string {
	if b.summed {
		return ""
	}
	return "s.version <> coalesce(m.n, 0) OR "
}

// slice is what one statement found.
type slice struct {
	compared, last int64
	drifted        []string
}

func compare(ctx context.Context, db *store.DB, balances string, after int64) (found slice, err error) {
	i := slices.IndexFunc(swept, func(b sweepSort) bool { return b.balances == balances })
	rows, err := db.SQL().QueryContext(ctx, swept[i].sql(db.Dialect()), after)
	if err != nil {
		return found, fmt.Errorf("compare %s: %w", balances, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&found.last, &name); err != nil {
			return found, err
		}
		found.compared++
		if name != "" {
			found.drifted = append(found.drifted, name)
		}
	}
	return found, rows.Err()
}
