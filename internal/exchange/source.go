package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"unicode/utf8"
)

// maxRecord bounds one line. A quote that is opened and never closed would
// otherwise bring the rest of the file into memory.
const maxRecord = 1 << 20

// source is a file as text. Reading it proves that the text is whole: UTF-8
// from end to end, with a line break after the last line.
type source struct {
	path string
	file *os.File
	size int64     // of the file, which may be compressed
	read int64     // of it, so far
	sum  hash.Hash // of the text

	text  *bufio.Reader
	line  int    // where we are, from 1
	tail  []byte // the beginning of a rune whose end is still to come
	last  byte
	given int64 // bytes of text handed out
	limit int64 // and how far they may go before the next line is complete
}

// fileError is something wrong with a file as a whole. It refuses the import
// before anything is booked.
type fileError struct {
	path string
	line int // 0: none in particular
	says string
}

// Error names the file, the line and the way out.
func (e *fileError) Error() string {
	if e.line == 0 {
		return fmt.Sprintf("%s: %s; nothing was booked", e.path, e.says)
	}
	return fmt.Sprintf("%s, line %d: %s; nothing was booked", e.path, e.line, e.says)
}

func (s *source) refuse(line int, format string, args ...any) error {
	return &fileError{s.path, line, fmt.Sprintf(format, args...)}
}

// openSource opens a file, which may be compressed with gzip whatever its name.
func openSource(path string) (_ *source, err error) {
	s := &source{path: path, sum: sha256.New(), line: 1, limit: maxRecord}
	if s.file, err = os.Open(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.file.Close()
		}
	}()
	info, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	s.size = info.Size()
	raw := bufio.NewReaderSize(io.TeeReader(s.file, (*sourceMeter)(s)), 64<<10)
	s.text = raw
	if magic, _ := raw.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(raw)
		if err != nil {
			return nil, s.gzipFault(err)
		}
		s.text = bufio.NewReaderSize(unzipped, 64<<10)
	}
	begin, err := s.text.Peek(3)
	switch {
	case len(begin) == 0 && errors.Is(err, io.EOF):
		return nil, s.refuse(0, "the file is empty")
	case bytes.HasPrefix(begin, []byte{0xff, 0xfe}), bytes.HasPrefix(begin, []byte{0xfe, 0xff}):
		return nil, s.refuse(1, "this is UTF-16, not UTF-8; convert it, such as with: iconv -f UTF-16 -t UTF-8")
	case bytes.Equal(begin, []byte{0xef, 0xbb, 0xbf}):
		_, _ = s.text.Discard(3) // it was peeked
	}
	return s, nil
}

// sourceMeter counts what is read of the file itself.
type sourceMeter source

func (m *sourceMeter) Write(p []byte) (int, error) {
	m.read += int64(len(p))
	return len(p), nil
}

// Read implements io.Reader for encoding/csv.
func (s *source) Read(p []byte) (int, error) {
	if s.given > s.limit {
		return 0, s.refuse(0, "a line is longer than %d bytes; perhaps a quote is opened in it and not closed", maxRecord)
	}
	n, err := s.text.Read(p)
	s.given += int64(n)
	_, _ = s.sum.Write(p[:n]) // a hash takes everything
	if fault := s.check(p[:n]); fault != nil {
		return 0, fault
	}
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return 0, s.gzipFault(err)
	case len(s.tail) > 0:
		return 0, s.notUTF8()
	case s.last != '\n':
		return 0, s.refuse(s.line, "the file ends without a line break, so it may have been cut off; when it is whole, add a line break at its end")
	}
	return n, io.EOF
}

// check looks at the next piece of the text.
func (s *source) check(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	s.last = p[len(p)-1]
	for len(s.tail) > 0 && len(p) > 0 {
		s.tail, p = append(s.tail, p[0]), p[1:]
		if utf8.FullRune(s.tail) {
			if !utf8.Valid(s.tail) {
				return s.notUTF8()
			}
			s.tail = s.tail[:0]
		}
	}
	whole := len(p)
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if utf8.RuneStart(p[len(p)-back]) {
			if !utf8.FullRune(p[len(p)-back:]) {
				whole = len(p) - back
			}
			break
		}
	}
	s.tail = append(s.tail, p[whole:]...)
	p = p[:whole]
	if zero := bytes.IndexByte(p, 0); zero >= 0 || !utf8.Valid(p) {
		for len(p) > 0 && p[0] != 0 {
			r, size := utf8.DecodeRune(p)
			if r == utf8.RuneError && size == 1 {
				return s.notUTF8()
			}
			if r == '\n' {
				s.line++
			}
			p = p[size:]
		}
		return s.refuse(s.line, "there is a zero byte, so this is no text in UTF-8; convert it, such as with: iconv -f UTF-16LE -t UTF-8")
	}
	s.line += bytes.Count(p, []byte{'\n'})
	return nil
}

func (s *source) notUTF8() error {
	return s.refuse(s.line, "this is not UTF-8; convert the file, such as with: iconv -f WINDOWS-1252 -t UTF-8, or -f GB18030")
}

func (s *source) gzipFault(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return s.refuse(0, "the compressed file ends before its end: it was cut off; fetch it again")
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return s.refuse(0, "the compressed file is damaged (%v); fetch it again", err)
	}
	return s.refuse(0, "it cannot be read: %v", err)
}

// Close gives the file back.
func (s *source) Close() error { return s.file.Close() }
