package document

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"entrepot/ent"
	"entrepot/ent/stocktakeline"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// CreateStocktake prepares a stocktake: a draft with a line for each stock of the
// scope, or, where bins are tracked, for each stock in each bin. It needs
// document:create.
//
// Beside the faults of a malformed input it returns NOT_FOUND and ARCHIVED for
// codes, INVALID for a scope in which nothing lies, TOO_MANY for one that is too
// large, and LOCKED when another stocktake counts some of it, or a bin that is to
// be locked is locked already.
func (s *Service) CreateStocktake(ctx context.Context, told StocktakeCreateInput) (res Result, err error) {
	in := told.tidy()
	var no string
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[kept]{
		Operation: kinds[stock.DocumentStocktake].create, Needs: auth.DocumentCreate, Intent: in.Intent, Input: told,
		Check: in.check,
		Before: func(ctx context.Context, now time.Time) error {
			if in.DryRun {
				no = provisional()
				return nil
			}
			at, known, err := s.site(ctx, entwarehouse.Code(in.WarehouseCode))
			if err != nil || !known {
				return err
			}
			no, err = s.drawOne(ctx, at, stock.DocumentStocktake, now)
			return err
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (kept, error) {
			house, err := countedWarehouse(ctx, tx, in)
			if err != nil {
				return kept{}, err
			}
			if no == "" { // the warehouse appeared after Before had looked for it
				return kept{}, fault.New(fault.Conflict, fault.Path{}, "warehouse %s has just been made; send it again", house.Code)
			}
			doc, err := in.prepare(ctx, tx, house, no, now)
			if err != nil {
				return kept{}, err
			}
			res.Document = doc
			res.Counted, err = tx.Ent.StocktakeLine.Query().Where(stocktakeline.DocumentID(doc.ID)).
				Order(ent.Asc(stocktakeline.FieldLineNo)).Limit(page.MaxSize).All(ctx)
			return res.done(), err
		},
		Again: s.again(&res),
	})
	return s.seen(ctx, res.finish(true), err)
}

// countedWarehouse finds the warehouse and keeps it until the transaction ends, so
// that two stocktakes do not come to count the same goods at once; postings go on.
func countedWarehouse(ctx context.Context, tx store.Tx, in StocktakeCreateInput) (*ent.Warehouse, error) {
	at := fault.Input.At("warehouseCode")
	house, err := tx.Ent.Warehouse.Query().Where(entwarehouse.Code(in.WarehouseCode), store.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, at, "there is no warehouse %q", command.Short(in.WarehouseCode))
	}
	if err != nil {
		return nil, err
	}
	var faults fault.List
	if err := lookup.CheckInUse(ctx, tx, &faults, at, house.ID); err != nil {
		return nil, err
	}
	if !house.TracksLocations && (len(in.Scope.Zones) > 0 || len(in.Scope.LocationCodes) > 0) {
		faults.Add(fault.Invalid, fault.Input.At("scope"), "warehouse %s does not track bins: name SKUs or classes, or everything", house.Code)
	}
	if !house.TracksLocations && in.LockBins {
		faults.Add(fault.Invalid, fault.Input.At("lockBins"), "warehouse %s does not track bins", house.Code)
	}
	return house, faults.Err()
}

// prepare writes the document, what it counts and its lines.
func (in StocktakeCreateInput) prepare(ctx context.Context, tx store.Tx, house *ent.Warehouse, no string, now time.Time) (*ent.Document, error) {
	ids, err := nextIDs(ctx, tx, 1)
	if err != nil {
		return nil, err
	}
	doc := &ent.Document{
		ID: ids[0], No: no, Kind: stock.DocumentStocktake, Version: 1, WarehouseID: house.ID, ReasonCode: in.ReasonCode, ExternalNo: in.ExternalNo,
		Note: in.Note, OccurredAt: now, CreatedBy: auth.From(ctx).UserID, CreatedAt: now, UpdatedAt: now,
	}
	tell(ctx, doc, stock.DocumentCreate, stock.DocumentDraft, 0, "", now)
	if err := insertDocuments(ctx, tx, []*ent.Document{doc}); err != nil {
		return nil, err
	}
	doc.Edges.Lines = []*ent.DocumentLine{} // there are none before it is approved
	scope, err := json.Marshal(in.Scope)
	if err != nil {
		return nil, err
	}
	moved := in.WhenMoved
	if moved == "" {
		moved = stock.MovedRebase
	}
	err = tx.Ent.Stocktake.Create().SetDocumentID(doc.ID).SetScope(string(scope)).SetBlind(in.Blind).SetCounters(in.Counters).
		SetNillableRecountOver(in.RecountOver).SetByLocation(house.TracksLocations).SetWhenMoved(moved).SetLockBins(in.LockBins).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("write stocktake: %w", err)
	}
	if err := in.Scope.fill(ctx, tx, doc, house, now); err != nil {
		return nil, err
	}
	if err := notCountedElsewhere(ctx, tx, doc, fault.Input.At("scope")); err != nil {
		return nil, err
	}
	if in.LockBins {
		if err := lockBins(ctx, tx, doc, now); err != nil {
			return nil, err
		}
	}
	return doc, insertEvents(ctx, tx, doc.Edges.Events)
}
