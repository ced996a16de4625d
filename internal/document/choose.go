package document

import (
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/stock"
)

// tidy is the input with codes in the form in which they are kept; the caller's
// stays as it is: it is hashed.
func (in ExecuteInput) tidy() ExecuteInput {
	lines := make([]ExecuteLine, len(in.Lines))
	for i, l := range in.Lines {
		if l.BatchNo != nil {
			l.BatchNo = new(strings.TrimSpace(*l.BatchNo))
		}
		if l.LocationCode != nil {
			l.LocationCode = new(strings.ToUpper(strings.TrimSpace(*l.LocationCode)))
		}
		l.Currency = command.Currency(l.Currency)
		lines[i] = l
	}
	in.Lines = lines
	return in
}

func (in ExecuteInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	if len(in.Lines) > MaxLines {
		faults.Add(fault.TooMany, fault.Input.At("lines"), "one execution has at most %d parts, this one has %d; send several", MaxLines, len(in.Lines))
		return
	}
	type place struct {
		line       int
		batch, bin string
		bucket     stock.Bucket
		named      [3]bool
	}
	seen := map[place]bool{}
	for i, l := range in.Lines {
		at := fault.Input.At("lines").Item(i)
		l.check(faults, at)
		here := place{line: l.LineNo, batch: text(l.BatchNo), bin: text(l.LocationCode), named: [3]bool{l.BatchNo != nil, l.LocationCode != nil, l.Bucket != nil}}
		if l.Bucket != nil {
			here.bucket = *l.Bucket
		}
		if seen[here] {
			faults.Add(fault.Invalid, at.At("lineNo"), "line %d is named twice; name it again only for another batch, bucket or bin", l.LineNo)
		}
		seen[here] = true
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (l ExecuteLine) check(faults *fault.List, at fault.Path) {
	if l.Quantity < 0 {
		faults.Add(fault.Invalid, at.At("quantity"), "a quantity is not negative; the line knows which way its goods go")
	}
	if l.RejectedQuantity < 0 {
		faults.Add(fault.Invalid, at.At("rejectedQuantity"), "a quantity is not negative")
	}
	if l.Quantity == 0 && l.RejectedQuantity == 0 {
		faults.Add(fault.Invalid, at.At("quantity"), "give what was executed or rejected, or leave the line out")
	}
	if l.ReasonCode != "" {
		command.CheckReason(faults, at.At("reasonCode"), l.ReasonCode)
	}
	lookup.CheckBatchNo(faults, at.At("batchNo"), text(l.BatchNo))
	checkDates(faults, at, text(l.BatchNo), l.ProducedOn, l.ExpiresOn)
	if l.Bucket != nil {
		checkBucket(faults, at, *l.Bucket)
	}
	checkCost(faults, at, l.UnitCost, l.Currency)
	if l.Currency != "" && l.UnitCost == nil {
		faults.Add(fault.Required, at.At("unitCost"), "a currency is that of a cost: give the cost")
	}
}

// choose finds the parts of lines that are named, or all lines that are outstanding.
func (in ExecuteInput) choose(doc *ent.Document) (chosen []part, err error) {
	lines := fault.Input.At("lines")
	if len(in.Lines) == 0 {
		for i, l := range doc.Edges.Lines {
			if n := Outstanding(l); n > 0 {
				chosen = append(chosen, asPlanned(l, lines.Item(i), n))
			}
		}
		if len(chosen) == 0 {
			return nil, fault.New(fault.Invalid, in.field(), "nothing of document %s is outstanding: end it with documentComplete", doc.No)
		}
		return chosen, nil
	}
	var faults fault.List
	left := map[int]int64{}
	for i, l := range in.Lines {
		at := lines.Item(i)
		if l.LineNo < 1 || l.LineNo > len(doc.Edges.Lines) {
			faults.Add(fault.NotFound, at.At("lineNo"), "document %s has lines 1 to %d, not %d", doc.No, len(doc.Edges.Lines), l.LineNo)
			continue
		}
		line := doc.Edges.Lines[l.LineNo-1] // numbered without a gap
		if _, known := left[l.LineNo]; !known {
			left[l.LineNo] = Outstanding(line)
		}
		arriving := arrives(doc.Kind, line.Quantity)
		if l.RejectedQuantity > 0 && doc.Kind != stock.DocumentInbound {
			faults.Add(fault.Invalid, at.At("rejectedQuantity"), "only goods that come can be rejected")
		}
		if l.UnitCost != nil && !arriving {
			faults.Add(fault.Invalid, at.At("unitCost"), "goods leave at the moving average; give a cost only for goods that arrive")
		}
		l.checkLeft(&faults, at, line, left[l.LineNo])
		left[l.LineNo] = max(left[l.LineNo]-l.Quantity-l.RejectedQuantity, 0)
		chosen = append(chosen, l.part(line, at))
	}
	return chosen, faults.Err()
}

func (l ExecuteLine) checkLeft(faults *fault.List, at fault.Path, line *ent.DocumentLine, left int64) {
	// Each on its own first: their sum could be out of range.
	if l.Quantity <= left && l.RejectedQuantity <= left && l.Quantity+l.RejectedQuantity <= left {
		return
	}
	more := max(l.Quantity-left, 0) + max(l.RejectedQuantity-left, 0)
	if l.Quantity <= left && l.RejectedQuantity <= left {
		more = l.Quantity + l.RejectedQuantity - left
	}
	f := faults.Add(fault.ExceedsOutstanding, at.At("quantity"), "line %d, SKU %s, has %d units outstanding, which is %d too few", l.LineNo, line.Sku, left, more)
	f.CurrentQuantity, f.ShortBy = &left, &more
}

// part is what was done of the line: where l says nothing, as the line plans it.
func (l ExecuteLine) part(line *ent.DocumentLine, at fault.Path) part {
	p := asPlanned(line, at, l.Quantity)
	p.rejected, p.reason, p.told = l.RejectedQuantity, l.ReasonCode, l
	if l.BatchNo != nil {
		p.batch = *l.BatchNo
	}
	if l.Bucket != nil {
		p.bucket = *l.Bucket
	}
	if l.LocationCode != nil {
		p.bin = nil // found by its code when the work is made ready
	}
	if l.UnitCost != nil {
		p.cost, p.currency = l.UnitCost, l.Currency
	}
	return p
}
