package job

import (
	"context"

	"entrepot/ent"
	entjob "entrepot/ent/job"
	"entrepot/ent/jobrow"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// RefusedRow is a refused row as it is listed.
type RefusedRow struct {
	Refused
	id, job int64
}

var refusedOrder = page.Order[*RefusedRow]{
	Name: "jobErrors", Direction: page.Asc, ID: func(r *RefusedRow) int64 { return r.id },
	Key: page.Int(jobrow.FieldRowNo, func(r *RefusedRow) int64 { return r.No }),
}

// PageOfRefused is a page of the refused rows of a job, in the order of the file.
// BadRequest for arguments outside their limits.
func PageOfRefused(a page.Args) (*page.Each[int64, *RefusedRow], error) {
	return page.NewEach[int64](a, refusedOrder)
}

// RefusedOfJobs reads that page for each of these jobs, which who asks may see, in one
// statement. What stood in the rows is told to people of their own jobs alone.
func RefusedOfJobs(ctx context.Context, db *store.DB, jobs []int64, each *page.Each[int64, *RefusedRow], count func(int64) (int, error)) (_ map[int64]*page.Connection[*RefusedRow], err error) {
	defer fault.Wrap(&err, "job.RefusedOfJobs")
	return each.Read(ctx, jobs, func(ctx context.Context) ([]*RefusedRow, error) {
		may, err := visible(ctx)
		if err != nil {
			return nil, err
		}
		shown, err := db.Ent().Job.Query().Where(append(may, page.In(entjob.FieldID, jobs))...).All(ctx)
		if err != nil {
			return nil, err
		}
		mine := make(map[int64]bool, len(shown))
		for _, j := range shown {
			mine[j.ID] = j.CreatedBy == auth.From(ctx).UserID
		}
		rows, err := db.Ent().JobRow.Query().Where(each.Where(jobrow.FieldJobID, jobs)).Order(each.OrderBy).All(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]*RefusedRow, 0, len(rows))
		for _, row := range rows {
			own, visible := mine[row.JobID]
			if !visible {
				continue
			}
			r, err := RefusedOf(row)
			if err != nil {
				return nil, err
			}
			if !own {
				r.Cells = nil
			}
			out = append(out, &RefusedRow{r, row.ID, row.JobID})
		}
		return out, nil
	}, func(r *RefusedRow) int64 { return r.job }, count)
}

// CountRefused tells of each job how many rows it refused.
func CountRefused(ctx context.Context, db *store.DB, jobs []int64) (_ map[int64]int, err error) {
	defer fault.Wrap(&err, "job.CountRefused")
	rows, err := ByID(ctx, db, jobs)
	out := make(map[int64]int, len(rows))
	for _, j := range rows {
		out[j.ID] = int(j.FailedRows)
	}
	return out, err
}

// ByID are those of these jobs that who asks may see.
func ByID(ctx context.Context, db *store.DB, ids []int64) (_ []*ent.Job, err error) {
	defer fault.Wrap(&err, "job.ByID")
	may, err := visible(ctx)
	if err != nil {
		return nil, err
	}
	return db.Ent().Job.Query().Where(append(may, page.In(entjob.FieldID, ids))...).All(ctx)
}
