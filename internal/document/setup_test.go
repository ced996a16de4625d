package document_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/reservation"
	"entrepot/internal/stock"
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

type vars = map[string]any

// payload is what every mutation of documents answers.
type payload struct {
	Document         *doc
	Movements        []movement
	DryRun, Replayed bool
	UserErrors       []userError
}

type doc struct {
	ID, No                                       string
	Kind                                         stock.DocumentKind
	State                                        stock.DocumentState
	Version                                      int
	LineCount                                    int
	Quantity, ExecutedQuantity, RejectedQuantity int64
	Lines                                        list[line]
	Events                                       list[event]
	Postings                                     list[struct{ ID, Kind, Operation string }]
	Reverses, ReversedBy                         *struct{ No string }
}

// list is a connection that was asked for its nodes.
type list[T any] struct {
	Nodes      []T
	TotalCount int
}

type line struct {
	LineNo                                                            int
	Sku, BatchNo, Bucket                                              string
	Quantity, ExecutedQuantity, RejectedQuantity, OutstandingQuantity int64
	UnitCost, UnitPrice                                               *string
	Executions                                                        list[executed]
}

type executed struct {
	Sku, BatchNo, Bucket, ReasonCode         string
	FromBucket                               *string
	Posting                                  *struct{ ID string }
	Location                                 *struct{ Code string }
	Quantity, RejectedQuantity, LineQuantity int64
}

// String is such as "6 BRAKE-1/B1 AVAILABLE".
func (e executed) String() string {
	s := fmt.Sprintf("%d %s/%s %s", e.Quantity, e.Sku, e.BatchNo, e.Bucket)
	if e.FromBucket != nil {
		s += " from " + *e.FromBucket
	}
	if e.RejectedQuantity > 0 {
		s += fmt.Sprintf(" rejected %d %s", e.RejectedQuantity, e.ReasonCode)
	}
	if e.Location != nil {
		s += " at " + e.Location.Code
	}
	return s
}

// executions of a line, as text.
func (d doc) executions(lineNo int) (out []string) {
	for _, e := range d.Lines.Nodes[lineNo-1].Executions.Nodes {
		out = append(out, e.String())
	}
	return out
}

type event struct {
	Version   int
	Action    stock.DocumentAction
	FromState *stock.DocumentState
	ToState   stock.DocumentState
	Posting   *struct{ ID string }
	Actor     struct{ Username string }
	Note      string
}

type movement struct {
	ID                           *string
	Sku, Kind                    string
	PhysicalDelta, PhysicalAfter int64
	UnitCost, ValueDelta         *string
	ExchangeRate, Currency       string
}

type userError struct {
	Code, Message                            string
	Field                                    []string
	Index                                    *int
	CurrentQuantity, CurrentVersion, ShortBy *int64
}

const fields = `id no kind state version lineCount quantity executedQuantity rejectedQuantity
  lines(first: 200) { nodes { lineNo sku batchNo bucket quantity executedQuantity rejectedQuantity outstandingQuantity unitCost unitPrice executions { nodes { sku batchNo bucket fromBucket posting { id } location { code } quantity rejectedQuantity lineQuantity reasonCode } } } totalCount }
  events { nodes { version action fromState toState posting { id } actor { username } note } totalCount }
  postings { nodes { id kind operation } } reverses { no } reversedBy { no }`

const answer = `{ document { ` + fields + ` }
  movements { id sku kind physicalDelta physicalAfter unitCost valueDelta exchangeRate currency }
  dryRun replayed userErrors { code message field index currentQuantity currentVersion shortBy } }`

// send runs one command as who; the key is filled in when the input has none.
func (f *floor) send(who *auth.Principal, op string, input vars) payload {
	f.t.Helper()
	f.keys++
	full := vars{"idempotencyKey": fmt.Sprintf("key-%d", f.keys)}
	maps.Copy(full, input)
	return f.raw(who, op, full)
}

func (f *floor) raw(who *auth.Principal, op string, input vars) payload {
	f.t.Helper()
	r := f.Do(f.t, who, fmt.Sprintf("mutation($in: %sInput!) { it: %s(input: $in) %s }", strings.ToUpper(op[:1])+op[1:], op, answer), vars{"in": input})
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

func lineOf(sku string, n int, more ...vars) vars {
	l := vars{"sku": sku, "quantity": n}
	for _, m := range more {
		maps.Copy(l, m)
	}
	return l
}

// inbound makes a document of lines in SZ01, ready to be executed.
func (f *floor) inbound(lines ...vars) doc {
	f.t.Helper()
	return *f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "lines": lines}).Document
}

func (f *floor) outbound(lines ...vars) doc {
	f.t.Helper()
	return *f.must("outboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "APPROVED", "lines": lines}).Document
}

// receive brings goods in.
func (f *floor) receive(sku string, n int) {
	f.t.Helper()
	f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{lineOf(sku, n, vars{"unitCost": "10"})}})
}

func (f *floor) read(no string) doc {
	f.t.Helper()
	var data struct{ Document *doc }
	f.Do(f.t, f.manager, `query($no: String!) { document(no: $no) { `+fields+` } }`, vars{"no": no}).Into(f.t, &data)
	if data.Document == nil {
		f.t.Fatalf("there is no document %s", no)
	}
	return *data.Document
}

// refused says which field was refused how.
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
func (f *floor) rows() map[string]int64 {
	f.t.Helper()
	out := map[string]int64{}
	for _, table := range []string{"stocks", "stock_movements", "postings", "idempotency_keys", "documents", "document_lines", "document_events", "document_executions", "batches"} {
		var n int64
		if err := f.db.SQL().QueryRowContext(f.t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			f.t.Fatal(err)
		}
		out[table] = n
	}
	return out
}

func (f *floor) count(query string, args ...any) (n int64) {
	f.t.Helper()
	if err := f.db.SQL().QueryRowContext(f.t.Context(), query, args...).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *floor) available(sku string) int64 {
	f.t.Helper()
	var data struct{ Stock *struct{ Available int64 } }
	f.Do(f.t, f.manager, `query($s: String!) { stock(sku: $s, warehouseCode: "SZ01") { available } }`, vars{"s": sku}).Into(f.t, &data)
	if data.Stock == nil {
		return 0
	}
	return data.Stock.Available
}

func (f *floor) verify() {
	f.t.Helper()
	r, err := ledger.Verify(context.WithoutCancel(f.t.Context()), f.db, append(document.Rules(), reservation.Rules()...)...)
	if err != nil {
		f.t.Fatal(err)
	}
	if !r.OK() {
		raw, _ := json.MarshalIndent(r.Checks, "", " ")
		f.t.Errorf("the ledger is broken: %s", raw)
	}
}

// service is the documents' commands without the graph, as f's manager.
func (f *floor) service(now func() time.Time) (*document.Service, context.Context) {
	return document.New(f.db, "CNY", now), auth.With(f.t.Context(), f.manager)
}
