package document_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// take is what the mutations of stocktakes answer.
type take struct {
	Document         *struct{ No, State string }
	Lines            []takeLine
	Movements        []movement
	DryRun, Replayed bool
	UserErrors       []userError
}

type takeLine struct {
	LineNo, Round                             int
	Sku, State                                string
	Found                                     bool
	Location                                  *struct{ Code string }
	CountedQuantity, BookQuantity, Difference *int64
	PostedQuantity                            int64
	MovedSinceCount                           *struct{ Came, Left int64 }
	DifferenceValue                           *string
	Counts                                    list[struct {
		Round                  int
		Counter                struct{ Username string }
		Quantity, BookQuantity *int64
	}]
}

const takeLineFields = `lineNo round sku state found location { code } countedQuantity bookQuantity difference postedQuantity
  movedSinceCount { came left } differenceValue counts { nodes { round counter { username } quantity bookQuantity } totalCount }`

func (f *floor) takes(who *auth.Principal, op string, input vars) take {
	f.t.Helper()
	f.keys++
	full := vars{"idempotencyKey": fmt.Sprintf("take-%d", f.keys)}
	for k, v := range input {
		full[k] = v
	}
	return f.takesRaw(who, op, full)
}

func (f *floor) takesRaw(who *auth.Principal, op string, input vars) take {
	f.t.Helper()
	r := f.Do(f.t, who, fmt.Sprintf(`mutation($in: %sInput!) { it: %s(input: $in) { document { no state } lines { %s } movements { id sku kind physicalDelta }
  dryRun replayed userErrors { code message field index currentQuantity currentVersion shortBy } } }`, strings.ToUpper(op[:1])+op[1:], op, takeLineFields), vars{"in": input})
	var data struct{ It *take }
	r.Into(f.t, &data)
	return *data.It
}

func (f *floor) took(op string, input vars) take {
	f.t.Helper()
	p := f.takes(f.manager, op, input)
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", op, p.UserErrors)
	}
	return p
}

func (p take) refused() []string { return refused(payload{UserErrors: p.UserErrors}) }

// stocktake prepares one of BRAKE-1, and what more is said.
func (f *floor) stocktake(more vars) string {
	f.t.Helper()
	in := vars{"warehouseCode": "SZ01", "scope": vars{"skus": []string{"BRAKE-1"}, "includeEmpty": true}}
	for k, v := range more {
		in[k] = v
	}
	return f.took("stocktakeCreate", in).Document.No
}

func (f *floor) counts(who *auth.Principal, no string, n int64) take {
	f.t.Helper()
	p := f.takes(who, "stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": n}}})
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("count: %+v", p.UserErrors)
	}
	return p
}

// sound checks documents and reservations against the ledger.
func (f *floor) sound() {
	f.t.Helper()
	f.verify()
	r, err := ledger.Verify(f.t.Context(), f.db, reservation.Rules()...)
	if err != nil || !r.OK() {
		f.t.Errorf("the reservations are broken: %v %+v", err, r)
	}
}

func TestGoodsAreCountedWhileTheyArePicked(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 100)
		f.receive("BRAKE-2", 50)
		no := f.took("stocktakeCreate", vars{"warehouseCode": "SZ01", "scope": vars{"everything": true}}).Document.No
		f.out("BRAKE-1", 10) // before its count: 90 by the books
		p := f.takes(f.manager, "stocktakeCount", vars{"no": no, "lines": []vars{{"sku": "brake-1", "quantity": 87}}})
		if l := p.Lines[0]; p.Document.State != "EXECUTING" || *l.BookQuantity != 90 || *l.Difference != -3 || *l.DifferenceValue != "-30" {
			t.Errorf("counted: %+v", p)
		}
		f.out("BRAKE-1", 7) // after its count, and before that of the other
		f.receive("BRAKE-1", 20)
		f.took("stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 2, "quantity": 55}}})
		f.out("BRAKE-2", 5)
		lines := f.takeLines(f.manager, no, "{differing: true}")
		if len(lines) != 2 || lines[0].MovedSinceCount.Came != 20 || lines[0].MovedSinceCount.Left != 7 || *lines[1].Difference != 5 {
			t.Errorf("lines: %+v", lines)
		}
		done := f.took("stocktakeApprove", vars{"no": no})
		if a, b := f.available("BRAKE-1"), f.available("BRAKE-2"); done.Document.State != "COMPLETED" || a != 87-7+20 || b != 55-5 {
			t.Errorf("approved: %+v; %d and %d lie there", done, a, b)
		}
		if doc := f.read(no); doc.Quantity != 8 || doc.ExecutedQuantity != 8 || doc.Lines.Nodes[0].Quantity != -3 || doc.Lines.Nodes[1].Quantity != 5 {
			t.Errorf("the differences as lines: %+v", doc)
		}
		f.sound()
		f.must("documentReverse", vars{"no": no, "reasonCode": "TEST"})
		if a, b := f.available("BRAKE-1"), f.available("BRAKE-2"); a != 103 || b != 45 {
			t.Errorf("reversed: %d and %d lie there", a, b)
		}
		f.sound()
	})
}

