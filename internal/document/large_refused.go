package document

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/store"
)

// booked is the checkpoint of a job that books a large transfer: how it ended. The
// header names the columns of the refused lines.
type booked struct {
	job.Table
	Kept *kept `json:"kept,omitempty"`
	// Refused is why nothing was booked.
	Refused string `json:"refused,omitempty"`
}

// manyLines is the input of a command that may be about many lines.
type manyLines interface {
	header() []string
	// cells are line i as it was given; none when the input names no lines.
	cells(i int) []string
}

// bookLarge books in, which it reads first, by one run of its command. What forbids it
// by now is kept with the job as its refused rows.
func bookLarge(ctx context.Context, run *job.Run, in manyLines, book func(*large) (Result, error)) error {
	var b booked
	if ended, err := run.Checkpoint(&b); err != nil || ended {
		if err == nil && b.Refused != "" {
			return fault.Stop(fault.Invalid, "%s", b.Refused)
		}
		return err // broken off between its booking and its end
	}
	if err := run.Payload(in); err != nil {
		return err
	}
	l := &large{run: run}
	_, err := book(l)
	faults, other := fault.Split(err)
	if other != nil || len(faults) == 0 || faults[0].Retryable() {
		return err
	}
	p := job.Progress{Checkpoint: booked{Table: job.Table{Header: in.header()}, Refused: fault.Tell(faults)}, Refused: refusedLines(in, faults)}
	p.Failed = int64(len(p.Refused))
	if err := run.Step(ctx, func(tx store.Tx) error { return run.Save(ctx, tx, p) }); err != nil {
		return err
	}
	return faults
}

// refusedLines are the lines that have faults, in their order. A fault of the command
// as a whole is no line's: the error of the job tells it.
func refusedLines(in manyLines, faults fault.List) []job.Refused {
	byLine := map[int]*job.Refused{}
	for _, f := range faults {
		if f.Index == nil {
			continue
		}
		i := *f.Index
		if byLine[i] == nil {
			byLine[i] = &job.Refused{No: int64(i) + 1, Cells: in.cells(i)}
		}
		column := f.Field[len(f.Field)-1]
		if column == strconv.Itoa(i) {
			column = "" // the line as a whole
		}
		byLine[i].Faults = append(byLine[i].Faults, job.RowFault{Column: column, Code: f.Code, Message: f.Message})
	}
	rows := make([]job.Refused, 0, len(byLine))
	for _, i := range slices.Sorted(maps.Keys(byLine)) {
		rows = append(rows, *byLine[i])
	}
	return rows
}

func (in *DispatchInput) header() []string {
	return []string{"lineNo", "batchNo", "locationCode", "quantity"}
}

func (in *DispatchInput) cells(i int) []string {
	if i >= len(in.Lines) {
		return []string{}
	}
	l := in.Lines[i]
	return []string{strconv.Itoa(l.LineNo), l.BatchNo, l.LocationCode, strconv.FormatInt(l.Quantity, 10)}
}

func (in *ReceiveInput) header() []string {
	return []string{"lineNo", "batchNo", "locationCode", "accepted", "rejected"}
}

func (in *ReceiveInput) cells(i int) []string {
	if i >= len(in.Lines) {
		return []string{}
	}
	l := in.Lines[i]
	return []string{strconv.Itoa(l.LineNo), l.BatchNo, l.LocationCode, strconv.FormatInt(l.Accepted, 10), strconv.FormatInt(l.Rejected, 10)}
}
