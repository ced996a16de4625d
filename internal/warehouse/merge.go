package warehouse

import (
	"context"
	"strings"
	"time"
	_ "time/tzdata" // warehouses have time zones, and not every system knows any

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// change is what one row of an input asks for.
type change struct {
	code     string
	expected *int64
	status   stock.Status // "" stays
	Fields
}

// editor holds the rows of a command and what its transaction read for them.
type editor struct {
	at      func(i int) fault.Path
	rows    []change
	parents family
	held    map[string]holding // by code, of those that might go out of use
	// tracks are the rows that start to keep stock by bin, and filled says of each
	// whether the warehouse was there before and may hold some.
	tracks    []int
	filled    []bool
	operation string
	now       func() time.Time
}

func (e *editor) check(faults *fault.List, i int) {
	path, c := e.at(i), &e.rows[i]
	command.CheckCode(faults, path.At("code"), c.code, "a warehouse code", "-_.", maxCode)
	if c.Name != nil {
		if *c.Name = strings.TrimSpace(*c.Name); *c.Name == "" {
			faults.Add(fault.Required, path.At("name"), "a name is not empty")
		}
		command.CheckLine(faults, path.At("name"), *c.Name, "a name", 100)
	}
	if c.Currency != nil {
		*c.Currency = command.Currency(*c.Currency)
		command.CheckCurrency(faults, path.At("currency"), *c.Currency)
	}
	if c.TimeZone != nil {
		checkTimeZone(faults, path.At("timeZone"), *c.TimeZone)
	}
	checkSize(faults, path, "capacity", c.Capacity, maxCapacity)
	checkSize(faults, path, "maxVolumeCm3", c.MaxVolumeCm3, maxVolume)
	c.checkParents(faults, path.At("parentCodes"))
}

func checkTimeZone(faults *fault.List, path fault.Path, name string) {
	_, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" || len(name) > 50 {
		faults.Add(fault.Invalid, path, "there is no time zone %q; give a name of the IANA database, such as Europe/Berlin", command.Short(name))
	}
}

func checkSize(faults *fault.List, path fault.Path, field string, n *int64, limit int64) {
	if n != nil && (*n < 0 || *n > limit) {
		faults.Add(fault.Invalid, path.At(field), "%s is 0 (unlimited) to %d, not %d", field, limit, *n)
	}
}

func (e *editor) look(ctx context.Context, tx store.Tx) (err error) {
	e.tracks, e.filled = nil, nil // it may run twice
	if e.parents, err = lookParents(ctx, tx, e.rows); err != nil {
		return err
	}
	var leaving []string
	for _, c := range e.rows {
		if c.status == stock.StatusArchived || c.Category != nil || c.OwnershipType != nil || c.TracksLocations != nil {
			leaving = append(leaving, c.code)
		}
	}
	e.held, err = lookHoldings(ctx, tx, leaving)
	return err
}

func (e *editor) find(ctx context.Context, tx store.Tx) (map[int]*ent.Warehouse, error) {
	codes := make([]string, len(e.rows))
	for i, c := range e.rows {
		codes[i] = c.code
	}
	found, err := byCode(ctx, tx, codes)
	rows := make(map[int]*ent.Warehouse, len(found))
	for i, code := range codes {
		if w := found[code]; w != nil {
			rows[i] = w
		}
	}
	return rows, err
}

func (e *editor) merge(faults *fault.List, i int, w, old *ent.Warehouse) (more bool) {
	path, c := e.at(i), e.rows[i]
	if old == nil {
		*w = ent.Warehouse{
			Code: c.code, Category: stock.WarehousePhysical, LocationType: stock.WarehouseDomestic,
			OwnershipType: stock.WarehouseSelf, BusinessType: stock.WarehouseStandard, TimeZone: "UTC", Status: stock.StatusActive,
		}
		if c.Name == nil {
			faults.Add(fault.Required, path.At("name"), "warehouse %s is new: give it a name", command.Short(c.code))
		}
		if c.Currency == nil {
			faults.Add(fault.Required, path.At("currency"), "warehouse %s is new: give the currency that its costs are kept in", command.Short(c.code))
		} else {
			w.Currency = *c.Currency
		}
	} else if c.Currency != nil && *c.Currency != old.Currency {
		faults.Add(fault.Invalid, path.At("currency"), "warehouse %s keeps its costs in %s, which never changes; leave the currency out", c.code, old.Currency)
	}
	set(&w.Name, c.Name)
	set(&w.Category, c.Category)
	set(&w.LocationType, c.LocationType)
	set(&w.OwnershipType, c.OwnershipType)
	set(&w.BusinessType, c.BusinessType)
	set(&w.TimeZone, c.TimeZone)
	set(&w.Capacity, c.Capacity)
	set(&w.MaxVolumeCm3, c.MaxVolumeCm3)
	if c.status != "" {
		w.Status = c.status
	}
	if old != nil {
		e.held[c.code].refuse(faults, path, w, old)
	}
	e.track(faults, i, w, old)
	return e.parents.plan(faults, path.At("parentCodes"), i, c)
}

// finish writes what hangs on the accepted rows.
func (e *editor) finish(ctx context.Context, tx store.Tx, accepted []int) error {
	if err := e.link(ctx, tx, accepted); err != nil {
		return err
	}
	return e.startTracking(ctx, tx, accepted)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