func (f *floor) out(sku string, n int) {
	f.t.Helper()
	f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf(sku, n)}})
}

func (f *floor) takeLines(who *auth.Principal, no, filter string) []takeLine {
	f.t.Helper()
	var data struct{ StocktakeLines list[takeLine] }
	f.Do(f.t, who, `query($no: String!) { stocktakeLines(documentNo: $no, filter: `+filter+`) { nodes { `+takeLineFields+` } totalCount } }`, vars{"no": no}).Into(f.t, &data)
	return data.StocktakeLines.Nodes
}

func TestWhoCountsBlindIsShownNoBooks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		keeper := f.SignIn(t, auth.RoleKeeper)
		f.receive("BRAKE-1", 100)
		no := f.stocktake(vars{"blind": true, "counters": 2})
		f.counts(f.manager, no, 91)
		answer := f.counts(keeper, no, 95) // they do not agree
		if l := answer.Lines[0]; l.State != "RECOUNT" || l.BookQuantity != nil || l.Difference != nil || l.MovedSinceCount != nil || l.Counts.TotalCount != 1 || l.Counts.Nodes[0].BookQuantity != nil {
			t.Errorf("the keeper is shown %+v", l)
		}
		show := `query($no: String!) { document(no: $no) { stocktake { showsBooks progress { lines recount differing } lines { nodes { ` + takeLineFields + ` } } } } }`
		seen := f.Do(t, keeper, show, vars{"no": no}).Data
		for _, told := range []string{"100", "91", "-9", "-5"} {
			if strings.Contains(string(seen), ":"+told) {
				t.Errorf("the keeper is shown %s: %s", told, seen)
			}
		}
		if !strings.Contains(string(seen), `"showsBooks":false`) || !strings.Contains(string(seen), `"differing":null`) {
			t.Errorf("the keeper is told %s", seen)
		}
		if code := f.Do(t, keeper, `query($no: String!) { stocktakeLines(documentNo: $no, filter: {differing: true}) { totalCount } }`, vars{"no": no}).Code(); code != "BAD_REQUEST" {
			t.Errorf("a filter tells: %q", code)
		}
		if all := string(f.Do(t, f.manager, show, vars{"no": no}).Data); !strings.Contains(all, `"bookQuantity":100`) || !strings.Contains(all, `"totalCount":2`) {
			t.Errorf("the manager is shown %s", all)
		}
	})
}

func TestPeopleWhoDisagreeHaveTheLineCountedAgain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		keeper, admin := f.SignIn(t, auth.RoleKeeper), f.SignIn(t, auth.RoleAdmin)
		f.receive("BRAKE-1", 100)
		no := f.stocktake(vars{"counters": 2, "recountOver": 50})
		if l := f.counts(f.manager, no, 98).Lines[0]; l.State != "OPEN" {
			t.Errorf("one of two has counted: %+v", l)
		}
		f.expect("approved before it is counted", payload{UserErrors: f.takes(f.manager, "stocktakeApprove", vars{"no": no, "uncounted": "ZERO"}).UserErrors}, "OUTSTANDING input.uncounted")
		f.out("BRAKE-1", 10)
		if l := f.counts(keeper, no, 80).Lines[0]; l.State != "RECOUNT" || l.Round != 2 || l.CountedQuantity != nil {
			t.Errorf("they disagree: %+v", l)
		}
		again := f.takes(keeper, "stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": 88}}})
		f.expect("the same person again", payload{UserErrors: again.UserErrors}, "INVALID input.lines.0")
		if l := f.counts(admin, no, 88).Lines[0]; l.State != "COUNTED" || *l.Difference != -2 {
			t.Errorf("a third agrees with the first, though ten have left since: %+v", l)
		}
		back := f.took("stocktakeRecount", vars{"no": no, "lineNos": []int{1}})
		if l := back.Lines[0]; l.State != "RECOUNT" || l.Round != 3 || l.CountedQuantity != nil {
			t.Errorf("sent back: %+v", l)
		}
		f.counts(keeper, no, 90)
		f.counts(admin, no, 90)
		f.took("stocktakeApprove", vars{"no": no})
		if n := f.available("BRAKE-1"); n != 90 {
			t.Errorf("%d lie there", n)
		}
		f.sound()
	})
}

