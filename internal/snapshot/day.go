package snapshot

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // a day must end at the same instant where the system has no zones
)

// Days are kept as their midnight in UTC, whatever zone they are days of.

// dayOf is the day that the calendar of a zone shows at a moment.
func dayOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func next(day time.Time) time.Time { return day.AddDate(0, 0, 1) }

// endOf is the instant at which a day ends in a zone: the first at which its
// clocks show the next day, or a later one. That is midnight, unless clocks are
// put forward over it, and then the moment when they are. Days have 23 to 25
// hours; one that a zone left out ends when the day before did.
func endOf(day time.Time, zone *time.Location) time.Time {
	midnight := next(day)
	at := midnight.Add(-36 * time.Hour).In(zone) // before it by any clock
	for {
		_, offset := at.Zone()
		_, change := at.ZoneBounds()
		end := midnight.Add(-time.Duration(offset) * time.Second)
		switch {
		case end.Before(at):
			return at.UTC()
		case change.IsZero() || end.Before(change):
			return end
		}
		at = change
	}
}

// place is a warehouse and how far its days have been taken.
type place struct {
	id   int64
	code string
	zone string
	// last is the latest day taken, which ended at until; zero before the first.
	last, until time.Time
	// since is when its first movement was recorded; zero before it.
	since time.Time
}

// span is a day to take: it ends at until, and after is where the one before
// ended.
type span struct {
	place        place
	day          time.Time
	after, until time.Time
}

// longest is more than any transaction lasts: a movement that was entered after
// the first one was not recorded so long before it.
const longest = 24 * time.Hour

// spans are the days of a warehouse that have ended at a moment and were not
// taken, oldest first, at most so many. The first is that of its first movement.
func (p place) spans(at time.Time, most int) (out []span, err error) {
	zone, err := time.LoadLocation(p.zone)
	if err != nil {
		return nil, fmt.Errorf("the time zone of warehouse %s: %w", p.code, err)
	}
	s := span{place: p, day: next(p.last), after: p.until}
	if p.last.IsZero() {
		if p.since.IsZero() {
			return nil, nil
		}
		s.day, s.after = dayOf(p.since, zone), p.since.Add(-longest)
	}
	for ; len(out) < most; s.day = next(s.day) {
		if s.until = endOf(s.day, zone); s.until.After(at) {
			break
		}
		// It ended before the day before did when the warehouse was given another
		// zone, or with it when the zone has left it out: then there is no such day.
		if s.until.After(s.after) {
			out = append(out, s)
			s.after = s.until
		}
	}
	return out, nil
}

// inOrder puts the days of several warehouses in the order in which they ended.
func inOrder(spans []span) {
	slices.SortStableFunc(spans, func(a, b span) int { return a.until.Compare(b.until) })
}
