package job

import (
	"context"
	"time"

	"entrepot/ent"
	entjob "entrepot/ent/job"
	"entrepot/ent/predicate"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Filter narrows [List]. All conditions must hold.
type Filter struct {
	States []stock.JobState
	Kinds  []string
	// Mine leaves out the jobs of others.
	Mine         *bool
	CreatedSince *time.Time
}

// List reads a page of jobs, the last ones first: those of who asks, and with job:view
// those of everybody. Ends with BadRequest for arguments outside their limits.
func List(ctx context.Context, db *store.DB, f *Filter, a page.Args) (_ *page.Connection[*ent.Job], err error) {
	defer fault.Wrap(&err, "job.List")
	where, err := visible(ctx)
	if err != nil {
		return nil, err
	}
	more, err := f.predicates(ctx)
	if err != nil {
		return nil, err
	}
	order := page.Order[*ent.Job]{Name: "jobs", Direction: page.Desc, ID: func(j *ent.Job) int64 { return j.ID }}
	return page.Read(ctx, a, order, db.Ent().Job.Query().Where(append(where, more...)...))
}

func (f *Filter) predicates(ctx context.Context) (where []predicate.Job, err error) {
	if f == nil {
		return nil, nil
	}
	if f.States != nil {
		if err := page.Keys("filter.states", len(f.States)); err != nil {
			return nil, err
		}
		where = append(where, entjob.StateIn(f.States...))
	}
	if f.Kinds != nil {
		if err := page.Keys("filter.kinds", len(f.Kinds)); err != nil {
			return nil, err
		}
		where = append(where, page.In(entjob.FieldKind, f.Kinds))
	}
	if f.Mine != nil && *f.Mine {
		where = append(where, entjob.CreatedBy(auth.From(ctx).UserID))
	}
	if f.CreatedSince != nil {
		where = append(where, entjob.CreatedAtGTE(store.Moment(*f.CreatedSince)))
	}
	return where, nil
}

// visible narrows jobs to those that who asks may see.
func visible(ctx context.Context) ([]predicate.Job, error) {
	who, err := auth.Require(ctx, auth.JobRun)
	if err != nil || who.Can(auth.JobView) {
		return nil, err
	}
	return []predicate.Job{entjob.CreatedBy(who.UserID)}, nil
}

// Find is the job with that id, nil when there is none that who asks may see.
func Find(ctx context.Context, db *store.DB, id int64) (_ *ent.Job, err error) {
	defer fault.Wrap(&err, "job.Find")
	where, err := visible(ctx)
	if err != nil {
		return nil, err
	}
	row, err := db.Ent().Job.Query().Where(append(where, entjob.ID(id))...).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return row, err
}

// Mine says whether a job is of who asks: what is in its files and refused rows is for
// that person alone.
func Mine(ctx context.Context, j *ent.Job) bool {
	who := auth.From(ctx)
	return who != nil && who.UserID == j.CreatedBy
}
