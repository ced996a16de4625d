package stock

import "io"

// JobState is where a background job stands.
type JobState string

// The values of JobState.
const (
	JobQueued    JobState = "QUEUED"
	JobRunning   JobState = "RUNNING"
	JobCompleted JobState = "COMPLETED"
	JobFailed    JobState = "FAILED"
	JobCancelled JobState = "CANCELLED"
)

// Values lists every JobState, in the order of the graph's enum.
func (JobState) Values() []string {
	return []string{string(JobQueued), string(JobRunning), string(JobCompleted), string(JobFailed), string(JobCancelled)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v JobState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *JobState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
