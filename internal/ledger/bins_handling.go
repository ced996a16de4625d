package ledger

import (
	"cmp"
	"maps"
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// handling is what several postings do in bins, one after the other.
type handling struct {
	*floor
	now     map[place]int64
	deltas  map[int]map[place]int64 // by posting
	arrived map[place][]errand      // what came into bins that were named
	lies    map[int64][]bin         // where stocks lie, or lay
	docks   map[dock]*bin           // what takes goods that name no bin
}

type dock struct {
	warehouseID int64
	kind        stock.LocationType
}

func newHandling(f *floor) *handling {
	h := &handling{
		floor: f, now: make(map[place]int64, len(f.held)), deltas: map[int]map[place]int64{}, arrived: map[place][]errand{},
		lies: map[int64][]bin{}, docks: map[dock]*bin{},
	}
	for p, v := range f.held {
		h.now[p] = v.quantity
		h.lies[p.stock] = append(h.lies[p.stock], f.bins[p.location])
	}
	for _, b := range f.bins {
		// The first one by code, by bytes.
		if d := (dock{b.warehouseID, b.kind}); b.open() && (h.docks[d] == nil || b.code < h.docks[d].code) {
			h.docks[d] = &b
		}
	}
	return h
}

// do runs the errands, posting by posting, and in each what comes before what
// goes: its moves happen together.
func (h *handling) do(errands []errand) Refused {
	slices.SortStableFunc(errands, func(a, b errand) int {
		return cmp.Or(cmp.Compare(a.posting, b.posting), cmp.Compare(min(b.units, 0), min(a.units, 0)))
	})
	var refused Refused
	for _, e := range errands {
		r := h.arrive(e)
		if e.units < 0 {
			r = h.leave(e)
		}
		if r != nil {
			refused = append(refused, *r)
		}
	}
	slices.SortStableFunc(refused, func(a, b Refusal) int { return a.Compare(b.Key) })
	return refused
}

func (h *handling) add(e errand, b bin, units int64) {
	p := place{b.id, e.stock}
	if _, known := h.now[p]; !known {
		h.lies[e.stock] = append(h.lies[e.stock], b)
	}
	h.now[p] += units
	if h.deltas[e.posting] == nil {
		h.deltas[e.posting] = map[place]int64{}
	}
	h.deltas[e.posting][p] += units
}

// named is the bin that an errand names, or why it does not serve.
func (h *handling) named(e errand) (bin, *Refusal) {
	b, ok := h.bins[*e.bin]
	why := BinRefusal{Code: b.code, Arriving: e.units > 0}
	switch {
	case !ok || b.warehouseID != e.WarehouseID:
		return b, e.refuse(fault.NotFound, why)
	case e.counted:
		return b, nil
	case b.archived:
		return b, e.refuse(fault.Archived, why)
	case b.locked:
		return b, e.refuse(fault.Locked, why)
	}
	return b, nil
}

func (h *handling) arrive(e errand) *Refusal {
	if e.units <= 0 {
		return nil
	}
	if e.bin != nil {
		b, refused := h.named(e)
		switch {
		case refused == nil:
			h.add(e, b, e.units)
			if !e.restores && !e.counted {
				p := place{b.id, e.stock}
				h.arrived[p] = append(h.arrived[p], e)
			}
			return nil
		case !e.restores:
			return refused
		}
	}
	// Dock and quarantine take whatever comes: a truck is not sent back because of
	// a limit that somebody entered.
	to := h.docks[dock{e.WarehouseID, arrivalType(e.damaged)}]
	if to == nil {
		return e.refuse(fault.Locked, BinRefusal{Arriving: true, Type: arrivalType(e.damaged)})
	}
	h.add(e, *to, e.units)
	return nil
}

func (h *handling) leave(e errand) *Refusal {
	left := -e.units
	if e.bin != nil {
		b, refused := h.named(e)
		there := h.now[place{b.id, e.stock}]
		switch {
		case refused != nil && !e.restores:
			return refused
		case refused == nil && !e.restores && !e.counted && there < left:
			r := e.refuse(fault.InsufficientStock, BinRefusal{Code: b.code, Has: there})
			r.ShortBy = left - there
			return r
		case refused == nil:
			n := min(left, there)
			h.add(e, b, -n)
			left -= n
		}
	}
	if left == 0 {
		return nil
	}
	had := int64(0)
	for _, b := range h.open(e) {
		n := min(left, h.now[place{b.id, e.stock}])
		h.add(e, b, -n)
		left, had = left-n, had+n
	}
	if left == 0 {
		return nil
	}
	r := e.refuse(fault.InsufficientStock, BinRefusal{Has: had})
	r.ShortBy = left
	return r
}

// open are the bins that goods leave which name none, in order: by type, and then
// by code, by bytes.
func (h *handling) open(e errand) []bin {
	types := departures[e.damaged]
	var out []bin
	for _, b := range h.lies[e.stock] {
		if b.open() && slices.Contains(types, b.kind) && h.now[place{b.id, e.stock}] > 0 {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b bin) int {
		return cmp.Or(cmp.Compare(slices.Index(types, a.kind), slices.Index(types, b.kind)), cmp.Compare(a.code, b.code))
	})
	return out
}

// rows are the journal of all of it, in the order of postings and places. What a
// posting takes and brings back leaves none.
func (h *handling) rows(postings []Posting, at func(place) store.Time) []binRow {
	now := maps.Clone(h.held)
	var rows []binRow
	for i, p := range postings {
		for _, where := range slices.SortedFunc(maps.Keys(h.deltas[i]), place.compare) {
			d := h.deltas[i][where]
			if d == 0 {
				continue
			}
			v := now[where]
			v.quantity += d
			v.version++
			now[where] = v
			rows = append(rows, binRow{posting: p, warehouseID: h.bins[where.location].warehouseID, place: where, delta: d, after: v, at: at(where)})
		}
	}
	return rows
}

// last are the rows that leave the state: the last of each place, in lock order.
func last(rows []binRow) []binRow {
	byPlace := make(map[place]binRow, len(rows))
	for _, r := range rows {
		byPlace[r.place] = r
	}
	return slices.SortedFunc(maps.Values(byPlace), func(a, b binRow) int { return a.compare(b.place) })
}
