package stock

import "io"

// Status says whether a user, product, warehouse or location may be used. Nothing is ever deleted.
type Status string

// The values of Status.
const (
	StatusActive   Status = "ACTIVE"
	StatusArchived Status = "ARCHIVED"
)

// Values lists every Status, in the order of the graph's enum.
func (Status) Values() []string {
	return []string{string(StatusActive), string(StatusArchived)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v Status) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Status) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// BatchState says whether the goods of a batch may be promised.
type BatchState string

// The values of BatchState.
const (
	BatchAvailable  BatchState = "AVAILABLE"
	BatchHold       BatchState = "HOLD"
	BatchQuarantine BatchState = "QUARANTINE"
	BatchExpired    BatchState = "EXPIRED"
)

// Values lists every BatchState, in the order of the graph's enum.
func (BatchState) Values() []string {
	return []string{string(BatchAvailable), string(BatchHold), string(BatchQuarantine), string(BatchExpired)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v BatchState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *BatchState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
