package ledger

import (
	"cmp"
	"context"
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Want is units of one stock that somebody wants to take from bins.
type Want struct {
	Key
	// Line is the caller's number for it.
	Line     int
	Quantity int64
}

// Departure is that units leave a bin.
type Departure struct {
	Want
	LocationID int64
	// Code is the bin's.
	Code string
}

// Departures says from which bins goods would leave that name none, in the order
// in which a posting takes them: by type of bin, PICK first, and then by code. It
// changes nothing and locks no stock, so others may take them before it is done.
// Units that no open bin holds are short, by line.
func Departures(ctx context.Context, tx store.Tx, wants []Want) (found []Departure, short map[int]int64, err error) {
	defer fault.Wrap(&err, "ledger.Departures")
	keys := make([]Key, len(wants))
	for i, w := range wants {
		keys[i] = w.Key
	}
	ids, err := stockIDs(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	var see sight
	var errands []errand
	short = map[int]int64{}
	for i, w := range wants {
		id, ok := ids[w.Key]
		if !ok {
			short[w.Line] += w.Quantity
			continue
		}
		see.stocks = append(see.stocks, id)
		errands = append(errands, errand{Key: w.Key, stock: id, posting: i, line: w.Line, units: -w.Quantity})
	}
	if len(errands) == 0 {
		return nil, short, nil
	}
	f, err := writerFor(tx).floor(ctx, tx, see.tidy())
	if err != nil {
		return nil, nil, err
	}
	work := newHandling(f)
	for _, r := range work.do(errands) {
		short[r.Lines[0]] += r.ShortBy
	}
	for i, w := range wants {
		from := len(found)
		for p, n := range work.deltas[i] {
			w.Quantity = -n
			found = append(found, Departure{w, p.location, f.bins[p.location].code})
		}
		slices.SortFunc(found[from:], func(a, b Departure) int { return cmp.Compare(a.Code, b.Code) })
	}
	return found, short, nil
}
