package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"strings"
)

// xlsxReader reads one worksheet, its XML from front to back.
//
// It is not excelize's: that one reads the file whole into memory, and tells of a
// cell in passing neither whether it is a number nor whether it is a formula.
type xlsxReader struct {
	file   *os.File
	part   io.ReadCloser
	rows   *xlsxRows
	header []string
}

func openXLSX(file *os.File, worksheet string) (_ Reader, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, refuse("this is no whole XLSX file (%v); send it again", err)
	}
	book := workbook{parts: map[string]*zip.File{}}
	if err := book.look(archive); err != nil {
		return nil, err
	}
	name, err := book.worksheet(worksheet)
	if err != nil {
		return nil, err
	}
	texts, err := book.texts()
	if err != nil {
		return nil, err
	}
	part, err := book.open(name)
	if err != nil {
		return nil, err
	}
	r := &xlsxReader{file: file, part: part, rows: newXLSXRows(part, texts)}
	first, err := r.rows.next()
	if errors.Is(err, io.EOF) {
		return nil, refuse("the worksheet is empty; its first row names the columns")
	}
	if err != nil {
		return nil, err
	}
	r.header, err = head(first)
	return r, err
}

// Header implements Reader.
func (r *xlsxReader) Header() []string { return r.header }

// Next implements Reader.
func (r *xlsxReader) Next() (Row, error) {
	for {
		row, err := r.rows.next()
		if err != nil {
			return Row{}, err
		}
		fit(&row, len(r.header))
		if !row.empty() {
			return row, nil
		}
	}
}

// Close implements Reader.
func (r *xlsxReader) Close() error { return errors.Join(r.part.Close(), r.file.Close()) }

// workbook is the archive with its parts by name.
type workbook struct {
	parts map[string]*zip.File
	left  int64 // bytes that may still be unzipped
}

// look refuses what is more than a table.
func (b *workbook) look(archive *zip.Reader) error {
	b.left = MaxUnzipped
	var size uint64
	for _, f := range archive.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		size += f.UncompressedSize64
		switch {
		case f.UncompressedSize64 > MaxUnzipped || size > MaxUnzipped:
			return refuse("the file unzips to more than %d MB; split the table, or send it as CSV", MaxUnzipped>>20)
		case strings.Contains(name, "vbaproject"), strings.HasPrefix(name, "xl/macrosheets/"):
			return refuse("the file has macros, which are refused; save it as .xlsx without macros")
		}
		b.parts[name] = f
	}
	if b.parts["xl/workbook.xml"] == nil {
		return refuse("this is no XLSX file: it has no workbook; save the table as .xlsx or as CSV")
	}
	return nil
}

// open unzips a part, never beyond what all of them may have.
func (b *workbook) open(name string) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(name)]
	if f == nil {
		return nil, refuse("this XLSX file is not whole: it lacks %s", name)
	}
	part, err := f.Open()
	if err != nil {
		return nil, refuse("this XLSX file is damaged (%v); send it again", err)
	}
	return &rationed{part, b}, nil
}

// rationed counts what is truly unzipped: an archive may lie about it.
type rationed struct {
	io.ReadCloser
	book *workbook
}

// Read implements io.Reader.
func (r *rationed) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.book.left -= int64(n); r.book.left < 0 {
		return 0, refuse("the file unzips to more than %d MB; split the table, or send it as CSV", MaxUnzipped>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = refuse("this XLSX file is damaged (%v); send it again", err)
	}
	return n, err
}

// worksheet is the part of the worksheet of that name, or of the first one.
func (b *workbook) worksheet(wanted string) (string, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			Rel  string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		Relations []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(b.decode("xl/workbook.xml", &book), b.decode("xl/_rels/workbook.xml.rels", &rels)); err != nil {
		return "", err
	}
	var names []string
	for _, s := range book.Sheets {
		names = append(names, s.Name)
		if wanted != "" && s.Name != wanted {
			continue
		}
		for _, r := range rels.Relations {
			if r.ID != s.Rel || !strings.HasSuffix(r.Type, "/worksheet") {
				continue
			}
			if strings.HasPrefix(r.Target, "/") {
				return r.Target[1:], nil
			}
			return path.Join("xl", r.Target), nil
		}
	}
	if wanted != "" {
		return "", refuse("there is no worksheet %q; the file has %s", short(wanted), short(strings.Join(names, ", ")))
	}
	return "", refuse("the file has no worksheet")
}

// decode reads one of the small parts whole.
func (b *workbook) decode(name string, to any) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	raw, err := io.ReadAll(io.LimitReader(part, MaxRow))
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(raw, to); err != nil {
		return refuse("%s of this XLSX file cannot be read (%v)", name, err)
	}
	return nil
}

// texts reads the texts that cells refer to by number.
func (b *workbook) texts() (texts []string, err error) {
	if b.parts["xl/sharedstrings.xml"] == nil {
		return nil, nil
	}
	part, err := b.open("xl/sharedStrings.xml")
	if err != nil {
		return nil, err
	}
	defer part.Close()
	t := newTokens(part)
	var text strings.Builder
	total, within, phonetic := 0, false, false
	for {
		tok, err := t.next()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			within = tok.Name.Local == "t"
			phonetic = phonetic || tok.Name.Local == "rPh"
		case xml.EndElement:
			within = false
			switch tok.Name.Local {
			case "rPh":
				phonetic = false
			case "si":
				texts = append(texts, text.String())
				text.Reset()
			}
		case xml.CharData:
			if !within || phonetic {
				continue
			}
			if total += len(tok); total > MaxTexts {
				return nil, refuse("the texts of the file have more than %d MB; split the table, or send it as CSV", MaxTexts>>20)
			}
			text.Write(tok)
		}
	}
}
