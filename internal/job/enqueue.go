package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// New is work to be done.
type New struct {
	// Kind is the name of a registered [Kind].
	Kind string
	// Title says in a few words what it is, for the list of jobs; at most 200 characters.
	Title string
	// Payload is what the handler is told, as JSON.
	Payload any
	// DryRun is shown with the job. What it means is the handler's business.
	DryRun bool
	// TotalRows is how much there is to do, if that is known.
	TotalRows *int64
	// SourceFileID is the file that it reads, RetryOfID the job whose refused rows it
	// takes up again.
	SourceFileID, RetryOfID *int64
}

// wake is what River carries.
type wake struct {
	JobID int64 `json:"job"`
}

// Kind implements river.JobArgs.
func (wake) Kind() string { return "entrepot" }

// Enqueue asks for work in the name of who ctx acts for, in the caller's transaction:
// when that commits, a replica begins within about a second. It needs no permission
// of its own; the command that calls it asks for what it does.
func Enqueue(ctx context.Context, tx store.Tx, now time.Time, n New) (_ *ent.Job, err error) {
	defer fault.Wrap(&err, "job.Enqueue(%s)", n.Kind)
	who := auth.From(ctx)
	if who == nil {
		return nil, fault.Stop(fault.Unauthenticated, "sign in first")
	}
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return nil, err
	}
	row, err := tx.Ent.Job.Create().SetKind(n.Kind).SetTitle(command.Short(n.Title)).SetPayload(string(payload)).
		SetDryRun(n.DryRun).SetNillableTotalRows(n.TotalRows).SetNillableSourceFileID(n.SourceFileID).
		SetNillableRetryOfID(n.RetryOfID).SetCreatedBy(who.UserID).SetCreatedAt(store.Moment(now)).Save(ctx)
	if err != nil {
		return nil, err
	}
	return row, rouse(ctx, tx, row.ID)
}

// wakes is how often River tries to reach the row of a job; that we give up is told by
// [MaxAttempts].
const wakes = 1000

// rouse has River wake a replica for a job once the transaction has committed.
func rouse(ctx context.Context, tx store.Tx, id int64) error {
	client, err := river.NewClient(tx.Queue(), &river.Config{MaxAttempts: wakes})
	if err != nil {
		return err
	}
	_, err = client.InsertTx(ctx, tx.SQL, wake{id}, nil)
	return err
}
