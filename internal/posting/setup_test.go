package posting_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// floor is a graph over a database with two warehouses and some products, and
// a manager who works there.
type floor struct {
	*graphtest.Graph
	t       testing.TB
	db      *store.DB
	manager *auth.Principal
	keys    int
}

func setup(t testing.TB, db *store.DB) *floor {
	t.Helper()
	g := graphtest.New(t, db)
	g.Warehouses(t, "SZ01", "LA01")
	g.Products(t, "BRAKE-1", "BRAKE-2", "LAMP-1")
	return &floor{Graph: g, t: t, db: db, manager: g.SignIn(t, auth.RoleManager)}
}

// payload is what the four commands answer.
type payload struct {
	Posting          *struct{ ID string }
	Movements        []movement
	DryRun, Replayed bool
	UserErrors       []userError
}

type movement struct {
	ID                                             *string
	Sku, BatchNo                                   string
	PhysicalDelta, AvailableDelta                  int64
	PhysicalAfter, AvailableAfter                  int64
	DamagedAfter, OnHoldAfter                      int64
	StockVersion                                   int64
	UnitCost, ValueDelta, CostValueAfter, Currency *string
	ExchangeRate                                   string
}

type userError struct {
	Code, Message                            string
	Field                                    []string
	Index                                    *int
	CurrentQuantity, CurrentVersion, ShortBy *int64
	Retryable                                bool
}

const answer = `{ posting { id } dryRun replayed
  movements { id sku batchNo physicalDelta availableDelta physicalAfter availableAfter damagedAfter onHoldAfter stockVersion
    unitCost valueDelta costValueAfter currency exchangeRate }
  userErrors { code message field index currentQuantity currentVersion shortBy retryable } }`

var inputs = map[string]string{
	"stockAdjust": "StockAdjustInput", "stockSet": "StockSetInput", "stockMove": "StockMoveInput", "postingReverse": "PostingReverseInput",
}

type vars = map[string]any

// send runs one command as who; the key and the reason are filled in when the
// input has none.
func (f *floor) send(who *auth.Principal, op string, input vars) payload {
	f.t.Helper()
	f.keys++
	full := vars{"idempotencyKey": fmt.Sprintf("key-%d", f.keys), "reasonCode": "TEST"}
	for k, v := range input {
		full[k] = v
	}
	return f.raw(who, op, full)
}

func (f *floor) raw(who *auth.Principal, op string, input vars) payload {
	f.t.Helper()
	r := f.Do(f.t, who, fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) %s }", inputs[op], op, answer), vars{"in": input})
	var data struct{ It *payload }
	r.Into(f.t, &data)
	if data.It == nil {
		f.t.Fatalf("%s answered nothing", op)
	}
	return *data.It
}

// must sends and fails the test when anything is refused.
func (f *floor) must(op string, input vars) payload {
	f.t.Helper()
	p := f.send(f.manager, op, input)
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", op, p.UserErrors)
	}
	return p
}

func line(sku, warehouse string, more vars) vars {
	l := vars{"sku": sku, "warehouseCode": warehouse}
	for k, v := range more {
		l[k] = v
	}
	return l
}

func (f *floor) receive(sku, warehouse string, n int) payload {
	f.t.Helper()
	return f.must("stockAdjust", vars{"changes": []vars{line(sku, warehouse, vars{"delta": n, "unitCost": "10"})}})
}

// refused says which line was refused how.
func refused(p payload) []string {
	var out []string
	for _, e := range p.UserErrors {
		out = append(out, e.Code+" "+strings.Join(e.Field, "."))
	}
	return out
}

func (f *floor) expect(what string, p payload, want ...string) {
	f.t.Helper()
	if got := refused(p); !slices.Equal(got, want) {
		f.t.Errorf("%s: refused %q, want %q: %+v", what, got, want, p.UserErrors)
	}
}

// rows counts what a command could have left behind.
func (f *floor) rows() (out [4]int64) {
	f.t.Helper()
	for i, table := range []string{"stocks", "stock_movements", "postings", "idempotency_keys"} {
		if err := f.db.SQL().QueryRowContext(f.t.Context(), "SELECT count(*) FROM "+table).Scan(&out[i]); err != nil {
			f.t.Fatal(err)
		}
	}
	return out
}

func (f *floor) available(sku, warehouse string) int64 {
	f.t.Helper()
	var data struct{ Stock *struct{ Available int64 } }
	f.Do(f.t, f.manager, `query($s: String!, $w: String!) { stock(sku: $s, warehouseCode: $w) { available } }`,
		vars{"s": sku, "w": warehouse}).Into(f.t, &data)
	if data.Stock == nil {
		return 0
	}
	return data.Stock.Available
}

func (f *floor) verify() {
	f.t.Helper()
	r, err := ledger.Verify(context.WithoutCancel(f.t.Context()), f.db)
	if err != nil {
		f.t.Fatal(err)
	}
	if !r.OK() {
		raw, _ := json.MarshalIndent(r.Checks, "", " ")
		f.t.Errorf("the ledger is broken: %s", raw)
	}
}
