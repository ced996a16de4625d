//go:build linux

package main

import (
	"context"
	"time"
)

// comparePostings posts to both, and compares what they accepted with their journals.
func comparePostings(ctx context.Context, small, large *bench, at stage) (*row, error) {
	r := sizes("stockAdjust of a random stock", at)
	var posters [2]*writer
	var last, accepted [2]int64
	sides := [2]*bench{large, small}
	for i, of := range sides {
		var err error
		if last[i], err = of.db.lastMovement(ctx); err != nil {
			return r, err
		}
		if accepted[i], err = of.morning(ctx); err != nil {
			return r, err
		}
	}
	for i, of := range sides { // not before: a server hangs up on who says nothing
		w, err := of.writer(of.server, writing{forms: adjusts})
		if err != nil {
			return r, err
		}
		defer w.close()
		posters[i] = w
	}
	err := r.byTurns(ctx, large.rounds, growthTurns, func(side int) error {
		posters[side].next()
		accepted[side]++
		return posters[side].post(posters[side].requests[0])
	})
	if err != nil {
		return r, err
	}
	for i, of := range sides {
		rows, err := of.db.movementsSince(ctx, last[i])
		if err != nil {
			return r, err
		}
		if rows != accepted[i] {
			r.fail("%d accepted, %d movements", accepted[i], rows)
		}
	}
	return r, nil
}

// morning posts to one stock in twenty, and returns how many it did: the first
// change of a page after a checkpoint writes all of it to the log, and whoever
// posts in the middle of a working day finds that done.
func (b *bench) morning(ctx context.Context) (posted int64, err error) {
	clients, err := b.writers(b.server, writing{forms: adjusts, connections: few})
	if err != nil {
		return 0, err
	}
	defer hangUp(clients)
	for posted < int64(b.db.stocks()/20) {
		n, err := postAll(ctx, clients, time.Now().Add(time.Second/5))
		posted += n
		if err != nil {
			return posted, err
		}
	}
	return posted, nil
}
