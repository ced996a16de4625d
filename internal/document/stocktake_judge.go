package document

import (
	"entrepot/ent"
	"entrepot/internal/stock"
)

// verdict is what the counts of a line come to.
type verdict struct {
	state stock.CountState
	round int
	// holds is the count that stands; nil until there is one.
	holds *ent.StocktakeCount
}

// judge decides about a line in a round from its counts since those that are void,
// oldest first. People agree when they found the same difference: goods may move
// between one count and the next.
//
// A line is counted once so many people as count it agree. A difference of more
// than recountOver units must also be found in two rounds. Counts that come to
// nothing open the next round, in which one person's is enough to decide.
func judge(line *ent.StocktakeLine, take *ent.Stocktake, counts []*ent.StocktakeCount) verdict {
	counts = latest(counts, take.Counters)
	var now []*ent.StocktakeCount // of this round, the newest first
	for i := len(counts) - 1; i >= 0; i-- {
		if counts[i].Round == line.Round {
			now = append(now, counts[i])
		}
	}
	candidates := counts
	if take.Counters == 1 {
		candidates = now[:min(len(now), 1)] // the newest alone
	}
	for i := len(candidates) - 1; i >= 0; i-- {
		c := candidates[i]
		people, rounds := agreeing(c, counts)
		over := take.RecountOver != nil && max(difference(c), -difference(c)) > *take.RecountOver
		if people >= take.Counters && (!over || rounds > 1) {
			return verdict{stock.CountCounted, line.Round, c}
		}
	}
	enough := 1
	if line.Round == line.CountsFrom {
		enough = take.Counters
	}
	if len(now) >= enough {
		return verdict{stock.CountRecount, line.Round + 1, nil}
	}
	waits := stock.CountOpen
	if line.Round > 1 {
		waits = stock.CountRecount
	}
	return verdict{waits, line.Round, nil}
}

// latest are the counts without those that the same person replaced, oldest
// first: in the same round, or, where one person is enough and so may count again,
// in each.
func latest(counts []*ent.StocktakeCount, counters int) []*ent.StocktakeCount {
	type turn struct {
		person int64
		round  int
	}
	last := map[turn]int{}
	of := func(c *ent.StocktakeCount) turn {
		if counters > 1 {
			return turn{person: c.CounterID}
		}
		return turn{c.CounterID, c.Round}
	}
	for i, c := range counts {
		last[of(c)] = i
	}
	var out []*ent.StocktakeCount
	for i, c := range counts {
		if last[of(c)] == i {
			out = append(out, c)
		}
	}
	return out
}

// agreeing is how many people found the difference of c, and in how many rounds.
func agreeing(c *ent.StocktakeCount, counts []*ent.StocktakeCount) (people, rounds int) {
	who, when := map[int64]bool{}, map[int]bool{}
	for _, d := range counts {
		if difference(d) == difference(c) {
			who[d.CounterID], when[d.Round] = true, true
		}
	}
	return len(who), len(when)
}

func difference(c *ent.StocktakeCount) int64 { return c.Quantity - c.BookQuantity }
