package document

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/documentline"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Update changes a draft; the version that the person saw must still be the
// document's. Lines, when given, replace all lines. It needs document:create and
// returns NOT_FOUND, STALE_VERSION, INVALID_TRANSITION and the faults of
// [Service.Create].
func (s *Service) Update(ctx context.Context, in UpdateInput) (Result, error) {
	return s.change(ctx, edit{
		operation: "documentUpdate", needs: auth.DocumentCreate, intent: in.Intent, which: in.Which, input: in,
		check: func(faults *fault.List, now time.Time) {
			if in.OccurredAt != nil {
				command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
			}
			if in.ExpectedVersion == nil {
				faults.Add(fault.Required, fault.Input.At("expectedVersion"), "give the version of the document that you saw")
			}
			if in.Lines != nil && len(in.Lines) == 0 {
				faults.Add(fault.Required, fault.Input.At("lines"), "a document has at least one line; cancel it with documentCancel instead")
			}
		},
		do: func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
			to, err := step(doc, stock.DocumentUpdate)
			if err != nil {
				return nil, err
			}
			if err := s.redraft(ctx, tx, in, doc, now); err != nil {
				return nil, err
			}
			tell(ctx, doc, stock.DocumentUpdate, to, 0, "", now)
			return nil, nil
		},
	})
}

func (s *Service) redraft(ctx context.Context, tx store.Tx, in UpdateInput, doc *ent.Document, now time.Time) error {
	if in.Lines != nil && doc.Kind == stock.DocumentAssembly {
		return fault.New(fault.Invalid, fault.Input.At("lines"), "the lines of an assembly follow from its kit: cancel document %s and make another one", doc.No)
	}
	house, err := tx.Ent.Warehouse.Get(ctx, doc.WarehouseID)
	if err != nil {
		return err
	}
	whole := in.over(doc, house.Code)
	if doc.TargetWarehouseID != nil {
		target, err := tx.Ent.Warehouse.Get(ctx, *doc.TargetWarehouseID)
		if err != nil {
			return err
		}
		whole.TargetWarehouseCode = target.Code
	}
	whole.tidy()
	var faults fault.List
	if in.Lines != nil {
		whole.check(&faults, fault.Input, now)
	} else {
		whole.checkHead(&faults, fault.Input)
		for _, l := range doc.Edges.Lines {
			if l.UnitPrice != nil && whole.Currency == "" {
				faults.Add(fault.Required, fault.Input.At("currency"), "the lines have unit prices: give their currency")
				break
			}
		}
	}
	if doc.ReturnOfID != nil && whole.ReasonCode != reasonReturn {
		faults.Add(fault.Invalid, fault.Input.At("reasonCode"), "goods that come back have the reason %s, not %s", reasonReturn, whole.ReasonCode)
	}
	if err := faults.Err(); err != nil {
		return err
	}
	doc.ReasonCode, doc.ExternalNo, doc.Party, doc.Country = whole.ReasonCode, whole.ExternalNo, whole.Party, whole.Country
	doc.Currency, doc.Note, doc.OccurredAt, doc.ExpectedAt = whole.Currency, whole.Note, store.Moment(*whole.OccurredAt), whole.ExpectedAt
	if in.Lines == nil {
		return nil
	}
	if err := unpack(ctx, tx, &faults, fault.Input, whole.Lines); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	d := &draft{in: whole, at: fault.Input, doc: doc}
	d.setLines()
	codes := lookup.In(s.baseCurrency)
	stocks := append(targets(house.Code, doc), lookup.Target{WarehouseCode: whole.TargetWarehouseCode})
	if _, err := codes.ResolveAll(ctx, tx, fx.Day(*whole.OccurredAt), stocks, nil, 0); err != nil {
		return err
	}
	if err := d.settle(ctx, tx, now, codes, &faults); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if _, err := tx.Ent.DocumentLine.Delete().Where(documentline.DocumentID(doc.ID)).Exec(ctx); err != nil {
		return err
	}
	for _, l := range doc.Edges.Lines {
		l.DocumentID = doc.ID
	}
	return insertLines(ctx, tx, doc.Edges.Lines)
}

// over is the document as an input, with what in changes of it.
func (in UpdateInput) over(doc *ent.Document, site string) CreateInput {
	whole := CreateInput{
		Kind: doc.Kind, WarehouseCode: site, ReasonCode: doc.ReasonCode, ExternalNo: doc.ExternalNo, Party: doc.Party,
		Country: doc.Country, Currency: doc.Currency, Note: doc.Note, OccurredAt: &doc.OccurredAt, ExpectedAt: doc.ExpectedAt,
		Lines: in.Lines,
	}
	for _, f := range []struct{ to, from *string }{
		{&whole.ReasonCode, in.ReasonCode},
		{&whole.ExternalNo, in.ExternalNo},
		{&whole.Party, in.Party},
		{&whole.Country, in.Country},
		{&whole.Note, in.Note},
	} {
		if f.from != nil {
			*f.to = strings.TrimSpace(*f.from)
		}
	}
	if in.Currency != nil {
		whole.Currency = command.Currency(*in.Currency)
	}
	if in.OccurredAt != nil {
		whole.OccurredAt = in.OccurredAt
	}
	if in.ExpectedAt != nil || in.ClearExpectedAt {
		whole.ExpectedAt = in.ExpectedAt
	}
	return whole
}
