package report

import (
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"entrepot/ent/stockmovement"
	"entrepot/internal/store"
)

// seen is what a card found of each of its stocks when it was opened, as arrays of
// PostgreSQL: their keys and their versions. There a movement can be committed after
// one with a higher id, so the last id alone does not tell what was there: those that
// bring or take goods are numbered under the lock of their worth, others are not.
// Both are empty on SQLite, which has one writer.
type seen struct{ stocks, versions string }

// seenColumns are those two, aggregated over stocks s.
func seenColumns(d string) (stocks, versions string) {
	if d != dialect.Postgres {
		return "''", "''"
	}
	return "array_agg(s.id)::text", "array_agg(s.version)::text"
}

// from is a table expression s of the stocks of the card: id, and the version that
// counts.
func (c *Card) from(p *store.Params) string {
	if c.seen.stocks != "" {
		return "unnest(" + p.Add(c.seen.stocks) + "::bigint[], " + p.Add(c.seen.versions) + "::bigint[]) AS s(id, version)"
	}
	return "stocks s WHERE s.warehouse_id = " + p.Add(c.WarehouseID) + " AND s.sku = " + p.Add(c.SKU) + c.ofBatch(p, "s")
}

// only leaves out the movements up to the last one that were not seen: few or none,
// which are found first, by the chain of each stock. The + keeps the index of those
// chains out of the rest: it would find all that the stocks ever did.
func (x seen) only(q *entsql.Selector, head int64) {
	if x.stocks == "" {
		return
	}
	stock, id := q.C(stockmovement.FieldStockID), q.C(stockmovement.FieldID)
	q.Where(entsql.P(func(b *entsql.Builder) {
		b.WriteString("+" + stock + " = ANY(").Arg(x.stocks).WriteString("::bigint[]) AND " + id + " NOT IN (SELECT n.id FROM unnest(").Arg(x.stocks).
			WriteString("::bigint[], ").Arg(x.versions).WriteString("::bigint[]) AS s(id, version)" +
			" JOIN stock_movements n ON n.stock_id = s.id AND n.stock_version > s.version AND n.id <= ").Arg(head).WriteString(")")
	}))
}
