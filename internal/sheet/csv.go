package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// csvReader reads CSV in any encoding that spreadsheets write: UTF-8, UTF-16 with its
// mark, and GB18030, which contains GBK and is what Excel writes in China.
type csvReader struct {
	file    *os.File
	records *csv.Reader
	bound   *bound
	header  []string
	gbk     bool
}

func openCSV(file *os.File) (Reader, error) {
	decode, gbk, err := encodingOf(file)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(file, 64<<10)
	if decode != nil {
		text = bufio.NewReaderSize(decode.NewDecoder().Reader(text), 64<<10)
	}
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		_, _ = text.Discard(3) // it was peeked
	}
	begin, _ := text.Peek(32 << 10) // of a shorter file it is all
	b := &bound{from: text, limit: MaxRow}
	r := &csvReader{file: file, records: csv.NewReader(b), bound: b, gbk: gbk}
	r.records.Comma = Delimiter(begin)
	r.records.FieldsPerRecord = -1
	r.records.ReuseRecord = true
	first, err := r.read()
	if errors.Is(err, io.EOF) {
		return nil, refuse("the file is empty; its first row names the columns")
	}
	if err != nil {
		return nil, err
	}
	r.header, err = head(first)
	return r, err
}

// encodingOf reads the file once to know how its text is written: nil for UTF-8.
func encodingOf(file *os.File) (e encoding.Encoding, gbk bool, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, false, err
	}
	in := bufio.NewReaderSize(file, 64<<10)
	if mark, _ := in.Peek(2); string(mark) == "\xff\xfe" || string(mark) == "\xfe\xff" {
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), false, nil
	}
	for line := int64(1); ; {
		r, size, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return nil, false, nil
		case err != nil:
			return nil, false, err
		case r == utf8.RuneError && size == 1:
			return simplifiedchinese.GB18030, true, nil
		case r == 0:
			return nil, false, refuse("line %d: there is a zero byte, so this is no text; save the table as CSV in UTF-8", line)
		case r == '\n':
			line++
		}
	}
}

// Delimiter is the one that the header has most of, outside of quotes.
func Delimiter(begin []byte) rune {
	counts, quoted := map[byte]int{}, false
	for _, b := range begin {
		if b == '"' {
			quoted = !quoted
		}
		if b == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, d := range []byte{';', '\t'} {
		if counts[d] > counts[best] {
			best = d
		}
	}
	return rune(best)
}

// bound stops a row that does not end: a quote that is opened and never closed would
// bring the rest of the file into memory.
type bound struct {
	from  io.Reader
	given int64
	limit int64 // how far it may go before the row is complete
}

var errLongRow = errors.New("the row is too long")

// Read implements io.Reader.
func (b *bound) Read(p []byte) (int, error) {
	if b.given > b.limit {
		return 0, errLongRow
	}
	n, err := b.from.Read(p)
	b.given += int64(n)
	return n, err
}

// Header implements Reader.
func (r *csvReader) Header() []string { return r.header }

// Next implements Reader.
func (r *csvReader) Next() (Row, error) {
	for {
		row, err := r.read()
		if err != nil {
			return Row{}, err
		}
		fit(&row, len(r.header))
		if !row.empty() {
			return row, nil
		}
	}
}

func (r *csvReader) read() (Row, error) {
	r.bound.limit = r.records.InputOffset() + MaxRow
	cells, err := r.records.Read()
	var wrong *csv.ParseError
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		return Row{}, refuse("line %d: the quotes are wrong; a quote within a quoted text is written twice, as \"\"", wrong.StartLine)
	case errors.Is(err, errLongRow):
		at, _ := r.records.FieldPos(0)
		return Row{}, refuse("the row below line %d has more than %d bytes; perhaps a quote is opened in it and not closed", at, MaxRow)
	default:
		return Row{}, err
	}
	line, _ := r.records.FieldPos(0)
	if len(cells) > MaxColumns {
		return Row{}, refuse("line %d has %d columns, a table has at most %d", line, len(cells), MaxColumns)
	}
	for _, c := range cells {
		if r.gbk && strings.ContainsRune(c, utf8.RuneError) {
			return Row{}, refuse("line %d: the text is neither UTF-8 nor GBK; save the table as CSV in UTF-8", line)
		}
	}
	return Row{No: int64(line), Cells: cells}, nil
}

// Close implements Reader.
func (r *csvReader) Close() error { return r.file.Close() }
