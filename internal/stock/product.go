package stock

import "io"

// ProductKind says whether a product is stocked as it is, or made up of others.
type ProductKind string

// The values of ProductKind.
const (
	ProductStandard    ProductKind = "STANDARD"
	ProductSalesKit    ProductKind = "SALES_KIT"
	ProductAssemblyKit ProductKind = "ASSEMBLY_KIT"
)

// Values lists every ProductKind, in the order of the graph's enum.
func (ProductKind) Values() []string {
	return []string{string(ProductStandard), string(ProductSalesKit), string(ProductAssemblyKit)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v ProductKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *ProductKind) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// AllocationRule says which batch of a product goes first.
type AllocationRule string

// The values of AllocationRule.
const (
	AllocateFEFO AllocationRule = "FEFO"
	AllocateFIFO AllocationRule = "FIFO"
)

// Values lists every AllocationRule, in the order of the graph's enum.
func (AllocationRule) Values() []string {
	return []string{string(AllocateFEFO), string(AllocateFIFO)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v AllocationRule) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *AllocationRule) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// InterchangeDirection says which way a member of an interchange group may be exchanged.
type InterchangeDirection string

// The values of InterchangeDirection.
const (
	InterchangeBoth     InterchangeDirection = "BOTH"
	InterchangeStandsIn InterchangeDirection = "STANDS_IN"
	InterchangeReplaced InterchangeDirection = "REPLACED"
)

// Values lists every InterchangeDirection, in the order of the graph's enum.
func (InterchangeDirection) Values() []string {
	return []string{string(InterchangeBoth), string(InterchangeStandsIn), string(InterchangeReplaced)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v InterchangeDirection) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *InterchangeDirection) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
