package reservation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/ent/warehouse"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/posting"
	"entrepot/internal/reservation"
	"entrepot/internal/store"
)

// floor is a graph over a database with two warehouses and some products, a
// manager who works there, and a clock that can be put forward.
type floor struct {
	*graphtest.Graph
	t       testing.TB
	db      *store.DB
	manager *auth.Principal
	keys    atomic.Int64
	ahead   atomic.Int64
}

func setup(t testing.TB, db *store.DB, options ...reservation.Option) *floor {
	t.Helper()
	f := &floor{t: t, db: db}
	deps := graphtest.New(t, db).Deps
	deps.Reservations = reservation.New(db, "CNY", f.now, options...)
	deps.Postings = posting.New(db, "CNY", f.now)
	f.Graph = graphtest.Over(deps)
	f.Warehouses(t, "SZ01", "LA01")
	f.Products(t, "BRAKE-1", "BRAKE-2", "LAMP-1")
	f.manager = f.SignIn(t, auth.RoleManager)
	return f
}

func (f *floor) now() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) }

// pass puts the clock forward.
func (f *floor) pass(d time.Duration) { f.ahead.Add(int64(d)) }

type vars = map[string]any

type payload struct {
	Reservation *struct {
		ID, BusinessID, State                                                     string
		Version                                                                   int64
		Quantity, OpenQuantity, DeductedQuantity, ReleasedQuantity, ShortQuantity int64
		Allocations                                                               struct{ Nodes []allocation }
		Events                                                                    struct{ Nodes []struct{ Action string } }
	}
	Posting          *struct{ ID string }
	Movements        []movement
	DryRun, Replayed bool
	UserErrors       []userError
}

type allocation struct {
	Sku, BatchNo string
	Warehouse    struct{ Code string }
	OpenQuantity int64
}

type movement struct {
	ID                                            *string
	Sku, BatchNo                                  string
	PhysicalDelta, AllocatedDelta, AvailableAfter int64
	StockVersion                                  int64
}

type userError struct {
	Code, Message                            string
	Field                                    []string
	CurrentQuantity, CurrentVersion, ShortBy *int64
}

const answer = `{ dryRun replayed posting { id }
  reservation { id businessId state version quantity openQuantity deductedQuantity releasedQuantity shortQuantity
    allocations { nodes { sku batchNo warehouse { code } openQuantity } } events { nodes { action } } }
  movements { id sku batchNo physicalDelta allocatedDelta availableAfter stockVersion }
  userErrors { code message field currentQuantity currentVersion shortBy } }`

// send runs a command on reservations; a key is filled in when there is none.
func (f *floor) send(op string, input vars) payload {
	f.t.Helper()
	full := vars{"idempotencyKey": fmt.Sprintf("key-%d", f.keys.Add(1))}
	for k, v := range input {
		full[k] = v
	}
	kind := "R" + strings.TrimPrefix(op, "r") + "Input"
	r := f.Do(f.t, f.manager, fmt.Sprintf("mutation($in: %s!) { it: %s(input: $in) %s }", kind, op, answer), vars{"in": full})
	var data struct{ It *payload }
	r.Into(f.t, &data)
	return *data.It
}

// must sends and fails the test when anything is refused.
func (f *floor) must(op string, input vars) payload {
	f.t.Helper()
	p := f.send(op, input)
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", op, p.UserErrors)
	}
	return p
}

func (f *floor) expect(what string, p payload, want ...string) {
	f.t.Helper()
	var got []string
	for _, e := range p.UserErrors {
		got = append(got, e.Code+" "+strings.Join(e.Field, "."))
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s: refused %q, want %q: %+v", what, got, want, p.UserErrors)
	}
}

// order is the input of a reservation for an order, from SZ01.
func order(id string, lines ...vars) vars {
	return vars{"businessType": "ORDER", "businessId": id, "warehouseCodes": []string{"SZ01"}, "lines": lines}
}

func line(sku string, n int64) vars { return vars{"sku": sku, "quantity": n} }

func with(in, more vars) vars {
	out := vars{}
	for _, m := range []vars{in, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// receive books goods in, by the batch that may follow.
func (f *floor) receive(sku, warehouse string, n int64, batch ...string) {
	f.t.Helper()
	f.adjust(vars{"sku": sku, "warehouseCode": warehouse, "delta": n, "unitCost": "10", "batchNo": strings.Join(batch, "")}, nil)
}

// adjust sends one stockAdjust and returns the codes of its refusals.
func (f *floor) adjust(change, more vars) []string {
	f.t.Helper()
	var data struct {
		It struct {
			UserErrors []struct{ Code, Message string }
		}
	}
	f.Do(f.t, f.manager, `mutation($in: StockAdjustInput!) { it: stockAdjust(input: $in) { userErrors { code message } } }`, vars{"in": with(vars{
		"idempotencyKey": fmt.Sprintf("adjust-%d", f.keys.Add(1)), "reasonCode": "TEST", "changes": []vars{change},
	}, more)}).Into(f.t, &data)
	var codes []string
	for _, e := range data.It.UserErrors {
		codes = append(codes, e.Code)
	}
	return codes
}

func (f *floor) warehouse(code string) int64 {
	f.t.Helper()
	id, err := f.db.Ent().Warehouse.Query().Where(warehouse.Code(code)).OnlyID(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// balance is what a SKU has in a warehouse, over all batches, as the books say.
func (f *floor) balance(sku, warehouse string) (physical, allocated int64) {
	f.t.Helper()
	err := f.db.SQL().QueryRowContext(f.t.Context(), `SELECT coalesce(sum(physical_quantity), 0), coalesce(sum(allocated_quantity), 0)
FROM stocks WHERE sku = $1 AND warehouse_id = $2`, sku, f.warehouse(warehouse)).Scan(&physical, &allocated)
	if err != nil {
		f.t.Fatal(err)
	}
	return physical, allocated
}

// stands compares that.
func (f *floor) stands(sku, warehouse string, physical, allocated int64) {
	f.t.Helper()
	if p, a := f.balance(sku, warehouse); p != physical || a != allocated {
		f.t.Errorf("%s in %s: %d physical, %d allocated, want %d and %d", sku, warehouse, p, a, physical, allocated)
	}
}

func (f *floor) verify() {
	f.t.Helper()
	r, err := ledger.Verify(context.WithoutCancel(f.t.Context()), f.db, reservation.Rules()...)
	if err != nil {
		f.t.Fatal(err)
	}
	if !r.OK() {
		raw, _ := json.MarshalIndent(r.Checks, "", " ")
		f.t.Errorf("the books are broken: %s", raw)
	}
}
