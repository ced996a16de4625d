package stock

import "io"

// CostBasis is what a cost is spread over the lines of a receipt by.
type CostBasis string

// The values of CostBasis.
const (
	BasisValue    CostBasis = "VALUE"
	BasisQuantity CostBasis = "QUANTITY"
	BasisWeight   CostBasis = "WEIGHT"
	BasisVolume   CostBasis = "VOLUME"
)

// Values lists every CostBasis, in the order of the graph's enum.
func (CostBasis) Values() []string {
	return []string{string(BasisValue), string(BasisQuantity), string(BasisWeight), string(BasisVolume)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v CostBasis) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *CostBasis) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// LandedCostKind is what a cost on top of the price was paid for.
type LandedCostKind string

// The values of LandedCostKind.
const (
	LandedCostFreight   LandedCostKind = "FREIGHT"
	LandedCostDuty      LandedCostKind = "DUTY"
	LandedCostInsurance LandedCostKind = "INSURANCE"
	LandedCostHandling  LandedCostKind = "HANDLING"
	LandedCostOther     LandedCostKind = "OTHER"
)

// Values lists every LandedCostKind, in the order of the graph's enum.
func (LandedCostKind) Values() []string {
	return []string{string(LandedCostFreight), string(LandedCostDuty), string(LandedCostInsurance), string(LandedCostHandling), string(LandedCostOther)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v LandedCostKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *LandedCostKind) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// RateMethod is how an exchange rate was come by.
type RateMethod string

// The values of RateMethod.
const (
	RateDirect  RateMethod = "DIRECT"
	RateInverse RateMethod = "INVERSE"
	RateCross   RateMethod = "CROSS"
)

// Values lists every RateMethod, in the order of the graph's enum.
func (RateMethod) Values() []string {
	return []string{string(RateDirect), string(RateInverse), string(RateCross)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v RateMethod) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *RateMethod) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
