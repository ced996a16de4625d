package posting

import (
	"context"
	"slices"
	"strings"

	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// binOf is the location that a line names, with its code as it is kept.
func binOf(t Target, code *string) lookup.Bin {
	*code = strings.ToUpper(strings.TrimSpace(*code))
	return lookup.Bin{WarehouseCode: t.WarehouseCode, Code: *code}
}

// named are the locations that lines name.
func named(bins []lookup.Bin) []lookup.Bin {
	return slices.DeleteFunc(bins, func(b lookup.Bin) bool { return b.Code == "" })
}

// looking is the look of a command whose lines may name locations.
func looking(codes *lookup.Codes, bins []lookup.Bin, look func(ctx context.Context, tx store.Tx) (int64, error)) func(context.Context, store.Tx) (int64, error) {
	return func(ctx context.Context, tx store.Tx) (int64, error) {
		id, err := look(ctx, tx)
		if err != nil {
			return 0, err
		}
		return id, codes.ResolveBins(ctx, tx, named(bins))
	}
}

// checkPlaces refuses locations of units that stay where they lie: only what
// becomes damaged, or ceases to be, changes its place with its bucket.
func (l MoveLine) checkPlaces(faults *fault.List, path fault.Path) {
	if (l.From == stock.BucketDamaged) != (l.To == stock.BucketDamaged) {
		return
	}
	for _, place := range []struct{ field, code string }{{"locationCode", l.LocationCode}, {"toLocationCode", l.ToLocationCode}} {
		if place.code != "" {
			faults.Add(fault.Invalid, path.At(place.field), "units between %s and %s stay where they lie; leave the location out, or bring them elsewhere with stockRelocate", l.From, l.To)
		}
	}
}
