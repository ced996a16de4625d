package reservation

import (
	"strings"
	"time"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
)

func tidyCode(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// tidy brings codes into the form in which they are kept.
func (in *CreateInput) tidy() {
	in.BusinessType, in.BusinessID = tidyCode(in.BusinessType), strings.TrimSpace(in.BusinessID)
	in.Source = in.tidied()
	lines := make([]CreateLine, len(in.Lines))
	for i, l := range in.Lines {
		l.SKU, l.BatchNo, l.BusinessLine = tidyCode(l.SKU), strings.TrimSpace(l.BatchNo), strings.TrimSpace(l.BusinessLine)
		l.Source = l.tidied()
		lines[i] = l
	}
	in.Lines = lines
}

func (s Source) tidied() Source {
	codes := make([]string, len(s.WarehouseCodes))
	for i, c := range s.WarehouseCodes {
		codes[i] = tidyCode(c)
	}
	s.WarehouseCodes = codes
	return s
}

func (in *CreateInput) check(faults *fault.List, now time.Time) {
	at := fault.Input
	checkObject(faults, in.BusinessType, in.BusinessID)
	if in.BusinessType == DocumentType {
		faults.Add(fault.Invalid, at.At("businessType"), "%s is what documents promise to themselves; create a document", DocumentType)
	}
	checkExpiry(faults, now, in.ExpiresAt, in.TTLSeconds)
	if in.Priority > MaxPriority || in.Priority < -MaxPriority {
		faults.Add(fault.Invalid, at.At("priority"), "a priority is %d to %d", -MaxPriority, MaxPriority)
	}
	in.Source.check(faults, at, now)
	if !checkParts(faults, len(in.Lines), true) {
		return
	}
	names := map[string]int{}
	for i, l := range in.Lines {
		path := at.At("lines").Item(i)
		if l.SKU == "" {
			faults.Add(fault.Required, path.At("sku"), "give the SKU")
		}
		lookup.CheckBatchNo(faults, path.At("batchNo"), l.BatchNo)
		checkQuantity(faults, path, l.Quantity)
		l.Source.check(faults, path, now)
		if len(l.WarehouseCodes)+len(in.WarehouseCodes) == 0 {
			faults.Add(fault.Required, path.At("warehouseCodes"), "give the warehouses that it may come from, here or for the whole reservation")
		}
		if l.BusinessLine == "" {
			continue
		}
		command.CheckLine(faults, path.At("businessLine"), l.BusinessLine, "the name of a line", maxBusinessLine)
		if first, twice := names[l.BusinessLine]; twice {
			faults.Add(fault.Invalid, path.At("businessLine"), "line %d bears the same name; name each once", first)
		}
		names[l.BusinessLine] = i
	}
}

// reaches is how far from today a day of shipping may be.
const reaches = 10 * 366 * 24 * time.Hour

func (s Source) check(faults *fault.List, path fault.Path, now time.Time) {
	if len(s.WarehouseCodes) > MaxWarehouses {
		faults.Add(fault.TooMany, path.At("warehouseCodes"), "at most %d warehouses", MaxWarehouses)
	}
	seen := map[string]bool{}
	for _, c := range s.WarehouseCodes {
		if seen[c] {
			faults.Add(fault.Invalid, path.At("warehouseCodes"), "warehouse %s stands there twice", command.Short(c))
		}
		seen[c] = true
	}
	if s.ShipOn != nil && (s.ShipOn.After(now.Add(reaches)) || s.ShipOn.Before(now.Add(-reaches))) {
		faults.Add(fault.Invalid, path.At("shipOn"), "the day of shipping is within ten years")
	}
}

func checkObject(faults *fault.List, businessType, businessID string) {
	command.CheckCode(faults, fault.Input.At("businessType"), businessType, "a business type, such as ORDER", "_-", maxBusinessType)
	if businessID == "" {
		faults.Add(fault.Required, fault.Input.At("businessId"), "give the id of the business object")
		return
	}
	command.CheckLine(faults, fault.Input.At("businessId"), businessID, "the id of a business object", maxBusinessID)
}

func (w *Which) check(faults *fault.List) {
	w.BusinessType, w.BusinessID = tidyCode(w.BusinessType), strings.TrimSpace(w.BusinessID)
	byObject := w.BusinessType != "" || w.BusinessID != ""
	switch {
	case w.ID == nil && !byObject:
		faults.Add(fault.Required, fault.Input.At("id"), "name the reservation by its id, or by businessType and businessId")
	case byObject:
		checkObject(faults, w.BusinessType, w.BusinessID)
	}
}

// at is the field that names the reservation.
func (w Which) at() fault.Path {
	if w.ID != nil {
		return fault.Input.At("id")
	}
	return fault.Input.At("businessId")
}

func checkExpiry(faults *fault.List, now time.Time, at *time.Time, ttl *int64) {
	switch {
	case at != nil && ttl != nil:
		faults.Add(fault.Invalid, fault.Input.At("ttlSeconds"), "give expiresAt or ttlSeconds, not both")
	case ttl != nil && (*ttl < 1 || *ttl > int64(MaxHold/time.Second)):
		faults.Add(fault.Invalid, fault.Input.At("ttlSeconds"), "a reservation holds 1 to %d seconds", int64(MaxHold/time.Second))
	case at != nil && !at.After(now):
		faults.Add(fault.Invalid, fault.Input.At("expiresAt"), "%s has passed", at.UTC().Format(time.RFC3339))
	case at != nil && at.After(now.Add(MaxHold)):
		faults.Add(fault.Invalid, fault.Input.At("expiresAt"), "a reservation holds at most 366 days from now")
	}
}

// expiry is the instant that the input names.
func expiry(now time.Time, at *time.Time, ttl *int64) *time.Time {
	switch {
	case at != nil:
		t := at.UTC().Truncate(time.Microsecond)
		return &t
	case ttl != nil:
		t := now.Add(time.Duration(*ttl) * time.Second)
		return &t
	}
	return nil
}

// checkParts says whether it is worth looking at the lines.
func checkParts(faults *fault.List, n int, needed bool) bool {
	path := fault.Input.At("lines")
	switch {
	case n == 0 && needed:
		faults.Add(fault.Required, path, "give at least one line")
	case n > MaxLines:
		faults.Add(fault.TooMany, path, "one command takes at most %d lines, this one has %d", MaxLines, n)
		return false
	}
	return true
}

func checkQuantity(faults *fault.List, path fault.Path, n int64) {
	if n < 1 || n > MaxQuantity {
		faults.Add(fault.Invalid, path.At("quantity"), "a quantity is 1 to %d units", int64(MaxQuantity))
	}
}

func (in *TakeInput) check(faults *fault.List, now time.Time) {
	in.Which.check(faults)
	command.CheckReason(faults, fault.Input.At("reasonCode"), in.ReasonCode)
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, fault.Input.At("occurredAt"), *in.OccurredAt, now)
	}
	if !checkParts(faults, len(in.Lines), false) {
		return
	}
	lines := make([]PartInput, len(in.Lines))
	for i, l := range in.Lines {
		path := fault.Input.At("lines").Item(i)
		l.SKU, l.WarehouseCode = tidyCode(l.SKU), tidyCode(l.WarehouseCode)
		if l.LineNo == nil && l.SKU == "" {
			faults.Add(fault.Required, path.At("lineNo"), "name the line by its number, or a SKU")
		}
		if l.LineNo != nil && (*l.LineNo < 1 || *l.LineNo > MaxQuantity) {
			faults.Add(fault.Invalid, path.At("lineNo"), "lines are numbered from 1")
		}
		checkQuantity(faults, path, l.Quantity)
		lines[i] = l
	}
	in.Lines = lines
}
