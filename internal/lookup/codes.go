package lookup

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Codes is what the codes of an input mean, as the transaction sees it.
type Codes struct {
	base       string
	warehouses map[string]place
	products   map[string]good
	rates      map[string]money.Rate // of other currencies that lines give costs in
	bins       map[Bin]site
}

// In is an empty Codes; costs are valued in the currency base.
func In(base string) Codes { return Codes{base: base} }

// good is what a product is.
type good struct {
	status stock.Status
	kind   stock.ProductKind
}

type place struct {
	id       int64
	status   stock.Status
	category stock.WarehouseCategory
	currency string
	rate     money.Rate // 0: none holds on the day
}

// Resolve looks all codes up in one statement, which also draws the id of the
// posting: every posting passes here, and a round trip more for each would be felt.
func (r *Codes) Resolve(ctx context.Context, tx store.Tx, day time.Time, targets []Target, currencies []string) (postingID int64, err error) {
	ids, err := r.ResolveAll(ctx, tx, day, targets, currencies, 1)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// ResolveAll is Resolve for n postings.
func (r *Codes) ResolveAll(ctx context.Context, tx store.Tx, day time.Time, targets []Target, currencies []string, n int) (postingIDs []int64, err error) {
	r.warehouses, r.products = map[string]place{}, map[string]good{}
	r.rates = map[string]money.Rate{r.base: money.ParityRate}
	skus, codes := make([]string, len(targets)), make([]string, len(targets))
	for i, t := range targets {
		skus[i], codes[i] = t.SKU, t.WarehouseCode
	}
	rows, err := tx.SQL.QueryContext(ctx, resolveSQL[tx.Dialect], store.Strings(tx.Dialect, codes), store.Strings(tx.Dialect, skus),
		store.Strings(tx.Dialect, currencies), r.base, fx.Day(day), n)
	if err != nil {
		return nil, fmt.Errorf("resolve codes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind, code, status, category, currency string
		var id int64
		var rate sql.NullInt64
		if err := rows.Scan(&kind, &id, &code, &status, &category, &currency, &rate); err != nil {
			return nil, err
		}
		switch kind {
		case "posting":
			postingIDs = append(postingIDs, id)
		case "warehouse":
			w := place{id, stock.Status(status), stock.WarehouseCategory(category), currency, money.Rate(rate.Int64)}
			if currency == r.base {
				w.rate = money.ParityRate
			}
			r.warehouses[code] = w
		case "product":
			r.products[code] = good{stock.Status(status), stock.ProductKind(category)}
		case "currency":
			if rate.Valid {
				r.rates[code] = money.Rate(rate.Int64)
			}
		}
	}
	return postingIDs, rows.Err()
}

// On PostgreSQL the warehouses are held until the transaction ends, as a foreign
// key would hold them: an archive waits, and then counts what came.
var resolveSQL = map[string]string{
	dialect.Postgres: `WITH w AS MATERIALIZED (
  SELECT id, code, status, category, currency FROM warehouses WHERE code = ANY ($1) ORDER BY id FOR KEY SHARE)
` + resolveFor(dialect.Postgres, "w", "p.sku = ANY ($2)", "unnest($3::text[]) AS c(code)"),
	dialect.SQLite: resolveFor(dialect.SQLite, "warehouses w WHERE w.code IN (SELECT value FROM json_each($1))",
		"p.sku IN (SELECT value FROM json_each($2))", "(SELECT value AS code FROM json_each($3)) c"),
}

func resolveFor(d, warehouses, products, currencies string) string {
	return `SELECT 'posting', id, '', '', '', '', CAST(NULL AS bigint) FROM (` + ledger.NextPostingsSQL[d]("$6") + `) ids
UNION ALL SELECT 'warehouse', w.id, w.code, w.status, w.category, w.currency, ` + fx.LatestSQL(d, "w.currency", "$4", "$5") +
		` FROM ` + warehouses + `
UNION ALL SELECT 'product', p.id, p.sku, p.status, p.kind, '', NULL FROM products p WHERE ` + products + `
UNION ALL SELECT 'currency', 0, c.code, '', '', '', ` + fx.LatestSQL(d, "c.code", "$4", "$5") + ` FROM ` + currencies
}

// Check adds a fault and returns false for a code that does not lead to a stock
// that may be changed; arriving says that goods come, which archived products
// take no more of, and sales kits never.
func (r Codes) Check(faults *fault.List, path fault.Path, t Target, arriving bool) bool {
	before := len(*faults)
	r.CheckProduct(faults, path.At("sku"), t.SKU, arriving)
	r.CheckWarehouse(faults, path.At("warehouseCode"), t.WarehouseCode)
	return len(*faults) == before
}

// CheckProduct is the part of Check about the SKU; path leads to it.
func (r Codes) CheckProduct(faults *fault.List, path fault.Path, sku string, arriving bool) {
	is, known := r.products[sku]
	switch {
	case !known:
		faults.Add(fault.NotFound, path, "there is no SKU %q", command.Short(sku))
	case is.kind == stock.ProductSalesKit && arriving:
		faults.Add(fault.Invalid, path, "SKU %s is a sales kit, which is never stocked: book its components", sku)
	case is.status == stock.StatusArchived && arriving:
		faults.Add(fault.Archived, path, "SKU %s is archived: its stock may leave, but no more may arrive", sku)
	}
}

// CheckWarehouse is the part of Check about the warehouse; path leads to its code.
func (r Codes) CheckWarehouse(faults *fault.List, path fault.Path, code string) {
	w, known := r.warehouses[code]
	if !known {
		faults.Add(fault.NotFound, path, "there is no warehouse %q", command.Short(code))
		return
	}
	checkInUse(faults, path, code, w.status, w.category)
}

func checkInUse(faults *fault.List, path fault.Path, code string, status stock.Status, category stock.WarehouseCategory) {
	switch {
	case status == stock.StatusArchived:
		faults.Add(fault.Archived, path, "warehouse %s is archived", code)
	case category == stock.WarehouseVirtual:
		faults.Add(fault.Invalid, path, "warehouse %s is virtual: it holds no stock of its own", code)
	}
}

// CheckInUse adds a fault for each of these warehouses that went out of use, and
// holds the others, for commands that take back what was posted and so resolve no
// codes; path leads to what names it.
func CheckInUse(ctx context.Context, tx store.Tx, faults *fault.List, path fault.Path, warehouses ...int64) error {
	found, err := tx.Ent.Warehouse.Query().Where(page.In(entwarehouse.FieldID, warehouses), store.Hold).Order(ent.Asc(entwarehouse.FieldID)).All(ctx)
	for _, w := range found {
		checkInUse(faults, path, w.Code, w.Status, w.Category)
	}
	return err
}

// CheckRate adds a fault when the worth of goods in the warehouse cannot be told
// in the base currency; path leads to the warehouse's code.
func (r Codes) CheckRate(faults *fault.List, path fault.Path, code string) {
	if w, known := r.warehouses[code]; known && w.rate == 0 {
		faults.Add(fault.RateMissing, path, "warehouse %s keeps its costs in %s, and no rate from %s to %s holds on that day; enter one with exchangeRateSet",
			code, w.currency, w.currency, r.base)
	}
}

// Move is the start of a line's move: the stock that its codes name, and the
// money it is kept in. It adds a fault and returns false for a code that does
// not lead to a stock that may be changed, and when there is no rate.
func (r Codes) Move(faults *fault.List, path fault.Path, line int, t Target, arriving bool) (ledger.Move, bool) {
	ok := r.Check(faults, path, t, arriving)
	if ok {
		before := len(*faults)
		r.CheckRate(faults, path.At("warehouseCode"), t.WarehouseCode)
		ok = len(*faults) == before
	}
	return r.Start(line, t), ok
}

// Parity says whether the warehouse keeps its costs in the base currency.
func (r Codes) Parity(code string) bool {
	w, known := r.warehouses[code]
	return known && w.currency == r.base
}

// SalesKit says whether the SKU is a kit that is put together as it leaves.
func (r Codes) SalesKit(sku string) bool { return r.products[sku].kind == stock.ProductSalesKit }

// Warehouse is the key of a warehouse that is checked.
func (r Codes) Warehouse(code string) int64 { return r.warehouses[code].id }

// Start is the move of a line whose codes are checked.
func (r Codes) Start(line int, t Target) ledger.Move {
	w := r.warehouses[t.WarehouseCode]
	return ledger.Move{
		Key:      ledger.Key{WarehouseID: w.id, SKU: t.SKU, BatchNo: t.BatchNo},
		Line:     line,
		Currency: w.currency,
		Rate:     w.rate,
	}
}

// Cost is a line's unit cost in the currency of the warehouse, by way of the
// base currency when it was given in another one; n units come at it.
func (r Codes) Cost(faults *fault.List, path fault.Path, m ledger.Move, cost *money.Amount, currency string, n int64) *money.Amount {
	if cost == nil {
		return nil
	}
	if _, err := cost.Times(n); err != nil {
		faults.Add(fault.Invalid, path.At("unitCost"), "%d units at this cost are out of range", n)
		return nil
	}
	own, _, ok := r.Convert(faults, path, "unitCost", m, *cost, currency)
	if !ok {
		return nil
	}
	return &own
}

// Convert is an amount in the currency of the move's warehouse, by way of the base
// currency when it was given in another one, and the rate of the given currency into
// the base currency. field of path holds the amount, currency beside it its currency,
// empty for the warehouse's. It adds a fault and returns false without a rate.
func (r Codes) Convert(faults *fault.List, path fault.Path, field string, m ledger.Move, amount money.Amount, currency string) (money.Amount, money.Rate, bool) {
	if currency == "" || currency == m.Currency {
		return amount, m.Rate, true
	}
	rate, ok := r.rates[currency]
	if !ok {
		faults.Add(fault.RateMissing, path.At("currency"), "no rate from %s to %s holds on that day; enter one with exchangeRateSet", currency, r.base)
		return 0, 0, false
	}
	own, err := amount.Cross(rate, m.Rate)
	if err != nil {
		faults.Add(fault.Invalid, path.At(field), "this is out of range in %s", m.Currency)
		return 0, 0, false
	}
	return own, rate, true
}
