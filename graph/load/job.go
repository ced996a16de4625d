package load

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/file"
	"entrepot/internal/job"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

type jobLoaders struct {
	byID    *loader[int64, *ent.Job]
	sources *loader[int64, *ent.File]
	results *loader[int64, []*ent.File]
	refused *nested[int64, whole, *job.RefusedRow]
}

func (l *loaders) newJobLoaders(db *store.DB) jobLoaders {
	return jobLoaders{
		byID: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.Job, error) {
			rows, err := job.ByID(ctx, db, ids)
			return index(l.leadJobs(rows), func(j *ent.Job) int64 { return j.ID }), err
		}),
		sources: newLoader(func(ctx context.Context, ids []int64) (map[int64]*ent.File, error) {
			rows, err := file.ByID(ctx, db, ids, time.Now())
			return index(rows, func(f *ent.File) int64 { return f.ID }), err
		}),
		results: newLoader(func(ctx context.Context, jobs []int64) (map[int64][]*ent.File, error) {
			return file.OfJobs(ctx, db, jobs, time.Now())
		}),
		refused: newWhole(db, job.PageOfRefused, job.RefusedOfJobs, job.CountRefused,
			func(rows []*job.RefusedRow) []*job.RefusedRow { return rows }),
	}
}

// leadJobs notes where jobs lead to.
func (l *loaders) leadJobs(rows []*ent.Job) []*ent.Job {
	for _, j := range rows {
		l.users.want(j.CreatedBy)
		l.jobs.results.want(j.ID)
		l.jobs.refused.want(j.ID)
		if j.SourceFileID != nil {
			l.jobs.sources.want(*j.SourceFileID)
		}
		if j.RetryOfID != nil {
			l.jobs.byID.want(*j.RetryOfID)
		}
	}
	return rows
}

// Jobs notes where jobs that are shown lead to.
func Jobs(ctx context.Context, rows ...*ent.Job) { from(ctx).leadJobs(rows) }

// Job by key.
func Job(ctx context.Context, id int64) (*ent.Job, error) { return from(ctx).jobs.byID.load(ctx, id) }

// SourceFile is a file that a job reads.
func SourceFile(ctx context.Context, id int64) (*ent.File, error) {
	return from(ctx).jobs.sources.load(ctx, id)
}

// ResultFiles are the files that a job made.
func ResultFiles(ctx context.Context, jobID int64) ([]*ent.File, error) {
	return from(ctx).jobs.results.load(ctx, jobID)
}

// RefusedOf are the rows that a job refused.
func RefusedOf(ctx context.Context, jobID int64, a page.Args) (*page.Connection[*job.RefusedRow], error) {
	return from(ctx).jobs.refused.load(ctx, jobID, whole{}, a)
}
