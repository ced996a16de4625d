package document

import (
	"slices"
	"strings"
	"time"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/page"
	"entrepot/internal/stock"
)

// Limits of stocktakes, told in the graph's descriptions.
const (
	// MaxCounters is how many people count a line at most.
	MaxCounters = 5
	// MaxCounts is how many lines one stocktakeCount takes.
	MaxCounts = 1000
	// MaxZones is how many zones a scope or a filter names at most.
	MaxZones = 200
	// abcDays is how far back the classes of a scope look.
	abcDays = 90
)

// StocktakeCreateInput is a new stocktake.
type StocktakeCreateInput struct {
	command.Intent
	WarehouseCode string         `json:"warehouseCode,omitempty"`
	Scope         StocktakeScope `json:"scope"`
	// Blind keeps people without document:approve from what the books say.
	Blind bool `json:"blind,omitempty"`
	// Counters is how many people count each line.
	Counters int `json:"counters,omitempty"`
	// RecountOver is the difference in units above which it must be found twice.
	RecountOver *int64          `json:"recountOver,omitempty"`
	WhenMoved   stock.WhenMoved `json:"whenMoved,omitempty"`
	LockBins    bool            `json:"lockBins,omitempty"`
	ReasonCode  string          `json:"reasonCode,omitempty"`
	ExternalNo  string          `json:"externalNo,omitempty"`
	Note        string          `json:"note,omitempty"`
}

// StocktakeScope is what is counted: zones and locations name bins, SKUs and
// classes goods; when both are given, those goods in those bins.
type StocktakeScope struct {
	Zones         []string         `json:"zones,omitempty"`
	LocationCodes []string         `json:"locationCodes,omitempty"`
	SKUs          []string         `json:"skus,omitempty"`
	Classes       []stock.AbcClass `json:"classes,omitempty"`
	Everything    bool             `json:"everything,omitempty"`
	// IncludeEmpty adds a line for each named SKU, in each named location, where
	// the books have none.
	IncludeEmpty bool `json:"includeEmpty,omitempty"`
}

// StocktakeCountInput is what somebody counted.
type StocktakeCountInput struct {
	command.Intent
	Which
	Lines []StocktakeCountLine `json:"lines,omitempty"`
}

// StocktakeCountLine is what somebody counted of one line, which is named by its
// number, or by where it lies and what it is.
type StocktakeCountLine struct {
	LineNo       *int   `json:"lineNo,omitempty"`
	LocationCode string `json:"locationCode,omitempty"`
	SKU          string `json:"sku,omitempty"`
	Barcode      string `json:"barcode,omitempty"`
	BatchNo      string `json:"batchNo,omitempty"`
	// Quantity is in base units; in packs where Barcode is that of a pack.
	Quantity  int64      `json:"quantity,omitempty"`
	CountedAt *time.Time `json:"countedAt,omitempty"`
	Note      string     `json:"note,omitempty"`
}

// StocktakeRecountInput has lines counted again.
type StocktakeRecountInput struct {
	command.Intent
	Which
	LineNos []int  `json:"lineNos,omitempty"`
	Note    string `json:"note,omitempty"`
}

// StocktakeApproveInput approves what was counted and posts it.
type StocktakeApproveInput struct {
	command.Intent
	Which
	// Uncounted is what becomes of lines that nobody counted; empty refuses.
	Uncounted stock.Uncounted `json:"uncounted,omitempty"`
	Note      string          `json:"note,omitempty"`
}

func (in StocktakeCreateInput) tidy() StocktakeCreateInput {
	in.WarehouseCode, in.ExternalNo = number(in.WarehouseCode), strings.TrimSpace(in.ExternalNo)
	if in.ReasonCode == "" {
		in.ReasonCode = kinds[stock.DocumentStocktake].reason
	}
	in.Scope.Zones, in.Scope.LocationCodes, in.Scope.SKUs = upper(in.Scope.Zones), upper(in.Scope.LocationCodes), upper(in.Scope.SKUs)
	return in
}

// upper are codes in the form in which they are kept.
func upper(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = number(c)
	}
	return out
}

