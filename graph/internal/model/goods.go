package model

import (
	"context"

	"entrepot/ent"
	"entrepot/graph/load"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/posting"
)

type (
	// CarrierConnection is a page of carriers.
	CarrierConnection = page.Connection[*ent.Carrier]
	// CarrierEdge is one of them with its cursor.
	CarrierEdge = page.Edge[*ent.Carrier]
	// InterchangeGroupConnection is a page of interchange groups.
	InterchangeGroupConnection = page.Connection[*ent.InterchangeGroup]
	// InterchangeGroupEdge is one of them with its cursor.
	InterchangeGroupEdge = page.Edge[*ent.InterchangeGroup]
	// CodeMappingConnection is a page of code mappings.
	CodeMappingConnection = page.Connection[*ent.CodeMapping]
	// CodeMappingEdge is one of them with its cursor.
	CodeMappingEdge = page.Edge[*ent.CodeMapping]
	// BatchConnection is a page of batches.
	BatchConnection = page.Connection[*ent.Batch]
	// BatchEdge is one of them with its cursor.
	BatchEdge = page.Edge[*ent.Batch]
)

// BatchChange answers batchUpdate.
type BatchChange struct {
	Batch      *ent.Batch
	Movements  []*ent.StockMovement
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault

	postingID int64
}

// BatchChanged makes the payload of batchUpdate.
func BatchChanged(ctx context.Context, dryRun bool, r posting.BatchResult, err error) (*BatchChange, error) {
	if err != nil {
		faults, err := fault.Split(err)
		return &BatchChange{DryRun: dryRun, UserErrors: faults}, err
	}
	load.Batches(ctx, []*ent.Batch{r.Batch})
	load.Movements(ctx, r.Movements)
	return &BatchChange{r.Batch, r.Movements, r.DryRun, r.Replayed, nil, r.PostingID}, nil
}

// Posting is what moved the units of the batch, if anything did.
func (c *BatchChange) Posting(ctx context.Context) (*ent.Posting, error) {
	return load.Posting(ctx, c.postingID)
}
