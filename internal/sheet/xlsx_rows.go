package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// tokens is XML that comes from a stranger: an element or text that does not end is
// refused before it fills the memory.
type tokens struct {
	*xml.Decoder
	bound *bound
}

func newTokens(r io.Reader) *tokens {
	b := &bound{from: r, limit: MaxRow}
	return &tokens{xml.NewDecoder(b), b}
}

func (t *tokens) next() (xml.Token, error) {
	t.bound.limit = t.InputOffset() + MaxRow
	tok, err := t.RawToken()
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, refuse("this XLSX file is damaged (%v); send it again", err)
	case errors.Is(err, errLongRow):
		return nil, refuse("a cell has more than %d bytes", MaxRow)
	}
	return tok, err
}

// xlsxRows reads the rows of a worksheet.
type xlsxRows struct {
	*tokens
	texts []string
	row   Row
	cell  cell
}

// cell is the one that is being read.
type cell struct {
	name, kind string
	column     int
	value      strings.Builder
	within     bool // text is its value
}

func newXLSXRows(r io.Reader, texts []string) *xlsxRows {
	return &xlsxRows{tokens: newTokens(r), texts: texts}
}

func (x *xlsxRows) next() (Row, error) {
	for {
		tok, err := x.tokens.next()
		if err != nil {
			return Row{}, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if err := x.open(tok); err != nil {
				return Row{}, err
			}
		case xml.CharData:
			if x.cell.within {
				if x.cell.value.Len()+len(tok) > MaxRow {
					return Row{}, refuse("cell %s has more than %d bytes", x.cell.name, MaxRow)
				}
				x.cell.value.Write(tok)
			}
		case xml.EndElement:
			switch tok.Name.Local {
			case "v", "t":
				x.cell.within = false
			case "c":
				if err := x.put(); err != nil {
					return Row{}, err
				}
			case "row":
				return x.row, nil
			}
		}
	}
}

func (x *xlsxRows) open(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		no, err := strconv.ParseInt(attribute(e, "r"), 10, 64)
		if err != nil {
			no = x.row.No + 1
		}
		x.row = Row{No: no, Cells: x.row.Cells[:0], Numbers: x.row.Numbers[:0]}
	case "c":
		x.cell.name, x.cell.kind = attribute(e, "r"), attribute(e, "t")
		x.cell.value.Reset()
		column, _, ok := columnOf(x.cell.name)
		if !ok {
			column = len(x.row.Cells)
			x.cell.name = columnName(column) + strconv.FormatInt(x.row.No, 10)
		}
		x.cell.column = column
	case "f":
		return refuse("cell %s is a formula, and formulas are refused; paste the table as values", x.cell.name)
	case "v", "t":
		x.cell.within = true
	case "rPh":
		x.cell.within = false
	}
	return nil
}

// put brings the cell into its row.
func (x *xlsxRows) put() error {
	text, number := x.cell.value.String(), false
	switch x.cell.kind {
	case "s":
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(x.texts) {
			return refuse("cell %s refers to a text that the file does not have; send it again", x.cell.name)
		}
		text = x.texts[i]
	case "inlineStr", "str", "d":
	case "b":
		text = map[string]string{"1": "TRUE", "0": "FALSE"}[text]
	case "e":
		return refuse("cell %s is the error %s; mend it, or empty it", x.cell.name, short(text))
	default:
		text, number = plainNumber(text), text != ""
	}
	if x.cell.column >= MaxColumns {
		if text == "" {
			return nil
		}
		return refuse("cell %s is beyond column %s: a table has at most %d columns", x.cell.name, columnName(MaxColumns-1), MaxColumns)
	}
	for len(x.row.Cells) <= x.cell.column {
		x.row.Cells, x.row.Numbers = append(x.row.Cells, ""), append(x.row.Numbers, false)
	}
	x.row.Cells[x.cell.column], x.row.Numbers[x.cell.column] = text, number
	return nil
}

// plainNumber writes a number as people do. Spreadsheets keep 0.1 as
// 0.10000000000000001 and a barcode as 6.9012345678925E12; fifteen digits are what
// they keep truly.
func plainNumber(s string) string {
	if !strings.ContainsAny(s, ".eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(f) >= 1e15 || f != 0 && math.Abs(f) < 1e-9 {
		return s
	}
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
