package ledger

import (
	"cmp"
	"slices"
	"time"

	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Quantities are the buckets of one stock in base units.
// Available = Physical − Allocated − Damaged − OnHold; InTransit stands apart.
type Quantities struct {
	Physical, Available, Allocated, Damaged, OnHold, InTransit int64
}

// Of is the quantity in one bucket.
func (q Quantities) Of(b stock.Bucket) int64 {
	switch b {
	case stock.BucketPhysical:
		return q.Physical
	case stock.BucketAvailable:
		return q.Available
	case stock.BucketAllocated:
		return q.Allocated
	case stock.BucketDamaged:
		return q.Damaged
	case stock.BucketOnHold:
		return q.OnHold
	case stock.BucketInTransit:
		return q.InTransit
	}
	return 0
}

// Add is q after the change d.
func (q Quantities) Add(d Delta) Quantities {
	q.Physical += d.Physical
	q.Available += d.Available()
	q.Allocated += d.Allocated
	q.Damaged += d.Damaged
	q.OnHold += d.OnHold
	q.InTransit += d.InTransit
	return q
}

// buckets lists what may not fall below zero, in the order in which a person
// is told of it.
var buckets = []stock.Bucket{
	stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold,
	stock.BucketAllocated, stock.BucketInTransit, stock.BucketPhysical,
}

// negative is the first bucket below zero, and by how much.
func (q Quantities) negative() (stock.Bucket, int64, bool) {
	for _, b := range buckets {
		if n := q.Of(b); n < 0 {
			return b, -n, true
		}
	}
	return "", 0, false
}

// Delta is a signed change of the buckets. Available has none of its own: it
// is what the others leave.
type Delta struct {
	Physical, Allocated, Damaged, OnHold, InTransit int64
}

// Available is the change of the available quantity that d implies.
func (d Delta) Available() int64 { return d.Physical - d.Allocated - d.Damaged - d.OnHold }

// Plus is the sum of two changes.
func (d Delta) Plus(e Delta) Delta {
	return Delta{
		d.Physical + e.Physical, d.Allocated + e.Allocated, d.Damaged + e.Damaged,
		d.OnHold + e.OnHold, d.InTransit + e.InTransit,
	}
}

// Minus is the opposite change.
func (d Delta) Minus() Delta { return Delta{}.less(d) }

func (d Delta) less(e Delta) Delta {
	return Delta{
		d.Physical - e.Physical, d.Allocated - e.Allocated, d.Damaged - e.Damaged,
		d.OnHold - e.OnHold, d.InTransit - e.InTransit,
	}
}

// In is the change that puts n units (or takes −n) into a bucket: goods that
// come into or leave the warehouse change the physical quantity with it.
// ALLOCATED promises goods that are there and IN_TRANSIT stands apart, so
// those two leave the physical quantity alone.
func In(b stock.Bucket, n int64) Delta {
	switch b {
	case stock.BucketDamaged:
		return Delta{Physical: n, Damaged: n}
	case stock.BucketOnHold:
		return Delta{Physical: n, OnHold: n}
	case stock.BucketAllocated:
		return Delta{Allocated: n}
	case stock.BucketInTransit:
		return Delta{InTransit: n}
	default: // PHYSICAL and AVAILABLE: what comes is available
		return Delta{Physical: n}
	}
}

// Between is the change that moves n units of goods from one bucket to another.
func Between(from, to stock.Bucket, n int64) Delta { return In(from, -n).Plus(In(to, n)) }

// Key names one stock. BatchNo is "" for goods without one.
type Key struct {
	WarehouseID  int64
	SKU, BatchNo string
}

// Compare orders keys as every lock on stocks is taken: by warehouse, then SKU
// and batch by bytes, as COLLATE "C" does in the database.
func (k Key) Compare(l Key) int {
	return cmp.Or(
		cmp.Compare(k.WarehouseID, l.WarehouseID),
		cmp.Compare(k.SKU, l.SKU),
		cmp.Compare(k.BatchNo, l.BatchNo),
	)
}

// Move is one line's change of one stock.
type Move struct {
	Key
	Delta Delta
	// Line is the caller's number for the line; refusals name it.
	Line int
	// ExpectedVersion, when set, refuses the posting unless the stock still
	// has this version (0: there is no such stock yet).
	ExpectedVersion *int64
	// Currency is the warehouse's, and Rate what one unit of it is worth in
	// the base currency at the time of the posting.
	Currency string
	Rate     money.Rate
	// UnitCost is what each arriving unit cost, in Currency. Without it
	// arriving goods come in at the moving average.
	UnitCost *money.Amount
	// Value, when set, is the exact signed value that goes with the change
	// (a reversal), as far as the stock's worth allows it.
	Value *money.Amount
	// Made, when above zero, says that the arriving units were made out of what
	// leaves in the same posting: together such moves take on all that those were
	// worth, each in proportion to its Made.
	Made int64
	// LocationID is the bin where the units come or go. Left out, the ledger
	// chooses (see bins.go). Warehouses that do not track bins ignore it.
	LocationID *int64
	// ToLocationID is where units go that become damaged, or cease to be: those
	// leave LocationID at the same time. Left out, the ledger chooses.
	ToLocationID *int64
	// Counted says that somebody counted LocationID, so that the change is a fact:
	// neither the bin's lock nor its limits refuse it, and units that have left the
	// bin since leave where the others lie.
	Counted bool
}

// Posting is a group of moves that happen together or not at all.
type Posting struct {
	// ID, when it was drawn by [NextPosting], is the one it gets.
	ID         int64
	Kind       stock.MovementKind
	Operation  string
	ActorID    int64
	ReasonCode string
	Note       string
	RequestID  string
	// BaseCurrency is what the rates of the moves lead to.
	BaseCurrency string
	DocumentID   *int64
	ReversesID   *int64
	OccurredAt   time.Time
	// Now, when set, stands for the clock (tests). Otherwise recorded_at is
	// taken from PostgreSQL's clock after the lock on the stock is held, so
	// that replicas with differing clocks agree.
	Now   time.Time
	Moves []Move
}

// change is what the postings of one call do to one stock together.
type change struct {
	Key
	delta   Delta
	expects int64 // the version before them all, or anyVersion
	parts   []part
}

// part is what one posting of the call does to the stock.
type part struct {
	posting int
	delta   Delta
	moves   []Move
}

const (
	anyVersion = -1
	// noVersion matches no stock: two lines expected different versions, or one
	// a version that cannot be.
	noVersion = 1<<63 - 1
)

// goods says whether the part concerns the worth of the stock.
func (p part) goods() bool {
	return slices.ContainsFunc(p.moves, func(m Move) bool { return m.Delta.Physical != 0 || m.Value != nil })
}

func (c change) goods() bool { return slices.ContainsFunc(c.parts, part.goods) }

// merge sums the moves per stock and posting, in lock order. One SKU on two
// lines is checked as a sum.
func merge(postings []Posting) []change {
	byKey := map[Key]int{}
	var changes []change
	for p, posting := range postings {
		for _, m := range posting.Moves {
			i, ok := byKey[m.Key]
			if !ok {
				i = len(changes)
				byKey[m.Key] = i
				changes = append(changes, change{Key: m.Key, expects: anyVersion})
			}
			changes[i].add(p, m)
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return a.Compare(b.Key) })
	return changes
}

func (c *change) add(posting int, m Move) {
	if n := len(c.parts); n == 0 || c.parts[n-1].posting != posting {
		c.parts = append(c.parts, part{posting: posting})
	}
	last := &c.parts[len(c.parts)-1]
	last.delta, last.moves = last.delta.Plus(m.Delta), append(last.moves, m)
	c.delta = c.delta.Plus(m.Delta)
	if m.ExpectedVersion == nil {
		return
	}
	// The parts before it raise the version by one each.
	v := *m.ExpectedVersion - int64(len(c.parts)-1)
	if v < 0 || c.expects != anyVersion && c.expects != v {
		v = noVersion
	}
	c.expects = v
}
