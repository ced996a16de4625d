package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Limits of one generation, told in the graph's descriptions.
const (
	maxGenerated = 5000
	maxZones     = 50
	maxNumber    = 9999
	shownFirst   = 50
)

// Generated tells what Generate made.
type Generated struct {
	command.Done `json:"-"`
	Created      int `json:"created,omitempty"`
	Existing     int `json:"existing,omitempty"`
	// First are the first that were made.
	First []*ent.Location `json:"-"`
	IDs   []int64         `json:"ids,omitempty"`
}

// Generate makes zones × aisles × levels × positions, and leaves alone what
// exists. It returns REQUIRED, INVALID, TOO_MANY, NOT_FOUND and ARCHIVED.
func (s *Service) Generate(ctx context.Context, in GenerateInput) (out Generated, err error) {
	in.WarehouseCode = Code(in.WarehouseCode)
	for i := range in.Zones {
		in.Zones[i] = Code(in.Zones[i])
	}
	done, err := command.Run(ctx, s.db, s.now, command.Work[Generated]{
		Operation: "locationsGenerate", Needs: auth.WarehouseEdit, Intent: in.Intent, KeyOptional: true, Input: in,
		Check: func(faults *fault.List, _ time.Time) { in.check(faults) },
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (Generated, error) {
			out, err = in.generate(ctx, tx, now)
			return out, err
		},
		Again: func(ctx context.Context, tx store.Tx, kept Generated) (err error) {
			out = kept
			out.First, err = inOrderOf(ctx, tx, out.IDs)
			return err
		},
	})
	if err != nil {
		return Generated{Done: command.Done{DryRun: in.DryRun}}, err
	}
	if out.Done = done; done.DryRun {
		for _, l := range out.First {
			l.ID = 0
		}
	}
	return out, nil
}

func (in GenerateInput) check(faults *fault.List) {
	path := fault.Input
	if in.WarehouseCode == "" {
		faults.Add(fault.Required, path.At("warehouseCode"), "give the code of the warehouse")
	}
	checkSize(faults, path, "maxVolumeCm3", in.MaxVolumeCm3, maxVolume)
	switch zones := path.At("zones"); {
	case len(in.Zones) == 0:
		faults.Add(fault.Required, zones, "give at least one zone")
		return
	case len(in.Zones) > maxZones:
		faults.Add(fault.TooMany, zones, "one call takes at most %d zones, not %d", maxZones, len(in.Zones))
		return
	}
	for i, z := range in.Zones {
		at := path.At("zones").At(strconv.Itoa(i))
		command.CheckCode(faults, at, z, "a zone", "_.", 10)
		if slices.Contains(in.Zones[:i], z) {
			faults.Add(fault.Invalid, at, "zone %s is in the list twice", command.Short(z))
		}
	}
	count := len(in.Zones)
	for _, r := range []struct {
		field string
		Range
	}{{"aisles", in.Aisles}, {"levels", in.Levels}, {"positions", in.Positions}} {
		if r.From < 0 || r.To > maxNumber || r.From > r.To {
			faults.Add(fault.Invalid, path.At(r.field), "%s go from 0 or more up to %d at most; from %d to %d is no such range", r.field, maxNumber, r.From, r.To)
			return
		}
		count *= r.To - r.From + 1
	}
	if count > maxGenerated {
		faults.Add(fault.TooMany, path, "one call makes at most %d locations, these are %d; make fewer zones or aisles at a time", maxGenerated, count)
	}
}

// codes are all codes, in their order.
func (in GenerateInput) codes() (codes []string) {
	for _, zone := range in.Zones {
		for _, aisle := range in.Aisles.numbers() {
			for _, level := range in.Levels.numbers() {
				for _, position := range in.Positions.numbers() {
					codes = append(codes, strings.Join([]string{zone, aisle, level, position}, "-"))
				}
			}
		}
	}
	return codes
}

// numbers have two digits, or as many as the last needs: codes then sort as
// people count.
func (r Range) numbers() []string {
	width := max(2, len(strconv.Itoa(r.To)))
	out := make([]string, 0, r.To-r.From+1)
	for n := r.From; n <= r.To; n++ {
		out = append(out, fmt.Sprintf("%0*d", width, n))
	}
	return out
}

func (in GenerateInput) generate(ctx context.Context, tx store.Tx, now time.Time) (out Generated, err error) {
	e := binEditor{}
	if e.warehouses, err = byCode(ctx, tx, []string{in.WarehouseCode}); err != nil {
		return out, err
	}
	var faults fault.List
	w := e.mayHold(&faults, fault.Input.At("warehouseCode"), in.WarehouseCode)
	if err := faults.Err(); err != nil {
		return out, err
	}
	codes := in.codes()
	known, err := LocationsByCode(ctx, tx, w.ID, codes)
	if err != nil {
		return out, err
	}
	var rows []*ent.Location
	var first []string
	for _, code := range codes {
		if known[code] != nil {
			continue
		}
		l := &ent.Location{WarehouseID: w.ID, Code: code, Type: stock.LocationStorage, Status: stock.StatusActive, CreatedAt: now, UpdatedAt: now}
		in.apply(l)
		if rows = append(rows, l); len(first) < shownFirst {
			first = append(first, code)
		}
	}
	if n, err := store.InsertAll(ctx, tx, locations.Name, locations.Columns, rows); err != nil {
		return out, err
	} else if n < len(rows) {
		return out, store.ErrRetry // somebody made some just now: count them as existing
	}
	out.Created, out.Existing = len(rows), len(codes)-len(rows)
	made, err := LocationsByCode(ctx, tx, w.ID, first)
	for _, code := range first {
		if l := made[code]; l != nil {
			out.First, out.IDs = append(out.First, l), append(out.IDs, l.ID)
		}
	}
	return out, err
}

// inOrderOf reads the locations of a replay as they were shown first.
func inOrderOf(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.Location, error) {
	rows, err := locations.ByID(ctx, tx, ids)
	slices.SortFunc(rows, func(a, b *ent.Location) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return rows, err
}
