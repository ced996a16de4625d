package document_test

import (
	"fmt"
	"slices"
	"testing"

	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// list is the numbers that a filter admits, oldest first.
func (f *floor) list(args string) []string {
	f.t.Helper()
	var data struct {
		Documents struct {
			Nodes      []struct{ No string }
			TotalCount int
		}
	}
	f.Do(f.t, f.manager, fmt.Sprintf(`{ documents(orderBy: {field: ID, direction: ASC}, %s) { nodes { no } totalCount } }`, args), nil).Into(f.t, &data)
	out := []string{}
	for _, n := range data.Documents.Nodes {
		out = append(out, n.No)
	}
	if data.Documents.TotalCount != len(out) {
		f.t.Errorf("%s counts %d and shows %d", args, data.Documents.TotalCount, len(out))
	}
	return out
}

func TestDocumentsAreFoundByWhatTheyTell(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		make1 := func(op string, in vars) string { return f.must(op, in).Document.No }
		in := make1("inboundCreate", vars{"warehouseCode": "SZ01", "party": "Bosch GmbH", "externalNo": "PO-1", "advanceTo": "COMPLETED", "occurredAt": "2026-05-01T00:00:00Z", "lines": []vars{lineOf("BRAKE-1", 9)}})
		out := make1("outboundCreate", vars{"warehouseCode": "SZ01", "externalNo": "PO-22", "lines": []vars{lineOf("BRAKE-1", 1), lineOf("LAMP-1", 1)}})
		adj := make1("adjustmentCreate", vars{"warehouseCode": "LA01", "reasonCode": "FOUND", "advanceTo": "APPROVED", "lines": []vars{lineOf("BRAKE-2", 1)}})
		back := f.must("documentReverse", vars{"no": in, "reasonCode": "TEST"}).Document.No
		for filter, want := range map[string][]string{
			`first: 10`:                                                 {in, out, adj, back},
			`filter: {kinds: [INBOUND, ADJUSTMENT]}`:                    {in, adj, back},
			`filter: {states: [DRAFT]}`:                                 {out},
			`filter: {open: true}`:                                      {out, adj},
			`filter: {open: false}`:                                     {in, back},
			`filter: {reversal: true}`:                                  {back},
			`filter: {warehouseCodes: ["la01"]}`:                        {adj},
			`filter: {warehouseCodes: []}`:                              {},
			`filter: {sku: "lamp-1"}`:                                   {out},
			`filter: {externalNo: "PO-1"}`:                              {in, back},
			`filter: {search: "po-"}`:                                   {},
			`filter: {search: "PO-2"}`:                                  {out},
			`filter: {search: "in-sz"}`:                                 {in, back},
			`filter: {search: "bosch"}`:                                 {in, back},
			`filter: {reasonCodes: ["SALE", "FOUND"]}`:                  {out, adj},
			`filter: {occurredTo: "2026-06-01T00:00:00Z"}`:              {in},
			`filter: {createdFrom: "2099-01-01T00:00:00Z"}`:             {},
			`filter: {open: true, kinds: [OUTBOUND], sku: "BRAKE-1"}`:   {out},
			`filter: {open: true, kinds: [ADJUSTMENT], sku: "BRAKE-1"}`: {},
		} {
			if got := f.list(filter); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", filter, got, want)
			}
		}
		if code := f.Do(t, f.manager, `{ documents(filter: {search: "`+fmt.Sprintf("%0101d", 1)+`"}) { nodes { no } } }`, nil).Code(); code != "BAD_REQUEST" {
			t.Errorf("a long search: %q", code)
		}
	})
}

func TestAKeeperExecutesAndDoesNotApproveAndSeesNoCost(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		keeper := f.SignIn(t, auth.RoleKeeper)
		lines := []vars{lineOf("BRAKE-1", 3, vars{"unitCost": "4"})}
		d := f.send(keeper, "inboundCreate", vars{"warehouseCode": "SZ01", "lines": lines}).Document
		if d.Lines.Nodes[0].UnitCost != nil {
			t.Errorf("a keeper sees the cost %s", *d.Lines.Nodes[0].UnitCost)
		}
		forbidden := func(op, input string) {
			t.Helper()
			if code := f.Do(t, keeper, fmt.Sprintf(`mutation { %s(input: %s) { userErrors { code } } }`, op, input), nil).Code(); code != "FORBIDDEN" {
				t.Errorf("%s: %q", op, code)
			}
		}
		forbidden("documentApprove", fmt.Sprintf(`{idempotencyKey: "a", no: %q}`, d.No))
		forbidden("inboundCreate", `{idempotencyKey: "b", warehouseCode: "SZ01", advanceTo: APPROVED, lines: [{sku: "BRAKE-1", quantity: 1}]}`)
		forbidden("outboundCreate", `{idempotencyKey: "c", warehouseCode: "SZ01", advanceTo: COMPLETED, lines: [{sku: "BRAKE-1", quantity: 1}]}`)
		f.must("documentApprove", vars{"no": d.No})
		f.expect("execution", f.send(keeper, "documentExecute", vars{"no": d.No, "complete": true}))
		forbidden("documentReverse", fmt.Sprintf(`{idempotencyKey: "d", no: %q, reasonCode: "X"}`, d.No))
		f.verify()
	})
}
