package sheet

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Format is a form of table.
type Format string

// The values of Format.
const (
	CSV    Format = "CSV"
	XLSX   Format = "XLSX"
	NDJSON Format = "NDJSON"
)

// Values lists every Format, in the order of the graph's enum.
func (Format) Values() []string { return []string{string(CSV), string(XLSX), string(NDJSON)} }

// Ext is how the names of such files end.
func (f Format) Ext() string { return "." + strings.ToLower(string(f)) }

// MarshalGQL writes v as a GraphQL enum value.
func (f Format) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(f))) }

// UnmarshalGQL accepts the values of the enum only.
func (f *Format) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	switch Format(s) {
	case CSV, XLSX, NDJSON:
		*f = Format(s)
		return nil
	}
	return fmt.Errorf("%v is not a form of table", in)
}

// Column is one column of a table that is written.
type Column struct {
	// Name is the key in lines of JSON, Heading what stands above the column elsewhere.
	Name, Heading string
}

// Decimal is a number that is written digit by digit, such as an amount of money.
type Decimal string

// Writer writes a table. A cell is nil, a string, an int64, a bool, a [Decimal] or a
// time.Time; text is text, whatever it looks like, and numbers are numbers.
//
// Spreadsheets take text that begins with = + - @ or a control character for a formula
// when it comes as CSV; such text gets a quote ahead of it there, which spreadsheets
// show and do not compute. In XLSX and JSON text is marked as such and stays as it is.
type Writer interface {
	Write(cells []any) error
	// Close writes what is left; the writer beneath stays open.
	Close() error
}

// NewWriter begins a table with its headings.
func NewWriter(w io.Writer, f Format, title string, columns []Column) (Writer, error) {
	switch f {
	case XLSX:
		return newXLSXWriter(w, title, columns)
	case NDJSON:
		return &jsonWriter{json.NewEncoder(w), w, columns}, nil
	}
	c := &csvWriter{csv.NewWriter(w)}
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // or Excel takes it for the encoding of the country
		return nil, err
	}
	headings := make([]any, len(columns))
	for i, h := range columns {
		headings[i] = h.Heading
	}
	return c, c.Write(headings)
}

type csvWriter struct{ *csv.Writer }

// Write implements Writer.
func (w *csvWriter) Write(cells []any) error {
	texts := make([]string, len(cells))
	for i, c := range cells {
		if s, is := c.(string); is {
			texts[i] = harmless(s)
		} else {
			texts[i] = plain(c)
		}
	}
	return w.Writer.Write(texts)
}

// Close implements Writer.
func (w *csvWriter) Close() error {
	w.Flush()
	return w.Error()
}

// harmless is a text that no spreadsheet computes. Blanks ahead of the sign do not
// save from it.
func harmless(s string) string {
	if t := strings.TrimLeft(s, " \u00a0\u3000"); t != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}

// plain is a cell as text.
func plain(c any) string {
	switch c := c.(type) {
	case nil:
		return ""
	case string:
		return c
	case int64:
		return strconv.FormatInt(c, 10)
	case bool:
		return strings.ToUpper(strconv.FormatBool(c))
	case Decimal:
		return string(c)
	case time.Time:
		return c.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(c)
}

// jsonWriter writes an object a line, its keys in the order of the columns.
type jsonWriter struct {
	*json.Encoder
	w       io.Writer
	columns []Column
}

// Write implements Writer.
func (w *jsonWriter) Write(cells []any) error {
	line := []byte{'{'}
	for i, c := range cells {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(strconv.AppendQuote(line, w.columns[i].Name), ':')
		switch v := c.(type) { // amounts stay text: many readers make floats of numbers
		case Decimal:
			c = string(v)
		case time.Time:
			c = plain(v)
		}
		raw, err := json.Marshal(c)
		if err != nil {
			return err
		}
		line = append(line, raw...)
	}
	_, err := w.w.Write(append(line, '}', '\n'))
	return err
}

// Close implements Writer.
func (w *jsonWriter) Close() error { return nil }
