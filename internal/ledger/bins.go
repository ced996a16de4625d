package ledger

import (
	"cmp"
	"context"
	"slices"

	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Bins. A warehouse that tracks locations knows of every physical unit in which
// bin it lies: what lies in its bins adds up to the physical quantity of each
// stock. So every posting that changes physical units there, or their being
// damaged, changes bins too.
//
// Whoever changes what lies of a stock in any bin holds the stock's row first,
// also [Relocate], which changes no stock. So what is read of its bins afterwards
// stays as it is, and no second lock, in a second order, is needed for it.

// bin is a location as a posting finds it.
type bin struct {
	id, warehouseID int64
	code            string
	kind            stock.LocationType
	locked, mixing  bool
	archived        bool
	maxVolume       int64 // cm³, 0: unlimited
}

func (b bin) limited() bool { return !b.mixing || b.maxVolume > 0 }

// open says whether units may come and go without anybody naming the bin.
func (b bin) open() bool { return !b.locked && !b.archived }

// place is a stock in a bin.
type place struct{ location, stock int64 }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.location, q.location), cmp.Compare(p.stock, q.stock))
}

// held is what lies in a place, and how often that changed.
type held struct{ quantity, version int64 }

// floor is what a posting sees of the bins: those that it names, those that take
// what names none, those where its stocks lie, and what a posting that it takes
// back did there.
type floor struct {
	bins map[int64]bin
	held map[place]held
	was  map[undone][]binDelta
	at   store.Time // the database's clock, once the bins are held
}

type undone struct{ posting, stock int64 }

type binDelta struct{ location, delta int64 }

// sight is what of the bins is to be read.
type sight struct {
	stocks, warehouses, reverses []int64
	named, into                  []int64 // bins; goods come into the latter, which are held alone
}

// errand is that units of one stock come into a bin or leave one, in one posting.
type errand struct {
	Key
	stock    int64
	posting  int // index
	line     int
	units    int64 // more than 0: they come
	damaged  bool
	bin      *int64 // named
	restores bool   // the bin is where they were: preferred, not demanded
	counted  bool   // somebody was there: see [Move.Counted]
}

// binRow is a row of the bins' journal, and the state that it leaves.
type binRow struct {
	posting     Posting
	warehouseID int64
	place
	delta int64
	after held
	at    store.Time
}

// placeAll finds a bin for every unit that comes and leaves in warehouses that
// track them. It returns [Refused] of one posting, [ErrTogether] of several.
func placeAll(ctx context.Context, tx store.Tx, postings []Posting, changes []change, taken []written) ([]binRow, error) {
	var see sight
	var tracked []int
	for i, w := range taken {
		moves := func(p part) bool { return p.movesGoods() || postings[p.posting].ReversesID != nil } // what it takes back may have moved goods between bins
		if w.tracked && slices.ContainsFunc(changes[i].parts, moves) {
			tracked = append(tracked, i)
			see.stocks, see.warehouses = append(see.stocks, w.stockID), append(see.warehouses, w.WarehouseID)
		}
	}
	if len(tracked) == 0 {
		return nil, nil
	}
	for _, i := range tracked {
		for _, p := range changes[i].parts {
			see.look(postings[p.posting], p.moves)
		}
	}
	f, err := writerFor(tx).floor(ctx, tx, see.tidy())
	if err != nil {
		return nil, err
	}
	var errands []errand
	for _, i := range tracked {
		for _, p := range changes[i].parts {
			errands = append(errands, f.errands(postings, changes[i].Key, taken[i].stockID, p)...)
		}
	}
	work := newHandling(f)
	refused := work.do(errands)
	if len(refused) == 0 {
		refused, err = work.limits(ctx, tx, errands)
	}
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 && len(postings) > 1 {
		return nil, ErrTogether
	}
	if len(refused) > 0 {
		for i := range refused {
			at := slices.IndexFunc(taken, func(w written) bool { return w.Key == refused[i].Key })
			refused[i].Current = taken[at].after.Add(changes[at].delta.Minus())
			refused[i].Version = taken[at].after.Version - 1
		}
		return nil, refused
	}
	clocks := make(map[int64]store.Time, len(tracked))
	for _, i := range tracked {
		clocks[taken[i].stockID] = store.Time{Time: taken[i].at}
	}
	return work.rows(postings, func(p place) store.Time { return clocks[p.stock] }), nil
}

