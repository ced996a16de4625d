//go:build linux

package main

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// row is one line of the table: a pair of measurements taken in turns.
type row struct {
	work, limit string
	target      float64
	atLeast     bool // the ratio should be target or more, else target or less
	unit        func(float64) string

	ours, theirs []float64 // by round
	busy         bool      // others had so much of the machine that the ratio says little
	notes        []string
	wrong        []string // what was lost or answered wrongly
}

// ratio is the median of the rounds' ratios: both sides of a round lie close
// together in time, so that what else the machine does hits them alike.
func (r *row) ratio() float64 {
	ratios := make([]float64, len(r.ours))
	for i := range r.ours {
		ratios[i] = r.ours[i] / r.theirs[i]
	}
	return median(ratios)
}

func (r *row) spread() string {
	low, high := r.ours[0]/r.theirs[0], r.ours[0]/r.theirs[0]
	for i := range r.ours {
		low, high = min(low, r.ours[i]/r.theirs[i]), max(high, r.ours[i]/r.theirs[i])
	}
	return fmt.Sprintf("%.2f to %.2f", low, high)
}

func (r *row) verdict() string {
	verdict := "FAIL"
	switch {
	case len(r.wrong) > 0:
		return "**WRONG**"
	case r.atLeast == (r.ratio() >= r.target) || r.ratio() == r.target:
		verdict = "PASS"
	}
	if r.busy {
		verdict += ", machine busy"
	}
	return verdict
}

func (r *row) toReach() string {
	if r.atLeast {
		return fmt.Sprintf("≥ %.1f ×", r.target)
	}
	return fmt.Sprintf("≤ %.1f ×", r.target)
}

func (r *row) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *row) fail(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// sides measures both sides of a row in turns: a round that does not count, in
// which caches fill and plans are made, and then those that do.
func (r *row) sides(rounds int, ours, theirs func() (float64, error)) error {
	for i := range rounds + 1 {
		a, err := ours()
		if err != nil {
			return err
		}
		b, err := theirs()
		if err != nil {
			return err
		}
		if i == 0 {
			continue
		}
		r.ours, r.theirs = append(r.ours, a), append(r.theirs, b)
		progress("  round %d of %d: %s against %s, %.2f", i, rounds, r.unit(a), r.unit(b), a/b)
	}
	return nil
}

func median[T int | float64 | time.Duration](values []T) T {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

func perSecond(v float64) string { return fmt.Sprintf("%.0f/s", v) }

func microseconds(v float64) string { return fmt.Sprintf("%.0f µs", v) }

// report is the whole answer.
type report struct {
	rows   []*row
	facts  [][2]string
	broken string // what verify said, when the ledger does not hold
}

func (p *report) fact(name, format string, args ...any) {
	p.facts = append(p.facts, [2]string{name, fmt.Sprintf(format, args...)})
}

func (p *report) verify(cmd *exec.Cmd) {
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.broken = fmt.Sprintf("%v\n%s", err, out)
		return
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	p.fact("`entrepot verify` after it all", "%s, in %s", lines[len(lines)-1], time.Since(began).Round(100*time.Millisecond))
}

func (p *report) wrong() bool {
	return p.broken != "" || slices.ContainsFunc(p.rows, func(r *row) bool { return len(r.wrong) > 0 })
}

func (p *report) print(w io.Writer) {
	if len(p.rows) > 0 {
		fmt.Fprintln(w, "| work | limit beside it | Entrepot | limit | ratio | to reach | |")
		fmt.Fprintln(w, "|---|---|---|---|---|---|---|")
	}
	for _, r := range p.rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s | **%.2f ×** (%s) | %s | %s |\n", r.work, r.limit,
			r.unit(median(r.ours)), r.unit(median(r.theirs)), r.ratio(), r.spread(), r.toReach(), r.verdict())
	}
	fmt.Fprintln(w)
	for _, r := range p.rows {
		for _, n := range r.notes {
			fmt.Fprintf(w, "- %s: %s\n", r.work, n)
		}
		for _, n := range r.wrong {
			fmt.Fprintf(w, "- **WRONG** %s: %s\n", r.work, n)
		}
	}
	if p.broken != "" {
		fmt.Fprintf(w, "- **WRONG** the ledger does not hold: %s\n", p.broken)
	}
	fmt.Fprintf(w, "\n| | |\n|---|---|\n")
	for _, f := range p.facts {
		fmt.Fprintf(w, "| %s | %s |\n", f[0], f[1])
	}
}
