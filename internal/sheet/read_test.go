package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"entrepot/internal/fault"
)

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// all reads a table as lines of text; what is wrong with it is the last one.
func all(t *testing.T, path, worksheet string) string {
	t.Helper()
	var out strings.Builder
	r, err := Open(path, worksheet)
	if err == nil {
		out.WriteString(strings.Join(r.Header(), "|") + "\n")
		defer func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}()
		for {
			var row Row
			if row, err = r.Next(); err != nil {
				break
			}
			out.WriteString(strings.Join(row.Cells, "|"))
			if row.Wide {
				out.WriteString("|…")
			}
			out.WriteString("\n")
		}
	}
	var faults fault.List
	switch {
	case errors.As(err, &faults):
		out.WriteString("refused: " + faults.Error())
	case !errors.Is(err, io.EOF):
		t.Fatalf("an error that nobody can mend: %v", err)
	}
	return out.String()
}

func encoded(t *testing.T, encode func(string) (string, error), s string) string {
	t.Helper()
	out, err := encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTextIsReadInAnyEncodingAndForm(t *testing.T) {
	t.Parallel()
	const table = "sku,名称\nA-1,杯子\n\n,,\n\"B,2\",\"a \"\"cup\"\"\"\n"
	const want = "sku|名称\nA-1|杯子\nB,2|a \"cup\"\n"
	gbk := simplifiedchinese.GBK.NewEncoder().String
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String
	for name, content := range map[string]string{
		"UTF-8": table, "with a mark": "\ufeff" + table, "GBK": encoded(t, gbk, table), "UTF-16": encoded(t, utf16, table),
		"Windows": strings.ReplaceAll(table, "\n", "\r\n"), "no last break": strings.TrimSuffix(table, "\n"),
	} {
		if got := all(t, file(t, content), ""); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got, want := all(t, file(t, "a;b\n1,5;2;3\n4\n"), ""), "a|b\n1,5|2|…\n4|\n"; got != want {
		t.Errorf("semicolons: %q", got)
	}
}

func TestWhatIsNoTableIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, says string }{
		"empty":                 {"", "the file is empty"},
		"blank lines":           {"\n\n", "the file is empty"},
		"a column twice":        {"sku,name,SKU\n", "columns A and C are both called"},
		"a column without name": {"sku,,name\n", "column B has no name"},
		"zero bytes":            {"a,b\n1,\x00\n", "line 2: there is a zero byte"},
		"no encoding":           {"a,b\n1,\xff\xff\n", "line 2: the text is neither UTF-8 nor GBK"},
		"wrong quotes":          {"a,b\n1,\"x\"y\n", "line 2: the quotes are wrong"},
		"an open quote":         {"a,b\n1,\"" + strings.Repeat("x,\n", 1<<20), "more than 1048576 bytes"},
		"a million columns":     {"a,b\n" + strings.Repeat("1,", 1_000_000) + "\n", "more than 1048576 bytes"},
		"too many columns":      {"a,b\n" + strings.Repeat("1,", 400) + "\n", "line 2 has 401 columns"},
		"an old workbook":       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old form .xls"},
		"half an archive":       {"PK\x03\x04 and no more", "no whole XLSX file"},
		"PDF":                   {"%PDF-1.7", "no table"},
	} {
		if got := all(t, file(t, c.content), ""); !strings.Contains(got, c.says) {
			t.Errorf("%s: %.200q, want %q", name, got, c.says)
		}
	}
}