func (in StocktakeCreateInput) check(faults *fault.List, _ time.Time) {
	at := fault.Input
	if in.WarehouseCode == "" {
		faults.Add(fault.Required, at.At("warehouseCode"), "give the code of the warehouse")
	}
	in.Scope.check(faults, at.At("scope"))
	if in.Counters < 1 || in.Counters > MaxCounters {
		faults.Add(fault.Invalid, at.At("counters"), "1 to %d people count a line, not %d", MaxCounters, in.Counters)
	}
	if in.RecountOver != nil && *in.RecountOver < 0 {
		faults.Add(fault.Invalid, at.At("recountOver"), "it is 0 units or more")
	}
	command.CheckReason(faults, at.At("reasonCode"), in.ReasonCode)
	command.CheckLine(faults, at.At("externalNo"), in.ExternalNo, "an external number", MaxNo)
	command.CheckText(faults, at.At("note"), in.Note, "a note", maxNote)
}

func (s StocktakeScope) check(faults *fault.List, at fault.Path) {
	for _, list := range []struct {
		name  string
		codes []string
		limit int
	}{{"zones", s.Zones, MaxZones}, {"locationCodes", s.LocationCodes, page.MaxKeys}, {"skus", s.SKUs, page.MaxKeys}} {
		if len(list.codes) > list.limit {
			faults.Add(fault.TooMany, at.At(list.name), "a scope names at most %d of these, not %d; make several stocktakes", list.limit, len(list.codes))
		}
		if i := slices.Index(list.codes, ""); i >= 0 {
			faults.Add(fault.Required, at.At(list.name), "the one at place %d is empty", i+1)
		}
	}
	named := len(s.Zones)+len(s.LocationCodes)+len(s.SKUs)+len(s.Classes) > 0
	switch {
	case s.Everything && named:
		faults.Add(fault.Invalid, at.At("everything"), "everything goes alone: leave it out, or the zones, locations, SKUs and classes")
	case !s.Everything && !named:
		faults.Add(fault.Required, at, "say what is counted: zones, locationCodes, skus or classes, or everything")
	case s.IncludeEmpty && len(s.SKUs) == 0:
		faults.Add(fault.Invalid, at.At("includeEmpty"), "name the SKUs that are to be counted where the books have none")
	}
}

func (in StocktakeCountInput) check(faults *fault.List, now time.Time) {
	switch n := len(in.Lines); {
	case n == 0:
		faults.Add(fault.Required, fault.Input.At("lines"), "give at least one line")
	case n > MaxCounts:
		faults.Add(fault.TooMany, fault.Input.At("lines"), "one call takes at most %d lines, not %d; send several", MaxCounts, n)
		return
	}
	for i, l := range in.Lines {
		l.check(faults, fault.Input.At("lines").Item(i), now)
	}
}

func (l StocktakeCountLine) check(faults *fault.List, at fault.Path, now time.Time) {
	placed := l.LocationCode != "" || l.BatchNo != ""
	goods := 0
	for _, code := range []string{l.SKU, l.Barcode} {
		if strings.TrimSpace(code) != "" {
			goods++
		}
	}
	switch {
	case l.LineNo != nil && (placed || goods > 0):
		faults.Add(fault.Invalid, at.At("lineNo"), "name the line by its number, or by where it lies and what it is, not by both")
	case l.LineNo == nil && goods != 1:
		faults.Add(fault.Required, at.At("sku"), "name the line by lineNo, or give exactly one of sku and barcode")
	}
	lookup.CheckBatchNo(faults, at.At("batchNo"), l.BatchNo)
	if l.Quantity < 0 || l.Quantity > MaxQuantity {
		faults.Add(fault.Invalid, at.At("quantity"), "what lies somewhere is 0 to %d units, not %d", int64(MaxQuantity), l.Quantity)
	}
	if l.CountedAt != nil {
		command.CheckOccurred(faults, at.At("countedAt"), *l.CountedAt, now)
	}
	command.CheckText(faults, at.At("note"), l.Note, "a note", maxNote)
}

func (in StocktakeRecountInput) check(faults *fault.List, now time.Time) {
	checkNote(in.Note)(faults, now)
	switch n := len(in.LineNos); {
	case n == 0:
		faults.Add(fault.Required, fault.Input.At("lineNos"), "give the number of at least one line")
	case n > MaxLines:
		faults.Add(fault.TooMany, fault.Input.At("lineNos"), "a stocktake has at most %d lines, this names %d", MaxLines, n)
	}
}
