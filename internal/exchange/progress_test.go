package exchange

import (
	"strings"
	"testing"
	"time"
)

func TestProgressIsToldAtARateThatNobodyMinds(t *testing.T) {
	t.Parallel()
	for terminal, want := range map[bool]struct {
		times int
		first string
	}{true: {20, "\r\x1b[Kbooking: 10 of 200 orders, 30 lines, 30 lines/s, 5 %"}, false: {4, "booking: 50 of 200 orders, 150 lines, 30 lines/s, 25 %\n"}} {
		var out strings.Builder
		now := day
		m := newMeter(&out, terminal, func() time.Time { return now })
		m.begin(200, 600)
		for range 200 {
			now = now.Add(100 * time.Millisecond)
			m.booked(3)
		}
		m.end()
		if got := out.String(); strings.Count(got, "booking") != want.times || !strings.HasPrefix(got, want.first) || !strings.HasSuffix(got, "\n") {
			t.Errorf("%q", got)
		}
	}
}

func TestNobodyNeedsToBeTold(t *testing.T) {
	t.Parallel()
	now := day
	m := newMeter(nil, false, func() time.Time { return now })
	now = now.Add(time.Hour)
	m.read(1, 0, 0)
	m.end()
}
