package schedule

import (
	"context"
	"slices"
	"time"

	"entrepot/ent"
	"entrepot/ent/predicate"
	"entrepot/ent/scheduleslot"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Filter narrows [List]. All conditions must hold; From is included, To is not,
// both by the slot.
type Filter struct {
	Jobs     []string
	Outcomes []Outcome
	From     *time.Time
	To       *time.Time
}

// List reads a page of runs, those begun last first. Ends with Forbidden without
// job:view, with BadRequest for arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *Filter, a page.Args) (_ *page.Connection[*ent.ScheduleSlot], err error) {
	defer fault.Wrap(&err, "schedule.List")
	if _, err := auth.Require(ctx, auth.JobView); err != nil {
		return nil, err
	}
	where, err := f.predicates()
	if err != nil {
		return nil, err
	}
	order := page.Order[*ent.ScheduleSlot]{
		Name: "scheduledRuns", Direction: page.Desc, ID: func(r *ent.ScheduleSlot) int64 { return r.ID },
	}
	return page.Read(ctx, a, order, db.Ent().ScheduleSlot.Query().Where(where...))
}

func (f *Filter) predicates() (where []predicate.ScheduleSlot, err error) {
	if f == nil {
		return nil, nil
	}
	if f.Jobs != nil {
		if err := page.Keys("filter.jobs", len(f.Jobs)); err != nil {
			return nil, err
		}
		where = append(where, page.In(scheduleslot.FieldJob, f.Jobs))
	}
	if f.Outcomes != nil {
		if err := page.Keys("filter.outcomes", len(f.Outcomes)); err != nil {
			return nil, err
		}
		either := []predicate.ScheduleSlot{scheduleslot.OutcomeIn()} // of an empty list none
		for _, o := range slices.Compact(slices.Sorted(slices.Values(f.Outcomes))) {
			either = append(either, o.predicate())
		}
		where = append(where, scheduleslot.Or(either...))
	}
	if f.From != nil {
		where = append(where, scheduleslot.SlotGTE(store.Moment(*f.From)))
	}
	if f.To != nil {
		where = append(where, scheduleslot.SlotLT(store.Moment(*f.To)))
	}
	return where, nil
}

// predicate finds the rows of which OutcomeOf says v.
func (v Outcome) predicate() predicate.ScheduleSlot {
	switch v {
	case Running:
		return scheduleslot.Outcome("")
	case Other:
		return scheduleslot.OutcomeNotIn("", string(Done), string(Failed), string(Lost))
	}
	return scheduleslot.Outcome(string(v))
}

// Forget removes runs that ended before, at most so many, oldest first, in the
// transaction of a run that may still write; n is how many.
func Forget(ctx context.Context, tx store.Tx, before time.Time, most int) (n int64, err error) {
	defer fault.Wrap(&err, "schedule.Forget")
	res, err := tx.SQL.ExecContext(ctx, `DELETE FROM schedule_slots WHERE id IN (
  SELECT id FROM schedule_slots WHERE finished_at < $1 ORDER BY id LIMIT $2)`, store.Moment(before), most)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
