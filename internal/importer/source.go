package importer

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/file"
	"entrepot/internal/job"
	"entrepot/internal/sheet"
)

// open opens what a job reads: its file, or the rows that another job refused.
func (s *Service) open(ctx context.Context, j *ent.Job, worksheet string) (sheet.Reader, error) {
	if j.SourceFileID == nil {
		return s.openRefused(ctx, *j.RetryOfID)
	}
	f, err := file.Find(ctx, s.db, *j.SourceFileID, s.now())
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, fault.New(fault.NotFound, fault.Input.At("fileId"), "the file has expired; upload it again")
	}
	path, err := file.Spool(ctx, s.db, f)
	if err != nil {
		return nil, err
	}
	r, err := sheet.Open(path, worksheet)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return &spooled{r, path}, nil
}

// spooled removes its file when it is closed.
type spooled struct {
	sheet.Reader
	path string
}

// Close implements sheet.Reader.
func (s *spooled) Close() error { return errors.Join(s.Reader.Close(), os.Remove(s.path)) }

// openRefused reads the refused rows of a job as the table that they were.
func (s *Service) openRefused(ctx context.Context, jobID int64) (sheet.Reader, error) {
	old, err := s.db.Ent().Job.Get(ctx, jobID)
	if err != nil {
		return nil, err
	}
	names, err := job.HeaderOf(old)
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(func(yield func(job.Refused, error) bool) {
		err := job.EachRefused(ctx, s.db, jobID, func(r job.Refused) error {
			if !yield(r, nil) {
				return io.EOF
			}
			return nil
		})
		if err != nil && !errors.Is(err, io.EOF) {
			yield(job.Refused{}, err)
		}
	})
	return &refused{names, next, stop}, nil
}

type refused struct {
	header []string
	next   func() (job.Refused, error, bool)
	stop   func()
}

// Header implements sheet.Reader.
func (r *refused) Header() []string { return r.header }

// Next implements sheet.Reader.
func (r *refused) Next() (sheet.Row, error) {
	row, err, more := r.next()
	if !more {
		return sheet.Row{}, io.EOF
	}
	for len(row.Cells) < len(r.header) {
		row.Cells = append(row.Cells, "")
	}
	return sheet.Row{No: row.No, Cells: row.Cells, Wide: len(row.Cells) > len(r.header)}, err
}

// Close implements sheet.Reader.
func (r *refused) Close() error {
	r.stop()
	return nil
}
