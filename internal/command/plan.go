package command

import (
	"context"
	"slices"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// plan is one run of an edit's transaction.
type plan[E any] struct {
	Edit[E]
	faults  fault.List
	bad     map[int]bool // rows that were refused by themselves
	actions []Action
	created []*E
	updated []*E
}

func (p *plan[E]) do(ctx context.Context, tx store.Tx, now time.Time) ([]Row[E], error) {
	known, err := p.Find(ctx, tx)
	if err != nil {
		return nil, err
	}
	if p.Look != nil {
		if err := p.Look(ctx, tx); err != nil {
			return nil, err
		}
	}
	var accepted []int
	p.actions = make([]Action, p.Rows)
	for i := range p.Rows {
		if p.actions[i] = p.decide(i, known[i], now); p.actions[i] != Rejected {
			accepted = append(accepted, i)
			if p.Take != nil {
				p.Take(i)
			}
		}
	}
	slices.SortStableFunc(p.faults, byIndex)
	if len(accepted) == 0 || len(p.faults) > 0 && p.ErrorPolicy != RejectFailedRows {
		return nil, p.faults.Err()
	}
	if err := p.write(ctx, tx, accepted); err != nil {
		return nil, err
	}
	found, err := p.Find(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, shown := make([]Row[E], p.Rows), []*E(nil)
	for i := range rows {
		rows[i] = Row[E]{Index: i, Action: p.actions[i], UserErrors: of(i, p.faults)}
		if p.actions[i] != Rejected {
			rows[i].Row = found[i]
			shown = append(shown, found[i])
		}
	}
	return rows, p.show(ctx, tx, shown)
}

// decide plans what becomes of row i, of which old exists.
func (p *plan[E]) decide(i int, old *E, now time.Time) Action {
	before := len(p.faults)
	path := p.At(i)
	switch {
	case old != nil && p.Mode == Create:
		p.faults.Add(fault.Taken, path.At(p.KeyField), "%s exists already; a code that was used, also of what is archived, is never used again", p.Name(i))
		return Rejected
	case old == nil && p.Mode == Update && p.bad[i]:
		return Rejected // perhaps it is not found because it is malformed
	case old == nil && p.Mode == Update:
		p.faults.Add(fault.NotFound, path.At(p.KeyField), "there is no %s", p.Name(i))
		return Rejected
	}
	row := new(E)
	if old != nil {
		*row = *old
		if want, have := p.expected(i), *p.Head(old).Version; want != nil && *want != have {
			f := p.faults.Add(fault.StaleVersion, path.At("expectedVersion"), "%s has changed: it is at version %d now; look at it again", p.Name(i), have)
			f.CurrentVersion = &have
		}
	}
	more := p.Merge(&p.faults, i, row, old)
	if len(p.faults) > before || p.bad[i] {
		return Rejected
	}
	head := p.Head(row)
	*head.UpdatedAt = now
	switch {
	case old == nil:
		*head.CreatedAt = now
		p.created = append(p.created, row)
		return Created
	case more || differ(p.Columns, old, row):
		p.updated = append(p.updated, row)
		return Updated
	}
	return Unchanged
}

func (p *plan[E]) expected(i int) *int64 {
	if p.Expected == nil {
		return nil
	}
	return p.Expected(i)
}

// write lets the walk start again when somebody else was faster, so that what
// they did is seen and told.
func (p *plan[E]) write(ctx context.Context, tx store.Tx, accepted []int) error {
	id := func(e *E) any { return *p.Head(e).ID }
	version := func(e *E) any { return *p.Head(e).Version }
	if n, err := store.InsertAll(ctx, tx, p.Table.Name, p.Columns, p.created); err != nil || n < len(p.created) {
		return orRetry(err)
	}
	if n, err := store.UpdateAll(ctx, tx, p.Table.Name, p.Columns, p.updated, id, version); err != nil || n < len(p.updated) {
		return orRetry(err)
	}
	if p.Finish == nil {
		return nil
	}
	return p.Finish(ctx, tx, accepted)
}

func orRetry(err error) error {
	if err != nil {
		return err
	}
	return store.ErrRetry
}
