package exporter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/report"
	"entrepot/internal/sheet"
	"entrepot/internal/store"
)

// Service exports lists and reports.
type Service struct {
	db      *store.DB
	reports *report.Service
	now     func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, r *report.Service, now func() time.Time) *Service { return &Service{db, r, now} }

// Jobs are the kinds of jobs that export, for the runner.
func (s *Service) Jobs() []job.Kind {
	return []job.Kind{
		{Name: "export", Handle: s.handle},
		{Name: "report.monthly", Handle: s.handleMonthly},
	}
}

// StartInput asks for an export. The json names are kept with the job.
type StartInput struct {
	command.Intent
	List List `json:"list,omitempty"`
	// Columns are those that are written, in this order; all when nil.
	Columns []string     `json:"columns,omitempty"`
	Format  sheet.Format `json:"format,omitempty"`
	Locale  Locale       `json:"locale,omitempty"`
	Filters
}

// Start asks for an export. It needs job:run and what the list needs. It returns
// INVALID for a column that the list does not have, one that is named twice, and the
// filter of another list.
func (s *Service) Start(ctx context.Context, in StartInput) (res job.Changed, err error) {
	return s.start(ctx, "exportStart", "export", string(in.List)+" "+string(in.Format), in.Intent, in, listNeeds[in.List], func(faults *fault.List) {
		l := lists[in.List]
		if _, unknown := choose(ctx, l, in.Columns); unknown != "" {
			var known []string
			for _, c := range l.columns() {
				known = append(known, c.name)
			}
			faults.Add(fault.Invalid, fault.Input.At("columns"), "the list %s has no column %q; its columns are %s", in.List, command.Short(unknown), strings.Join(known, ", "))
		}
		if in.Columns != nil && len(in.Columns) == 0 {
			faults.Add(fault.Required, fault.Input.At("columns"), "name at least one column, or leave the list out for all")
		}
		twice := map[string]bool{}
		for _, c := range in.Columns {
			if twice[c] {
				faults.Add(fault.Invalid, fault.Input.At("columns"), "the column %s is named twice", command.Short(c))
			}
			twice[c] = true
		}
		if field := in.foreign(in.List); field != "" {
			faults.Add(fault.Invalid, fault.Input.At(field), "this is the filter of another list than %s", in.List)
		}
	})
}

// start makes the job of an export or a report.
func (s *Service) start(ctx context.Context, operation, kind, title string, intent command.Intent, in any, needs []auth.Permission, check func(*fault.List)) (res job.Changed, err error) {
	res.Done, err = command.Run(ctx, s.db, s.now, command.Work[int64]{
		Operation: operation, Needs: auth.JobRun, Intent: intent, Input: in,
		Check: func(faults *fault.List, _ time.Time) { check(faults) },
		Before: func(ctx context.Context, _ time.Time) error {
			for _, p := range needs {
				if _, err := auth.Require(ctx, p); err != nil {
					return err
				}
			}
			return nil
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) (_ int64, err error) {
			if res.Job, err = job.Enqueue(ctx, tx, now, job.New{Kind: kind, Title: title, Payload: in}); err != nil {
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

func (s *Service) handle(ctx context.Context, run *job.Run) error {
	var in StartInput
	if err := run.Payload(&in); err != nil {
		return err
	}
	l := lists[in.List]
	if l == nil {
		return fault.Stop(fault.Invalid, "this version has no list %s", in.List)
	}
	chosen, _ := choose(ctx, l, in.Columns)
	if len(chosen) == 0 {
		return fault.Stop(fault.Forbidden, "the columns that were asked for tell costs, and your roles do not include %s", auth.CostView)
	}
	cols := l.columns()
	headings := make([]sheet.Column, len(chosen))
	for i, at := range chosen {
		headings[i] = sheet.Column{Name: cols[at].name, Heading: in.Locale.choose(cols[at].english, cols[at].chinese)}
	}
	name := fmt.Sprintf("%s-%s%s", strings.ToLower(string(in.List)), run.Job.CreatedAt.UTC().Format("20060102-150405"), in.Format.Ext())
	x, err := s.begin(ctx, run, name, in.Format, in.Locale.choose(string(in.List), listTitles[in.List]), headings)
	if err != nil {
		return err
	}
	x.in, x.chosen = in, chosen
	if err := l.export(ctx, x); err != nil {
		return err
	}
	return x.end(ctx)
}
