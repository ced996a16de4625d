package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	entproduct "entrepot/ent/product"
	"entrepot/internal/abc"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// fill writes the lines of a stocktake: what the scope finds, in one statement.
func (s StocktakeScope) fill(ctx context.Context, tx store.Tx, doc *ent.Document, house *ent.Warehouse, now time.Time) error {
	at := fault.Input.At("scope")
	if err := s.known(ctx, tx, house, at); err != nil {
		return err
	}
	p := &store.Params{Dialect: tx.Dialect}
	id := p.Add(doc.ID)
	text := "INSERT INTO stocktake_lines (document_id, line_no, location_id, sku, batch_no) SELECT " + id +
		", row_number() OVER (ORDER BY code, sku, batch_no), location_id, sku, batch_no FROM (" + s.lines(p, house, now) + ") x LIMIT " + p.Add(MaxLines+1)
	done, err := tx.SQL.ExecContext(ctx, text, p.Values...)
	if err != nil {
		return fmt.Errorf("write lines of a stocktake: %w", err)
	}
	switch n, err := done.RowsAffected(); {
	case err != nil:
		return err
	case n == 0:
		return fault.New(fault.Invalid, at, "nothing of it lies in warehouse %s by the books; name SKUs with includeEmpty to count what may lie there all the same", house.Code)
	case n > MaxLines:
		return fault.New(fault.TooMany, at, "a stocktake has at most %d lines, this scope has more; make several, by zones, SKUs or classes", MaxLines)
	}
	return nil
}

// known adds a fault for each code of the scope that leads nowhere.
func (s StocktakeScope) known(ctx context.Context, tx store.Tx, house *ent.Warehouse, at fault.Path) error {
	var faults fault.List
	skus, err := tx.Ent.Product.Query().Where(page.In(entproduct.FieldSku, s.SKUs)).Select(entproduct.FieldSku).Strings(ctx)
	if err != nil {
		return err
	}
	missing(&faults, at.At("skus"), "SKU", s.SKUs, skus)
	found, err := warehouse.LocationsByCode(ctx, tx, house.ID, s.LocationCodes)
	if err != nil {
		return err
	}
	var bins []string
	for code := range found {
		bins = append(bins, code)
	}
	missing(&faults, at.At("locationCodes"), "location", s.LocationCodes, bins)
	zones, err := s.zones(ctx, tx, house.ID)
	if err != nil {
		return err
	}
	missing(&faults, at.At("zones"), "zone", s.Zones, zones)
	return faults.Err()
}

func missing(faults *fault.List, at fault.Path, what string, asked, found []string) {
	known := make(map[string]bool, len(found))
	for _, code := range found {
		known[code] = true
	}
	for i, code := range asked {
		if !known[code] {
			faults.Add(fault.NotFound, at.Item(i), "there is no %s %q", what, command.Short(code))
		}
	}
}

// zones are those of the scope that have locations.
func (s StocktakeScope) zones(ctx context.Context, tx store.Tx, warehouseID int64) (out []string, err error) {
	if len(s.Zones) == 0 {
		return nil, nil
	}
	p := &store.Params{Dialect: tx.Dialect}
	rows, err := tx.SQL.QueryContext(ctx, "SELECT list.zone FROM "+p.List("zone", s.Zones)+
		" WHERE EXISTS (SELECT 1 FROM warehouse_locations l WHERE l.warehouse_id = "+p.Add(warehouseID)+" AND "+inZone("l.code", "list.zone")+")", p.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var zone string
		if err := rows.Scan(&zone); err != nil {
			return nil, err
		}
		out = append(out, zone)
	}
	return out, rows.Err()
}

// inZones is the condition that the location code is in one of these zones: codes
// begin with them.
func inZones(p *store.Params, code string, zones []string) string {
	return "EXISTS (SELECT 1 FROM " + p.List("zone", zones) + " WHERE " + inZone(code, "list.zone") + ")"
}

func inZone(code, zone string) string {
	return "(" + code + " = " + zone + " OR substr(" + code + ", 1, length(" + zone + ") + 1) = " + zone + " || '-')"
}

