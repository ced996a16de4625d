package exchange

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

const sale = "536365,85123A,A holder,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// all reads a file to its end.
func all(path string, maps ...string) (records [][]string, lines []int, err error) {
	m, err := parseMapping(maps)
	if err != nil {
		return nil, nil, err
	}
	f, err := openCSV(path, m)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for {
		record, line, err := f.next()
		if errors.Is(err, io.EOF) {
			return records, lines, nil
		}
		if err != nil {
			return nil, nil, err
		}
		texts := f.fields(record)
		records, lines = append(records, slices.Clone(texts[:])), append(lines, line)
	}
}

func TestFilesThatAreWrongAsAWhole(t *testing.T) {
	t.Parallel()
	whole := zipped(t, header+strings.Repeat(sale, 1000))
	for name, c := range map[string]struct {
		content string
		maps    []string
		says    []string
	}{
		"empty":                             {"", nil, []string{"empty"}},
		"empty but for a mark":              {"\ufeff", nil, []string{"line break"}},
		"compressed and empty":              {zipped(t, ""), nil, []string{"empty"}},
		"blank lines":                       {"\n\n", nil, []string{"empty"}},
		"UTF-16":                            {"\xff\xfeI\x00n\x00", nil, []string{"UTF-16", "iconv"}},
		"UTF-16, the other way":             {"\xfe\xff\x00I\x00n", nil, []string{"UTF-16", "iconv"}},
		"UTF-16 without a mark":             {"I\x00n\x00\n\x00", nil, []string{"zero byte", "iconv"}},
		"Latin-1":                           {header + sale + "536366,1,Caf\xe9,1,2010-12-01,1,,\n", nil, []string{"line 3", "UTF-8", "iconv"}},
		"Latin-1 at the very end":           {header + sale + "536366,1,x,1,2010-12-01,1,,\xe9", nil, []string{"line 3", "UTF-8", "iconv"}},
		"a zero byte":                       {header + sale + "536366,1,a\x00b,1,2010-12-01,1,,\n", nil, []string{"line 3", "zero byte"}},
		"a quote in the middle":             {header + sale + "536366,1,4\" nail,1,2010-12-01,1,,\n", nil, []string{"line 3", "quote"}},
		"a quote that is not closed":        {header + sale + "536366,1,\"nail,1,2010-12-01,1,,\n" + sale, nil, []string{"line 3", "quote"}},
		"one that swallows a large file":    {header + "536366,1,\"nail,1,2010-12-01,1,,\n" + strings.Repeat(sale, 20_000), nil, []string{"longer", "quote"}},
		"a column more":                     {header + sale + "536366,1,a, b,1,2010-12-01,1,,\n", nil, []string{"line 3", "8 columns"}},
		"a column less":                     {header + sale + "536366,1,a,1\n", nil, []string{"line 3", "8 columns"}},
		"compressed and cut off":            {whole[:len(whole)-20], nil, []string{"cut off", "fetch"}},
		"compressed and cut off early":      {whole[:5], nil, []string{"cut off", "fetch"}},
		"compressed and damaged":            {whole[:len(whole)-8] + "\x00\x00\x00\x00" + whole[len(whole)-4:], nil, []string{"damaged", "fetch"}},
		"no line break at its end":          {header + sale + strings.TrimSuffix(sale, "\n"), nil, []string{"line 3", "cut off", "add a line break"}},
		"a header alone, cut off":           {strings.TrimSuffix(header, "\n"), nil, []string{"line 1", "cut off"}},
		"needed columns that are missing":   {"Invoice,SKU,Count,When,Price\n", nil, []string{"quantity, time", `"Count"`, "--map"}},
		"two columns for a field":           {"Order,SKU,Qty,Quantity,Date,Price\n", nil, []string{`"Qty"`, `"Quantity"`, "--map"}},
		"a mapped column that is not there": {header, []string{"Count=quantity"}, []string{`"Count"`, `"Quantity"`}},
		"a mapped column that is twice":     {"Order,SKU,N,N,Date,Price\n", []string{"N=quantity"}, []string{"two columns", `"N"`}},
		"a column mapped to two fields":     {header, []string{"Quantity=quantity", "Quantity=price"}, []string{"two fields"}},
		"two columns mapped to one":         {header, []string{"Quantity=quantity", "UnitPrice=quantity"}, []string{"two columns", "quantity"}},
		"an unknown field":                  {header, []string{"Quantity=amount"}, []string{"amount", "quantity"}},
		"no field":                          {header, []string{"Quantity"}, []string{"column=field"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := all(file(t, "x.csv", c.content), c.maps...)
			if err == nil {
				t.Fatal("it was read")
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q", err, want)
				}
			}
		})
	}
}