func workbookFile(t *testing.T, make func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	make(f)
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := errors.Join(f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func set(t *testing.T, f *excelize.File, sheet string, rows ...[]any) {
	t.Helper()
	for i, r := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow(sheet, cell, &r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWorksheetsAreRead(t *testing.T) {
	t.Parallel()
	path := workbookFile(t, func(f *excelize.File) {
		set(t, f, "Sheet1", []any{"sku", "名称", "price", "on"}, []any{"1E5", "杯子", 0.1, true}, []any{}, []any{6901234567892, "<&>", 12.5, false})
		if _, err := f.NewSheet("二"); err != nil {
			t.Fatal(err)
		}
		set(t, f, "二", []any{"x"}, []any{"=1+1 as text"})
	})
	if got, want := all(t, path, ""), "sku|名称|price|on\n1E5|杯子|0.1|TRUE\n6901234567892|<&>|12.5|FALSE\n"; got != want {
		t.Errorf("%q", got)
	}
	if got, want := all(t, path, "二"), "x\n=1+1 as text\n"; got != want {
		t.Errorf("%q", got)
	}
	if got := all(t, path, "三"); !strings.Contains(got, `no worksheet "三"; the file has Sheet1, 二`) {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"0.10000000000000001": "0.1", "6.9012345678920001E12": "6901234567892", "12": "12", "1E-7": "0.0000001"} {
		if got := plainNumber(in); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
}

// repack changes the parts of a workbook.
func repack(t *testing.T, path string, change func(name string, content []byte) []byte, more map[string]string) string {
	t.Helper()
	in, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	put := func(name string, content []byte) {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		put(f.Name, change(f.Name, content))
	}
	for name, content := range more {
		put(name, []byte(content))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, out.String())
}

func TestWorkbooksThatAreMoreThanATableAreRefused(t *testing.T) {
	t.Parallel()
	plain := workbookFile(t, func(f *excelize.File) { set(t, f, "Sheet1", []any{"a", "b"}, []any{1, 2}) })
	same := func(_ string, c []byte) []byte { return c }
	sheet := func(from, to string) func(string, []byte) []byte {
		return func(name string, c []byte) []byte {
			if strings.Contains(name, "worksheets/sheet1") {
				return bytes.ReplaceAll(c, []byte(from), []byte(to))
			}
			return c
		}
	}
	for name, c := range map[string]struct{ path, says string }{
		"a formula": {workbookFile(t, func(f *excelize.File) {
			set(t, f, "Sheet1", []any{"a", "b"}, []any{1, 2})
			if err := f.SetCellFormula("Sheet1", "B2", "SUM(A2:A9)"); err != nil {
				t.Fatal(err)
			}
		}), "cell B2 is a formula"},
		"an error":           {repack(t, plain, sheet(`<c r="B2"><v>2`, `<c r="B2" t="e"><v>#REF!`), nil), "cell B2 is the error #REF!"},
		"macros":             {repack(t, plain, same, map[string]string{"xl/vbaProject.bin": "x"}), "has macros"},
		"old macros":         {repack(t, plain, same, map[string]string{"xl/macrosheets/sheet1.xml": "x"}), "has macros"},
		"a bomb":             {bomb(t), "unzips to more than 1024 MB"},
		"an endless text":    {repack(t, plain, sheet(`<v>2</v>`, `<is><t>`+strings.Repeat("x", MaxRow+5000)+`</t></is>`), nil), "more than 1048576 bytes"},
		"a far column":       {repack(t, plain, sheet(`r="B2"`, `r="XFD2"`), nil), "cell XFD2 is beyond column GR"},
		"broken XML":         {repack(t, plain, sheet(`</row>`, `</r`), nil), "damaged"},
		"no worksheet":       {repack(t, plain, func(n string, c []byte) []byte { return bytes.ReplaceAll(c, []byte(`/worksheet"`), []byte(`/chart"`)) }, nil), "no worksheet"},
		"an empty sheet":     {workbookFile(t, func(*excelize.File) {}), "the worksheet is empty"},
		"a zip of something": {zipOf(t), "has no workbook"},
	} {
		if got := all(t, c.path, ""); !strings.Contains(got, c.says) {
			t.Errorf("%s: %.300q, want %q", name, got, c.says)
		}
	}
}

// bomb is an archive that tells how large it would become.
func bomb(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if _, err := w.CreateRaw(&zip.FileHeader{Name: "xl/workbook.xml", Method: zip.Deflate, UncompressedSize64: MaxUnzipped + 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, out.String())
}

func TestAnArchiveThatLiesIsRefused(t *testing.T) {
	t.Parallel()
	book := workbook{left: 10}
	if _, err := io.ReadAll(&rationed{io.NopCloser(strings.NewReader("more than ten bytes")), &book}); err == nil {
		t.Error("more was unzipped than may be")
	}
}

func zipOf(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	if _, err := w.Create("hello.txt"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, out.String())
}