// lines is a statement of what is counted: code, location_id, sku, batch_no.
func (s StocktakeScope) lines(p *store.Params, house *ent.Warehouse, now time.Time) string {
	id := p.Add(house.ID)
	if !house.TracksLocations {
		text := "SELECT '' AS code, CAST(NULL AS bigint) AS location_id, s.sku, s.batch_no FROM stocks s WHERE s.warehouse_id = " + id +
			" AND s.physical_quantity > 0" + s.goods(p, house, now)
		if s.IncludeEmpty {
			text += " UNION SELECT '', NULL, p.sku, '' FROM products p WHERE " + p.Among("p.sku", s.SKUs) +
				" AND NOT EXISTS (SELECT 1 FROM stocks s WHERE s.warehouse_id = " + id + " AND s.sku = p.sku AND s.physical_quantity > 0)"
		}
		return text
	}
	text := "SELECT l.code, l.id AS location_id, s.sku, s.batch_no FROM location_stocks b JOIN warehouse_locations l ON l.id = b.location_id" +
		" JOIN stocks s ON s.id = b.stock_id AND s.warehouse_id = b.warehouse_id WHERE b.warehouse_id = " + id + " AND b.quantity > 0" + s.bins(p) + s.goods(p, house, now)
	if s.IncludeEmpty {
		text += " UNION SELECT l.code, l.id, p.sku, '' FROM warehouse_locations l CROSS JOIN products p WHERE l.warehouse_id = " + id +
			" AND " + p.Among("l.code", s.LocationCodes) + " AND " + p.Among("p.sku", s.SKUs) +
			" AND NOT EXISTS (SELECT 1 FROM stocks s JOIN location_stocks b ON b.stock_id = s.id AND b.location_id = l.id AND b.quantity > 0" +
			" WHERE s.warehouse_id = l.warehouse_id AND s.sku = p.sku)"
	}
	return text
}

// bins narrows locations l.
func (s StocktakeScope) bins(p *store.Params) string {
	switch named, zoned := len(s.LocationCodes) > 0, len(s.Zones) > 0; {
	case named && zoned:
		return " AND (" + p.Among("l.code", s.LocationCodes) + " OR " + inZones(p, "l.code", s.Zones) + ")"
	case named:
		return " AND " + p.Among("l.code", s.LocationCodes)
	case zoned:
		return " AND " + inZones(p, "l.code", s.Zones)
	}
	return ""
}

// goods narrows stocks s.
func (s StocktakeScope) goods(p *store.Params, house *ent.Warehouse, now time.Time) string {
	classes := make([]string, len(s.Classes))
	for i, c := range s.Classes {
		classes[i] = string(c)
	}
	classed := func() string {
		return "s.sku IN (SELECT sku FROM (" + abc.SQL(p, house.ID, now.AddDate(0, 0, -abcDays)) + ") ranks WHERE " + p.Among("class", classes) + ")"
	}
	switch named := len(s.SKUs) > 0; {
	case named && len(classes) > 0:
		return " AND (" + p.Among("s.sku", s.SKUs) + " OR " + classed() + ")"
	case named:
		return " AND " + p.Among("s.sku", s.SKUs)
	case len(classes) > 0:
		return " AND " + classed()
	}
	return ""
}

// notCountedElsewhere refuses lines that another open stocktake has too: both
// would post the same difference. at leads to what names them.
func notCountedElsewhere(ctx context.Context, tx store.Tx, doc *ent.Document, at fault.Path) error {
	var sku, no string
	var n int64
	rows, err := tx.SQL.QueryContext(ctx, `SELECT l.sku, d.no, count(*) OVER () FROM documents d
JOIN stocktake_lines o ON o.document_id = d.id
JOIN stocktake_lines l ON l.document_id = $1 AND l.sku = o.sku AND l.batch_no = o.batch_no AND coalesce(l.location_id, 0) = coalesce(o.location_id, 0)
WHERE d.warehouse_id = $2 AND d.kind = $3 AND d.state IN ($4, $5) AND d.id <> $1 ORDER BY l.line_no LIMIT 1`,
		doc.ID, doc.WarehouseID, string(stock.DocumentStocktake), string(stock.DocumentDraft), string(stock.DocumentExecuting))
	if err != nil {
		return fmt.Errorf("look for other stocktakes: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	if err := rows.Scan(&sku, &no, &n); err != nil {
		return err
	}
	return fault.New(fault.Locked, at, "SKU %s is being counted by stocktake %s already, as are %d lines in all: end that one first, or leave them out", sku, no, n)
}
