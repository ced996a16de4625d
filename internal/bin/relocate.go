package bin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/locationmovement"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Limits told in the graph's descriptions.
const (
	maxLines    = 250
	maxQuantity = 1<<31 - 1
	maxNote     = 500
)

// RelocateInput brings goods of one warehouse from bins to bins. The json names
// are part of the hash behind an idempotency key.
type RelocateInput struct {
	command.Intent
	WarehouseCode string         `json:"warehouseCode,omitempty"`
	ReasonCode    string         `json:"reasonCode,omitempty"`
	Note          string         `json:"note,omitempty"`
	OccurredAt    *time.Time     `json:"occurredAt,omitempty"`
	Lines         []RelocateLine `json:"lines,omitempty"`
}

// RelocateLine is units that go from one bin to another.
type RelocateLine struct {
	SKU      string `json:"sku,omitempty"`
	BatchNo  string `json:"batchNo,omitempty"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	Quantity int64  `json:"quantity,omitempty"`
}

// Relocated tells what a relocation did, would do (DryRun) or did when it was first
// sent (Replayed).
type Relocated struct {
	command.Done
	// PostingID is 0 when nothing was posted.
	PostingID int64
	// Movements are the rows of the bins' journal; those of a dry run have no id.
	Movements []*ent.LocationMovement
}

type kept struct {
	PostingID int64 `json:"posting,omitempty"`
}

// Relocate brings goods from bins to bins, all lines or none. No stock changes. It
// needs stock:adjust.
//
// Beside the faults of a malformed input it returns NOT_FOUND and ARCHIVED for
// codes, INVALID for a warehouse that does not keep its stock by bin, and what
// [ledger.Relocate] refuses: INSUFFICIENT_STOCK, LOCKED, MIXING and CAPACITY.
func (s *Service) Relocate(ctx context.Context, in RelocateInput) (out Relocated, err error) {
	in.tidy()
	out.Done, err = command.Run(ctx, s.db, s.now, command.Work[kept]{
		Operation: "stockRelocate", Needs: auth.StockAdjust, Intent: in.Intent, Input: in,
		Check: in.check,
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (kept, error) {
			done, err := in.relocate(ctx, tx, now)
			out.PostingID, out.Movements = done.ID, done.Movements
			if err == nil && !in.DryRun {
				out.Movements, err = movementsOf(ctx, tx, done.ID)
			}
			return kept{done.ID}, err
		},
		Again: func(ctx context.Context, tx store.Tx, was kept) (err error) {
			out.PostingID = was.PostingID
			out.Movements, err = movementsOf(ctx, tx, was.PostingID)
			return err
		},
	})
	if err != nil {
		return Relocated{Done: command.Done{DryRun: in.DryRun}}, err
	}
	if out.DryRun {
		out.PostingID = 0
		for _, m := range out.Movements {
			m.PostingID = 0 // it will never have been
		}
	}
	return out, nil
}

func (in *RelocateInput) tidy() {
	in.WarehouseCode = warehouse.Code(in.WarehouseCode)
	in.Lines = slices.Clone(in.Lines)
	for i := range in.Lines {
		l := &in.Lines[i]
		l.SKU, l.BatchNo = strings.ToUpper(strings.TrimSpace(l.SKU)), strings.TrimSpace(l.BatchNo)
		l.From, l.To = warehouse.Code(l.From), warehouse.Code(l.To)
	}
}

func (in RelocateInput) check(faults *fault.List, now time.Time) {
	path := fault.Input
	if in.WarehouseCode == "" {
		faults.Add(fault.Required, path.At("warehouseCode"), "give the code of the warehouse")
	}
	command.CheckReason(faults, path.At("reasonCode"), in.ReasonCode)
	command.CheckText(faults, path.At("note"), in.Note, "a note", maxNote)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, path.At("occurredAt"), *in.OccurredAt, now)
	}
	switch n := len(in.Lines); {
	case n == 0:
		faults.Add(fault.Required, path.At("lines"), "give at least one line")
		return
	case n > maxLines:
		faults.Add(fault.TooMany, path.At("lines"), "one command takes at most %d lines, this one has %d; send several, each with its own idempotency key", maxLines, n)
		return
	}
	for i, l := range in.Lines {
		l.check(faults, in.at(i))
	}
}

func (in RelocateInput) at(i int) fault.Path { return fault.Input.At("lines").Item(i) }

func (l RelocateLine) check(faults *fault.List, path fault.Path) {
	if l.SKU == "" {
		faults.Add(fault.Required, path.At("sku"), "give the SKU")
	}
	lookup.CheckBatchNo(faults, path.At("batchNo"), l.BatchNo)
	if l.From == "" {
		faults.Add(fault.Required, path.At("from"), "give the code of the location that they leave")
	}
	if l.To == "" {
		faults.Add(fault.Required, path.At("to"), "give the code of the location where they go")
	}
	if l.From == l.To && l.From != "" {
		faults.Add(fault.Invalid, path.At("to"), "from and to are the same location")
	}
	if l.Quantity <= 0 || l.Quantity > maxQuantity {
		faults.Add(fault.Invalid, path.At("quantity"), "a line moves 1 to %d units, not %d", int64(maxQuantity), l.Quantity)
	}
}

func (in RelocateInput) relocate(ctx context.Context, tx store.Tx, now time.Time) (ledger.Relocated, error) {
	w, err := tracked(ctx, tx, in.WarehouseCode)
	if err != nil {
		return ledger.Relocated{}, err
	}
	lines, err := in.lines(ctx, tx, w)
	if err != nil {
		return ledger.Relocated{}, err
	}
	p := ledger.Posting{
		Operation: "stockRelocate", ActorID: auth.From(ctx).UserID, ReasonCode: in.ReasonCode, Note: in.Note, RequestID: fault.RequestID(ctx), OccurredAt: now,
	}
	if in.OccurredAt != nil {
		p.OccurredAt = *in.OccurredAt
	}
	done, err := ledger.Relocate(ctx, tx, ledger.Relocation{Posting: p, Lines: lines})
	var refused ledger.Refused
	if errors.As(err, &refused) {
		return done, in.refuse(refused)
	}
	return done, err
}

// tracked is the warehouse, held, if it keeps its stock by bin.
func tracked(ctx context.Context, tx store.Tx, code string) (*ent.Warehouse, error) {
	at := fault.Input.At("warehouseCode")
	w, err := tx.Ent.Warehouse.Query().Where(entwarehouse.Code(code), store.Hold).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.New(fault.NotFound, at, "there is no warehouse %q", command.Short(code))
	case err != nil:
		return nil, err
	case w.Status == stock.StatusArchived:
		return nil, fault.New(fault.Archived, at, "warehouse %s is archived", code)
	case !w.TracksLocations:
		return nil, fault.New(fault.Invalid, at, "warehouse %s does not keep its stock by bin; begin with warehouseUpdate(tracksLocations: true)", code)
	}
	return w, nil
}

func (in RelocateInput) lines(ctx context.Context, tx store.Tx, w *ent.Warehouse) ([]ledger.RelocationLine, error) {
	var codes []string
	for _, l := range in.Lines {
		codes = append(codes, l.From, l.To)
	}
	slices.Sort(codes)
	found, err := warehouse.LocationsByCode(ctx, tx, w.ID, slices.Compact(codes))
	if err != nil {
		return nil, err
	}
	var faults fault.List
	bin := func(path fault.Path, code string) int64 {
		l := found[code]
		if l == nil {
			faults.Add(fault.NotFound, path, "there is no location %q in warehouse %s", command.Short(code), w.Code)
			return 0
		}
		return l.ID
	}
	lines := make([]ledger.RelocationLine, len(in.Lines))
	for i, l := range in.Lines {
		lines[i] = ledger.RelocationLine{
			Key: ledger.Key{WarehouseID: w.ID, SKU: l.SKU, BatchNo: l.BatchNo}, Line: i, Quantity: l.Quantity,
			From: bin(in.at(i).At("from"), l.From), To: bin(in.at(i).At("to"), l.To),
		}
	}
	return lines, faults.Err()
}

func (in RelocateInput) refuse(refused ledger.Refused) error {
	var faults fault.List
	for _, r := range refused {
		for _, i := range r.Lines {
			l := in.Lines[i]
			name := lookup.Target{SKU: l.SKU, WarehouseCode: in.WarehouseCode, BatchNo: l.BatchNo}.String()
			switch {
			case r.Bin == nil || r.Code == fault.InsufficientStock:
				at, has, short := in.at(i).At("quantity"), int64(0), r.ShortBy
				if r.Bin != nil {
					has = r.Bin.Has
				}
				f := faults.Add(r.Code, at, "%s: location %s holds %d, which is %d too few", name, l.From, has, short)
				f.CurrentQuantity, f.ShortBy = &has, &short
			case r.Code == fault.Capacity:
				lookup.RefuseBin(&faults, in.at(i).At("quantity"), name, r)
			case r.Bin.Arriving:
				lookup.RefuseBin(&faults, in.at(i).At("to"), name, r)
			default:
				lookup.RefuseBin(&faults, in.at(i).At("from"), name, r)
			}
		}
	}
	slices.SortStableFunc(faults, func(a, b fault.Fault) int { return *a.Index - *b.Index })
	return faults
}

func movementsOf(ctx context.Context, tx store.Tx, postingID int64) ([]*ent.LocationMovement, error) {
	rows, err := tx.Ent.LocationMovement.Query().Where(locationmovement.PostingID(postingID)).Order(ent.Asc(locationmovement.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read bin movements: %w", err)
	}
	return rows, nil
}
