package stock

import "io"

// ShipmentState is where one shipment of a transfer stands.
type ShipmentState string

// The values of ShipmentState.
const (
	ShipmentInTransit ShipmentState = "IN_TRANSIT"
	ShipmentReceived  ShipmentState = "RECEIVED"
	ShipmentCancelled ShipmentState = "CANCELLED"
)

// Values lists every ShipmentState, in the order of the graph's enum.
func (ShipmentState) Values() []string {
	return []string{string(ShipmentInTransit), string(ShipmentReceived), string(ShipmentCancelled)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v ShipmentState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *ShipmentState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
