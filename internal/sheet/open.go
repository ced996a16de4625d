package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// Open opens a file as a table: a worksheet of an XLSX file, the first one unless
// worksheet names another, and every other file as CSV.
//
// The file is at a path, since an XLSX file is read from its end.
func Open(path, worksheet string) (_ Reader, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = file.Close() // only read
		}
	}()
	begin := make([]byte, 8)
	n, err := io.ReadFull(file, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	switch begin = begin[:n]; {
	case n == 0:
		return nil, refuse("the file is empty; its first row names the columns")
	case bytes.HasPrefix(begin, []byte("PK\x03\x04")), bytes.HasPrefix(begin, []byte("PK\x05\x06")):
		return openXLSX(file, worksheet)
	case bytes.HasPrefix(begin, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, refuse("this is a workbook of the old form .xls, or one with a password; save it as .xlsx without a password, or as CSV")
	case bytes.HasPrefix(begin, []byte("%PDF")), bytes.HasPrefix(begin, []byte{0x1f, 0x8b}):
		return nil, refuse("this is no table; send CSV or XLSX")
	case worksheet != "":
		return nil, refuse("a CSV file has no worksheets; leave the worksheet out")
	}
	return openCSV(file)
}
