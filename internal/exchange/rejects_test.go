package exchange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRejectsHaveTheColumnsOfAllFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := SalesInput{Files: []string{filepath.Join(dir, "a.csv.gz"), "b.csv"}}
	st := testStage(t, line{Order: "1", SKU: "A", Quantity: 1, At: day})
	r, err := createRejects(in, [][]string{{"Order", "SKU", "Note", "Note"}, {"SKU", "Shop", "Order"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sum := Summary{LinesRejected: map[string]int64{}}
	for i, reject := range []struct {
		file   int
		record []string
	}{{0, []string{"", "x", "a, b", `"q"`}}, {1, []string{"y", "shop", ""}}} {
		if err := st.addReject(t.Context(), reject.file, 7+i, rejection{NoOrder, "there is no order number"}, reject.record); err != nil {
			t.Fatal(err)
		}
		if err := r.flush(t.Context(), st, &sum); err != nil {
			t.Fatal(err)
		}
	}
	orders, err := st.batch(t.Context(), 0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.refuse(t.Context(), orders[0], rejection{"INSUFFICIENT_STOCK", "short"}); err != nil {
		t.Fatal(err)
	}
	if err := r.flush(t.Context(), st, &sum); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "a.rejected.csv"))
	want := `rejected_file,rejected_line,rejected_reason,rejected_because,Order,SKU,Note,Note,Shop
a.csv.gz,7,NO_ORDER,there is no order number,,x,"a, b","""q""",
b.csv,8,NO_ORDER,there is no order number,,y,,,shop
a.csv.gz,2,INSUFFICIENT_STOCK,short,1,A,,,
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if sum.LinesRejected["NO_ORDER"] != 2 || sum.LinesRejected["INSUFFICIENT_STOCK"] != 1 {
		t.Errorf("counted %v", sum.LinesRejected)
	}
}

func TestFilesThatWouldCountTwiceOrBeOverwrittenAreRefused(t *testing.T) {
	t.Parallel()
	path := file(t, "a.csv", header)
	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	for says, in := range map[string]SalesInput{
		"at least one":    {},
		"no such file":    {Files: []string{path + "x"}},
		"a folder":        {Files: []string{filepath.Dir(path)}},
		"the same file":   {Files: []string{path, link}},
		"would overwrite": {Files: []string{path}, Rejects: link},
	} {
		if err := checkFiles(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if err := checkFiles(SalesInput{Files: []string{path}}); err != nil {
		t.Error(err)
	}
}
