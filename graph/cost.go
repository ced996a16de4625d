package graph

import (
	"context"

	"entrepot/internal/auth"
)

// cost shows what goods cost to people with cost:view, and null to everybody
// else. Every field that tells a cost goes through it.
func cost[T any](ctx context.Context, v *T) *T {
	if !auth.From(ctx).Can(auth.CostView) {
		return nil
	}
	return v
}
