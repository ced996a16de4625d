package reservation

import (
	"cmp"
	"slices"
	"time"

	"entrepot/internal/catalog"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// goods are one SKU in one warehouse.
type goods struct {
	warehouse int64
	sku       string
}

// shelf is one stock that may be promised, in the order of arrival by stockID.
type shelf struct {
	stockID   int64
	batchNo   string
	available int64
	version   int64
	state     stock.BatchState
	expiresOn *time.Time // as its midnight in UTC
}

// product is what must be known of a SKU to choose a batch.
type product struct {
	rule      stock.AllocationRule
	kind      stock.ProductKind
	shelfLife int64 // days that a batch must still have when it ships
}

// site is what must be known of a warehouse.
type site struct {
	code     string
	currency string
	rate     money.Rate // 0: none; what is only promised needs none
	today    time.Time
}

// supply is what there is to promise. It goes down as it is allocated.
type supply struct {
	shelves  map[goods][]*shelf
	products map[string]product
	sites    map[int64]site
	// components of kits and stand-ins of SKUs, in order of priority.
	components map[string][]catalog.Component
	standIns   map[string][]string
}

// portion is a part of a line that one stock shall hold.
type portion struct {
	ledger.Key
	perUnit  int64
	quantity int64
}

// shortage is a line that there is too little for.
type shortage struct {
	want  int // place among the lines
	there int64
	// limiting is the component of a kit that there is least of.
	limiting string
	// only, when the line may come from one stock alone, is its version.
	only *int64
}

// allocate chooses the stocks of every line, in the order of the lines: what one
// takes is no more there for the next. It tells the lines that fall short; those
// have what is there. Nothing is chosen by chance.
func (s *supply) allocate(lines []Want) (chosen [][]portion, got []int64, short []shortage) {
	chosen, got = make([][]portion, len(lines)), make([]int64, len(lines))
	for i, w := range lines {
		chosen[i], got[i] = s.line(w)
		if got[i] < w.Quantity {
			sh := shortage{want: i, there: got[i], limiting: s.limiting(w)}
			if len(w.Warehouses) == 1 && sh.limiting == "" {
				sh.only = s.version(w)
			}
			short = append(short, sh)
		}
	}
	return chosen, got, short
}

// line takes what a line asks for, as far as it goes.
func (s *supply) line(w Want) (chosen []portion, got int64) {
	places := w.Warehouses
	if !w.Split {
		places = []int64{s.place(w)}
	}
	for _, sku := range s.candidates(w) {
		for _, id := range places {
			n := min(w.Quantity-got, s.room(w, id, sku))
			if n > 0 {
				chosen = s.take(chosen, w, id, sku, n)
				got += n
			}
		}
	}
	return chosen, got
}

// candidates are the SKU that is asked for and those that may stand in for it. A
// named batch is of one SKU, and nobody else has it; kits neither stand in nor are
// stood in for, since their components would be counted twice.
func (s *supply) candidates(w Want) []string {
	own := []string{w.SKU}
	if w.BatchNo != "" || s.kit(w.SKU) {
		return own
	}
	for _, sku := range s.standIns[w.SKU] {
		if !s.kit(sku) {
			own = append(own, sku)
		}
	}
	return own
}

// kit says whether a SKU is never stocked itself.
func (s *supply) kit(sku string) bool { return s.products[sku].kind == stock.ProductSalesKit }

// place is the one warehouse that a line comes from: the first that has all of
// it, else the one that has most.
func (s *supply) place(w Want) int64 {
	best, most := int64(0), int64(-1)
	for _, id := range w.Warehouses {
		var n int64
		for _, sku := range s.candidates(w) {
			n += s.room(w, id, sku)
		}
		if n >= w.Quantity {
			return id
		}
		if n > most {
			best, most = id, n
		}
	}
	return best
}

// room is how many of a SKU a warehouse can give, kits counted whole.
func (s *supply) room(w Want, warehouse int64, sku string) int64 {
	parts := s.parts(sku)
	room := int64(MaxQuantity)
	for _, p := range parts {
		room = min(room, s.there(w, warehouse, p.SKU)/p.Quantity)
	}
	return room
}

// parts are what one unit of a SKU is made up of: itself, or the components.
func (s *supply) parts(sku string) []catalog.Component {
	if s.kit(sku) {
		if c := s.components[sku]; len(c) > 0 {
			return c
		}
	}
	return []catalog.Component{{SKU: sku, Quantity: 1}}
}

func (s *supply) there(w Want, warehouse int64, sku string) (n int64) {
	for _, sh := range s.shelves[goods{warehouse, sku}] {
		if s.eligible(w, warehouse, sku, sh) {
			n += sh.available
		}
	}
	return n
}

// take moves n units of a SKU from the shelves of a warehouse to the line.
func (s *supply) take(chosen []portion, w Want, warehouse int64, sku string, n int64) []portion {
	for _, c := range s.parts(sku) {
		left := n * c.Quantity
		for _, sh := range s.ordered(warehouse, c.SKU) {
			q := min(left, sh.available)
			if q <= 0 || !s.eligible(w, warehouse, c.SKU, sh) {
				continue
			}
			sh.available -= q
			left -= q
			chosen = append(chosen, portion{ledger.Key{WarehouseID: warehouse, SKU: c.SKU, BatchNo: sh.batchNo}, c.Quantity, q})
		}
	}
	return chosen
}

// ordered are the shelves of a SKU as its rule takes them: FEFO by the day of
// expiry, those without one last; FIFO, and FEFO among equals, in the order in
// which the batches first arrived, then by the bytes of the batch number.
func (s *supply) ordered(warehouse int64, sku string) []*shelf {
	shelves := s.shelves[goods{warehouse, sku}]
	rule := s.products[sku].rule
	slices.SortStableFunc(shelves, func(a, b *shelf) int {
		if rule == stock.AllocateFEFO {
			if c := byExpiry(a.expiresOn, b.expiresOn); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(a.stockID, b.stockID), cmp.Compare(a.batchNo, b.batchNo))
	})
	return shelves
}

func byExpiry(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// eligible says whether goods of a batch may be promised to a line.
func (s *supply) eligible(w Want, warehouse int64, sku string, sh *shelf) bool {
	if w.BatchNo != "" && (sh.batchNo != w.BatchNo || sku != w.SKU) {
		return false
	}
	if w.AnyBatch {
		return true
	}
	if sh.state != "" && sh.state != stock.BatchAvailable {
		return false
	}
	if sh.expiresOn == nil {
		return true
	}
	leaves := w.ShipOn
	if leaves.IsZero() {
		leaves = s.sites[warehouse].today
	}
	return sh.expiresOn.After(leaves.AddDate(0, 0, int(s.products[sku].shelfLife)))
}

// limiting is the component that a short kit has least of in its warehouses; empty
// for what is no kit.
func (s *supply) limiting(w Want) string {
	if !s.kit(w.SKU) {
		return ""
	}
	parts := s.parts(w.SKU)
	least, name := int64(MaxQuantity)+1, ""
	for _, p := range parts {
		var n int64
		for _, id := range w.Warehouses {
			n += s.there(w, id, p.SKU)
		}
		if n /= p.Quantity; n < least {
			least, name = n, p.SKU
		}
	}
	return name
}

// version is that of the only stock that a line can come from.
func (s *supply) version(w Want) *int64 {
	if shelves := s.shelves[goods{w.Warehouses[0], w.SKU}]; len(shelves) == 1 {
		return &shelves[0].version
	}
	return nil
}
