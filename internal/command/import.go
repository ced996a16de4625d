package command

import (
	"entrepot/internal/fault"
)

// MaxRows is the most rows of one import.
const MaxRows = 250

// ErrorPolicy says what becomes of the good lines when others are refused.
type ErrorPolicy string

// The values of ErrorPolicy.
const (
	// RejectAll does every line or none.
	RejectAll ErrorPolicy = "REJECT_ALL"
	// RejectFailedRows decides line by line, in order.
	RejectFailedRows ErrorPolicy = "REJECT_FAILED_ROWS"
)

// Mode says what the rows of an import may do.
type Mode string

// The values of Mode.
const (
	Create Mode = "CREATE"
	Update Mode = "UPDATE"
	Upsert Mode = "UPSERT"
)

// Import is what every import is told beside its rows.
type Import struct {
	Intent
	Mode        Mode        `json:"mode,omitempty"`
	ErrorPolicy ErrorPolicy `json:"errorPolicy,omitempty"`
}

// Action is what became of a row.
type Action string

// The values of Action.
const (
	Created   Action = "CREATED"
	Updated   Action = "UPDATED"
	Unchanged Action = "UNCHANGED"
	Rejected  Action = "REJECTED"
)

// Row tells what became of one row of an input.
type Row[E any] struct {
	Index  int
	Action Action
	// Row is as it stands now, or as a dry run would leave it; nil when rejected.
	Row        *E
	UserErrors []fault.Fault
}

// Edited tells what an [Edit] did, would do, or did when it was first sent.
type Edited[E any] struct {
	Done
	Rows []Row[E]
	// UserErrors are those of all rows, under REJECT_FAILED_ROWS.
	UserErrors []fault.Fault
}

// One is the row of an edit of one row.
func (r Edited[E]) One() *E {
	if len(r.Rows) == 0 {
		return nil
	}
	return r.Rows[0].Row
}

// All are the rows that were not rejected.
func (r Edited[E]) All() []*E {
	var all []*E
	for _, row := range r.Rows {
		if row.Row != nil {
			all = append(all, row.Row)
		}
	}
	return all
}

func rejected[E any](n int, faults fault.List) []Row[E] {
	if n > MaxRows {
		return nil
	}
	rows := make([]Row[E], n)
	for i := range rows {
		rows[i] = Row[E]{Index: i, Action: Rejected, UserErrors: of(i, faults)}
	}
	return rows
}

func of(i int, faults fault.List) []fault.Fault {
	own := []fault.Fault{}
	for _, f := range faults {
		if f.Index != nil && *f.Index == i {
			own = append(own, f)
		}
	}
	return own
}
