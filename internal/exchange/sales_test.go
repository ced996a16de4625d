package exchange_test

import (
	"context"
	"encoding/csv"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/exchange"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

const excerpt = "testdata/online-retail-excerpt.csv"

// bundle is a database with a warehouse and somebody who may import.
type bundle struct {
	t    *testing.T
	db   *store.DB
	ctx  context.Context
	now  func() time.Time
	text string // the rejects file
}

func setup(t *testing.T, db *store.DB) *bundle {
	t.Helper()
	start := store.Moment(time.Now())
	var user int64
	err := db.InTx(t.Context(), func(tx store.Tx) error {
		u, err := tx.Ent.User.Create().SetUsername("tester").SetPasswordHash("-").SetCreatedAt(start).SetUpdatedAt(start).Save(t.Context())
		if err != nil {
			return err
		}
		user = u.ID
		for code, category := range map[string]stock.WarehouseCategory{"W1": stock.WarehousePhysical, "V1": stock.WarehouseVirtual} {
			if err := tx.Ent.Warehouse.Create().SetCode(code).SetName("test").SetCategory(category).SetCurrency("CNY").
				SetCreatedAt(start).SetUpdatedAt(start).Exec(t.Context()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := auth.With(t.Context(), &auth.Principal{UserID: user, Username: "tester", Permissions: auth.Permissions()})
	return &bundle{t: t, db: db, ctx: ctx, now: time.Now, text: filepath.Join(t.TempDir(), "rejects.csv")}
}

func (b *bundle) input(files ...string) exchange.SalesInput {
	return exchange.SalesInput{
		Files: files, WarehouseCode: "w1", Currency: "GBP", TimeZone: "Europe/London", CancelPrefix: "C", Opening: true, Rejects: b.text,
	}
}

func (b *bundle) run(ctx context.Context, in exchange.SalesInput) (exchange.Summary, error) {
	return exchange.New(b.db, document.New(b.db, "CNY", b.now), b.now).ImportSales(ctx, in)
}

// must imports, and proves the ledger afterwards.
func (b *bundle) must(in exchange.SalesInput) exchange.Summary {
	b.t.Helper()
	sum, err := b.run(b.ctx, in)
	if err != nil {
		b.t.Fatal(err)
	}
	b.verify()
	return sum
}

func (b *bundle) verify() {
	b.t.Helper()
	report, err := ledger.Verify(b.ctx, b.db)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range report.Checks {
		if c.Count > 0 {
			b.t.Errorf("not so: %s: %d rows: %v", c.Rule, c.Count, c.Broken)
		}
	}
}

// counts reads pairs of a text and a number.
func (b *bundle) counts(query string) map[string]int64 {
	b.t.Helper()
	rows, err := b.db.SQL().QueryContext(b.ctx, query)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var key string
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			b.t.Fatal(err)
		}
		out[key] = n
	}
	if err := rows.Err(); err != nil {
		b.t.Fatal(err)
	}
	return out
}

const (
	movedSQL = `SELECT m.sku, CAST(sum(m.quantity_delta) AS bigint) FROM stock_movements m JOIN postings p ON p.id = m.posting_id
WHERE p.reason_code IN ('SALE', 'RETURN') GROUP BY m.sku`
	documentsSQL = "SELECT reason_code, count(*) FROM documents GROUP BY reason_code"
	numbersSQL   = "SELECT external_no, count(*) FROM documents WHERE reason_code <> 'OPENING' GROUP BY external_no"
)

// truth is what the excerpt says, read without the help of the importer.
type truth struct {
	moved                             map[string]int64 // by SKU
	numbers                           map[string]int64
	lines, sales, returns, rejects, n int64
}

func readTruth(t *testing.T) truth {
	t.Helper()
	raw, err := os.ReadFile(excerpt)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := truth{moved: map[string]int64{}, numbers: map[string]int64{}}
	for _, r := range records[1:] {
		out.n++
		price, err := strconv.ParseFloat(r[5], 64)
		if err != nil {
			t.Fatal(err)
		}
		quantity, err := strconv.ParseInt(r[3], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if price <= 0 {
			out.rejects++
			continue
		}
		out.lines++
		out.moved[strings.ToUpper(strings.TrimSpace(r[1]))] -= quantity
		out.numbers[r[0]] = 1
	}
	for no := range out.numbers {
		if no[0] == 'C' {
			out.returns++
		} else {
			out.sales++
		}
	}
	return out
}

func TestEveryOrderOfTheExcerptGoesThroughTheBooksOnce(t *testing.T) {
	t.Parallel()
	want := readTruth(t)
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		sum := b.must(b.input(excerpt))
		if sum.LinesRead != want.n || sum.LinesBooked != want.lines || sum.OrdersBooked != want.sales+want.returns || sum.ReturnsBooked != want.returns ||
			sum.OrdersKnown+sum.OrdersRefused+sum.OrdersLeft != 0 || sum.ProductsCreated != int64(len(want.moved)) ||
			sum.LinesRejected[string(exchange.NegativeSale)]+sum.LinesRejected[string(exchange.PriceTooLow)] != want.rejects {
			t.Errorf("%+v, want %+v", sum, want)
		}
		if got := b.counts(movedSQL); !maps.Equal(got, want.moved) {
			t.Errorf("moved %v, want %v", got, want.moved)
		}
		if got := b.counts(numbersSQL); !maps.Equal(got, want.numbers) {
			t.Errorf("documents %v, want %v", got, want.numbers)
		}
		documents := b.counts(documentsSQL)
		if documents["SALE"] != want.sales || documents["RETURN"] != want.returns || documents["OPENING"] != sum.OpeningDocuments {
			t.Errorf("documents %v", documents)
		}
		if rejects, err := os.ReadFile(b.text); err != nil || int64(strings.Count(string(rejects), "\n")) != want.rejects+1 {
			t.Errorf("rejects: %v\n%s", err, rejects)
		}

		again := b.must(b.input(excerpt))
		if again.OrdersBooked+again.OpeningUnits+again.ProductsCreated+again.OrdersRefused != 0 || again.OrdersKnown != want.sales+want.returns {
			t.Errorf("the second time: %+v", again)
		}
		if got := b.counts(documentsSQL); !maps.Equal(got, documents) {
			t.Errorf("the second time: %v, before %v", got, documents)
		}
	})
}

func TestEveryOrderIsReservedAndThenShipped(t *testing.T) {
	t.Parallel()
	want := readTruth(t)
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		in := b.input(excerpt)
		in.Reserve = true
		if sum := b.must(in); sum.OrdersBooked != want.sales+want.returns || sum.OrdersRefused != 0 {
			t.Errorf("%+v", sum)
		}
		if got := b.counts(movedSQL); !maps.Equal(got, want.moved) {
			t.Errorf("moved %v, want %v", got, want.moved)
		}
		reservations := b.counts(`SELECT state, count(*) FROM reservations GROUP BY state`)
		if !maps.Equal(reservations, map[string]int64{"COMPLETED": want.sales}) {
			t.Errorf("reservations %v, of %d orders", reservations, want.sales)
		}
		r, err := ledger.Verify(t.Context(), db, append(document.Rules(), reservation.Rules()...)...)
		if err != nil || !r.OK() {
			t.Errorf("the books: %v %+v", err, r.Checks)
		}
		again := b.must(b.input(excerpt)) // asking for no reservation makes it no other order
		if again.OrdersBooked+again.OrdersRefused != 0 {
			t.Errorf("the second time: %+v", again)
		}
	})
}

