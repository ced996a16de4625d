package ledger

import (
	"fmt"
	"slices"
	"strings"

	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// Refusal tells why one stock did not take its change. Nothing of the posting
// is kept when there is one.
type Refusal struct {
	Key
	// Code is fault.InsufficientStock or fault.StaleVersion; about a bin it may
	// also be fault.Locked, fault.Archived, fault.NotFound, fault.Mixing or
	// fault.Capacity.
	Code fault.Code
	// Lines are the caller's lines that ask for the change.
	Lines []int
	// Bucket would fall below zero, by ShortBy units.
	Bucket  stock.Bucket
	ShortBy int64
	// Current and Version are the stock as it is.
	Current Quantities
	Version int64
	// Bin, when set, is what stands against the change although the stock has room
	// for it.
	Bin *BinRefusal
}

// BinRefusal tells why a bin does not give or take units.
type BinRefusal struct {
	// Code is the bin's; empty when no bin was named and none serves: none of
	// Type when units were to come, else those where they may be taken from hold
	// too few.
	Code string
	Type stock.LocationType
	// Arriving says that units were to come.
	Arriving bool
	// Has is how many units lie there that may leave (INSUFFICIENT_STOCK), or how
	// many more fit (CAPACITY).
	Has int64
	// With is a SKU that lies there (MIXING).
	With string
}

// OfBins says whether every refusal is about bins.
func (r Refused) OfBins() bool {
	return !slices.ContainsFunc(r, func(x Refusal) bool { return x.Bin == nil })
}

// Refused is every refusal of a posting, in lock order, as an error.
type Refused []Refusal

// Error names each stock.
func (r Refused) Error() string {
	msgs := make([]string, len(r))
	for i, s := range r {
		msgs[i] = fmt.Sprintf("%s: warehouse %d, SKU %s, batch %q", s.Code, s.WarehouseID, s.SKU, s.BatchNo)
	}
	return strings.Join(msgs, "; ")
}

// refuse explains why the moves of one stock do not fit it as it is; ok is false
// when they would.
func refuse(k Key, moves []Move, now Balance) (r Refusal, ok bool) {
	var sum Delta
	r = Refusal{Key: k, Current: now.Quantities, Version: now.Version}
	for _, m := range moves {
		sum = sum.Plus(m.Delta)
		if m.ExpectedVersion != nil && *m.ExpectedVersion != now.Version {
			r.Code = fault.StaleVersion
			r.Lines = append(r.Lines, m.Line)
		}
	}
	if r.Lines != nil {
		return r, true
	}
	b, short, negative := now.Add(sum).negative()
	if !negative {
		return r, false
	}
	r.Code, r.Bucket, r.ShortBy = fault.InsufficientStock, b, short
	for _, m := range moves {
		if (Quantities{}).Add(m.Delta).Of(b) < 0 {
			r.Lines = append(r.Lines, m.Line)
		}
	}
	return r, true
}

// Short says whether there is too little available, so that promises which hold
// nothing any more may be in the way.
func (r Refusal) Short() bool {
	return r.Code == fault.InsufficientStock && r.Bucket == stock.BucketAvailable
}
