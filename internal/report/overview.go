package report

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Overview is a warehouse at a glance.
type Overview struct {
	*StockGroup
	capacity, maxVolume int64

	// LocationCount is of active locations, LockedLocationCount of those among
	// them that are locked.
	LocationCount, LockedLocationCount int64
	// OpenDocumentCount is nil for people without document:view.
	OpenDocumentCount *int64
	// LastMovementAt is nil when nothing was ever posted.
	LastMovementAt *time.Time
}

// OverviewParts are those parts of an overview that somebody wants. Each is read
// by a statement of its own, for all warehouses together.
type OverviewParts struct {
	Units, Volume, Value, Places, Documents, LastMovement bool
	// Stocks and SKUs are counted beside the units.
	Stocks, SKUs bool
}

// Overviews are the overviews of warehouses by key. People without stock:view get
// none.
func (s *Service) Overviews(ctx context.Context, ids []int64, parts OverviewParts) (_ map[int64]*Overview, err error) {
	defer fault.Wrap(&err, "report.Overviews")
	who := auth.From(ctx)
	if !who.Can(auth.StockView) {
		return nil, nil
	}
	parts.Value = parts.Value && who.Can(auth.CostView)
	warehouses, err := s.db.Ent().Warehouse.Query().Where(page.In(entwarehouse.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Overview, len(ids))
	for _, w := range warehouses {
		out[w.ID] = &Overview{StockGroup: &StockGroup{}, capacity: w.Capacity, maxVolume: w.MaxVolumeCm3}
	}
	if err := s.holdings(ctx, warehouses, parts, out); err != nil {
		return nil, err
	}
	if parts.Places {
		err = s.eachPlace(ctx, "warehouse_id, count(*), sum(CASE WHEN is_locked THEN 1 ELSE 0 END) FROM warehouse_locations WHERE status = 'ACTIVE' AND ", ids,
			func(id, n, locked int64) { out[id].LocationCount, out[id].LockedLocationCount = n, locked })
	}
	if err == nil && parts.Documents && who.Can(auth.DocumentView) {
		for _, o := range out {
			o.OpenDocumentCount = new(int64)
		}
		err = s.eachPlace(ctx, "warehouse_id, count(*), 0 FROM documents WHERE state IN ('DRAFT', 'APPROVED', 'EXECUTING') AND ", ids,
			func(id, n, _ int64) { *out[id].OpenDocumentCount = n })
	}
	if err == nil && parts.LastMovement {
		err = s.lastMovements(ctx, ids, out)
	}
	return out, err
}

// holdings are what warehouses hold: a summary by warehouse.
func (s *Service) holdings(ctx context.Context, warehouses []*ent.Warehouse, parts OverviewParts, out map[int64]*Overview) error {
	if !parts.Units && !parts.Volume && !parts.Value && !parts.Stocks && !parts.SKUs {
		return nil
	}
	p := &plan{
		dialect: s.db.Dialect(), by: []dimension[StockGroup]{dimensions[ByWarehouse]}, scope: &scope{warehouses: warehouses},
		StockQuestion: StockQuestion{Measures: Measures{
			Stocks: parts.Stocks, SKUs: parts.SKUs, Volume: parts.Volume, Weight: parts.Volume, Unmeasured: parts.Volume, Value: parts.Value,
		}},
	}
	var err error
	if parts.Value {
		if p.worth, err = s.worth(ctx, warehouses, store.Moment(s.now())); err != nil {
			return err
		}
		for _, o := range out {
			o.Values, o.BaseValue = []CurrencyAmount{}, new(money.Amount) // until goods are found
		}
	}
	groups, err := rowsOf(ctx, s.db.ReportFresh, p.grouping(p.by), "", p.scan(p.by))
	for _, g := range groups {
		out[g.warehouseID].StockGroup = g
	}
	return err
}

// eachPlace reads two numbers for each warehouse that has rows. selects ends with
// the condition that the rows are of certain warehouses.
func (s *Service) eachPlace(ctx context.Context, selects string, ids []int64, f func(id, a, b int64)) error {
	p := store.Params{Dialect: s.db.Dialect()}
	rows, err := s.db.SQL().QueryContext(ctx, "SELECT "+selects+p.AmongIDs("warehouse_id", ids)+" GROUP BY warehouse_id", p.Values...)
	if err != nil {
		return fmt.Errorf("count by warehouse: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, a, b int64
		if err := rows.Scan(&id, &a, &b); err != nil {
			return err
		}
		f(id, a, b)
	}
	return rows.Err()
}

func (s *Service) lastMovements(ctx context.Context, ids []int64, out map[int64]*Overview) error {
	last, err := s.edges(ctx, ids, "DESC")
	for id, at := range last {
		out[id].LastMovementAt = &at
	}
	return err
}

// edges is when the first (ASC) or the last (DESC) movement of warehouses was
// recorded; those that had none are left out.
func (s *Service) edges(ctx context.Context, ids []int64, direction string) (map[int64]time.Time, error) {
	p := store.Params{Dialect: s.db.Dialect()}
	rows, err := s.db.SQL().QueryContext(ctx, `SELECT w.id, (SELECT m.recorded_at FROM stock_movements m
  WHERE m.warehouse_id = w.id ORDER BY m.id `+direction+` LIMIT 1) FROM warehouses w WHERE `+p.AmongIDs("w.id", ids), p.Values...)
	if err != nil {
		return nil, fmt.Errorf("first or last movements: %w", err)
	}
	defer rows.Close()
	out := make(map[int64]time.Time, len(ids))
	for rows.Next() {
		var id int64
		var at store.Time
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		if !at.IsZero() {
			out[id] = at.Time
		}
	}
	return out, rows.Err()
}

// Value is in the warehouse's currency; nil when it was not asked for.
func (o *Overview) Value() *money.Amount {
	switch {
	case o.Values == nil:
		return nil
	case len(o.Values) == 0:
		return new(money.Amount)
	}
	return &o.Values[0].Amount
}

// FreeCapacity is in units; nil when it is unlimited.
func (o *Overview) FreeCapacity() *int64 { return free(o.capacity, o.Quantities.Physical) }

// CapacityUsedPercent is rounded down.
func (o *Overview) CapacityUsedPercent() *int64 { return percent(o.capacity, o.Quantities.Physical) }

// FreeVolumeCm3 is nil when it is unlimited.
func (o *Overview) FreeVolumeCm3() *int64 { return free(o.maxVolume, o.VolumeCm3) }

// VolumeUsedPercent is rounded down.
func (o *Overview) VolumeUsedPercent() *int64 { return percent(o.maxVolume, o.VolumeCm3) }

func free(limit, used int64) *int64 {
	if limit == 0 {
		return nil
	}
	left := limit - used
	return &left
}

func percent(limit, used int64) *int64 {
	if limit == 0 {
		return nil
	}
	p := used/limit*100 + used%limit*100/limit // a hundred times what is used might not fit
	return &p
}
