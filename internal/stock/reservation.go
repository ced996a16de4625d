package stock

import "io"

// ReservationState is where a reservation stands.
type ReservationState string

// The values of ReservationState.
const (
	ReservationActive    ReservationState = "ACTIVE"
	ReservationCompleted ReservationState = "COMPLETED"
	ReservationReleased  ReservationState = "RELEASED"
	ReservationExpired   ReservationState = "EXPIRED"
)

// Values lists every ReservationState, in the order of the graph's enum.
func (ReservationState) Values() []string {
	return []string{string(ReservationActive), string(ReservationCompleted), string(ReservationReleased), string(ReservationExpired)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v ReservationState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *ReservationState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// ReservationAction is a step in the life of a reservation.
type ReservationAction string

// The values of ReservationAction.
const (
	ReservationDoCreate   ReservationAction = "CREATE"
	ReservationDoExtend   ReservationAction = "EXTEND"
	ReservationDoDeduct   ReservationAction = "DEDUCT"
	ReservationDoRelease  ReservationAction = "RELEASE"
	ReservationDoExpire   ReservationAction = "EXPIRE"
	ReservationDoRollback ReservationAction = "ROLLBACK"
	ReservationDoShorten  ReservationAction = "SHORTEN"
	ReservationDoFill     ReservationAction = "FILL"
)

// Values lists every ReservationAction, in the order of the graph's enum.
func (ReservationAction) Values() []string {
	return []string{string(ReservationDoCreate), string(ReservationDoExtend), string(ReservationDoDeduct), string(ReservationDoRelease), string(ReservationDoExpire), string(ReservationDoRollback), string(ReservationDoShorten), string(ReservationDoFill)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v ReservationAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *ReservationAction) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
