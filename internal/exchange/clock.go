package exchange

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"entrepot/internal/command"
)

// clock reads times as a shop writes them.
//
// A time without a zone is on the wall clock of the zone. Where the clock is put
// back, an hour comes twice, and the first of the two is taken. Where it is put
// forward, an hour is left out, and a time within it is refused: it never was.
// A day without a time begins at midnight, or where the clock leaves midnight
// out, at the first moment of the day.
type clock struct {
	zone   *time.Location
	layout string // the only one when it is not empty

	// Lines of an order stand together and share their time, mostly.
	lastText string
	lastTime time.Time
	lastErr  error
}

var (
	errSkipped   = errors.New("the clock was put forward over it: there was no such time")
	errAmbiguous = errors.New("it does not tell the day from the month; say how to read it with --time-format, " +
		"02/01/2006 15:04 for the day first or 01/02/2006 15:04 for the month first")
)

// The layouts that can be read in one way only.
var (
	dated  = []string{"2006-01-02", "2006/01/02"}
	timed  = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006/01/02 15:04:05", "2006/01/02 15:04"}
	zoned  = []string{time.RFC3339, "2006-01-02 15:04:05Z07:00"}
	either = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})\b`)
)

// newClock refuses a zone or a layout that is of no use.
func newClock(zone, layout string) (*clock, error) {
	if zone == "" || zone == "Local" {
		return nil, errors.New("say in which time zone the times are, with --time-zone, such as Europe/London or UTC")
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("there is no time zone %q; give one such as Europe/London or UTC", zone)
	}
	if layout != "" {
		// Two days that differ in everything must survive being written and read.
		for _, want := range []time.Time{time.Date(2019, 11, 23, 0, 0, 0, 0, time.UTC), time.Date(2022, 4, 5, 0, 0, 0, 0, time.UTC)} {
			got, err := time.Parse(layout, want.Format(layout))
			if err != nil || !got.UTC().Equal(want) || strings.Contains(layout, "MST") {
				return nil, fmt.Errorf("--time-format %q does not say where year, month and day are; write the moment 2006-01-02 15:04:05 "+
					"as the file would: 02/01/2006 15:04 reads the day first, 01/02/2006 the month", layout)
			}
		}
	}
	return &clock{zone: loc, layout: layout}, nil
}

func (c *clock) read(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text != c.lastText || c.lastText == "" {
		c.lastText = strings.Clone(text)
		c.lastTime, c.lastErr = c.parse(text)
		if c.lastErr != nil {
			c.lastErr = fmt.Errorf("the time %q cannot be read: %w", command.Short(text), c.lastErr)
		}
	}
	return c.lastTime, c.lastErr
}

func (c *clock) parse(text string) (time.Time, error) {
	if c.layout != "" {
		t, err := time.Parse(c.layout, text)
		switch {
		case err != nil:
			return time.Time{}, fmt.Errorf("it is not written as --time-format %q says", c.layout)
		case strings.Contains(c.layout, "Z07") || strings.Contains(c.layout, "-07"):
			return t, nil
		case !strings.ContainsAny(c.layout, "345") && !strings.Contains(c.layout, "15"):
			return c.day(t)
		}
		return c.wall(t)
	}
	for _, layout := range zoned {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	for _, layout := range timed {
		if t, err := time.Parse(layout, text); err == nil {
			return c.wall(t)
		}
	}
	for _, layout := range dated {
		if t, err := time.Parse(layout, text); err == nil {
			return c.day(t)
		}
	}
	switch {
	case text == "":
		return time.Time{}, errors.New("there is none")
	case either.MatchString(text):
		return time.Time{}, errAmbiguous
	}
	return time.Time{}, errors.New("write it as 2006-01-02 15:04:05, 2006-01-02T15:04:05Z or 2006-01-02, or say how it is written with --time-format")
}

// wall is the first moment at which the wall clock shows w, which is given as
// if the zone were UTC.
func (c *clock) wall(w time.Time) (time.Time, error) {
	for _, offset := range c.offsets(w) {
		if t := w.Add(-offset); shows(t.In(c.zone), w) {
			return t, nil
		}
	}
	return time.Time{}, errSkipped
}

// day is the first moment of a day.
func (c *clock) day(d time.Time) (time.Time, error) {
	t, err := c.wall(d)
	if err == nil {
		return t, nil
	}
	// By the clock of before it would be midnight now: that is when it was put forward.
	t = d.Add(-c.offsets(d)[1])
	if y, m, day := t.In(c.zone).Date(); y != d.Year() || m != d.Month() || day != d.Day() {
		return time.Time{}, errSkipped
	}
	return t, nil
}

// offsets are those of the zone a day before and a day after w, the larger one
// first: it makes the earlier moment.
func (c *clock) offsets(w time.Time) [2]time.Duration {
	_, before := w.Add(-24 * time.Hour).In(c.zone).Zone()
	_, after := w.Add(24 * time.Hour).In(c.zone).Zone()
	return [2]time.Duration{time.Duration(max(before, after)) * time.Second, time.Duration(min(before, after)) * time.Second}
}

func shows(t, w time.Time) bool {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second).Equal(w)
}
