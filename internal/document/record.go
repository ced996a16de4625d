package document

import (
	"context"
	"errors"
	"time"

	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

func (in RecordInput) key(r Record) (idempotency.Key, error) {
	content := struct {
		Currency string `json:"currency,omitempty"`
		Record
	}{in.Currency, r}
	return idempotency.New(idempotency.Forever+in.Source, in.WarehouseCode, string(r.Kind)+"/"+r.ExternalNo, content)
}

func (in RecordInput) keys(of []int) ([]idempotency.Key, error) {
	keys := make([]idempotency.Key, len(of))
	for j, i := range of {
		k, err := in.key(in.Records[i])
		if err != nil {
			return nil, err
		}
		keys[j] = k
	}
	return keys, nil
}

// Recorded tells whether the source has booked anything in the warehouse.
func (s *Service) Recorded(ctx context.Context, source, warehouse string) (_ bool, err error) {
	defer fault.Wrap(&err, "document.Recorded")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return false, err
	}
	return idempotency.Any(ctx, s.db, idempotency.Forever+source, warehouse)
}

// Look tells of each record, without booking it, whether it was booked before:
// KNOWN, REFUSED when with another content, or not.
func (s *Service) Look(ctx context.Context, in RecordInput) (_ []Recorded, err error) {
	defer fault.Wrap(&err, "document.Look")
	if _, err := auth.Require(ctx, auth.DocumentView); err != nil {
		return nil, err
	}
	out := make([]Recorded, len(in.Records))
	_, err = in.look(ctx, s.db.SQL(), s.db.Dialect(), all(len(out)), out)
	return out, err
}

// Ready tells, before anything is booked, what would have every record of a
// warehouse refused: NOT_FOUND, ARCHIVED, and RATE_MISSING when there is no
// exchange rate on the day of the first one.
func (s *Service) Ready(ctx context.Context, warehouse string, first time.Time) (err error) {
	defer fault.Wrap(&err, "document.Ready")
	return s.db.InTx(ctx, func(tx store.Tx) error {
		codes := lookup.In(s.baseCurrency)
		if _, err := codes.ResolveAll(ctx, tx, fx.Day(first), []lookup.Target{{WarehouseCode: warehouse}}, nil, 0); err != nil {
			return err
		}
		var faults fault.List
		codes.CheckWarehouse(&faults, fault.Input.At("warehouseCode"), warehouse)
		codes.CheckRate(&faults, fault.Input.At("warehouseCode"), warehouse)
		return faults.Err()
	})
}

// look marks the records among these that were booked before, and returns the others.
func (in RecordInput) look(ctx context.Context, q idempotency.Querier, dialect string, of []int, out []Recorded) (others []int, err error) {
	keys, err := in.keys(of)
	if err != nil {
		return nil, err
	}
	used, same, err := idempotency.Used(ctx, q, dialect, keys)
	if err != nil {
		return nil, err
	}
	for j, i := range of {
		switch {
		case same[j]:
			out[i] = Recorded{Outcome: RecordKnown}
		case used[j]:
			out[i] = Recorded{Outcome: RecordRefused, Faults: fault.New(fault.IdempotencyKeyReused, recordAt(i).At("externalNo"),
				"%s was booked before with another content; correct the document it became, or give this one a number of its own", in.Records[i].ExternalNo)}
		default:
			others = append(others, i)
		}
	}
	return others, nil
}

