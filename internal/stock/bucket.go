package stock

import "io"

// Bucket is a part of a stock. physical = available + allocated + damaged + on hold; in transit stands apart.
type Bucket string

// The values of Bucket.
const (
	BucketPhysical  Bucket = "PHYSICAL"
	BucketAvailable Bucket = "AVAILABLE"
	BucketAllocated Bucket = "ALLOCATED"
	BucketDamaged   Bucket = "DAMAGED"
	BucketOnHold    Bucket = "ON_HOLD"
	BucketInTransit Bucket = "IN_TRANSIT"
)

// Values lists every Bucket, in the order of the graph's enum.
func (Bucket) Values() []string {
	return []string{string(BucketPhysical), string(BucketAvailable), string(BucketAllocated), string(BucketDamaged), string(BucketOnHold), string(BucketInTransit)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v Bucket) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Bucket) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
