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
