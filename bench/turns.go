//go:build linux

package main

import (
	"context"
	"time"
)

// byTurns times two sides of a row over their own connections, one after the
// other, each first by turns, and compares the medians of every round.
func (r *row) byTurns(ctx context.Context, rounds, turns int, do func(side int) error) error {
	var second float64 // both are timed in one go
	ours := func() (float64, error) {
		var took [2][]time.Duration
		for i := range 2 * turns {
			side := (i + i/2) % 2 // 0 1 1 0 0 1 1 0 …
			began := time.Now()
			if err := do(side); err != nil {
				return 0, err
			}
			took[side] = append(took[side], time.Since(began))
		}
		second = float64(median(took[1]).Microseconds())
		return float64(median(took[0]).Microseconds()), ctx.Err()
	}
	return r.sides(rounds, ours, func() (float64, error) { return second, nil })
}
