package stock

import "io"

// AbcClass ranks a SKU by the value that leaves a warehouse with it.
type AbcClass string

// The values of AbcClass.
const (
	ClassA AbcClass = "A"
	ClassB AbcClass = "B"
	ClassC AbcClass = "C"
)

// Values lists every AbcClass, in the order of the graph's enum.
func (AbcClass) Values() []string { return []string{string(ClassA), string(ClassB), string(ClassC)} }

// MarshalGQL writes v as a GraphQL enum value.
func (v AbcClass) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *AbcClass) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
