package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/sheet"
	"entrepot/internal/store"
)

// checkpoint is how far an import is.
type checkpoint struct {
	job.Table
	// Row is the number of the last row that was dealt with.
	Row          int64 `json:"row,omitempty"`
	Total        int64 `json:"total,omitempty"`
	Done, Failed int64
}

// load is one attempt at an import.
type load struct {
	s     *Service
	t     *table
	run   *job.Run
	in    StartInput
	h     header
	point checkpoint
}

// handle imports a table from where the last attempt came to.
func (s *Service) handle(ctx context.Context, t *table, run *job.Run) error {
	l := &load{s: s, t: t, run: run}
	if err := run.Payload(&l.in); err != nil {
		return err
	}
	begun, err := run.Checkpoint(&l.point)
	if err != nil {
		return err
	}
	if !begun {
		if err := l.read(ctx, l.look); err != nil {
			return err
		}
	}
	return l.read(ctx, l.book)
}

// read goes through the table from its first row.
func (l *load) read(ctx context.Context, do func(context.Context, sheet.Reader) error) (err error) {
	rows, err := l.s.open(ctx, l.run.Job, l.in.Worksheet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if l.h, err = l.t.find(rows.Header()); err != nil {
		return err
	}
	return do(ctx, rows)
}

// look reads the whole table before anything of it is booked: what is wrong with the
// file as such refuses all of it.
func (l *load) look(ctx context.Context, rows sheet.Reader) error {
	l.point = checkpoint{Table: job.Table{Header: rows.Header()}}
	for {
		_, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return err
		}
		l.point.Total++
	}
	if l.point.Total == 0 {
		return fault.New(fault.Required, fault.Input.At("fileId"), "the file has a header and no rows")
	}
	return l.run.Step(ctx, func(tx store.Tx) error {
		return l.run.Save(ctx, tx, job.Progress{Checkpoint: l.point, Total: &l.point.Total})
	})
}

// book books the rows behind the checkpoint, piece by piece.
func (l *load) book(ctx context.Context, rows sheet.Reader) error {
	var next []record
	for {
		row, err := rows.Next()
		end := errors.Is(err, io.EOF)
		if err := ctx.Err(); err != nil {
			return err
		}
		switch {
		case err != nil && !end:
			return err
		case !end && row.No <= l.point.Row:
			continue
		}
		r := record{Row: row, h: l.h}
		r.Cells, r.Numbers = slices.Clone(row.Cells), slices.Clone(row.Numbers)
		if len(next) > 0 && (end || len(next) == l.t.most || l.t.together != nil && !l.t.together(next[0], r)) {
			if err := l.bookPiece(ctx, next); err != nil {
				return err
			}
			next = next[:0]
		}
		if end {
			return nil
		}
		next = append(next, r)
	}
}

// piece is the rows that are booked in one transaction.
type piece struct {
	*load
	ctx  context.Context
	rows []record
	// fine are the rows that may still be booked, by their index.
	fine []int
	// saved says that the transaction of the piece has written how far the job is.
	saved bool
}

func (l *load) bookPiece(ctx context.Context, rows []record) error {
	p := &piece{load: l, ctx: ctx, rows: rows}
	for i := range rows {
		if rows[i].Wide {
			rows[i].refuse("", fault.Invalid, "the row has more cells than the header")
		}
	}
	if err := l.t.book(p); err != nil {
		return err
	}
	if !p.saved { // nothing was booked, so there is no transaction to save it in
		if err := l.run.Step(ctx, func(tx store.Tx) error { return p.save(ctx, tx) }); err != nil {
			return err
		}
	}
	l.point = p.after()
	return nil
}

// intent is what a command of the piece is told: to save the progress in its own
// transaction. at leads from a fault to the row that it is about.
func (p *piece) intent(key string, at func(fault.Fault) []int) command.Intent {
	before := make([][]job.RowFault, len(p.rows))
	for i, r := range p.rows {
		before[i] = r.faults
	}
	return command.Intent{IdempotencyKey: key, DryRun: p.run.Job.DryRun, Along: func(ctx context.Context, tx store.Tx, refused fault.List) error {
		for i := range p.rows { // the transaction may be tried again, and refuse others
			p.rows[i].faults = slices.Clip(before[i])
		}
		p.blame(refused, at)
		if err := p.save(ctx, tx); err != nil {
			return err
		}
		tx.AfterCommit(func(context.Context) { p.saved = true })
		return nil
	}}
}

// blame keeps the faults of a command with the rows that they are about. It may be told
// of the same ones twice.
func (p *piece) blame(faults fault.List, at func(fault.Fault) []int) {
	for _, f := range faults {
		name := ""
		if n := len(f.Field); n > 0 {
			name = f.Field[n-1]
		}
		for _, i := range at(f) {
			is := job.RowFault{Column: p.h.column(name), Code: f.Code, Message: f.Message}
			if !slices.Contains(p.rows[i].faults, is) {
				p.rows[i].faults = append(p.rows[i].faults, is)
			}
		}
	}
}

// sound are the rows without a fault so far.
func (p *piece) sound() (fine []int) {
	for i := range p.rows {
		if len(p.rows[i].faults) == 0 {
			fine = append(fine, i)
		}
	}
	return fine
}

// after is how far the job is behind this piece.
func (p *piece) after() checkpoint {
	c := p.point
	c.Row = p.rows[len(p.rows)-1].No
	fine := int64(len(p.sound()))
	c.Done, c.Failed = c.Done+fine, c.Failed+int64(len(p.rows))-fine
	return c
}

func (p *piece) save(ctx context.Context, tx store.Tx) error {
	c := p.after()
	progress := job.Progress{Checkpoint: c, Total: &c.Total, Done: c.Done, Failed: c.Failed}
	for _, r := range p.rows {
		if len(r.faults) > 0 {
			progress.Refused = append(progress.Refused, job.Refused{No: r.No, Faults: r.faults, Cells: r.Cells})
		}
	}
	return p.run.Save(ctx, tx, progress)
}

// mendable parts the faults that people can mend from what ends the attempt: an error,
// or that others were faster.
func mendable(err error) (fault.List, error) {
	faults, err := fault.Split(err)
	if err == nil && len(faults) > 0 && faults[0].Retryable() {
		return nil, faults
	}
	return faults, err
}