func TestFilesThatAreFine(t *testing.T) {
	t.Parallel()
	rows := "1;a;\"x;\"\"y\"\"\";2;2010-12-01;2.5\n"
	for name, c := range map[string]struct {
		content string
		maps    []string
		want    string // of the first line
		line    int
	}{
		"as it is":                        {header + sale, nil, "536365|85123A|A holder|6|2010-12-01 08:26:00|2.55|17850.0|United Kingdom", 2},
		"compressed":                      {zipped(t, header+sale), nil, "536365|85123A|A holder|6|2010-12-01 08:26:00|2.55|17850.0|United Kingdom", 2},
		"with a mark":                     {"\ufeff" + header + sale, nil, "536365|85123A|A holder|6|2010-12-01 08:26:00|2.55|17850.0|United Kingdom", 2},
		"with semicolons":                 {"order no;Item_Code;Title;QTY;Order Date;Unit-Price\n" + rows, nil, `1|a|x;"y"|2|2010-12-01|2.5||`, 2},
		"with tabs":                       {"order\tsku\tqty\ttime\tprice\n1\ta\t2\t2010-12-01\t2.5\n", nil, "1|a||2|2010-12-01|2.5||", 2},
		"in Chinese":                      {"订单号,货号,品名,数量,下单时间,单价,客户,国家\n1,a,刹车片,2,2010-12-01,2.5,张三,中国\n", nil, "1|a|刹车片|2|2010-12-01|2.5|张三|中国", 2},
		"mapped":                          {"a,b,c,d,e\n1,x,2,2010-12-01,2.5\n", []string{"a=order", "B=SKU", "c=quantity", "d=time", "e=price"}, "1|x||2|2010-12-01|2.5||", 2},
		"mapped, known or not":            {"Order,SKU,Qty,Quantity,Date,Price\n1,x,2,3,2010-12-01,2.5\n", []string{"Quantity=quantity"}, "1|x||3|2010-12-01|2.5||", 2},
		"a mapped column is nothing else": {"Order,SKU,Qty,Date,Price,Customer\n1,x,2,2010-12-01,2.5,FR\n", []string{"Customer=country"}, "1|x||2|2010-12-01|2.5||FR", 2},
		"a column with = in it":           {"a=b,SKU,Qty,Date,Price\n1,x,2,2010-12-01,2.5\n", []string{"a=b=order"}, "1|x||2|2010-12-01|2.5||", 2},
		"lines as Windows ends":           {strings.ReplaceAll(header+sale, "\n", "\r\n"), nil, "536365|85123A|A holder|6|2010-12-01 08:26:00|2.55|17850.0|United Kingdom", 2},
		"after blank lines":               {header + "\n\n" + sale, nil, "536365|85123A|A holder|6|2010-12-01 08:26:00|2.55|17850.0|United Kingdom", 4},
		"a header and no lines":           {header, nil, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			records, lines, err := all(file(t, "x.csv", c.content), c.maps...)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if len(records) > 0 {
					t.Errorf("%q", records)
				}
				return
			}
			if len(records) != 1 || strings.Join(records[0], "|") != c.want || lines[0] != c.line {
				t.Errorf("%q %v, want %q", records, lines, c.want)
			}
		})
	}
}

// A character of several bytes may end anywhere, also where a piece that is
// read ends.
func TestTheTextIsCheckedAcrossPieces(t *testing.T) {
	t.Parallel()
	text := header + strings.Repeat("1,刹车片é🙂,\"多\n行\",6,2010-12-01,2.55,,\n", 50)
	for name, bad := range map[string]string{"whole": "", "broken": "1,\xf0\x9f\x99,x,6,2010-12-01,2.55,,\n"} {
		for piece, wrap := range map[string]func(io.Reader) io.Reader{
			"single bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "two": inPieces(2), "three": inPieces(3), "seven": inPieces(7),
		} {
			s, err := openSource(file(t, "x.csv", text+bad))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			got, err := io.ReadAll(wrap(s))
			switch {
			case bad == "" && (err != nil || string(got) != text):
				t.Errorf("%s, %s: %v", name, piece, err)
			case bad != "" && (err == nil || !strings.Contains(err.Error(), "line 102")):
				t.Errorf("%s, %s: %v", name, piece, err)
			}
		}
	}
}

// inPieces reads so many bytes at a time.
func inPieces(n int) func(io.Reader) io.Reader {
	return func(r io.Reader) io.Reader { return pieces{r, n} }
}

type pieces struct {
	r io.Reader
	n int
}

func (p pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(p.n, len(b))]) }
