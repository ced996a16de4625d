package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// read brings all files into the stage. It returns an error for a file that is
// wrong as a whole, before anything is booked.
func (r *run) read(ctx context.Context) error {
	sums := map[string]string{}
	for i, path := range r.in.Files {
		sum, err := r.readFile(ctx, i, path)
		if err != nil {
			return err
		}
		if same, twice := sums[sum]; twice {
			return &fileError{path, 0, "it has the same content as " + same + ", and every line would count twice"}
		}
		sums[sum] = path
		r.sum.Files++
	}
	if err := r.stage.group(ctx); err != nil {
		return err
	}
	refused, _, err := r.stage.left(ctx, orderRefused)
	r.sum.OrdersRefused = refused
	return err
}

// readFile is one pass over a file; it returns what tells the text from others.
func (r *run) readFile(ctx context.Context, number int, path string) (sum string, err error) {
	f, err := openCSV(path, r.mapping)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	r.headers = append(r.headers, f.header)
	plain := context.WithoutCancel(ctx) // see stage.add
	timeSeen := false
	for n := 0; ; n++ {
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			r.meter.read(r.sum.LinesRead, f.source.read, f.size)
		}
		record, lineNo, err := f.next()
		if errors.Is(err, io.EOF) {
			return string(f.sum.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
		r.sum.LinesRead++
		texts := f.fields(record)
		if !timeSeen && texts[fieldTime] != "" {
			// A file writes all of its times in one form, so that the first one
			// tells whether any of them can be read.
			timeSeen = true
			if _, err := r.rules.clock.read(texts[fieldTime]); errors.Is(err, errAmbiguous) {
				return "", f.refuse(lineNo, "%v", err)
			}
		}
		if l, rejected := r.rules.judge(texts); rejected != nil {
			err = r.stage.addReject(plain, number, lineNo, *rejected, record)
		} else {
			err = r.stage.add(plain, number, lineNo, l, record)
		}
		if err != nil {
			return "", fmt.Errorf("stage %s, line %d: %w", path, lineNo, err)
		}
	}
}
