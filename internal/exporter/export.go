package exporter

import (
	"bytes"
	"context"
	"errors"
	"time"

	"entrepot/internal/file"
	"entrepot/internal/job"
	"entrepot/internal/sheet"
	"entrepot/internal/store"
)

// export is one attempt at writing a table into a file of a job.
type export struct {
	s      *Service
	in     StartInput
	run    *job.Run
	chosen []int
	out    *output
	table  sheet.Writer
	rows   int64
	said   time.Time
}

// begin makes the file, and removes what an earlier attempt left.
func (s *Service) begin(ctx context.Context, run *job.Run, name string, f sheet.Format, title string, columns []sheet.Column) (*export, error) {
	x := &export{s: s, run: run, said: s.now()}
	if err := run.Step(ctx, func(tx store.Tx) error {
		if err := file.Discard(ctx, tx, run.Job.ID); err != nil {
			return err
		}
		w, err := file.Create(ctx, tx, s.now(), name, file.TypeOf(name), run.Job.CreatedBy, &run.Job.ID)
		x.out = &output{ctx: ctx, run: run, file: w}
		return err
	}); err != nil {
		return nil, err
	}
	var err error
	x.table, err = sheet.NewWriter(x.out, f, title, columns)
	return x, err
}

func (x *export) write(cells []any) error {
	x.rows++
	return x.table.Write(cells)
}

// sayEvery is how often people are told how far it is.
const sayEvery = time.Second

// progress tells how far it is, now and then.
func (x *export) progress(ctx context.Context) error {
	if x.s.now().Sub(x.said) < sayEvery {
		return ctx.Err()
	}
	x.said = x.s.now()
	return x.run.Step(ctx, func(tx store.Tx) error { return x.run.Save(ctx, tx, job.Progress{Done: x.rows}) })
}

// end writes what is left and makes the file whole.
func (x *export) end(ctx context.Context) error {
	if err := errors.Join(x.table.Close(), x.out.flush()); err != nil {
		return err
	}
	return x.run.Step(ctx, func(tx store.Tx) error {
		if err := x.out.file.Finish(ctx, tx); err != nil {
			return err
		}
		return x.run.Save(ctx, tx, job.Progress{Total: &x.rows, Done: x.rows})
	})
}

// output writes a file of the job, one stretch in memory at a time.
type output struct {
	ctx  context.Context // of the attempt: io.Writer has none
	run  *job.Run
	file *file.Writer
	buf  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), file.ChunkSize-o.buf.Len())
		o.buf.Write(p[:take])
		p = p[take:]
		if o.buf.Len() == file.ChunkSize {
			if err := o.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (o *output) flush() error {
	if o.buf.Len() == 0 {
		return nil
	}
	if err := o.run.Step(o.ctx, func(tx store.Tx) error { return o.file.Append(o.ctx, tx, o.buf.Bytes()) }); err != nil {
		return err
	}
	o.file.Commit(o.buf.Bytes())
	o.buf.Reset()
	return nil
}
