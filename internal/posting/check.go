package posting

import (
	"cmp"
	"slices"
	"time"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
)

func (c Command) check(faults *fault.List, now time.Time) {
	in := fault.Input
	if !c.DryRun || c.IdempotencyKey != "" {
		idempotency.Check(faults, in.At("idempotencyKey"), c.IdempotencyKey)
	}
	command.CheckReason(faults, in.At("reasonCode"), c.ReasonCode)
	command.CheckText(faults, in.At("note"), c.Note, "a note", maxNote)
	if c.OccurredAt != nil {
		command.CheckOccurred(faults, in.At("occurredAt"), *c.OccurredAt, now)
	}
}

// checkLines adds a fault unless there are 1 to MaxLines lines, and says
// whether it is worth looking at them.
func checkLines(faults *fault.List, list string, n int) bool {
	path := fault.Input.At(list)
	switch {
	case n == 0:
		faults.Add(fault.Required, path, "give at least one line")
	case n > MaxLines:
		faults.Add(fault.TooMany, path, "one command takes at most %d lines, this one has %d; send several, each with its own idempotency key", MaxLines, n)
		return false
	}
	return true
}

func checkQuantity(faults *fault.List, path fault.Path, n int64) {
	if n > MaxQuantity || n < -MaxQuantity {
		faults.Add(fault.Invalid, path, "one line moves at most %d units, this one asks for %d", int64(MaxQuantity), n)
	}
}

// explain turns the ledger's refusals into faults of the lines that asked, and
// brings all faults into the order of the lines.
func (w work) explain(faults *fault.List, refused ledger.Refused) {
	for _, r := range refused {
		for _, line := range r.Lines {
			path := fault.Input
			if w.lines != "" {
				path = path.At(w.lines).Item(line)
			}
			lookup.Refuse(faults, path, w.quantity, w.name(line), r)
		}
	}
	slices.SortStableFunc(*faults, func(a, b fault.Fault) int { return cmp.Compare(lineOf(a), lineOf(b)) })
}

func lineOf(f fault.Fault) int {
	if f.Index == nil {
		return -1
	}
	return *f.Index
}

func checkVersion(faults *fault.List, path fault.Path, v *int64) {
	if v != nil && *v < 0 {
		faults.Add(fault.Invalid, path.At("expectedVersion"), "a version is 0 (no such stock yet) or more")
	}
}

func checkCost(faults *fault.List, path fault.Path, cost *money.Amount, currency string, delta int64) {
	if cost != nil && *cost < 0 {
		faults.Add(fault.Invalid, path.At("unitCost"), "a cost is not negative")
	}
	if cost != nil && delta < 0 {
		faults.Add(fault.Invalid, path.At("unitCost"), "goods leave at the moving average; give a cost only for goods that arrive")
	}
	if currency != "" {
		command.CheckCurrency(faults, path.At("currency"), currency)
	}
}

// day is the day whose exchange rates count: that of the work.
func (s *Service) day(c Command) time.Time {
	if c.OccurredAt != nil {
		return *c.OccurredAt
	}
	now, _ := s.clock()
	return now
}