// A clock that makes every look at it five seconds, so that progress is told
// at once.
func hurried() func() time.Time {
	now := time.Now()
	return func() time.Time {
		now = now.Add(5 * time.Second)
		return now
	}
}

type stopper struct {
	stop  context.CancelFunc
	after int
}

func (s *stopper) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), "booking") {
		if s.after--; s.after == 0 {
			s.stop()
		}
	}
	return len(p), nil
}

func TestAnImportThatIsStoppedGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	want := readTruth(t)
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		ctx, stop := context.WithCancel(b.ctx)
		defer stop()
		in := b.input(excerpt)
		in.Progress = &stopper{stop, 20}
		now := b.now
		b.now = hurried()
		sum, err := b.run(ctx, in)
		var stopped *exchange.StoppedError
		if !errors.As(err, &stopped) || sum.OrdersBooked < 20 || sum.OrdersLeft == 0 || sum.OrdersBooked+sum.OrdersLeft != want.sales+want.returns {
			t.Fatalf("%v %+v", err, sum)
		}
		if !strings.Contains(err.Error(), "run the same command again") {
			t.Error(err)
		}
		if n := b.counts(numbersSQL); int64(len(n)) != sum.OrdersBooked {
			t.Errorf("%d documents, told of %d", len(n), sum.OrdersBooked)
		}
		b.now = now
		b.verify()
		rest := b.must(b.input(excerpt))
		if rest.OrdersKnown != sum.OrdersBooked || rest.OrdersBooked != sum.OrdersLeft || rest.OpeningUnits != 0 {
			t.Errorf("first %+v, then %+v", sum, rest)
		}
		if got := b.counts(movedSQL); !maps.Equal(got, want.moved) {
			t.Errorf("moved %v, want %v", got, want.moved)
		}
	})
}

