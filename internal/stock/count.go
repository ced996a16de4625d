package stock

import "io"

// CountState is where one line of a stocktake stands.
type CountState string

// The values of CountState.
const (
	CountOpen    CountState = "OPEN"
	CountCounted CountState = "COUNTED"
	CountRecount CountState = "RECOUNT"
	CountPosted  CountState = "POSTED"
	CountSkipped CountState = "SKIPPED"
)

// Values lists every CountState, in the order of the graph's enum.
func (CountState) Values() []string {
	return []string{string(CountOpen), string(CountCounted), string(CountRecount), string(CountPosted), string(CountSkipped)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v CountState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *CountState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// WhenMoved is what becomes of the lines of a stocktake whose goods moved since
// they were counted.
type WhenMoved string

// The values of WhenMoved.
const (
	// MovedRebase adds the later movements to what was counted.
	MovedRebase WhenMoved = "REBASE"
	// MovedRecount has them counted again.
	MovedRecount WhenMoved = "RECOUNT"
)

// Values lists every WhenMoved, in the order of the graph's enum.
func (WhenMoved) Values() []string { return []string{string(MovedRebase), string(MovedRecount)} }

// MarshalGQL writes v as a GraphQL enum value.
func (v WhenMoved) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *WhenMoved) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// Uncounted is what becomes of the lines of a stocktake that nobody counted.
type Uncounted string

// The values of Uncounted.
const (
	// UncountedKeep leaves what the books say.
	UncountedKeep Uncounted = "KEEP"
	// UncountedZero takes them as counted and empty.
	UncountedZero Uncounted = "ZERO"
)

// Values lists every Uncounted, in the order of the graph's enum.
func (Uncounted) Values() []string { return []string{string(UncountedKeep), string(UncountedZero)} }

// MarshalGQL writes v as a GraphQL enum value.
func (v Uncounted) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Uncounted) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