func TestALossOfWhatIsPromisedMakesAShortfall(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10)
		house := f.count("SELECT id FROM warehouses WHERE code = 'SZ01'")
		ctx := auth.With(t.Context(), f.manager)
		err := f.db.InTx(ctx, func(tx store.Tx) error {
			_, err := reservation.Promise(ctx, tx, store.Moment(time.Now()), reservation.Request{
				BusinessType: "ORDER", BusinessID: "1", Lines: []reservation.Want{{LineNo: 1, SKU: "BRAKE-1", Quantity: 8, Warehouses: []int64{house}}},
				Posting: ledger.Posting{Kind: stock.MovementReservation, Operation: "test", ActorID: f.manager.UserID, BaseCurrency: "CNY", OccurredAt: store.Moment(time.Now())},
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		no := f.stocktake(nil)
		f.counts(f.manager, no, 5)
		f.took("stocktakeApprove", vars{"no": no})
		if n := f.count("SELECT physical_quantity * 100 + allocated_quantity FROM stocks WHERE sku = 'BRAKE-1'"); n != 505 {
			t.Errorf("physical and allocated are %d", n)
		}
		if n := f.count("SELECT short_quantity FROM reservations WHERE business_id = '1'"); n != 3 {
			t.Errorf("the order is short by %d", n)
		}
		f.sound()
	})
}

func TestADifferenceOfValueIsApprovedBySomebodyElse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		admin := f.SignIn(t, auth.RoleAdmin)
		f.receive("BRAKE-1", 100)
		f.Must(t, f.manager, "approvalRuleCreate", "", vars{"code": "COUNTS", "name": "Counts of value", "kind": "STOCKTAKE", "minValue": "100", "separate": true})
		no := f.stocktake(nil)
		f.counts(admin, no, 88) // 120 are missing
		if got := f.takes(f.manager, "stocktakeApprove", vars{"no": no}).refused(); !slices.Equal(got, []string{"APPROVAL_SEPARATE input.no"}) {
			t.Errorf("who made it: %q", got)
		}
		if p := f.takes(admin, "stocktakeApprove", vars{"no": no}); len(p.UserErrors) > 0 {
			t.Errorf("somebody else: %+v", p.UserErrors)
		}
		f.sound()
	})
}

func TestLinesThatMovedAreCountedAgainWhereThatIsAsked(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 100)
		no := f.stocktake(vars{"whenMoved": "RECOUNT"})
		f.counts(f.manager, no, 90)
		f.out("BRAKE-1", 1)
		if p := f.took("stocktakeApprove", vars{"no": no}); p.Document.State != "EXECUTING" || p.Lines[0].State != "RECOUNT" || len(p.Movements) > 0 {
			t.Errorf("it moved: %+v", p)
		}
		f.counts(f.manager, no, 89)
		f.must("documentApprove", vars{"no": no})
		if n := f.available("BRAKE-1"); n != 89 {
			t.Errorf("%d lie there", n)
		}
		other := f.stocktake(nil)
		f.must("documentCancel", vars{"no": other})
		f.stocktake(nil) // it is free again
		f.expect("twice at once", payload{UserErrors: f.takes(f.manager, "stocktakeCreate", vars{"warehouseCode": "SZ01", "scope": vars{"everything": true}}).UserErrors}, "LOCKED input.scope")
		f.sound()
	})
}

