package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"entrepot/internal/sheet"
)

// csvFile is a file of lines with a header.
type csvFile struct {
	*source
	records *csv.Reader
	header  []string
	columns columns
}

// openCSV opens a file, reads its header and finds the columns.
func openCSV(path string, m mapping) (_ *csvFile, err error) {
	s, err := openSource(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.Close() // only read
		}
	}()
	f := &csvFile{source: s, records: csv.NewReader(s)}
	f.records.ReuseRecord = true
	// Peek reports an error only for a header that is shorter than that, and
	// Read will report it again.
	begin, _ := s.text.Peek(32 << 10)
	f.records.Comma = sheet.Delimiter(begin)
	header, err := f.records.Read()
	if err != nil {
		return nil, f.fault(err)
	}
	f.header = append(f.header, header...)
	if f.columns, err = m.find(f.header); err != nil {
		return nil, s.refuse(1, "%v", err)
	}
	return f, nil
}

// next is the next line and its number in the file, io.EOF after the last one.
// The record is good until the next call.
func (f *csvFile) next() (record []string, lineNo int, err error) {
	f.limit = f.records.InputOffset() + maxRecord
	record, err = f.records.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, 0, io.EOF
	case err != nil:
		return nil, 0, f.fault(err)
	}
	lineNo, _ = f.records.FieldPos(0)
	return record, lineNo, nil
}

// fault is what encoding/csv found, in words that help.
func (f *csvFile) fault(err error) error {
	var wrong *csv.ParseError
	var own *fileError
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, io.EOF):
		return f.refuse(0, "the file is empty")
	case !errors.As(err, &wrong):
		return f.refuse(0, "it cannot be read: %v", err)
	case errors.Is(err, csv.ErrFieldCount):
		return f.refuse(wrong.StartLine, "the header has %d columns, this line has another number of them; "+
			"a text that contains the separator needs quotes around it", len(f.header))
	}
	return f.refuse(wrong.StartLine, "the quotes are wrong (%v); a quote within a quoted text is written twice, as \"\"", wrong.Err)
}

// fields are the texts of a record by what they mean.
func (f *csvFile) fields(record []string) (out fields) {
	for field, column := range f.columns {
		if column >= 0 {
			out[field] = record[column]
		}
	}
	return out
}

// pack keeps a record as one value; the source has seen to it that no text
// contains a zero byte.
func pack(buf *bytes.Buffer, record []string) []byte {
	buf.Reset()
	for i, text := range record {
		if i > 0 {
			buf.WriteByte(0)
		}
		buf.WriteString(text)
	}
	return buf.Bytes()
}
