package warehouse

import (
	"context"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// firstBins are made in a warehouse that begins to track bins, unless it has some
// of their type: what names no bin must have somewhere to lie. They take
// everything.
var firstBins = []stock.LocationType{stock.LocationReceive, stock.LocationDamaged, stock.LocationLost}

// track decides whether a warehouse keeps its stock by bin. It never ceases to:
// what lay where would be forgotten, and could not be said again.
func (e *editor) track(faults *fault.List, i int, w, old *ent.Warehouse) {
	told, path := e.rows[i].TracksLocations, e.at(i).At("tracksLocations")
	switch {
	case told != nil && *told && !located(w):
		faults.Add(fault.Invalid, path, "warehouse %s is %s: only a physical warehouse that we run ourselves keeps its stock by bin", w.Code, kind(w))
	case told != nil && !*told && old != nil && old.TracksLocations && located(w):
		faults.Add(fault.Invalid, path, "warehouse %s keeps its stock by bin, and that is not taken back: lock or archive bins that are not used", w.Code)
	case told != nil:
		w.TracksLocations = *told
	case old == nil:
		w.TracksLocations = located(w)
	}
	if !located(w) {
		w.TracksLocations = false // it has no active location, so nothing lies there
	}
	if w.TracksLocations && (old == nil || !old.TracksLocations) {
		e.tracks = append(e.tracks, i)
		e.filled = append(e.filled, old != nil)
	}
}

// startTracking makes the first bins of accepted warehouses and puts there what
// they hold.
func (e *editor) startTracking(ctx context.Context, tx store.Tx, accepted []int) error {
	var codes, filled []string
	rows := map[string]int{}
	for n, i := range e.tracks {
		if !slices.Contains(accepted, i) {
			continue
		}
		codes, rows[e.rows[i].code] = append(codes, e.rows[i].code), i
		if e.filled[n] {
			filled = append(filled, e.rows[i].code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	found, err := byCode(ctx, tx, codes)
	if err != nil {
		return err
	}
	now := store.Moment(e.now())
	if err := e.makeBins(ctx, tx, found, rows, now); err != nil {
		return err
	}
	for _, code := range filled {
		_, err := ledger.StartBins(ctx, tx, ledger.Posting{
			Operation: e.operation, ActorID: auth.From(ctx).UserID, ReasonCode: "TRACKING_STARTED", RequestID: fault.RequestID(ctx),
			OccurredAt: now, Now: now,
		}, found[code].ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *editor) makeBins(ctx context.Context, tx store.Tx, found map[string]*ent.Warehouse, rows map[string]int, now time.Time) error {
	ids, codes := make([]int64, 0, len(found)), make([]string, len(firstBins))
	for _, w := range found {
		ids = append(ids, w.ID)
	}
	for i, t := range firstBins {
		codes[i] = string(t)
	}
	there, err := tx.Ent.Location.Query().Where(page.In(location.FieldWarehouseID, ids),
		location.Or(page.InEnum(location.FieldType, firstBins), page.In(location.FieldCode, codes))).All(ctx)
	if err != nil {
		return err
	}
	type place struct {
		warehouse int64
		what      string
	}
	usable, taken := map[place]bool{}, map[place]*ent.Location{}
	for _, l := range there {
		taken[place{l.WarehouseID, l.Code}] = l
		if l.Status == stock.StatusActive && !l.IsLocked {
			usable[place{l.WarehouseID, string(l.Type)}] = true
		}
	}
	var faults fault.List
	var bins []*ent.Location
	for code, i := range rows {
		w := found[code]
		for _, t := range firstBins {
			if usable[place{w.ID, string(t)}] {
				continue
			}
			if l := taken[place{w.ID, string(t)}]; l != nil {
				faults.Add(fault.Invalid, e.at(i).At("tracksLocations"), "warehouse %s needs an unlocked location of type %s, and its location %s is not: change that with locationUpdate first",
					command.Short(code), t, l.Code)
				continue
			}
			bins = append(bins, &ent.Location{
				WarehouseID: w.ID, Code: string(t), Type: t, AllowMixing: true, Status: stock.StatusActive, CreatedAt: now, UpdatedAt: now,
			})
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return store.InsertRows(ctx, tx, locations.Name, locations.Columns, bins)
}
