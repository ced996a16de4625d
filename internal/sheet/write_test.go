package sheet

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var (
	columns = []Column{{"sku", "货号"}, {"quantity", "数量"}, {"cost", "成本"}, {"at", "时间"}, {"ok", "有效"}}
	moment  = time.Date(2026, 11, 20, 8, 0, 30, 0, time.UTC)
)

func written(t *testing.T, f Format, rows ...[]any) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, f, "stocks", columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTextIsNoFormulaInASpreadsheet(t *testing.T) {
	t.Parallel()
	evil := []string{"=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", `=HYPERLINK("http://x")`}
	harmless := []string{"A-1", "5", "a=b", "杯子", "", "'x"}
	var rows [][]any
	for _, s := range append(evil, harmless...) {
		rows = append(rows, []any{s, int64(-5), Decimal("-1.25"), moment, true})
	}
	text := strings.TrimPrefix(string(written(t, CSV, rows...)), "\ufeff")
	table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range append(evil, harmless...) {
		want := s
		if i < len(evil) {
			want = "'" + s
		}
		if got := table[i+1]; got[0] != want && strings.ReplaceAll(want, "\r", "\n") != got[0] || got[1] != "-5" || got[2] != "-1.25" {
			t.Errorf("%q is written as %q", s, got)
		}
	}
	path := filepath.Join(t.TempDir(), "x.xlsx")
	if err := os.WriteFile(path, written(t, XLSX, rows...), 0o600); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for i, s := range evil {
		cell, _ := excelize.CoordinatesToCellName(1, i+2)
		kind, _ := book.GetCellType("stocks", cell)
		formula, _ := book.GetCellFormula("stocks", cell)
		if formula != "" || kind == excelize.CellTypeFormula || kind == excelize.CellTypeNumber {
			t.Errorf("%q became the formula %q", s, formula)
		}
	}
}

func TestTablesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rows := [][]any{{"A-1", int64(7), Decimal("12.5"), moment, true}, {"杯子 <&>\n2", int64(9223372036854775807), nil, nil, false}}
	for f, want := range map[Format]string{
		CSV:  "货号|数量|成本|时间|有效\nA-1|7|12.5|2026-11-20T08:00:30Z|TRUE\n杯子 <&>\n2|9223372036854775807|||FALSE\n",
		XLSX: "货号|数量|成本|时间|有效\nA-1|7|12.5|46346.3336805556|TRUE\n杯子 <&>\n2|9223372036854775807|||FALSE\n",
	} {
		path := filepath.Join(t.TempDir(), "table")
		if err := os.WriteFile(path, written(t, f, rows...), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := all(t, path, ""); got != want {
			t.Errorf("%s: %q", f, got)
		}
	}
	want := `{"sku":"A-1","quantity":7,"cost":"12.5","at":"2026-11-20T08:00:30Z","ok":true}` + "\n"
	if got := string(written(t, NDJSON, rows[:1]...)); got != want {
		t.Errorf("%s", got)
	}
}

func TestWorksheetsAreSplitAtTheirLimit(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := newXLSXWriter(&out, "a/b: long title of more than 31 characters", columns)
	if err != nil {
		t.Fatal(err)
	}
	w.limit = 3
	for i := range int64(5) {
		if err := w.Write([]any{"A", i, nil, nil, nil}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := file(t, out.String())
	const title = "a b  long title of more th"
	for sheet, want := range map[string]string{title: "A|0|||\nA|1|||\n", title + " 2": "A|2|||\nA|3|||\n", title + " 3": "A|4|||\n"} {
		if got := all(t, path, sheet); got != "货号|数量|成本|时间|有效\n"+want {
			t.Errorf("%s: %q", sheet, got)
		}
	}
}
