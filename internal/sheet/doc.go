// Package sheet reads and writes tables as people keep them: CSV, the worksheets of
// XLSX, and lines of JSON. Rows come and go one at a time, so that memory does not
// grow with the table.
//
// What it reads comes from strangers. A file that is no table, or more than a table,
// is refused as a whole with a fault that says where and what to do: formulas, macros,
// text in no known encoding, columns named twice, rows or archives beyond the limits.
// What it writes as CSV does nothing when a spreadsheet opens it, see [Writer].
package sheet

import (
	"strconv"
	"strings"

	"entrepot/internal/fault"
)

// Limits of a table that is read.
const (
	// MaxColumns is the most columns of a table.
	MaxColumns = 200
	// MaxRow is the most bytes of one row.
	MaxRow = 1 << 20
	// MaxUnzipped is the most bytes that the parts of an XLSX file have together.
	MaxUnzipped = 1 << 30
	// MaxTexts is the most bytes of the texts that an XLSX file keeps apart.
	MaxTexts = 64 << 20
)

// Row is one row of a table that is read.
type Row struct {
	// No is where it stands in the file: rows of a worksheet, lines of a text.
	No int64
	// Cells are as many as the header has.
	Cells []string
	// Numbers says of each cell whether the file has it as a number, as which
	// spreadsheets also keep dates. It is nil for text files.
	Numbers []bool
	// Wide says that it has more cells than the header.
	Wide bool
}

func (r Row) empty() bool {
	for _, c := range r.Cells {
		if c != "" {
			return false
		}
	}
	return !r.Wide
}

// Reader reads a table from its first row below the header.
type Reader interface {
	// Header names the columns, none of them twice.
	Header() []string
	// Next is the next row that is not empty, io.EOF behind the last one. Its cells
	// are good until the next call. Other errors are faults of the file.
	Next() (Row, error)
	Close() error
}

func refuse(format string, args ...any) error {
	return fault.New(fault.Invalid, fault.Input.At("fileId"), format, args...)
}

// head takes the first row as the header.
func head(r Row) ([]string, error) {
	cells := r.Cells
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil, refuse("the file is empty; its first row names the columns")
	}
	header, first := make([]string, len(cells)), map[string]int{}
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			return nil, refuse("column %s has no name in row %d; the first row names every column", columnName(i), r.No)
		}
		key := strings.ToLower(c)
		if before, twice := first[key]; twice {
			return nil, refuse("columns %s and %s are both called %q; name each column once", columnName(before), columnName(i), short(c))
		}
		header[i], first[key] = c, i
	}
	return header, nil
}

// fit makes a row as wide as the header.
func fit(r *Row, width int) {
	for len(r.Cells) < width {
		r.Cells = append(r.Cells, "")
		if r.Numbers != nil {
			r.Numbers = append(r.Numbers, false)
		}
	}
	for _, c := range r.Cells[width:] {
		r.Wide = r.Wide || c != ""
	}
	r.Cells = r.Cells[:width]
	if r.Numbers != nil {
		r.Numbers = r.Numbers[:width]
	}
}

// columnName is what spreadsheets call column i, counted from 0.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// columnOf is the opposite: the column of a cell such as AB12, and its row.
func columnOf(cell string) (column int, row int64, ok bool) {
	at := 0
	for at < len(cell) && cell[at] >= 'A' && cell[at] <= 'Z' {
		if column = column*26 + int(cell[at]-'A') + 1; column > 1<<20 {
			return 0, 0, false
		}
		at++
	}
	row, err := strconv.ParseInt(cell[at:], 10, 64)
	return column - 1, row, err == nil && at > 0
}

func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
