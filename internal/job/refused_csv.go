package job

import (
	"context"
	"encoding/json"
	"io"
	"strings"

	"entrepot/ent"
	"entrepot/internal/sheet"
	"entrepot/internal/store"
)

// Table is the part of a checkpoint by which a kind that refuses rows tells what their
// columns are called. Such kinds embed it.
type Table struct {
	Header []string `json:"header,omitempty"`
}

// HeaderOf is the header of the table that a job reads; empty before it has read it.
func HeaderOf(j *ent.Job) ([]string, error) {
	var t Table
	if j.Checkpoint == "" {
		return nil, nil
	}
	err := json.Unmarshal([]byte(j.Checkpoint), &t)
	return t.Header, err
}

// WriteRefused writes the rows that a job refused as CSV: row, column, code and message
// of each fault, and the row as it was given.
func WriteRefused(ctx context.Context, db *store.DB, j *ent.Job, w io.Writer) error {
	header, err := HeaderOf(j)
	if err != nil {
		return err
	}
	columns := []sheet.Column{{Heading: "row"}, {Heading: "column"}, {Heading: "code"}, {Heading: "message"}}
	for _, h := range header {
		columns = append(columns, sheet.Column{Heading: h})
	}
	out, err := sheet.NewWriter(w, sheet.CSV, "", columns)
	if err != nil {
		return err
	}
	if err := EachRefused(ctx, db, j.ID, func(r Refused) error {
		for _, f := range r.Faults {
			cells := []any{r.No, f.Column, string(f.Code), strings.Join(strings.Fields(f.Message), " ")}
			for i := range header {
				text := ""
				if i < len(r.Cells) {
					text = r.Cells[i]
				}
				cells = append(cells, text)
			}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return out.Close()
}

// RefusedPath is where the refused rows of one's own job are downloaded; nil when there
// are none, and for the jobs of others.
func RefusedPath(ctx context.Context, j *ent.Job) *string {
	if j.FailedRows == 0 || !Mine(ctx, j) {
		return nil
	}
	return new("/jobs/" + j.GlobalID().String() + "/errors.csv")
}
