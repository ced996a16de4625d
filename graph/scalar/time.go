package scalar

import (
	"fmt"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

const (
	dateTime = "2006-01-02T15:04:05.999999Z07:00"
	date     = "2006-01-02"
)

// MarshalDateTime writes RFC 3339 in UTC with at most microseconds, as both
// databases keep them.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { writeTime(w, t.UTC(), dateTime) })
}

// UnmarshalDateTime reads RFC 3339 and cuts off what is finer than a microsecond.
// Years are 1 to 9999, also in UTC: both databases keep those, and order them.
func UnmarshalDateTime(in any) (time.Time, error) {
	s, ok := in.(string)
	if ok {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return inRange(t.UTC().Truncate(time.Microsecond))
		}
	}
	return time.Time{}, fmt.Errorf("%v is not a time such as 2026-11-20T08:30:00Z", in)
}

// MarshalDate writes a day of the calendar.
func MarshalDate(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { writeTime(w, t, date) })
}

// UnmarshalDate reads a day of the calendar, as midnight in UTC, of the years 1 to 9999.
func UnmarshalDate(in any) (time.Time, error) {
	s, ok := in.(string)
	if ok {
		if t, err := time.Parse(date, s); err == nil {
			return inRange(t)
		}
	}
	return time.Time{}, fmt.Errorf("%v is not a day such as 2026-11-20", in)
}

func inRange(t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}, fmt.Errorf("the year %d is out of range: give one of 1 to 9999", y)
	}
	return t, nil
}

func writeTime(w io.Writer, t time.Time, layout string) {
	b := make([]byte, 0, len(layout)+2)
	b = append(b, '"')
	b = t.AppendFormat(b, layout)
	_, _ = w.Write(append(b, '"'))
}
