package ledger

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	entstock "entrepot/ent/stock"
	"entrepot/ent/stockcost"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Worth is what physical units of one batch are worth, where quantity units of
// the SKU are worth value over all its batches in the warehouse. upTo counts the
// units of the batches up to and including this one, in byte order of their
// numbers: what cannot be divided evenly goes by it, so that the worths of all
// batches are value together, to the last digit. [WorthSQL] is the same in SQL.
func Worth(value money.Amount, quantity, physical, upTo int64) (money.Amount, error) {
	if quantity == 0 {
		return 0, nil
	}
	whole, rest := int64(value)/quantity*physical, int64(value)%quantity
	after, err := money.MulDiv(rest, upTo, quantity)
	if err != nil {
		return 0, err
	}
	before, err := money.MulDiv(rest, upTo-physical, quantity)
	return money.Amount(whole + after - before), err
}

// WorthSQL is [Worth] as an SQL expression of SQL expressions. upTo is usually
// `sum(physical_quantity) OVER (PARTITION BY warehouse_id, sku ORDER BY batch_no)`
// over all stocks of the SKU in the warehouse, taken before anything narrows them.
func WorthSQL(d, value, quantity, physical, upTo string) string {
	rest := fmt.Sprintf("(%s) %% (%s)", value, quantity)
	before := fmt.Sprintf("(%s) - (%s)", upTo, physical)
	return fmt.Sprintf("(CASE WHEN (%[2]s) = 0 THEN 0 ELSE (%[1]s) / (%[2]s) * (%[3]s) + %[4]s - %[5]s END)",
		value, quantity, physical, store.MulDiv(d, rest, upTo, quantity), store.MulDiv(d, rest, before, quantity))
}

// Place is where a SKU is kept: what a moving average belongs to.
type Place struct {
	WarehouseID int64
	SKU         string
}

// Costs are what the goods of a SKU cost in a warehouse.
type Costs struct {
	// UnitCost is the moving average; nil while nothing lies there.
	UnitCost *money.Amount
	// Worths are those of its stocks, by their keys.
	Worths map[int64]money.Amount
}

// CostsOf tells what the goods of these places cost, in one statement. It gives
// nothing to people without stock:view and cost:view.
func CostsOf(ctx context.Context, db *store.DB, places []Place) (_ map[Place]Costs, err error) {
	defer fault.Wrap(&err, "ledger.CostsOf")
	if p := auth.From(ctx); !p.Can(auth.StockView) || !p.Can(auth.CostView) {
		return nil, nil
	}
	warehouses, skus := make([]int64, len(places)), make([]string, len(places))
	for i, p := range places {
		warehouses[i], skus[i] = p.WarehouseID, p.SKU
	}
	s, c := sql.Table(entstock.Table), sql.Table(stockcost.Table).As("cost")
	query := sql.Dialect(db.Dialect()).
		Select(s.C(entstock.FieldID), s.C(entstock.FieldWarehouseID), s.C(entstock.FieldSku), s.C(entstock.FieldPhysicalQuantity),
			c.C(stockcost.FieldQuantity), c.C(stockcost.FieldValue)).
		From(s).Join(c).
		OnP(sql.And(
			sql.ColumnsEQ(c.C(stockcost.FieldWarehouseID), s.C(entstock.FieldWarehouseID)),
			sql.ColumnsEQ(c.C(stockcost.FieldSku), s.C(entstock.FieldSku)),
		)).
		OrderBy(s.C(entstock.FieldWarehouseID), s.C(entstock.FieldSku), s.C(entstock.FieldBatchNo))
	page.InPairs(entstock.FieldWarehouseID, entstock.FieldSku, warehouses, skus)(query)
	text, args := query.Query()
	rows, err := db.SQL().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	costs := make(map[Place]Costs, len(places))
	var upTo int64
	for rows.Next() {
		var id, physical, quantity int64
		var at Place
		var value money.Amount
		if err := rows.Scan(&id, &at.WarehouseID, &at.SKU, &physical, &quantity, &value); err != nil {
			return nil, err
		}
		c, ok := costs[at]
		if !ok {
			c.Worths, upTo = map[int64]money.Amount{}, 0
			if average, err := value.Share(1, quantity); err == nil {
				c.UnitCost = &average
			}
			costs[at] = c
		}
		upTo += physical
		if c.Worths[id], err = Worth(value, quantity, physical, upTo); err != nil {
			return nil, err
		}
	}
	return costs, rows.Err()
}
