package posting

import (
	"context"
	"errors"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/group"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/store"
)

// maxGroupWork is the most lines of a command that is committed together with
// others: a long one would make them wait for it.
const maxGroupWork = 8

// plan is a checked command on its way to the database.
type plan struct {
	work work
	key  idempotency.Key
	post ledger.Posting
	now  time.Time
}

type member = group.Member[plan, Result]

// groups says whether a command is of the kind that comes often: one small
// posting, at the day's rates, all or nothing.
func (w work) groups() bool {
	return w.moves != nil && len(w.targets) <= maxGroupWork && len(w.bins) == 0 &&
		!w.command.DryRun && w.command.OccurredAt == nil && w.command.ErrorPolicy != RejectFailedRows
}

// together posts a batch, each command under its own key and by its own posting.
// Members whose key was used before are left without an answer.
func (s *Service) together(ctx context.Context, tx store.Tx, batch []*member) error {
	members, refs, err := s.claim(ctx, tx, batch)
	if err != nil {
		return err
	}
	var refusals []idempotency.Key
	refuse := func(m *member, faults fault.List) {
		m.Refuse(faults)
		refusals = append(refusals, m.Plan.key)
	}
	planned, posts := members[:0:0], make([]ledger.Posting, 0, len(members))
	for _, m := range members {
		var faults fault.List
		m.Plan.post.Moves = m.Plan.work.moves(refs, &faults)
		if len(faults) > 0 {
			refuse(m, faults)
			continue
		}
		planned, posts = append(planned, m), append(posts, m.Plan.post)
	}
	posted, refused, err := ledger.PostEach(ctx, tx, posts)
	if errors.Is(err, ledger.ErrTogether) {
		return group.ErrApart // a stock that nobody could lock appeared meanwhile
	}
	if err != nil {
		return err
	}
	for i, m := range planned {
		if refused[i] == nil {
			m.Answer(Result{PostingID: posted[i].ID, Movements: posted[i].Movements})
			continue
		}
		var way *blocked
		switch err := m.Plan.mayBeBlocked(ctx, tx, nil, posts[i].Moves, refused[i], nil); {
		case errors.As(err, &way):
			refusals = append(refusals, m.Plan.key) // alone it clears the way
			continue
		case err != nil:
			return err
		}
		var faults fault.List
		m.Plan.work.explain(&faults, refused[i])
		refuse(m, faults)
	}
	return idempotency.Release(ctx, tx, refusals)
}

// claim looks up what the codes of all members mean and takes their keys. It
// returns those whose keys are new.
func (s *Service) claim(ctx context.Context, tx store.Tx, batch []*member) (taken []*member, refs lookup.Codes, err error) {
	refs = lookup.In(s.baseCurrency)
	var targets []Target
	var currencies []string
	for _, m := range batch {
		targets, currencies = append(targets, m.Plan.work.targets...), append(currencies, m.Plan.work.currencies...)
	}
	now := batch[0].Plan.now
	ids, err := refs.ResolveAll(ctx, tx, now, targets, currencies, len(batch))
	if err != nil {
		return nil, refs, err
	}
	keys, outcomes := make([]idempotency.Key, len(batch)), make([]any, len(batch))
	for i, m := range batch {
		m.Plan.post.ID = ids[i]
		keys[i], outcomes[i] = m.Plan.key, outcome{PostingID: ids[i]}
	}
	fresh, err := idempotency.ClaimNew(ctx, tx, keys, now, outcomes)
	if err != nil {
		return nil, refs, err
	}
	for i, m := range batch {
		if fresh[i] {
			taken = append(taken, m)
		}
	}
	return taken, refs, nil
}
