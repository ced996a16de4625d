package document

import (
	"context"
	"strings"
	"time"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// tidy brings codes into the form in which they are kept, and fills in defaults.
func (in *CreateInput) tidy() {
	in.WarehouseCode = strings.ToUpper(strings.TrimSpace(in.WarehouseCode))
	in.TargetWarehouseCode = strings.ToUpper(strings.TrimSpace(in.TargetWarehouseCode))
	in.ExternalNo, in.Party, in.Country = strings.TrimSpace(in.ExternalNo), strings.TrimSpace(in.Party), strings.TrimSpace(in.Country)
	in.Currency = command.Currency(in.Currency)
	in.ReturnOf = strings.TrimSpace(in.ReturnOf)
	if in.ReasonCode == "" {
		in.ReasonCode = kinds[in.Kind].reason
		if in.ReturnOf != "" {
			in.ReasonCode = reasonReturn
		}
	}
	if in.AdvanceTo == "" {
		in.AdvanceTo = stock.DocumentDraft
	}
	lines := make([]LineInput, len(in.Lines)) // the caller's stay as they are: they are hashed
	for i, l := range in.Lines {
		l.tidy()
		if l.Bucket == stock.BucketAvailable && in.uninspected() {
			l.Bucket = stock.BucketOnHold
		}
		lines[i] = l
	}
	in.Lines = lines
}

func (l *LineInput) tidy() {
	l.Scan.Tidy()
	l.SKU = strings.ToUpper(strings.TrimSpace(l.SKU))
	l.BatchNo = strings.TrimSpace(l.BatchNo)
	l.LocationCode = strings.ToUpper(strings.TrimSpace(l.LocationCode))
	l.Currency = command.Currency(l.Currency)
	if l.Bucket == "" {
		l.Bucket = stock.BucketAvailable
	}
}

// check collects the faults of a tidy input that need no database.
func (in *CreateInput) check(faults *fault.List, at fault.Path, now time.Time) {
	if in.WarehouseCode == "" {
		faults.Add(fault.Required, at.At("warehouseCode"), "give the code of the warehouse")
	}
	if in.Kind == stock.DocumentTransfer {
		in.checkTransfer(faults, at)
	}
	switch in.AdvanceTo {
	case stock.DocumentDraft, stock.DocumentApproved, stock.DocumentCompleted:
	default:
		faults.Add(fault.Invalid, at.At("advanceTo"), "a new document goes to DRAFT, APPROVED or COMPLETED")
	}
	if in.OccurredAt != nil {
		command.CheckOccurred(faults, at.At("occurredAt"), *in.OccurredAt, now)
	}
	in.checkHead(faults, at)
	in.checkReturn(faults, at)
	in.checkReservation(faults, at)
	in.checkLines(faults, at)
}

func (in *CreateInput) checkHead(faults *fault.List, at fault.Path) {
	command.CheckReason(faults, at.At("reasonCode"), in.ReasonCode)
	command.CheckLine(faults, at.At("externalNo"), in.ExternalNo, "an external number", MaxNo)
	command.CheckLine(faults, at.At("party"), in.Party, "a party", MaxParty)
	command.CheckLine(faults, at.At("country"), in.Country, "a country", MaxCountry)
	command.CheckText(faults, at.At("note"), in.Note, "a note", maxNote)
	if in.Currency != "" {
		command.CheckCurrency(faults, at.At("currency"), in.Currency)
	}
	if in.ExpectedAt != nil && in.ExpectedAt.Year() < 2000 {
		faults.Add(fault.Invalid, at.At("expectedAt"), "%s is before the year 2000", in.ExpectedAt.UTC().Format(time.RFC3339))
	}
}

func (in *CreateInput) checkLines(faults *fault.List, at fault.Path) {
	switch n := len(in.Lines); {
	case n == 0 && in.FromReservation == nil:
		faults.Add(fault.Required, at.At("lines"), "give at least one line")
	case n > MaxLines:
		faults.Add(fault.TooMany, at.At("lines"), "a document has at most %d lines, this one has %d; make several", MaxLines, n)
		return
	}
	priced := false
	for i, l := range in.Lines {
		l.check(faults, at.At("lines").Item(i), in.Kind)
		priced = priced || l.UnitPrice != nil
	}
	if priced && in.Currency == "" {
		faults.Add(fault.Required, at.At("currency"), "give the currency of the unit prices")
	}
}

func (l LineInput) check(faults *fault.List, at fault.Path, kind stock.DocumentKind) {
	units := l.Quantity
	switch {
	case l.Given():
		l.Scan.Check(faults, at, l.SKU, l.Quantity, "quantity")
		units = l.Packs
	case l.SKU == "":
		faults.Add(fault.Required, at.At("sku"), "give the SKU")
	}
	lookup.CheckBatchNo(faults, at.At("batchNo"), l.BatchNo)
	checkDates(faults, at, l.BatchNo, l.ProducedOn, l.ExpiresOn)
	checkBucket(faults, at, l.Bucket)
	switch {
	case units == 0 && !l.Given():
		faults.Add(fault.Invalid, at.At("quantity"), "a quantity of zero changes nothing")
	case units < 0 && !kinds[kind].signed:
		faults.Add(fault.Invalid, at.At(l.told()), "give a quantity above zero; what goes the other way is a document of another kind")
	case l.Quantity > MaxQuantity || l.Quantity < -MaxQuantity:
		faults.Add(fault.Invalid, at.At("quantity"), "one line has at most %d units, this one asks for %d", int64(MaxQuantity), l.Quantity)
	}
	if l.UnitCost != nil && !arrives(kind, units) {
		faults.Add(fault.Invalid, at.At("unitCost"), "goods leave at the moving average; give a cost only for goods that arrive")
	}
	if l.UnitPrice != nil && *l.UnitPrice < 0 {
		faults.Add(fault.Invalid, at.At("unitPrice"), "a price is not negative")
	}
	checkCost(faults, at, l.UnitCost, l.Currency)
}

func checkDates(faults *fault.List, at fault.Path, batch string, produced, expires *time.Time) {
	if batch == "" && (produced != nil || expires != nil) {
		faults.Add(fault.Required, at.At("batchNo"), "dates belong to a batch: give its number")
	}
	if produced != nil && expires != nil && expires.Before(*produced) {
		faults.Add(fault.Invalid, at.At("expiresOn"), "it cannot expire before it was produced")
	}
}

func checkBucket(faults *fault.List, at fault.Path, b stock.Bucket) {
	switch b {
	case stock.BucketAvailable, stock.BucketDamaged, stock.BucketOnHold:
	default:
		faults.Add(fault.Invalid, at.At("bucket"), "goods come to and go from AVAILABLE, DAMAGED or ON_HOLD, not %s", b)
	}
}

func checkCost(faults *fault.List, at fault.Path, cost *money.Amount, currency string) {
	if cost != nil && *cost < 0 {
		faults.Add(fault.Invalid, at.At("unitCost"), "a cost is not negative")
	}
	if currency != "" {
		command.CheckCurrency(faults, at.At("currency"), currency)
	}
}

// told is the name of the field that says how much.
func (l LineInput) told() string {
	if l.Given() {
		return "packs"
	}
	return "quantity"
}

// unpack turns what lines say by scans into SKUs and units.
func unpack(ctx context.Context, tx store.Tx, faults *fault.List, at fault.Path, lines []LineInput) error {
	scanned := make([]lookup.Scanned, len(lines))
	for i := range lines {
		scanned[i] = lookup.Scanned{Scan: lines[i].Scan, At: at.At("lines").Item(i), SKU: &lines[i].SKU, Units: &lines[i].Quantity, Most: MaxQuantity}
	}
	return lookup.Unpack(ctx, tx, faults, scanned)
}
