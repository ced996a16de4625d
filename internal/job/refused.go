package job

import (
	"context"
	"encoding/json"

	"entrepot/ent"
	"entrepot/ent/jobrow"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Refused is one row of a table that was not accepted.
type Refused struct {
	// No is its number in the file.
	No     int64
	Faults []RowFault
	// Cells are the row as it was given.
	Cells []string
}

// RowFault is what is wrong with a row. Its json names are kept in the database.
type RowFault struct {
	// Column is the one at fault, as the file calls it; empty for the row as a whole.
	Column  string     `json:"column,omitempty"`
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
}

var refusedColumns = []store.Column[*ent.JobRow]{
	{Name: jobrow.FieldJobID, Type: "bigint", Value: func(r *ent.JobRow) any { return r.JobID }},
	{Name: jobrow.FieldRowNo, Type: "bigint", Value: func(r *ent.JobRow) any { return r.RowNo }},
	{Name: jobrow.FieldFaults, Type: "text", Value: func(r *ent.JobRow) any { return r.Faults }},
	{Name: jobrow.FieldContent, Type: "text", Value: func(r *ent.JobRow) any { return r.Content }},
}

func insertRefused(ctx context.Context, tx store.Tx, jobID int64, refused []Refused) error {
	if len(refused) == 0 {
		return nil
	}
	rows := make([]*ent.JobRow, len(refused))
	for i, r := range refused {
		faults, err := json.Marshal(r.Faults)
		if err != nil {
			return err
		}
		cells, err := json.Marshal(r.Cells)
		if err != nil {
			return err
		}
		rows[i] = &ent.JobRow{JobID: jobID, RowNo: r.No, Faults: string(faults), Content: string(cells)}
	}
	return store.InsertRows(ctx, tx, jobrow.Table, refusedColumns, rows)
}

// RefusedOf is what a row of job_rows says.
func RefusedOf(row *ent.JobRow) (r Refused, err error) {
	r.No = row.RowNo
	if err := json.Unmarshal([]byte(row.Faults), &r.Faults); err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(row.Content), &r.Cells)
}

// refusedPage is how many refused rows are read at a time.
const refusedPage = 500

// EachRefused goes through the refused rows of a job in the order of the file, until
// do returns an error.
func EachRefused(ctx context.Context, db *store.DB, jobID int64, do func(Refused) error) error {
	for after := int64(-1); ; {
		rows, err := db.Ent().JobRow.Query().Where(jobrow.JobID(jobID), jobrow.RowNoGT(after)).
			Order(ent.Asc(jobrow.FieldRowNo)).Limit(refusedPage).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			r, err := RefusedOf(row)
			if err != nil {
				return err
			}
			if err := do(r); err != nil {
				return err
			}
			after = r.No
		}
		if len(rows) < refusedPage {
			return nil
		}
	}
}
