package reservation

import (
	"entrepot/internal/fault"
)

// Part is a part of a reservation that is taken or given up.
type Part struct {
	// LineNo is the line; 0 looks through all of them, and then SKU is needed.
	LineNo int
	// SKU names what is taken: the SKU that a line asks for, in its units (of a kit,
	// with all components), or else a component or stand-in that is held for it, in
	// base units. Empty is the line's own.
	SKU string
	// BatchNo and WarehouseID narrow it to what one of them holds; nil and 0 do not.
	BatchNo     *string
	WarehouseID int64
	Quantity    int64
	// LocationID is the bin that the goods leave, for the caller's moves.
	LocationID *int64
	// At leads to the part in the caller's input, where refusals are told.
	At fault.Path
}

// cut is n units of one allocation, asked for by a part.
type cut struct {
	alloc *allocation
	n     int64
	part  int
}

// cutter cuts parts out of what a reservation has left, each after those before it.
type cutter struct {
	h    *held
	left map[*allocation]int64
	cuts []cut
	// lines are the allocations by line, in the order of the lines; place is where
	// in it a line is, so that a part that names its line looks at that alone.
	lines [][]*allocation
	place map[int]int
}

// newCutter cuts out of what left tells of each allocation.
func newCutter(h *held, left func(*allocation) int64) *cutter {
	c := &cutter{h: h, left: make(map[*allocation]int64, len(h.parts)), place: map[int]int{}}
	for _, a := range h.parts {
		c.left[a] = left(a)
		i, ok := c.place[a.lineNo]
		if !ok {
			i = len(c.lines)
			c.place[a.lineNo] = i
			c.lines = append(c.lines, nil)
		}
		c.lines[i] = append(c.lines[i], a)
	}
	return c
}

// parts cuts all parts, or adds a fault for each that there is too little for.
func (c *cutter) parts(faults *fault.List, parts []Part) {
	for i, p := range parts {
		before := len(c.cuts)
		got := c.part(i, p)
		if got == p.Quantity {
			continue
		}
		c.cuts = c.cuts[:before]
		missing := p.Quantity - got
		if got == 0 && !c.knows(p) {
			faults.Add(fault.NotFound, p.At, "the reservation has nothing of the kind: no such line, SKU, batch or warehouse")
			continue
		}
		f := faults.Add(fault.ExceedsOutstanding, p.At.At("quantity"), "%d units of it are left, which is %d too few", got, missing)
		f.CurrentQuantity, f.ShortBy = &got, &missing
	}
}

// all cuts everything that is left.
func (c *cutter) all() {
	for _, a := range c.h.parts {
		c.cut(a, c.left[a], 0)
	}
}

func (c *cutter) cut(a *allocation, n int64, part int) {
	if n > 0 {
		c.left[a] -= n
		c.cuts = append(c.cuts, cut{a, n, part})
	}
}

func (p Part) fits(a *allocation) bool {
	return (p.LineNo == 0 || a.lineNo == p.LineNo) && (p.WarehouseID == 0 || a.WarehouseID == p.WarehouseID) &&
		(p.BatchNo == nil || a.BatchNo == *p.BatchNo)
}

// own says whether the part means the line's own units.
func (p Part) own(a *allocation) bool { return p.SKU == "" || p.SKU == a.lineSKU }

func (c *cutter) knows(p Part) bool {
	for _, line := range c.meant(p) {
		for _, a := range line {
			if p.fits(a) && (p.own(a) || p.SKU == a.Sku) {
				return true
			}
		}
	}
	return false
}

// part cuts up to p.Quantity: units of lines first, line by line, then goods that
// other lines hold.
func (c *cutter) part(i int, p Part) (got int64) {
	lines := c.meant(p)
	for _, line := range lines {
		if own := fitting(line, func(a *allocation) bool { return p.fits(a) && p.own(a) }); len(own) > 0 {
			got += c.units(i, own, exploded(line), p.Quantity-got)
		}
	}
	for _, line := range lines {
		for _, a := range line {
			if p.fits(a) && !p.own(a) && a.Sku == p.SKU {
				n := min(p.Quantity-got, c.left[a])
				c.cut(a, n, i)
				got += n
			}
		}
	}
	return got
}

// meant are the lines that a part looks through.
func (c *cutter) meant(p Part) [][]*allocation {
	if p.LineNo == 0 {
		return c.lines
	}
	i, ok := c.place[p.LineNo]
	if !ok {
		return nil
	}
	return c.lines[i : i+1]
}

func fitting(line []*allocation, ok func(*allocation) bool) (out []*allocation) {
	for _, a := range line {
		if ok(a) {
			out = append(out, a)
		}
	}
	return out
}

// exploded says whether a line holds components of a kit: then its allocations
// add up to more than its units, unless the kit is one piece of one SKU, which
// makes no difference.
func exploded(line []*allocation) bool {
	var sum int64
	for _, a := range line {
		sum += a.Quantity
	}
	return sum != line[0].asked
}

// units cuts up to n units of a line; a kit's come whole, each from one warehouse.
func (c *cutter) units(part int, line []*allocation, kit bool, n int64) (got int64) {
	if !kit {
		for _, a := range line {
			q := min(n-got, c.left[a])
			c.cut(a, q, part)
			got += max(q, 0)
		}
		return got
	}
	for _, place := range places(line) {
		whole := n - got
		for _, a := range place {
			var left int64
			for _, b := range place {
				if b.Sku == a.Sku {
					left += c.left[b]
				}
			}
			whole = min(whole, left/a.PerUnit)
		}
		taken := map[string]int64{}
		for _, a := range place {
			q := min(whole*a.PerUnit-taken[a.Sku], c.left[a])
			c.cut(a, q, part)
			taken[a.Sku] += max(q, 0)
		}
		got += whole
	}
	return got
}

// places are the allocations of a line by warehouse, in their order.
func places(line []*allocation) (out [][]*allocation) {
	at := map[int64]int{}
	for _, a := range line {
		i, ok := at[a.WarehouseID]
		if !ok {
			i = len(out)
			at[a.WarehouseID] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], a)
	}
	return out
}
