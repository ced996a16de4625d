package posting

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/idempotency"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Work may be booked late, but not before it is done: the slack is for clocks
// that differ.
const clockSlack = 2 * time.Minute

var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (c Command) check(faults *fault.List, now time.Time) {
	in := fault.Input
	if !c.DryRun || c.IdempotencyKey != "" {
		idempotency.Check(faults, in.At("idempotencyKey"), c.IdempotencyKey)
	}
	checkReason(faults, in.At("reasonCode"), c.ReasonCode)
	if utf8.RuneCountInString(c.Note) > maxNote {
		faults.Add(fault.Invalid, in.At("note"), "a note has at most %d characters", maxNote)
	}
	if c.OccurredAt == nil {
		return
	}
	switch {
	case c.OccurredAt.After(now.Add(clockSlack)):
		faults.Add(fault.Invalid, in.At("occurredAt"), "%s is in the future", c.OccurredAt.UTC().Format(time.RFC3339))
	case c.OccurredAt.Before(earliest):
		faults.Add(fault.Invalid, in.At("occurredAt"), "%s is before the year 2000", c.OccurredAt.UTC().Format(time.RFC3339))
	}
}

func checkReason(faults *fault.List, path fault.Path, code string) {
	if code == "" {
		faults.Add(fault.Required, path, "give a reason code, such as FOUND, LOST, DAMAGED or CORRECTION")
		return
	}
	if len(code) > 50 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		faults.Add(fault.Invalid, path, "a reason code has at most 50 capital letters, digits and underscores; %q has not", short(code))
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

// tidy brings codes into the form in which they are kept: SKU and warehouse
// codes are upper case, and no code has blanks around it.
func (t *Target) tidy() {
	t.SKU = strings.ToUpper(strings.TrimSpace(t.SKU))
	t.WarehouseCode = strings.ToUpper(strings.TrimSpace(t.WarehouseCode))
	t.BatchNo = strings.TrimSpace(t.BatchNo)
}

func (t Target) check(faults *fault.List, path fault.Path) {
	if t.SKU == "" {
		faults.Add(fault.Required, path.At("sku"), "give the SKU")
	}
	if t.WarehouseCode == "" {
		faults.Add(fault.Required, path.At("warehouseCode"), "give the code of the warehouse")
	}
	if len(t.BatchNo) > 50 {
		faults.Add(fault.Invalid, path.At("batchNo"), "a batch number has at most 50 bytes")
	}
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
			version := r.Version
			if r.Code == fault.StaleVersion {
				f := faults.Add(r.Code, path.At("expectedVersion"),
					"%s has changed: it is at version %d now; look at it again", w.name(line), version)
				f.CurrentVersion = &version
				continue
			}
			current, missing := r.Current.Of(r.Bucket), r.ShortBy
			f := faults.Add(r.Code, path.At(w.quantity), "%s has %d %s, which is %d too few", w.name(line), current, words[r.Bucket], missing)
			f.CurrentQuantity, f.CurrentVersion, f.ShortBy = &current, &version, &missing
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

var words = map[stock.Bucket]string{
	stock.BucketPhysical: "physical", stock.BucketAvailable: "available", stock.BucketAllocated: "allocated",
	stock.BucketDamaged: "damaged", stock.BucketOnHold: "on hold", stock.BucketInTransit: "in transit",
}

// String names the stock to a person.
func (t Target) String() string {
	s := "SKU " + short(t.SKU) + " in warehouse " + short(t.WarehouseCode)
	if t.BatchNo != "" {
		s += ", batch " + short(t.BatchNo) + ","
	}
	return s
}

func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
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
		fx.CheckCurrency(faults, path.At("currency"), currency)
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