// movesGoods says whether the part changes what lies in bins.
func (p part) movesGoods() bool {
	return slices.ContainsFunc(p.moves, func(m Move) bool { return m.Delta.Physical != 0 || m.Delta.Damaged != 0 })
}

// look adds the bins that the moves name.
func (s *sight) look(p Posting, moves []Move) {
	if p.ReversesID != nil {
		s.reverses = append(s.reverses, *p.ReversesID)
	}
	for _, m := range moves {
		for _, e := range errandsOf(m) {
			switch {
			case e.bin == nil:
			case e.units > 0:
				s.into = append(s.into, *e.bin)
			default:
				s.named = append(s.named, *e.bin)
			}
		}
	}
}

func (s sight) tidy() sight {
	for _, ids := range []*[]int64{&s.stocks, &s.warehouses, &s.reverses, &s.named, &s.into} {
		slices.Sort(*ids)
		*ids = slices.Compact(*ids)
	}
	return s
}

// errandsOf is what a move does in bins, goods that come first. Units that are
// not damaged and units that are lie apart, as far as nobody says otherwise.
func errandsOf(m Move) []errand {
	sound := errand{Key: m.Key, line: m.Line, units: m.Delta.Physical - m.Delta.Damaged, bin: m.LocationID, counted: m.Counted}
	damaged := errand{Key: m.Key, line: m.Line, units: m.Delta.Damaged, bin: m.LocationID, counted: m.Counted, damaged: true}
	if sound.units != 0 && damaged.units != 0 && (sound.units > 0) != (damaged.units > 0) {
		// They change from one to the other.
		if sound.units > 0 {
			sound.bin = m.ToLocationID
		} else {
			damaged.bin = m.ToLocationID
		}
	}
	out := slices.DeleteFunc([]errand{sound, damaged}, func(e errand) bool { return e.units == 0 })
	slices.SortStableFunc(out, func(a, b errand) int { return cmp.Compare(b.units, a.units) })
	return out
}

// errands is what a part does in bins. A reversal does the opposite of what was
// done, as far as that is known.
func (f *floor) errands(postings []Posting, k Key, stockID int64, p part) []errand {
	var out []errand
	if by := postings[p.posting].ReversesID; by != nil {
		sum := int64(0)
		for _, d := range f.was[undone{*by, stockID}] {
			sum -= d.delta
			out = append(out, errand{
				Key: k, line: p.moves[0].Line, units: -d.delta, bin: &d.location, restores: true,
				damaged: f.bins[d.location].kind == stock.LocationDamaged,
			})
		}
		if sum != p.delta.Physical {
			out = nil
		}
	}
	if out == nil {
		for _, m := range p.moves {
			out = append(out, errandsOf(m)...)
		}
	}
	for i := range out {
		out[i].stock, out[i].posting = stockID, p.posting
	}
	return out
}

// departures are the types of bins that goods leave which name none, in order.
// Nothing leaves LOST bins by itself, and sound goods no DAMAGED one.
var departures = map[bool][]stock.LocationType{
	false: {stock.LocationPick, stock.LocationStorage, stock.LocationStage, stock.LocationReturn, stock.LocationReceive},
	true: {
		stock.LocationDamaged, stock.LocationPick, stock.LocationStorage, stock.LocationStage, stock.LocationReturn, stock.LocationReceive,
	},
}

// arrivalType is the type of bin that takes what comes and names none.
func arrivalType(damaged bool) stock.LocationType {
	if damaged {
		return stock.LocationDamaged
	}
	return stock.LocationReceive
}

func (e errand) refuse(code fault.Code, why BinRefusal) *Refusal {
	return &Refusal{Key: e.Key, Code: code, Lines: []int{e.line}, Bucket: stock.BucketPhysical, Bin: &why}
}
