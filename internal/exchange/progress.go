package exchange

import (
	"fmt"
	"io"
	"time"
)

// How often a person, and how often a log, is told.
const (
	everyTerminal = time.Second
	everyLog      = 5 * time.Second
)

// meter tells how an import goes, at a rate that nobody minds.
type meter struct {
	w        io.Writer
	terminal bool
	every    time.Duration
	now      func() time.Time

	last          time.Time // when it last told something
	phase         time.Time // when this part of the work began
	open          bool      // whether a line at the terminal is to be ended
	orders, lines int64
	of, ofLines   int64
}

func newMeter(w io.Writer, terminal bool, now func() time.Time) *meter {
	m := &meter{w: w, terminal: terminal, every: everyLog, now: now}
	if terminal {
		m.every = everyTerminal
	}
	if w == nil {
		m.w = io.Discard
	}
	m.phase = now()
	m.last = m.phase
	return m
}

// read tells of a file that is being read.
func (m *meter) read(lines, done, size int64) {
	if now := m.now(); now.Sub(m.last) >= m.every {
		m.tell(now, "reading: %d lines, %d lines/s, %d %% of the file", lines, rate(lines, now.Sub(m.phase)), share(done, size))
	}
}

// begin says how many orders and lines there are to be booked.
func (m *meter) begin(orders, lines int64) { m.of, m.ofLines = orders, lines }

// restart begins the part of the work whose rate is told.
func (m *meter) restart() { m.phase = m.now() }

// booked counts an order.
func (m *meter) booked(lines int) {
	m.orders++
	m.lines += int64(lines)
	if now := m.now(); now.Sub(m.last) >= m.every {
		m.tell(now, "booking: %d of %d orders, %d lines, %d lines/s, %d %%", m.orders, m.of, m.lines,
			rate(m.lines, now.Sub(m.phase)), share(m.lines, m.ofLines))
	}
}

// end leaves the terminal as it was.
func (m *meter) end() {
	if m.open {
		fmt.Fprintln(m.w)
	}
	m.open = false
}

func (m *meter) tell(now time.Time, format string, args ...any) {
	m.last = now
	if m.terminal {
		fmt.Fprintf(m.w, "\r\x1b[K"+format, args...)
		m.open = true
		return
	}
	fmt.Fprintf(m.w, format+"\n", args...)
}

// rate is so many in a second.
func rate(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return n * 1000 / max(1, d.Milliseconds())
}

func share(n, of int64) int64 {
	if of <= 0 {
		return 100
	}
	return min(100, n*100/of)
}
