package ledger

import (
	"fmt"
	"strings"

	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// Refusal tells why one stock did not take its change. Nothing of the posting
// is kept when there is one.
type Refusal struct {
	Key
	// Code is fault.InsufficientStock or fault.StaleVersion.
	Code fault.Code
	// Lines are the caller's lines that ask for the change.
	Lines []int
	// Bucket would fall below zero, by ShortBy units.
	Bucket  stock.Bucket
	ShortBy int64
	// Current and Version are the stock as it is.
	Current Quantities
	Version int64
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
