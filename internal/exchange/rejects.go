package exchange

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The columns that a rejects file has before those of the files. They are none
// that the importer looks for, so a rejects file, once mended, can be imported
// without taking them out. Orders that were refused whole then go through; a
// single line of an order whose other lines are booked needs an order number of
// its own, since the order's is taken.
var rejectColumns = []string{"rejected_file", "rejected_line", "rejected_reason", "rejected_because"}

// rejectsFile is what was not booked and why, with the columns as they were.
type rejectsFile struct {
	path    string
	file    *os.File
	buffer  *bufio.Writer
	out     *csv.Writer
	names   []string // of the files
	places  [][]int  // where each column of each file goes
	width   int
	written int64 // the last row of the stage that is in the file
}

// rejectsPath is where the rejects go.
func rejectsPath(in SalesInput) string {
	if in.Rejects != "" {
		return in.Rejects
	}
	name := strings.TrimSuffix(in.Files[0], ".gz")
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".rejected.csv"
}

// createRejects makes the file anew: it tells of this import, also when that is
// nothing. It holds customers' data and is readable by its owner only.
func createRejects(in SalesInput, headers [][]string) (*rejectsFile, error) {
	path := rejectsPath(in)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the file of rejects, which --rejects names: %w; nothing was booked", err)
	}
	r := &rejectsFile{path: path, file: file, buffer: bufio.NewWriter(file), names: in.Files}
	r.out = csv.NewWriter(r.buffer)
	header := append([]string(nil), rejectColumns...)
	known := map[string]int{}
	for _, columns := range headers {
		seen := map[string]int{}
		var places []int
		for _, name := range columns {
			seen[name]++ // two columns of one name stay two
			key := name + "\x00" + strconv.Itoa(seen[name])
			at, ok := known[key]
			if !ok {
				at = len(header)
				known[key] = at
				header = append(header, name)
			}
			places = append(places, at)
		}
		r.places = append(r.places, places)
	}
	r.width = len(header)
	if err := errors.Join(r.out.Write(header), r.flushed()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// flush writes what the stage has to tell since the last time, and counts it.
func (r *rejectsFile) flush(ctx context.Context, st *stage, sum *Summary) error {
	rows, err := st.db.QueryContext(ctx, "SELECT id, file, line, reason, words, record FROM rejects WHERE id > ? ORDER BY id", r.written)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var file, line int
		var reason, words, record string
		if err := rows.Scan(&r.written, &file, &line, &reason, &words, &record); err != nil {
			return err
		}
		out := make([]string, r.width)
		copy(out, []string{filepath.Base(r.names[file]), strconv.Itoa(line), reason, words})
		for i, text := range strings.Split(record, "\x00") {
			out[r.places[file][i]] = text
		}
		if err := r.out.Write(out); err != nil {
			return err
		}
		sum.LinesRejected[reason]++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return r.flushed()
}

func (r *rejectsFile) flushed() error {
	r.out.Flush()
	return errors.Join(r.out.Error(), r.buffer.Flush())
}

// Close ends the file.
func (r *rejectsFile) Close() error { return r.file.Close() }
