package schedule

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"entrepot/ent"
)

// Outcome is how a run stands.
type Outcome string

// The values of Outcome. Running is not stored: a row without an outcome runs.
const (
	Running Outcome = "RUNNING"
	Done    Outcome = "DONE"
	// Failed: the run returned an error. It is tried again until [MaxAttempts].
	Failed Outcome = "FAILED"
	// Lost: the replica that ran it vanished, and nobody takes it up any more.
	Lost Outcome = "LOST"
	// Other is an outcome of a newer binary than this one.
	Other Outcome = "OTHER"
)

// Values lists every Outcome, in the order of the graph's enum.
func (Outcome) Values() []string {
	return []string{string(Running), string(Done), string(Failed), string(Lost), string(Other)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v Outcome) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Outcome) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	if !slices.Contains(v.Values(), s) {
		return fmt.Errorf("%v is not an outcome of a run", in)
	}
	*v = Outcome(s)
	return nil
}

// OutcomeOf is how the run of a row stands.
func OutcomeOf(r *ent.ScheduleSlot) Outcome {
	switch o := Outcome(r.Outcome); o {
	case "":
		return Running
	case Done, Failed, Lost:
		return o
	}
	return Other
}