// truth is what lies on a floor, whatever the books say. Each act has its moment.
type truth struct {
	sync.Mutex
	there int64
	last  time.Time
}

// act changes the floor by n, unless there is too little, and tells when.
func (f *truth) act(n int64) (there int64, at time.Time, ok bool) {
	f.Lock()
	defer f.Unlock()
	if f.there+n < 0 {
		return 0, time.Time{}, false
	}
	f.there += n
	at = store.Moment(time.Now())
	if !at.After(f.last) {
		at = f.last.Add(time.Microsecond)
	}
	f.last = at
	return f.there, at, true
}

func (f *floor) adjust(n int64, at time.Time) error {
	p := f.Mutate(f.t, f.manager, "stockAdjust", "", vars{
		"idempotencyKey": fmt.Sprint("adjust-", at.UnixNano()), "reasonCode": "TEST", "occurredAt": at.Format(time.RFC3339Nano),
		"changes": []vars{{"sku": "BRAKE-1", "warehouseCode": "SZ01", "delta": n}},
	})
	if len(p.UserErrors) > 0 {
		return fmt.Errorf("adjust by %d: %s", n, p.Raw)
	}
	return nil
}

// Whatever moves meanwhile, the books end with what lies on the floor.
func TestCountsAmongMovementsEndInTheTruth(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 10000)
		now := &truth{there: 10000}
		rapid.Check(t, func(rt *rapid.T) {
			now.act(-rapid.Int64Range(0, 3).Draw(rt, "lost"))
			no := f.stocktake(nil)
			type booking struct {
				n  int64
				at time.Time
			}
			var late []booking
			counted := false
			for range rapid.IntRange(1, 8).Draw(rt, "acts") {
				switch n := rapid.Int64Range(-3, 3).Draw(rt, "act"); n {
				case 0:
					there, at, _ := now.act(0)
					p := f.takes(f.manager, "stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": there, "countedAt": at.Format(time.RFC3339Nano)}}})
					if len(p.UserErrors) > 0 {
						rt.Fatalf("%+v", p.UserErrors)
					}
					counted = true
				default:
					_, at, _ := now.act(n)
					if b := (booking{n, at}); rapid.Bool().Draw(rt, "booked late") {
						late = append(late, b)
					} else if err := f.adjust(b.n, b.at); err != nil {
						rt.Fatal(err)
					}
				}
			}
			for _, b := range late {
				if err := f.adjust(b.n, b.at); err != nil {
					rt.Fatal(err)
				}
			}
			if !counted {
				there, at, _ := now.act(0)
				f.takes(f.manager, "stocktakeCount", vars{"no": no, "lines": []vars{{"lineNo": 1, "quantity": there, "countedAt": at.Format(time.RFC3339Nano)}}})
			}
			if p := f.takes(f.manager, "stocktakeApprove", vars{"no": no}); len(p.UserErrors) > 0 {
				rt.Fatalf("%+v", p.UserErrors)
			}
			if n := f.count("SELECT physical_quantity FROM stocks WHERE sku = 'BRAKE-1'"); n != now.there {
				rt.Fatalf("the books say %d, the floor has %d", n, now.there)
			}
		})
		f.sound()
	})
}

func TestPeopleCountAndPickAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", 1000)
	now := &truth{there: 990} // ten are missing, and nobody knows
	no := f.stocktake(nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if _, at, ok := now.act(-1); ok {
					if err := f.adjust(-1, at); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for i := range 2 {
		wg.Go(func() {
			for j := range 5 {
				there, at, _ := now.act(0)
				p := f.takesRaw(f.manager, "stocktakeCount", vars{"idempotencyKey": fmt.Sprint("count-", i, "-", j), "no": no, "lines": []vars{{"lineNo": 1, "quantity": there, "countedAt": at.Format(time.RFC3339Nano)}}})
				if len(p.UserErrors) > 0 {
					t.Errorf("%+v", p.UserErrors)
				}
			}
		})
	}
	wg.Wait()
	f.took("stocktakeApprove", vars{"no": no})
	if n := f.count("SELECT physical_quantity FROM stocks WHERE sku = 'BRAKE-1'"); n != now.there {
		t.Errorf("the books say %d, the floor has %d", n, now.there)
	}
	f.sound()
}