func TestAnImportThatIsStoppedAtOnceBooksNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.SQLite(t))
	ctx, stop := context.WithCancel(b.ctx)
	stop()
	var stopped *exchange.StoppedError
	if sum, err := b.run(ctx, b.input(excerpt)); !errors.As(err, &stopped) || sum.OrdersBooked != 0 {
		t.Errorf("%v %+v", err, sum)
	}
}

func (b *bundle) file(lines ...string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "sales.csv")
	text := "order,sku,quantity,time,price,customer\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func TestAnOrderThatTheBooksRefuseIsRejectedAndTheImportGoesOn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		path := b.file(
			"C1,A,-5,2011-01-01,1,x",                       // comes back before anything was there
			"2,A,3,2011-01-02,1,x", "2,B,1,2011-01-02,1,x", // B is not there
			"3,A,4,2011-01-03,1,x",
		)
		in := b.input(path)
		in.Opening = false
		sum := b.must(in)
		if sum.OrdersBooked != 2 || sum.OrdersRefused != 1 || sum.LinesRejected["INSUFFICIENT_STOCK"] != 2 || sum.OpeningDocuments != 0 {
			t.Errorf("%+v", sum)
		}
		rejects, err := os.ReadFile(b.text)
		if err != nil || strings.Count(string(rejects), ",INSUFFICIENT_STOCK,") != 2 || !strings.Contains(string(rejects), "2,B,1,2011-01-02,1,x") {
			t.Errorf("%v\n%s", err, rejects)
		}
		// What is lacking now: 2 of A, for 1 is left of it, and 1 of B.
		if sum = b.must(b.input(path)); sum.OrdersKnown != 2 || sum.OrdersBooked != 1 || sum.OpeningUnits != 3 {
			t.Errorf("with an opening: %+v", sum)
		}
		if got := b.counts(movedSQL); !maps.Equal(got, map[string]int64{"A": -2, "B": -1}) {
			t.Errorf("moved %v", got)
		}
		left := b.counts("SELECT sku, available_quantity FROM stocks")
		if !maps.Equal(left, map[string]int64{"A": 0, "B": 0}) {
			t.Errorf("left %v", left)
		}
	})
}

func TestASecondFileReceivesOnlyWhatIsLacking(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		first := b.must(b.input(b.file("1,A,10,2011-01-01,1,x", "C1,A,-4,2011-01-02,1,x")))
		second := b.must(b.input(b.file("2,A,3,2011-02-01,1,x", "3,A,3,2011-02-02,1,x")))
		if first.OpeningUnits != 10 || second.OpeningUnits != 2 || second.OrdersBooked != 2 {
			t.Errorf("%+v, then %+v", first, second)
		}
	})
}

// What the catalog or the books would not take of one line must not end the
// import of the others.
func TestALineThatNoBooksTakeIsRejectedAndTheImportGoesOn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		path := filepath.Join(t.TempDir(), "sales.csv")
		text := "order,sku,description,quantity,time,price\n" +
			"1,A,\"a name\nof two lines\",1,2011-01-02,1\n" +
			"2,\"A\nB\",x,1,2011-01-02,1\n" +
			"3,A,x,1,1970-01-01,1\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sum := b.must(b.input(path))
		if sum.OrdersBooked != 1 || sum.OpeningUnits != 1 || !maps.Equal(sum.LinesRejected, map[string]int64{
			"SKU_WITH_CONTROL_CHARACTERS": 1, "TIME_OUT_OF_RANGE": 1,
		}) {
			t.Errorf("%+v", sum)
		}
		if got := b.counts("SELECT name, 1 FROM products"); !maps.Equal(got, map[string]int64{"a name of two lines": 1}) {
			t.Errorf("%v", got)
		}
	})
}