// Record books the records in one transaction, each as a completed document with
// a posting of its own. One that cannot be booked is REFUSED with its faults and
// does not hold up the others; then they are booked one by one. It returns the
// fault CONFLICT when others were faster several times over: call it again. It needs
// document:create, document:approve and document:execute.
func (s *Service) Record(ctx context.Context, in RecordInput) (out []Recorded, err error) {
	defer fault.Wrap(&err, "document.Record")
	if _, err := auth.Require(ctx, auth.DocumentCreate); err != nil {
		return nil, err
	}
	if err := mayAdvance(ctx, stock.DocumentCompleted); err != nil {
		return nil, err
	}
	now := store.Moment(s.now())
	out = make([]Recorded, len(in.Records))
	drafts, fine := make([]CreateInput, len(in.Records)), make([]int, 0, len(in.Records))
	for i, r := range in.Records {
		drafts[i] = in.draft(r)
		var faults fault.List
		if drafts[i].check(&faults, recordAt(i), now); len(faults) > 0 {
			out[i] = Recorded{Outcome: RecordRefused, Faults: faults}
			continue
		}
		fine = append(fine, i)
	}
	if len(fine) == 0 {
		return out, nil
	}
	err = s.record(ctx, in, drafts, fine, now, out)
	var faults fault.List
	switch {
	case busy(err):
	case len(fine) > 1 && (errors.Is(err, ledger.ErrTogether) || errors.As(err, &faults)):
		for _, i := range fine {
			if err = s.recordOne(ctx, in, drafts, i, now, out); err != nil {
				break
			}
		}
	case errors.As(err, &faults):
		out[fine[0]], err = Recorded{Outcome: RecordRefused, Faults: faults}, nil
	}
	return out, err
}

// busy says that others were faster, several times over: nothing is wrong with
// the record, and the same call may be made again.
func busy(err error) bool {
	var faults fault.List
	return errors.As(err, &faults) && faults[0].Retryable()
}

func (s *Service) recordOne(ctx context.Context, in RecordInput, drafts []CreateInput, i int, now time.Time, out []Recorded) error {
	err := s.record(ctx, in, drafts, []int{i}, now, out)
	var faults fault.List
	if !busy(err) && errors.As(err, &faults) {
		out[i], err = Recorded{Outcome: RecordRefused, Faults: faults}, nil
	}
	return err
}

// record books these records all together or not at all, but for those that
// were booked before.
func (s *Service) record(ctx context.Context, in RecordInput, inputs []CreateInput, of []int, now time.Time, out []Recorded) error {
	numbers, err := s.numbers(ctx, in.WarehouseCode, inputs, of)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx store.Tx) error {
		fresh, err := in.claim(ctx, tx, of, now, out)
		if err != nil || len(fresh) == 0 {
			return err
		}
		drafts := make([]*draft, len(fresh))
		for j, i := range fresh {
			drafts[j] = newDraft(inputs[i], recordAt(i), numbers[i], auth.From(ctx).UserID, now)
			drafts[j].fact, drafts[j].reserve = true, in.Reserve
		}
		if _, err := s.book(ctx, tx, "record", now, drafts); err != nil {
			return err
		}
		for j, i := range fresh {
			out[i] = Recorded{Outcome: RecordBooked, DocumentID: drafts[j].doc.ID, No: drafts[j].doc.No}
		}
		return nil
	})
}

// claim takes the keys of these records and returns those that were free.
func (in RecordInput) claim(ctx context.Context, tx store.Tx, of []int, now time.Time, out []Recorded) (fresh []int, err error) {
	keys, err := in.keys(of)
	if err != nil {
		return nil, err
	}
	taken, err := idempotency.ClaimNew(ctx, tx, keys, now, make([]any, len(keys)))
	if err != nil {
		return nil, err
	}
	var used []int
	for j, i := range of {
		if taken[j] {
			fresh = append(fresh, i)
		} else {
			used = append(used, i)
		}
	}
	if len(used) == 0 {
		return fresh, nil
	}
	_, err = in.look(ctx, tx.SQL, tx.Dialect, used, out) // all were: also one told twice in this very call
	return fresh, err
}

func (s *Service) numbers(ctx context.Context, warehouse string, inputs []CreateInput, of []int) (map[int]string, error) {
	at, known, err := s.site(ctx, entwarehouse.Code(warehouse))
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, fault.New(fault.NotFound, fault.Input.At("warehouseCode"), "there is no warehouse %q", warehouse)
	}
	wanted := make([]series, len(of))
	for j, i := range of {
		wanted[j] = at.series(inputs[i].Kind, *inputs[i].OccurredAt)
	}
	drawn, err := s.draw(ctx, at, wanted)
	if err != nil {
		return nil, err
	}
	numbers := make(map[int]string, len(of))
	for j, i := range of {
		numbers[i] = drawn[j]
	}
	return numbers, nil
}

func recordAt(i int) fault.Path { return fault.Input.At("records").Item(i) }

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
