package exchange

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/money"
)

var day = time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC)

func testStage(t *testing.T, lines ...line) *stage {
	t.Helper()
	st, err := openStage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	for i, l := range lines {
		if err := st.add(t.Context(), 0, i+2, l, []string{l.Order, l.SKU}); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.group(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st
}

// told is every order to be booked, batch by batch.
func told(t *testing.T, st *stage, maxOrders, maxLines int) (out []string) {
	t.Helper()
	for after := int64(0); ; {
		batch, err := st.batch(t.Context(), after, maxOrders, maxLines)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			return out
		}
		text := ""
		for _, o := range batch {
			text += fmt.Sprintf("[%s %s %s", o.record.ReasonCode, o.record.ExternalNo, o.record.OccurredAt.Format("15:04"))
			for _, l := range o.record.Lines {
				text += fmt.Sprintf(" %d×%s", l.Quantity, l.SKU)
			}
			text += "]"
			after = o.seq
		}
		out = append(out, text)
	}
}

func TestOrdersArePutTogetherAndSorted(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	st := testStage(
		t,
		line{Order: "3", SKU: "A", Quantity: 1, At: at(9)},
		line{Order: "2", SKU: "A", Quantity: 2, At: at(8), Customer: "", Country: "UK"},
		line{Order: "1", SKU: "B", Quantity: 3, At: at(8)},
		line{Order: "2", SKU: "A", Quantity: 2, At: at(8), Customer: "x", Country: "DE"},
		line{Order: "2", SKU: "A", Quantity: 2, At: at(8), Customer: "y"},
		line{Order: "C2", SKU: "A", Quantity: 4, At: at(10), Return: true},
		line{Order: "3", SKU: "B", Quantity: 5, At: at(7)},
		line{Order: "0", SKU: "B", Quantity: 6, At: at(6)},
	)
	want := []string{
		"[SALE 0 06:00 6×B]", "[SALE 3 07:00 1×A 5×B]", "[SALE 2 08:00 2×A 2×A 2×A]", "[SALE 1 08:00 3×B]", "[RETURN C2 10:00 4×A]",
	}
	if got := told(t, st, 1, 1); !slices.Equal(got, want) {
		t.Errorf("one by one: %q, want %q", got, want)
	}
	if got := told(t, st, 10, 3); !slices.Equal(got, []string{want[0] + want[1], want[2], want[3] + want[4]}) {
		t.Errorf("three lines at a time: %q", got)
	}
	if got := told(t, st, 3, 100); !slices.Equal(got, []string{want[0] + want[1] + want[2], want[3] + want[4]}) {
		t.Errorf("three orders at a time: %q", got)
	}
	if err := st.mark(t.Context(), 3, orderKnown); err != nil {
		t.Fatal(err)
	}
	if got := told(t, st, 10, 100); !slices.Equal(got, []string{want[0] + want[1] + want[3] + want[4]}) {
		t.Errorf("without the one that is known: %q", got)
	}
	if err := st.mark(t.Context(), 3, orderNew); err != nil {
		t.Fatal(err)
	}
	batch, err := st.batch(t.Context(), 2, 1, 1)
	if err != nil || len(batch) != 1 || batch[0].record.Party != "x" || batch[0].record.Country != "UK" {
		t.Errorf("%+v %v, want the first customer and the first country that are told", batch, err)
	}
}

func TestAnOrderBeyondADocumentIsRefusedWhole(t *testing.T) {
	t.Parallel()
	lines := slices.Repeat([]line{{Order: "large", SKU: "A", Quantity: 1, At: day}}, maxOrderLines)
	if got := told(t, testStage(t, lines...), 10, 10); len(got) != 1 {
		t.Errorf("%d lines: %d batches", maxOrderLines, len(got))
	}
	st := testStage(t, append(lines, line{Order: "small", SKU: "A", Quantity: 1, At: day}, lines[0])...)
	if got := told(t, st, 10, 10); !slices.Equal(got, []string{"[SALE small 00:00 1×A]"}) {
		t.Errorf("beside it: %q", got)
	}
	var n int
	var words string
	if err := st.db.QueryRowContext(t.Context(), "SELECT count(*), max(words) FROM rejects WHERE reason = ?", string(OrderTooLarge)).Scan(&n, &words); err != nil ||
		n != maxOrderLines+1 || !strings.Contains(words, "5001 lines") {
		t.Errorf("%d rejects, %s, %v", n, words, err)
	}
}

func TestProductsAreMadeOfTheFirstLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 250)
	st := testStage(
		t,
		line{Order: "1", SKU: "A", Description: "late", Price: 3, At: day.Add(time.Hour), Quantity: 1},
		line{Order: "1", SKU: "A", Description: "", Price: 1, At: day.Add(-time.Hour), Quantity: 1},
		line{Order: "2", SKU: "A", Description: "early", Price: 2, At: day, Quantity: 1},
		line{Order: "2", SKU: "A", Description: "as early, but read later", Price: 4, At: day, Quantity: 1},
		line{Order: "2", SKU: "B", Price: 5, At: day, Quantity: 1},
		line{Order: "2", SKU: "C", Description: long, Price: 6, At: day, Quantity: 1},
	)
	if err := st.collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for after := ""; ; {
		page, err := st.products(t.Context(), after, 2, "GBP")
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			got = append(got, fmt.Sprintf("%s %s %d %s", p.SKU, p.Name, *p.Price, p.PriceCurrency))
			after = p.SKU
		}
	}
	want := []string{"A early 1 GBP", "B B 5 GBP", "C " + long[:200*len("长")] + " 6 GBP"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Against a model that walks through the orders with a balance per SKU.
func TestTheOpeningIsExactlyWhatIsLacking(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var lines []line
		for range 1 + r.IntN(120) {
			l := line{SKU: fmt.Sprint("S", r.IntN(5)), Quantity: 1 + r.Int64N(20), Price: money.Amount(1), At: day.Add(time.Duration(r.IntN(40)) * time.Minute)}
			l.Order = fmt.Sprint(r.IntN(30))
			if l.Return = r.IntN(3) == 0; l.Return {
				l.Order = "C" + l.Order
			}
			lines = append(lines, l)
		}
		st := testStage(t, lines...)
		available := map[string]int64{}
		for s := range r.IntN(5) {
			available[fmt.Sprint("S", s)] = r.Int64N(60)
		}
		for sku, n := range available {
			if _, err := st.db.ExecContext(t.Context(), "INSERT INTO stocked VALUES (?, ?)", sku, n); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := st.db.ExecContext(t.Context(), "INSERT INTO archived VALUES ('S4', 1)"); err != nil {
			t.Fatal(err)
		}
		for n := range int64(r.IntN(8)) { // booked before
			if err := st.mark(t.Context(), 1+n*3, orderKnown); err != nil {
				t.Fatal(err)
			}
		}

		first, want := walk(t, st, available)
		at, err := st.lack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []document.RecordLine
		for after := ""; ; {
			page, err := st.lacking(t.Context(), after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			got, after = append(got, page...), page[len(page)-1].SKU
		}
		for _, l := range got {
			if want[l.SKU] != l.Quantity {
				t.Errorf("seed %d: %s lacks %d, want %d", seed, l.SKU, l.Quantity, want[l.SKU])
			}
		}
		if len(got) != len(want) || len(want) > 0 && !at.Equal(first) {
			t.Errorf("seed %d: %v at %s, want %v at %s", seed, got, at, want, first)
		}
	}
}

func walk(t *testing.T, st *stage, available map[string]int64) (first time.Time, lacking map[string]int64) {
	t.Helper()
	orders, err := st.batch(t.Context(), 0, 1000, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	balance := map[string]int64{}
	for sku, n := range available {
		balance[sku] = n
	}
	lacking = map[string]int64{}
	for i, o := range orders {
		if i == 0 || o.record.OccurredAt.Before(first) {
			first = o.record.OccurredAt
		}
		for _, l := range o.record.Lines {
			n := l.Quantity
			if o.record.ReasonCode == "SALE" {
				n = -n
			}
			if balance[l.SKU] += n; balance[l.SKU] < 0 && l.SKU != "S4" {
				lacking[l.SKU] = max(lacking[l.SKU], -balance[l.SKU])
			}
		}
	}
	return first, lacking
}
