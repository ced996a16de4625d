package reservation

import (
	"context"
	"errors"

	"entrepot/internal/fault"
	"entrepot/internal/group"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// maxGroupWork is the most lines of a command that is committed together with
// others: a long one would make them wait for it.
const maxGroupWork = 8

type member = group.Member[*call, Result]

// batch is commands that are committed together.
type batch struct {
	s       *Service
	members []*member // whose keys are new
	codes   lookup.Codes
	found   found
	held    map[int64]*held
	supply  *supply

	postings []ledger.Posting
	posted   []*member // by posting
	drafts   []*draft
	answers  map[*member]*Result
	refused  []idempotency.Key
}

// together does a batch: creations, deductions and releases, each by a posting of
// its own. What is not plain is left to go alone: a creation that finds too little,
// since expired holds may be in the way, and one whose business object has a
// reservation.
func (s *Service) together(ctx context.Context, tx store.Tx, members []*member) error {
	b := &batch{s: s, held: map[int64]*held{}, answers: map[*member]*Result{}}
	if err := b.claim(ctx, tx, members); err != nil {
		return err
	}
	if len(b.members) == 0 {
		return nil // all of them were sent before
	}
	requests, err := b.open(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range b.members {
		if m.Plan.create != nil {
			b.create(m, requests[m])
		} else {
			b.take(m)
		}
	}
	return b.write(ctx, tx)
}

// claim resolves what all members name and takes their keys.
func (b *batch) claim(ctx context.Context, tx store.Tx, members []*member) (err error) {
	now := members[0].Plan.now
	var targets []lookup.Target
	var objects []Which
	var codes []string
	for _, m := range members {
		switch c := m.Plan; {
		case c.create != nil:
			targets = append(targets, c.create.targets...)
			objects = append(objects, Which{BusinessType: c.create.in.BusinessType, BusinessID: c.create.in.BusinessID})
		default:
			objects, codes = append(objects, c.take.in.objects()...), append(codes, c.take.codes...)
		}
	}
	b.codes = lookup.In(b.s.base)
	ids, err := b.codes.ResolveAll(ctx, tx, now, targets, nil, len(members))
	if err != nil {
		return err
	}
	if b.found, err = resolve(ctx, tx, 0, objects, codes); err != nil {
		return err
	}
	keys, outcomes := make([]idempotency.Key, len(members)), make([]any, len(members))
	for i, m := range members {
		m.Plan.post.ID = ids[i]
		keys[i], outcomes[i] = m.Plan.key, kept{Posting: ids[i]}
	}
	fresh, err := idempotency.ClaimNew(ctx, tx, keys, now, outcomes)
	for i, m := range members {
		if err == nil && fresh[i] {
			b.members = append(b.members, m)
		}
	}
	return err
}

// open locks what the batch decides on: reservations, then stocks.
func (b *batch) open(ctx context.Context, tx store.Tx) (map[*member]Request, error) {
	requests := map[*member]Request{}
	var ids []int64
	var wants, exchanged []Want
	for _, m := range b.members {
		c := m.Plan
		if c.create == nil {
			ids = append(ids, c.take.in.id(b.found))
			continue
		}
		req, err := c.request(b.codes)
		if err != nil {
			b.refuse(m, err)
			continue
		}
		requests[m] = req
		if req.IncludeInterchange {
			exchanged = append(exchanged, req.Lines...)
		}
		wants = append(wants, req.Lines...)
	}
	now := b.members[0].Plan.now
	list, err := lock(ctx, tx, now, b.s.base, unique(ids))
	if err != nil {
		return nil, err
	}
	for _, h := range list {
		b.held[h.row.ID] = h
	}
	if b.supply, err = look(ctx, tx, now, b.s.base, wants, len(exchanged) > 0); err != nil {
		return nil, err
	}
	locked, err := ledger.Lock(ctx, tx, append(b.supply.keys(), keysOf(list)...))
	if err != nil {
		return nil, err
	}
	b.supply.is(locked)
	return requests, nil
}

func (b *batch) refuse(m *member, err error) {
	m.Refuse(err)
	b.refused = append(b.refused, m.Plan.key)
}

// leave lets a member go alone; its key is given back for that.
func (b *batch) leave(m *member) { b.refused = append(b.refused, m.Plan.key) }

func (b *batch) create(m *member, req Request) {
	if req.Lines == nil {
		return // refused
	}
	if b.found.reservations[[2]string{req.BusinessType, req.BusinessID}] != 0 {
		b.leave(m) // it may be active
		return
	}
	standIns := b.supply.standIns
	if !req.IncludeInterchange {
		b.supply.standIns = nil
	}
	req.Posting = m.Plan.post
	d, moves, err := plan(b.supply, m.Plan.now, req)
	b.supply.standIns = standIns
	if err != nil {
		b.leave(m)
		return
	}
	d.postedBy = req.Posting.ID
	b.found.reservations[[2]string{req.BusinessType, req.BusinessID}] = -1 // the next of the same object waits for this one
	b.drafts = append(b.drafts, d)
	b.postings, b.posted = append(b.postings, d.posting(moves)), append(b.posted, m)
	b.answers[m] = &Result{Reservation: d.row, PostingID: req.Posting.ID}
}

func (b *batch) take(m *member) {
	c := m.Plan
	h := b.held[c.take.in.id(b.found)]
	if h == nil || !c.take.in.mine(h) {
		b.refuse(m, notFound(c.take.in.at()))
		return
	}
	moves, e, err := c.plan(h, b.found)
	var faults fault.List
	switch {
	case errors.As(err, &faults):
		b.refuse(m, err)
		return
	case err != nil, len(moves) == 0:
		b.leave(m) // what posts nothing keeps another outcome under its key
		return
	}
	e.posting = &c.post.ID
	h.tell(e)
	row := *h.row
	b.postings, b.posted = append(b.postings, c.posting(moves)), append(b.posted, m)
	b.answers[m] = &Result{Reservation: &row, PostingID: c.post.ID}
	if e.action == stock.ReservationDoRelease {
		b.supply.give(moves)
	}
}

// write posts and saves what was accepted, and answers it.
func (b *batch) write(ctx context.Context, tx store.Tx) error {
	if err := idempotency.Release(ctx, tx, b.refused); err != nil || len(b.postings) == 0 {
		return err
	}
	posted, err := ledger.PostAll(ctx, tx, b.postings)
	if err != nil {
		if errors.Is(err, ledger.ErrTogether) || Short(err) {
			return group.ErrApart
		}
		return err
	}
	list := make([]*held, 0, len(b.held))
	for _, h := range b.held {
		list = append(list, h)
	}
	if err := save(ctx, tx, list...); err != nil {
		return err
	}
	if len(b.drafts) > 0 {
		if err := insert(ctx, tx, b.drafts...); errors.Is(err, errTaken) {
			return group.ErrApart
		} else if err != nil {
			return err
		}
	}
	for i, m := range b.posted {
		a := b.answers[m]
		a.Movements = posted[i].Movements
		m.Answer(*a)
	}
	return nil
}
