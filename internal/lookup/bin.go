package lookup

import (
	"context"
	"fmt"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// Bin names a location by codes, as they are kept.
type Bin struct{ WarehouseCode, Code string }

// site is what a location's code means.
type site struct {
	id      int64
	tracked bool
}

var binColumns = []store.Column[Bin]{
	{Name: "w", Type: "text", Value: func(b Bin) any { return b.WarehouseCode }},
	{Name: "l", Type: "text", Value: func(b Bin) any { return b.Code }},
}

// ResolveBins looks the codes of locations up, in one statement; none when there
// are none. The ledger holds the locations when goods come or go there.
func (r *Codes) ResolveBins(ctx context.Context, tx store.Tx, bins []Bin) error {
	r.bins = make(map[Bin]site, len(bins))
	if len(bins) == 0 {
		return nil
	}
	args, err := store.Args(tx.Dialect, binColumns, bins)
	if err != nil {
		return err
	}
	rows, err := tx.SQL.QueryContext(ctx, "SELECT w.code, l.code, l.id, w.tracks_locations FROM "+store.Table(tx.Dialect, binColumns)+
		" AS x JOIN warehouses w ON w.code = x.w JOIN warehouse_locations l ON l.warehouse_id = w.id AND l.code = x.l", args...)
	if err != nil {
		return fmt.Errorf("resolve locations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b Bin
		var s site
		if err := rows.Scan(&b.WarehouseCode, &b.Code, &s.id, &s.tracked); err != nil {
			return err
		}
		r.bins[b] = s
	}
	return rows.Err()
}

// Bin is the key of the location that a line names, nil for the empty code. It adds
// a fault for a code that is not known, and for a warehouse that does not keep its
// stock by bin; path leads to the code.
func (r Codes) Bin(faults *fault.List, path fault.Path, b Bin) *int64 {
	if b.Code == "" {
		return nil
	}
	s, known := r.bins[b]
	switch {
	case !known:
		faults.Add(fault.NotFound, path, "there is no location %q in warehouse %s", command.Short(b.Code), command.Short(b.WarehouseCode))
		return nil
	case !s.tracked:
		faults.Add(fault.Invalid, path, "warehouse %s does not keep its stock by bin: leave the location out, or begin with warehouseUpdate(tracksLocations: true)", b.WarehouseCode)
		return nil
	}
	return &s.id
}

// RefuseBin tells what a bin stood against; path leads to the field at fault.
func RefuseBin(faults *fault.List, path fault.Path, name string, r ledger.Refusal) {
	b := r.Bin
	switch {
	case r.Code == fault.NotFound:
		faults.Add(r.Code, path, "location %s is in another warehouse than %s", b.Code, name)
	case r.Code == fault.Archived:
		faults.Add(r.Code, path, "location %s is archived", b.Code)
	case r.Code == fault.Locked && b.Code == "":
		faults.Add(r.Code, path, "there is no unlocked location of type %s to put %s: unlock one, make one, or name another location", b.Type, name)
	case r.Code == fault.Locked:
		faults.Add(r.Code, path, "location %s is locked: choose another one, or unlock it with locationUpdate", b.Code)
	case r.Code == fault.Mixing:
		faults.Add(r.Code, path, "location %s takes one SKU only, and %s lies there", b.Code, b.With)
	default:
		has, missing := b.Has, r.ShortBy
		f := faults.Add(r.Code, path, "%s", binTooFew(name, r))
		f.CurrentQuantity, f.ShortBy = &has, &missing
	}
}

func binTooFew(name string, r ledger.Refusal) string {
	switch {
	case r.Code == fault.Capacity:
		return fmt.Sprintf("%s: location %s has room for %d more, which is %d too few", name, r.Bin.Code, r.Bin.Has, r.ShortBy)
	case r.Bin.Code != "":
		return fmt.Sprintf("%s: location %s holds %d, which is %d too few", name, r.Bin.Code, r.Bin.Has, r.ShortBy)
	}
	return fmt.Sprintf("%s: only %d lie in locations that goods leave by themselves, which is %d too few; unlock the others, or name a location",
		name, r.Bin.Has, r.ShortBy)
}
