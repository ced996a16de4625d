package stock

import "io"

// MovementKind tells what sort of work a posting did.
type MovementKind string

// The values of MovementKind.
const (
	MovementAdjustment  MovementKind = "ADJUSTMENT"
	MovementCount       MovementKind = "COUNT"
	MovementMove        MovementKind = "MOVE"
	MovementInbound     MovementKind = "INBOUND"
	MovementOutbound    MovementKind = "OUTBOUND"
	MovementTransfer    MovementKind = "TRANSFER"
	MovementStocktake   MovementKind = "STOCKTAKE"
	MovementAssembly    MovementKind = "ASSEMBLY"
	MovementReservation MovementKind = "RESERVATION"
	MovementRevaluation MovementKind = "REVALUATION"
	MovementReversal    MovementKind = "REVERSAL"
	// MovementRelocation is goods that change their bin, which changes no stock.
	MovementRelocation MovementKind = "RELOCATION"
	MovementOther      MovementKind = "OTHER"
)

// Values lists every MovementKind, in the order of the graph's enum.
func (MovementKind) Values() []string {
	return []string{string(MovementAdjustment), string(MovementCount), string(MovementMove), string(MovementInbound), string(MovementOutbound), string(MovementTransfer), string(MovementStocktake), string(MovementAssembly), string(MovementReservation), string(MovementRevaluation), string(MovementReversal), string(MovementRelocation), string(MovementOther)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v MovementKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *MovementKind) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
