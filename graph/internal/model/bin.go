package model

import (
	"context"

	"entrepot/ent"
	"entrepot/graph/load"
	"entrepot/internal/bin"
	"entrepot/internal/fault"
)

// Relocation is the payload of stockRelocate.
type Relocation struct {
	Movements  []*ent.LocationMovement
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault

	postingID int64
}

// Relocated makes the payload of what the command returned: faults that a person
// can act on go into it, anything else ends the field.
func Relocated(ctx context.Context, r bin.Relocated, err error) (*Relocation, error) {
	if err != nil {
		faults, err := fault.Split(err)
		return &Relocation{DryRun: r.DryRun, UserErrors: faults}, err
	}
	load.LocationMovements(ctx, r.Movements)
	return &Relocation{r.Movements, r.DryRun, r.Replayed, nil, r.PostingID}, nil
}

// Posting is what was posted, if anything was.
func (r *Relocation) Posting(ctx context.Context) (*ent.Posting, error) {
	return load.Posting(ctx, r.postingID)
}
