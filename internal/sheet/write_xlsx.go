package sheet

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

const (
	// maxSheetRows is how many rows a worksheet has, the header with them.
	maxSheetRows = excelize.TotalRows
	// maxCell is how many characters a cell holds.
	maxCell = excelize.TotalCellChars
	// maxDigits is how many digits of a number spreadsheets keep.
	maxDigits = 15
)

// xlsxWriter writes as many worksheets as the rows need. excelize keeps what is
// written on disk until the end.
type xlsxWriter struct {
	w        io.Writer
	book     *excelize.File
	sheet    *excelize.StreamWriter
	title    string
	headings []any
	limit    int // rows of a worksheet
	sheets   int
	row      int
	bold     int
	moment   int
}

func newXLSXWriter(w io.Writer, title string, columns []Column) (_ *xlsxWriter, err error) {
	x := &xlsxWriter{w: w, book: excelize.NewFile(), title: sheetTitle(title), limit: maxSheetRows}
	if x.bold, err = x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return nil, err
	}
	form := "yyyy-mm-dd hh:mm:ss"
	if x.moment, err = x.book.NewStyle(&excelize.Style{CustomNumFmt: &form}); err != nil {
		return nil, err
	}
	for _, c := range columns {
		x.headings = append(x.headings, excelize.Cell{StyleID: x.bold, Value: c.Heading})
	}
	return x, x.next()
}

// sheetTitle is a name that a worksheet may have, with room for a number.
func sheetTitle(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 26 {
		s = string(runes[:26])
	}
	if s = strings.TrimSpace(s); s == "" {
		return "Sheet"
	}
	return s
}

// next begins a worksheet.
func (x *xlsxWriter) next() (err error) {
	if x.sheet != nil {
		if err := x.sheet.Flush(); err != nil {
			return err
		}
	}
	x.sheets++
	name := x.title
	if x.sheets == 1 {
		err = x.book.SetSheetName("Sheet1", name)
	} else {
		name += " " + strconv.Itoa(x.sheets)
		_, err = x.book.NewSheet(name)
	}
	if err != nil {
		return err
	}
	if x.sheet, err = x.book.NewStreamWriter(name); err != nil {
		return err
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	x.row = 1
	return x.sheet.SetRow("A1", x.headings)
}

// Write implements Writer.
func (x *xlsxWriter) Write(cells []any) error {
	if x.row == x.limit {
		if err := x.next(); err != nil {
			return err
		}
	}
	x.row++
	out := make([]any, len(cells))
	for i, c := range cells {
		out[i] = x.cell(c)
	}
	return x.sheet.SetRow("A"+strconv.Itoa(x.row), out)
}

// cell is a value as excelize writes it. A number of more digits than spreadsheets
// keep is text, or its last digits would turn to zeros.
func (x *xlsxWriter) cell(c any) any {
	switch c := c.(type) {
	case int64:
		if len(strconv.FormatInt(c, 10)) > maxDigits {
			return strconv.FormatInt(c, 10)
		}
	case Decimal:
		if len(strings.Trim(string(c), "-.")) > maxDigits {
			return string(c)
		}
		f, err := strconv.ParseFloat(string(c), 64)
		if err != nil {
			return string(c)
		}
		return f
	case time.Time:
		return excelize.Cell{StyleID: x.moment, Value: c.UTC()}
	case string:
		if utf8.RuneCountInString(c) > maxCell {
			return string([]rune(c)[:maxCell])
		}
	}
	return c
}

// Close implements Writer.
func (x *xlsxWriter) Close() error {
	if err := x.sheet.Flush(); err != nil {
		return errors.Join(err, x.book.Close())
	}
	_, err := x.book.WriteTo(x.w)
	if err != nil {
		err = fmt.Errorf("write the workbook: %w", err)
	}
	return errors.Join(err, x.book.Close())
}
