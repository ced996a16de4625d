package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxSheetRows is how many rows a worksheet has, the header with them.
	maxSheetRows = 1_048_576
	// maxCell is how many characters a cell holds.
	maxCell = 32_767
	// maxDigits is how many digits of a number spreadsheets keep.
	maxDigits = 15
)

// xlsxWriter writes as many worksheets as the rows need, straight into the archive.
// It is not excelize's: that one holds the whole archive in memory at its end, 473 MB
// for a million movements.
type xlsxWriter struct {
	zip      *zip.Writer
	sheet    *bufio.Writer
	title    string
	headings []any
	limit    int // rows of a worksheet
	sheets   int
	row      int
}

func newXLSXWriter(w io.Writer, title string, columns []Column) (*xlsxWriter, error) {
	x := &xlsxWriter{zip: zip.NewWriter(w), title: sheetTitle(title), limit: maxSheetRows}
	for _, c := range columns {
		x.headings = append(x.headings, c.Heading)
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

const spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

// next begins a worksheet, whose first row stays in sight.
func (x *xlsxWriter) next() error {
	if err := x.endSheet(); err != nil {
		return err
	}
	x.sheets++
	part, err := x.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", x.sheets))
	if err != nil {
		return err
	}
	x.sheet, x.row = bufio.NewWriterSize(part, 64<<10), 0
	_, _ = x.sheet.WriteString(xml.Header + `<worksheet ` + spreadsheet + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return x.put(x.headings, styleBold)
}

func (x *xlsxWriter) endSheet() error {
	if x.sheet == nil {
		return nil
	}
	_, _ = x.sheet.WriteString(`</sheetData></worksheet>`)
	return x.sheet.Flush()
}

// The styles of styles.xml, by their places there.
const (
	stylePlain = iota
	styleBold
	styleMoment
)

// Write implements Writer.
func (x *xlsxWriter) Write(cells []any) error {
	if x.row == x.limit {
		if err := x.next(); err != nil {
			return err
		}
	}
	return x.put(cells, stylePlain)
}

// put writes a row. A bufio.Writer keeps its first error, which the last write tells.
func (x *xlsxWriter) put(cells []any, style int) error {
	x.row++
	no := strconv.Itoa(x.row)
	_, _ = x.sheet.WriteString(`<row r="` + no + `">`)
	for i, c := range cells {
		x.cell(columnName(i)+no, c, style)
	}
	_, err := x.sheet.WriteString(`</row>`)
	return err
}

// cell writes a value. A number of more digits than spreadsheets keep is text, or its
// last digits would turn to zeros.
func (x *xlsxWriter) cell(at string, c any, style int) {
	number := ""
	switch c := c.(type) {
	case nil:
		return
	case bool:
		_, _ = x.sheet.WriteString(`<c r="` + at + `" t="b"><v>` + map[bool]string{true: "1", false: "0"}[c] + `</v></c>`)
		return
	case time.Time:
		days := float64(c.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))) / float64(24*time.Hour)
		number, style = strconv.FormatFloat(days, 'f', 10, 64), styleMoment
	case int64, Decimal:
		if s := plain(c); len(strings.Trim(s, "-.")) <= maxDigits {
			number = s
		}
	}
	if number != "" {
		_, _ = x.sheet.WriteString(`<c r="` + at + `" s="` + strconv.Itoa(style) + `"><v>` + number + `</v></c>`)
		return
	}
	s := plain(c)
	if s == "" {
		return
	}
	if len(s) > maxCell && utf8.RuneCountInString(s) > maxCell {
		s = string([]rune(s)[:maxCell])
	}
	_, _ = x.sheet.WriteString(`<c r="` + at + `" s="` + strconv.Itoa(style) + `" t="inlineStr"><is><t xml:space="preserve">`)
	_ = xml.EscapeText(x.sheet, []byte(s)) // the writer keeps its error
	_, _ = x.sheet.WriteString(`</t></is></c>`)
}

// Close implements Writer.
func (x *xlsxWriter) Close() error {
	if err := x.endSheet(); err != nil {
		return err
	}
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const relations, end = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`, `</Relationships>`
	var types, sheets, rels strings.Builder
	for i := 1; i <= x.sheets; i++ {
		name := x.title
		if i > 1 {
			name += " " + strconv.Itoa(i)
		}
		var escaped strings.Builder
		_ = xml.EscapeText(&escaped, []byte(name)) // a Builder takes everything
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escaped.String(), i, i)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i, office, i)
	}
	fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, x.sheets+1, office)
	for _, p := range [][2]string{
		{"xl/workbook.xml", `<workbook ` + spreadsheet + ` xmlns:r="` + office + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", relations + rels.String() + end},
		{"_rels/.rels", relations + `<Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/>` + end},
		{"xl/styles.xml", `<styleSheet ` + spreadsheet + `><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm:ss"/></numFmts><fonts count="2"><font/><font><b/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
	} {
		part, err := x.zip.Create(p[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(part, xml.Header+p[1]); err != nil {
			return err
		}
	}
	return x.zip.Close()
}
