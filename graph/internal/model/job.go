package model

import (
	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/page"
)

// JobConnection is a page of jobs.
type JobConnection = page.Connection[*ent.Job]

// JobEdge is one of them with its cursor.
type JobEdge = page.Edge[*ent.Job]

// JobErrorConnection is a page of refused rows.
type JobErrorConnection = page.Connection[*job.RefusedRow]

// JobErrorEdge is one of them with its cursor.
type JobErrorEdge = page.Edge[*job.RefusedRow]

// JobPayload is the answer to a mutation about a job.
type JobPayload struct {
	Job              *ent.Job
	UserErrors       []fault.Fault
	DryRun, Replayed bool
}

// Job answers a mutation about a job.
func Job(dryRun bool, res job.Changed, err error) (*JobPayload, error) {
	faults, err := fault.Split(err)
	if err != nil {
		return nil, err
	}
	p := &JobPayload{UserErrors: append([]fault.Fault{}, faults...), DryRun: dryRun, Replayed: res.Replayed}
	if faults == nil && !res.DryRun { // what a dry run would make is nobody's
		p.Job = res.Job
	}
	return p, nil
}
