package command

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Table is a table of master data: rows that people make and edit, known by a
// code that is theirs for ever.
type Table[E any] struct {
	Name    string
	Columns []store.Column[*E]
	Head    func(*E) Head
	ByID    func(ctx context.Context, tx store.Tx, ids []int64) ([]*E, error)
}

// Head leads to what every row of master data has.
type Head struct {
	ID, Version          *int64
	CreatedAt, UpdatedAt *time.Time
}

// Edit makes and edits rows of master data: one, or those of an import. Reads
// and writes are of all rows together, so that their number costs no statement.
type Edit[E any] struct {
	Table[E]
	Operation string
	Needs     auth.Permission
	// Import is how the rows are taken; an edit of one row rejects all.
	Import
	Input any
	// Rows is how many there are.
	Rows int
	// At leads to a row, and from there KeyField to its code.
	At       func(i int) fault.Path
	KeyField string
	// Name is what a person calls the row; no two rows may have one name.
	Name func(i int) string
	// Check adds what is wrong with a row by itself.
	Check func(faults *fault.List, i int)
	// Expected is the version that the sender saw, if told.
	Expected func(i int) *int64
	// Find finds the rows that exist, by index, and locks them: whoever changes
	// what hangs on a row locks it first, so that it is read as of one version.
	Find func(ctx context.Context, tx store.Tx) (map[int]*E, error)
	// Look reads, after Find, what else Merge needs; left out when that is nothing.
	Look func(ctx context.Context, tx store.Tx) error
	// Merge brings what row i asks for into row, a copy of what exists or, when
	// old is nil, an empty one. It says whether more than the row changes.
	Merge func(faults *fault.List, i int, row, old *E) (more bool)
	// Take, if set, is told of each row that is accepted, in order: later rows
	// may build on it.
	Take func(i int)
	// Finish writes what hangs on the accepted rows.
	Finish func(ctx context.Context, tx store.Tx, accepted []int) error
	// Show reads what hangs on rows that are shown.
	Show func(ctx context.Context, tx store.Tx, rows []*E) error
}

// kept is what a key remembers of a row.
type kept struct {
	ID     int64      `json:"id,omitempty"`
	Action Action     `json:"action"`
	Faults fault.List `json:"faults,omitempty"`
}

// Run walks the edit. Beside the faults of Check and Merge it ends with NOT_FOUND,
// TAKEN and STALE_VERSION. A refusal comes with all rows, rejected.
func (e Edit[E]) Run(ctx context.Context, db *store.DB, now func() time.Time) (Edited[E], error) {
	var bad refusals
	var out Edited[E]
	done, err := Run(ctx, db, now, Work[[]kept]{
		Operation: e.Operation, Needs: e.Needs, Intent: e.Intent, KeyOptional: true, Input: e.Input,
		Check: func(faults *fault.List, _ time.Time) {
			if e.checkRows(faults) {
				bad = e.check()
			}
		},
		Do: func(ctx context.Context, tx store.Tx, now time.Time) ([]kept, error) {
			p := plan[E]{Edit: e, faults: slices.Clone(bad.faults), bad: bad.rows}
			rows, err := p.do(ctx, tx, now)
			out = Edited[E]{Rows: rows, UserErrors: p.faults}
			return keep(e.Head, rows), err
		},
		Again: func(ctx context.Context, tx store.Tx, was []kept) (err error) {
			out, err = e.again(ctx, tx, was)
			return err
		},
		Refused: func(rows []kept) (all fault.List) {
			for _, r := range rows {
				all = append(all, r.Faults...)
			}
			return all
		},
	})
	if err != nil {
		faults, err := fault.Split(err)
		if err != nil {
			return Edited[E]{}, err
		}
		return Edited[E]{Done: Done{DryRun: e.DryRun}, Rows: rejected[E](e.Rows, faults)}, faults
	}
	out.Done = done
	if done.DryRun {
		for _, r := range out.Rows {
			if r.Action == Created {
				*e.Head(r.Row).ID = 0 // nobody's: what was drawn went with the transaction
			}
		}
	}
	return out, nil
}

func (e Edit[E]) checkRows(faults *fault.List) bool {
	path := fault.Input.At("rows")
	switch {
	case e.Rows == 0:
		faults.Add(fault.Required, path, "give at least one row")
	case e.Rows > MaxRows:
		faults.Add(fault.TooMany, path, "one import takes at most %d rows, this one has %d; send several", MaxRows, e.Rows)
	default:
		return true
	}
	return false
}

// refusals are the faults that rows have by themselves, and which rows those are.
type refusals struct {
	faults fault.List
	rows   map[int]bool
}

func (e Edit[E]) check() refusals {
	var faults fault.List
	bad := map[int]bool{}
	first := make(map[string]int, e.Rows)
	for i := range e.Rows {
		before := len(faults)
		e.Check(&faults, i)
		name := e.Name(i)
		if before, twice := first[name]; twice {
			faults.Add(fault.Invalid, e.At(i).At(e.KeyField), "row %d is about %s too; name each once", before, name)
		} else {
			first[name] = i
		}
		bad[i] = len(faults) > before
	}
	return refusals{faults, bad}
}

func (e Edit[E]) again(ctx context.Context, tx store.Tx, was []kept) (Edited[E], error) {
	ids := make([]int64, 0, len(was))
	for _, k := range was {
		if k.ID != 0 {
			ids = append(ids, k.ID)
		}
	}
	found, err := e.ByID(ctx, tx, ids)
	if err != nil {
		return Edited[E]{}, err
	}
	byID := make(map[int64]*E, len(found))
	for _, row := range found {
		byID[*e.Head(row).ID] = row
	}
	var out Edited[E]
	for i, k := range was {
		out.Rows = append(out.Rows, Row[E]{Index: i, Action: k.Action, Row: byID[k.ID], UserErrors: append([]fault.Fault{}, k.Faults...)})
		out.UserErrors = append(out.UserErrors, k.Faults...)
	}
	return out, e.show(ctx, tx, found)
}

func (e Edit[E]) show(ctx context.Context, tx store.Tx, rows []*E) error {
	if e.Show == nil || len(rows) == 0 {
		return nil
	}
	return e.Show(ctx, tx, rows)
}

func keep[E any](head func(*E) Head, rows []Row[E]) []kept {
	out := make([]kept, len(rows))
	for i, r := range rows {
		out[i] = kept{Action: r.Action, Faults: r.UserErrors}
		if r.Row != nil {
			out[i].ID = *head(r.Row).ID
		}
	}
	return out
}

// differ says whether an edit changes any column.
func differ[E any](columns []store.Column[*E], a, b *E) bool {
	return slices.ContainsFunc(columns, func(c store.Column[*E]) bool {
		return !c.Once && c.Name != "updated_at" && !reflect.DeepEqual(c.Value(a), c.Value(b))
	})
}

func byIndex(a, b fault.Fault) int { return cmp.Compare(line(a), line(b)) }

func line(f fault.Fault) int {
	if f.Index == nil {
		return -1
	}
	return *f.Index
}
