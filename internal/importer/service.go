package importer

import (
	"context"
	"time"

	entfile "entrepot/ent/file"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Service imports tables.
type Service struct {
	db         *store.DB
	catalog    *catalog.Service
	warehouses *warehouse.Service
	documents  *document.Service
	now        func() time.Time
}

// New is a Service that books by these commands.
func New(db *store.DB, c *catalog.Service, w *warehouse.Service, d *document.Service, now func() time.Time) *Service {
	return &Service{db, c, w, d, now}
}

// Jobs are the kinds of jobs that import, for the runner.
func (s *Service) Jobs() []job.Kind {
	var kinds []job.Kind
	for _, t := range tables {
		kinds = append(kinds, job.Kind{Name: t.kind.JobKind(), Retries: true, Handle: func(ctx context.Context, r *job.Run) error {
			return s.handle(ctx, t, r)
		}})
	}
	return kinds
}

// StartInput asks for an import. The json names are kept with the job.
type StartInput struct {
	command.Intent
	Kind   Kind  `json:"kind,omitempty"`
	FileID int64 `json:"fileId,omitempty"`
	// Worksheet names one of an XLSX file; the first one when empty.
	Worksheet string `json:"worksheet,omitempty"`
	// Rehearse is told by the job's own dry run, not by the intent: the job itself is
	// made all the same.
	Rehearse bool `json:"rehearse,omitempty"`
	// Mode says what rows of master data may do.
	Mode command.Mode `json:"mode,omitempty"`
	// AdvanceTo is the state to which documents go at once.
	AdvanceTo stock.DocumentState `json:"advanceTo,omitempty"`
	// OccurredAt is when opening stock was counted.
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
}

// Start asks for an import. It needs job:run and what the rows need. It returns
// NOT_FOUND for a file that who asks does not have, and INVALID for fields that the
// kind has no use for.
func (s *Service) Start(ctx context.Context, in StartInput) (res job.Changed, err error) {
	t := tableOf(in.Kind)
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[int64]{
		Operation: "importStart", Needs: auth.JobRun, Intent: in.Intent, Input: in,
		Check: func(faults *fault.List, now time.Time) { in.check(faults, now) },
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (int64, error) {
			for _, p := range append(t.needs, advanceNeeds(in)...) {
				if _, err := auth.Require(ctx, p); err != nil {
					return 0, err
				}
			}
			if err := job.Readable(ctx, tx, in.FileID, now); err != nil {
				return 0, err
			}
			f, err := tx.Ent.File.Query().Where(entfile.ID(in.FileID)).Only(ctx)
			if err != nil {
				return 0, err
			}
			res.Job, err = job.Enqueue(ctx, tx, now, job.New{
				Kind: in.Kind.JobKind(), Title: command.Short(f.Name), Payload: in, DryRun: in.Rehearse, SourceFileID: &f.ID,
			})
			if err != nil {
				return 0, err
			}
			return res.Job.ID, nil
		},
		Again: func(ctx context.Context, tx store.Tx, id int64) (err error) {
			res.Job, err = tx.Ent.Job.Get(ctx, id)
			return err
		},
	})
	return res, err
}

func (in *StartInput) check(faults *fault.List, now time.Time) {
	isDocument := in.Kind == Inbound || in.Kind == Outbound
	if in.AdvanceTo != "" && !isDocument {
		faults.Add(fault.Invalid, fault.Input.At("advanceTo"), "only inbound and outbound documents go on to a state; leave it out")
	}
	if in.OccurredAt != nil {
		if in.Kind != OpeningStock {
			faults.Add(fault.Invalid, fault.Input.At("occurredAt"), "only opening stock has one moment for all rows; leave it out")
		}
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	command.CheckLine(faults, fault.Input.At("worksheet"), in.Worksheet, "the name of a worksheet", 31)
}

// advanceNeeds are the permissions of the steps that documents take at once.
func advanceNeeds(in StartInput) []auth.Permission {
	switch {
	case in.Kind == OpeningStock, in.AdvanceTo == stock.DocumentCompleted:
		return []auth.Permission{auth.DocumentApprove, auth.DocumentExecute}
	case in.AdvanceTo == stock.DocumentApproved:
		return []auth.Permission{auth.DocumentApprove}
	}
	return nil
}