// Orders leave from goods without a batch: what lies there in batches, and what
// is damaged, is of no help to them.
func TestAnOpeningDoesNotCountBatches(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.must(b.input(b.file("1,A,1,2011-01-01,1,x")))
		in := document.CreateInput{Kind: stock.DocumentInbound, WarehouseCode: "W1", AdvanceTo: stock.DocumentCompleted, Lines: []document.LineInput{
			{SKU: "A", BatchNo: "B1", Quantity: 10}, {SKU: "A", Bucket: stock.BucketDamaged, Quantity: 10}, {SKU: "A", Quantity: 1},
		}}
		in.IdempotencyKey = "receive"
		if _, err := document.New(db, "CNY", b.now).Create(b.ctx, in); err != nil {
			t.Fatal(err)
		}
		sum := b.must(b.input(b.file("2,A,3,2011-02-01,1,x")))
		if sum.OpeningUnits != 2 || sum.OrdersBooked != 1 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestAnOrderWithOtherContentIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.must(b.input(b.file("1,A,10,2011-01-01,1,x")))
		sum := b.must(b.input(b.file("1,A,11,2011-01-01,1,x")))
		if sum.OrdersRefused != 1 || sum.OrdersBooked != 0 || sum.OpeningUnits != 0 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestAnImportThatCannotBeRightBooksNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		good, american := b.file("1,A,1,2011-01-01,1,x"), b.file("1,A,1,01/02/2011,1,x")
		for says, change := range map[string]func(*exchange.SalesInput){
			"virtual":                    func(in *exchange.SalesInput) { in.WarehouseCode = "V1" },
			`no warehouse "NONE"`:        func(in *exchange.SalesInput) { in.WarehouseCode = "NONE" },
			`"gpb" is no currency`:       func(in *exchange.SalesInput) { in.Currency = "gpb" },
			`no time zone "Moon/Crater"`: func(in *exchange.SalesInput) { in.TimeZone = "Moon/Crater" },
			"line 2: the time":           func(in *exchange.SalesInput) { in.Files = append(in.Files, american) },
			"the same content":           func(in *exchange.SalesInput) { in.Files = append(in.Files, b.file("1,A,1,2011-01-01,1,x")) },
			"no such file or directory":  func(in *exchange.SalesInput) { in.Rejects = filepath.Join(b.text, "x", "y") },
		} {
			in := b.input(good)
			change(&in)
			if sum, err := b.run(b.ctx, in); err == nil || !strings.Contains(err.Error(), says) || sum.OrdersBooked != 0 {
				t.Errorf("%v %+v, want %q", err, sum, says)
			}
		}
		if n := b.counts(documentsSQL); len(n) > 0 {
			t.Errorf("documents %v", n)
		}
		if _, err := os.Stat(b.text); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("there is a file of rejects: %v", err)
		}
	})
}

func TestAnImportWithoutAnExchangeRateMakesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			return tx.Ent.Warehouse.Create().SetCode("TH1").SetName("Bangkok").SetCurrency("THB").
				SetCreatedAt(time.Now().UTC()).SetUpdatedAt(time.Now().UTC()).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		in := b.input(b.file("1,A,1,2011-01-01,1,x"))
		in.WarehouseCode = "TH1"
		if sum, err := b.run(b.ctx, in); err == nil || !strings.Contains(err.Error(), "exchangeRateSet") || sum.ProductsCreated != 0 {
			t.Errorf("%v %+v", err, sum)
		}
		if n := b.counts("SELECT sku, 1 FROM products"); len(n) > 0 {
			t.Errorf("products %v", n)
		}
	})
}

func TestStrangersImportNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.SQLite(t))
	all := auth.Permissions()
	for _, without := range []auth.Permission{auth.WarehouseView, auth.ProductEdit, auth.StockView, auth.DocumentCreate} {
		may := slices.DeleteFunc(slices.Clone(all), func(p auth.Permission) bool { return p == without })
		principal := *auth.From(b.ctx)
		principal.Permissions = may
		if _, err := b.run(auth.With(b.ctx, &principal), b.input(excerpt)); err == nil || !strings.Contains(err.Error(), string(without)) {
			t.Errorf("without %s: %v", without, err)
		}
	}
	if n := b.counts(documentsSQL); len(n) > 0 {
		t.Errorf("documents %v", n)
	}
}

func TestTwoImportsIntoOneWarehouseDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		in := b.input(b.file("1,A,10,2011-01-01,1,x"))
		release, alone, err := db.Alone(t.Context(), "import-W1")
		if err != nil || !alone {
			t.Fatal(alone, err)
		}
		if sum, err := b.run(b.ctx, in); err == nil || !strings.Contains(err.Error(), "another import") || sum.OrdersBooked != 0 {
			t.Errorf("%v %+v", err, sum)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		if sum := b.must(in); sum.OrdersBooked != 1 || sum.OpeningUnits != 10 {
			t.Errorf("%+v", sum)
		}
	})
}
