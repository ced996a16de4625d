package ledger

import (
	"context"
	"time"

	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// heldStock is a stock as it is and stays until the transaction ends.
type heldStock struct {
	Balance
	stockID int64
	at      time.Time // when it was locked, or changed last if that was later
	tracked bool      // its warehouse keeps stock by bin
}

// holder is a writer that can post on stocks it has locked before.
type holder interface {
	// hold locks stocks, which are in lock order, and then the worths of goods.
	hold(ctx context.Context, tx store.Tx, now time.Time, keys []Key, goods []costKey) (map[Key]heldStock, map[costKey]worth, error)
	// settling is the writer that records postings and, in the same statement,
	// applies their changes, which are known to fit the stocks held.
	settling(changes []change, taken []written) writer
}

// PostEach writes those of the postings that fit the stocks as they are and as
// the accepted ones before them leave them; the others change nothing. refused[i]
// is nil, and posted[i] what was written, or refused[i] is what [Post] would say
// if the postings came one after the other.
//
// It says [ErrTogether] when a stock that did not exist, and so could not be
// locked, appeared meanwhile; the transaction must then be rolled back, as with
// any other error.
func PostEach(ctx context.Context, tx store.Tx, postings []Posting) (posted []Posted, refused []Refused, err error) {
	defer fault.Wrap(&err, "ledger.PostEach")
	if len(postings) == 0 {
		return nil, nil, nil
	}
	if postings, err = prepared(ctx, tx, postings); err != nil {
		return nil, nil, err
	}
	changes := merge(postings)
	keys := keysOf(changes)
	h, holds := writerFor(tx).(holder)
	var stocks map[Key]heldStock
	var worths map[costKey]worth
	if holds {
		stocks, worths, err = h.hold(ctx, tx, postings[0].Now, keys, goodsOf(changes))
	} else {
		stocks, err = locked(ctx, tx, keys)
	}
	if err != nil {
		return nil, nil, err
	}
	fit, places, refused := decide(postings, changes, stocks)
	posted = make([]Posted, len(postings))
	if len(fit) == 0 {
		return posted, refused, nil
	}
	changes = merge(fit)
	taken, all := takenOf(changes, stocks)
	var written []Posted
	if holds && all {
		written, err = recorded(ctx, tx, h.settling(changes, taken), fit, changes, taken, worths)
	} else {
		written, err = PostAll(ctx, tx, fit)
	}
	if err != nil {
		return nil, nil, err
	}
	for i, p := range written {
		posted[places[i]] = p
	}
	return posted, refused, nil
}

// keysOf are the stocks of the changes, in their order.
func keysOf(changes []change) []Key {
	keys := make([]Key, len(changes))
	for i, c := range changes {
		keys[i] = c.Key
	}
	return keys
}

// locked is hold for a writer that applies changes by guarded statements alone.
func locked(ctx context.Context, tx store.Tx, keys []Key) (map[Key]heldStock, error) {
	now, err := writerFor(tx).lock(ctx, tx, keys)
	stocks := make(map[Key]heldStock, len(now))
	for k, b := range now {
		stocks[k] = heldStock{Balance: b}
	}
	return stocks, err
}

// decide goes through the postings in their order. places tells where those that
// fit stood.
func decide(postings []Posting, changes []change, stocks map[Key]heldStock) (fit []Posting, places []int, refused []Refused) {
	type stockPart struct {
		Key
		part
	}
	parts := make([][]stockPart, len(postings)) // in lock order, as refusals are told
	now := make(map[Key]Balance, len(changes))
	for _, c := range changes {
		now[c.Key] = stocks[c.Key].Balance
		for _, p := range c.parts {
			parts[p.posting] = append(parts[p.posting], stockPart{c.Key, p})
		}
	}
	refused = make([]Refused, len(postings))
	for i, ps := range parts {
		for _, p := range ps {
			if r, bad := refuse(p.Key, p.moves, now[p.Key]); bad {
				refused[i] = append(refused[i], r)
			}
		}
		if refused[i] != nil {
			continue
		}
		for _, p := range ps {
			b := now[p.Key]
			now[p.Key] = Balance{b.Add(p.delta), b.Version + 1}
		}
		fit, places = append(fit, postings[i]), append(places, i)
	}
	return fit, places, refused
}

// takenOf is how stocks held will be after the changes; all is false when one of
// them does not exist yet.
func takenOf(changes []change, stocks map[Key]heldStock) (taken []written, all bool) {
	taken = make([]written, len(changes))
	for i, c := range changes {
		s, exists := stocks[c.Key]
		if !exists {
			return nil, false
		}
		after := Balance{s.Add(c.delta), s.Version + int64(len(c.parts))}
		taken[i] = written{Key: c.Key, stockID: s.stockID, after: after, at: s.at, tracked: s.tracked}
	}
	return taken, true
}
