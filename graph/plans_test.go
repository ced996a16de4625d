package graph_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Operations that a busy system sends all day. Their statements reach what they
// read by key, whatever the size of the tables.
var hot = map[string]string{
	"stocks by ID":        `{ stocks { nodes { sku warehouse { code } product { name } } } }`,
	"stocks by ID, last":  `{ stocks(last: 50) { nodes { sku } } }`,
	"stocks by SKU":       `{ stocks(orderBy: {field: SKU}) { nodes { sku } } }`,
	"stocks by warehouse": `{ stocks(orderBy: {field: WAREHOUSE, direction: DESC}) { nodes { sku } } }`,
	"stocks in a warehouse": `{ id: stocks(filter: {warehouseCodes: ["W07"]}) { nodes { sku } } sku: stocks(filter: {warehouseCodes: ["W07"]}, orderBy: {field: SKU}) { nodes { sku } }
		kind: stocks(filter: {businessType: STANDARD}, orderBy: {field: WAREHOUSE}) { nodes { sku } } }`,
	"stocks of SKUs":               `{ stocks(filter: {skus: ["SKU-00100", "SKU-00200"]}) { nodes { sku } } }`,
	"stocks of SKUs in warehouses": `{ stocks(filter: {skus: ["SKU-00100", "SKU-00200"], warehouseCodes: ["W01", "W02"]}) { nodes { sku } totalCount } }`,
	"stocks of a prefix":           `{ stocks(filter: {skuPrefix: "SKU-001"}, orderBy: {field: SKU}) { nodes { sku } } }`,
	"stocksBySku":                  `{ stocksBySku(skus: ["SKU-00100", "SKU-00300"]) { total { physical } stocks { warehouse { code } product { name } } } }`,
	"stock":                        `{ stock(sku: "SKU-00100", warehouseCode: "W01", batchNo: "B1") { unitCost value batch { expiresOn } movements(first: 10) { totalCount nodes { posting { actor { username } } } } } }`,
	"stockAsOf": `{ r: stockAsOf(sku: "SKU-00100", warehouseCode: "W01", batchNo: "B1", at: "2026-06-01T00:00:00Z") { physical }
		o: stockAsOf(sku: "SKU-00100", warehouseCode: "W01", batchNo: "B1", at: "2026-06-01T00:00:00Z", basis: OCCURRED) { physical } }`,
	"stockCard": `{ stockCard(sku: "SKU-00100", warehouseCode: "W01") { opening { physical } closing { physical } closingValue lines(first: 50) { nodes { movement { kind posting { reasonCode } } after { physical } valueAfter } } } }`,
	"a month of a stockCard, from its end": `{ stockCard(sku: "SKU-00100", warehouseCode: "W01", batchNo: "B1", from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z") {
		opening { physical } closing { physical } unitsIn unitsOut lines(last: 50) { nodes { after { available } } totalCount } } }`,
	"a month of a stockCard of all batches": `{ stockCard(sku: "SKU-00100", warehouseCode: "W01", from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z") {
		opening { physical } openingValue unitsIn unitsOut lines(last: 50) { nodes { after { available } valueAfter } totalCount } } }`,
	"stocks by age":                       `{ stocks { nodes { layers { units ageDays posting { kind } } } } }`,
	"places at a glance":                  `{ warehouses { nodes { overview { locationCount openDocumentCount lastMovementAt } } } }`,
	"days of a stock":                     `{ stockHistory(sku: "SKU-00100", warehouseCode: "W01", from: "2026-01-01", to: "2026-03-01") { day physical } }`,
	"what ran by the clock":               `{ scheduledRuns { nodes { job outcome } } }`,
	"what stocks cost, and their batches": `{ stocks { nodes { unitCost value batch { state } } } }`,
	"movements, newest first":             `{ stockMovements { nodes { id warehouse { code } product { name } stock { available } posting { kind actor { username } reversedBy { id } reverses { id } document { no } } } } }`,
	"movements of a SKU":                  `{ stockMovements(filter: {sku: "SKU-00100"}) { nodes { id } } }`,
	"movements of SKUs":                   `{ stockMovements(filter: {skus: ["SKU-00100", "SKU-00101"]}) { nodes { id } } }`,
	"movements of SKUs in warehouses": `{ one: stockMovements(filter: {skus: ["SKU-00100", "SKU-00101"], warehouseCode: "W03"}) { nodes { id } }
		many: stockMovements(filter: {sku: "SKU-00100", warehouseCodes: ["W03", "W04"]}) { nodes { id } } }`,
	"movements in warehouses":      `{ one: stockMovements(filter: {warehouseCode: "W03"}) { nodes { id } } many: stockMovements(filter: {warehouseCodes: ["W03", "W04", "W05"]}) { nodes { id } } }`,
	"movements of a posting":       `{ stockMovements(filter: {postingId: $posting}) { nodes { id } totalCount } }`,
	"movements of a document":      `{ id: stockMovements(filter: {documentId: $document}) { nodes { id } totalCount } no: stockMovements(filter: {documentNo: "OUT-W01-20260101-00100"}) { nodes { id } } }`,
	"posting":                      `{ posting(id: $posting) { actor { username } movements { sku stock { available } product { name } } document { no } reversedBy { id } } }`,
	"nodes":                        `{ nodes(ids: [$posting, $document]) { id } }`,
	"documents":                    `{ documents { nodes { no warehouse { code } createdBy { username } reversedBy { no } } } }`,
	"documents of a state":         `{ documents(filter: {states: [APPROVED]}) { nodes { no } } open: documents(filter: {open: true}) { nodes { no } } closed: documents(filter: {open: false}) { nodes { no } } }`,
	"documents in warehouses":      `{ documents(filter: {warehouseCodes: ["W03", "W04"]}) { nodes { no } } open: documents(filter: {warehouseCodes: ["W03"], open: true}) { nodes { no } } }`,
	"documents of a number":        `{ document(no: "OUT-W01-20260101-00100") { no } documents(filter: {noPrefix: "OUT-W01-20260101-001"}, orderBy: {field: NO}) { nodes { no } } }`,
	"documents of others' numbers": `{ documents(filter: {externalNo: "X100"}) { nodes { no } } many: documents(filter: {externalNos: ["X100", "X101"]}) { nodes { no } totalCount } }`,
	"documents of a SKU":           `{ documents(filter: {sku: "SKU-00100"}) { nodes { no } totalCount } }`,
	"document with all that hangs on it": `{ document(id: $document) { lines { nodes { product { name } location { code } executions(first: 3) { nodes { quantity posting { kind } } totalCount } } totalCount } events { nodes { actor { username } posting { kind } } totalCount }
		postings { nodes { movements { sku } } totalCount } } }`,
	"shipments":                             `{ shipments { nodes { shipmentNo document { no } lines(first: 5) { nodes { sku entries(first: 5) { nodes { reasonCode } } } totalCount } worth { outstanding } } } }`,
	"shipments of a state":                  `{ shipments(filter: {states: [IN_TRANSIT], overdue: true}) { nodes { shipmentNo } totalCount } }`,
	"shipments to a warehouse":              `{ shipments(filter: {targetWarehouseCodes: ["W03"]}) { nodes { shipmentNo } } from: shipments(filter: {warehouseCodes: ["W03"]}) { nodes { shipmentNo } } }`,
	"shipments with a SKU":                  `{ shipments(filter: {sku: "SKU-00100"}) { nodes { shipmentNo } totalCount } }`,
	"shipments of documents":                `{ documents(first: 20) { nodes { shipments(first: 5) { nodes { shipmentNo } totalCount } } } }`,
	"what is on its way to stocks":          `{ stocks(first: 20) { nodes { inTransitShipments { shipment { shipmentNo } line { quantity } } } } }`,
	"documents with all that hangs on them": `{ documents(first: 20) { nodes { lines(first: 5) { nodes { sku } } events(first: 5) { nodes { action } } postings(first: 5) { nodes { movements(first: 5) { sku } } } } } }`,
	"products by SKU":                       `{ product(sku: "SKU-00100") { barcodes { barcode } } products(filter: {skus: ["SKU-00100", "SKU-00200"]}) { nodes { sku } } ordered: products(orderBy: {field: SKU, direction: DESC}) { nodes { sku } } }`,
	"a barcode, and kits":                   `{ productByBarcode(barcode: "6900000100") { sku product { name } } kitAvailability(skus: ["SKU-00100", "SKU-00200"]) { quantity } product(sku: "SKU-00100") { components { sku } kits { sku } kitAvailability { quantity } } }`,
	"stand-ins":                             `{ stocks(filter: {skus: ["SKU-00100", "SKU-00200"], includeInterchange: true}) { nodes { sku standsInFor } } stocksBySku(skus: ["SKU-00100"], includeInterchange: true) { standIns { sku } } }`,
	"batches of SKUs":                       `{ batches(filter: {skus: ["SKU-00100"]}) { nodes { state stocks { available } } } all: batches { nodes { batchNo product { name } } } }`,
	"products by barcode":                   `{ product(barcode: "6900000100") { sku } products(filter: {barcodes: ["6900000100"]}) { nodes { sku } } }`,
	"products with their stocks":            `{ products(first: 20) { nodes { barcodes { barcode } stocks(first: 5) { nodes { value } totalCount } movements(first: 5) { nodes { id } totalCount } } } }`,
	"warehouses with their stocks":          `{ warehouses { nodes { parents { code } stocks(first: 10, nonZero: true) { nodes { sku product { name } movements(first: 2) { nodes { id } } } } } } }`,
	"locations in warehouses":               `{ locations(filter: {warehouseCodes: ["W03"]}, orderBy: {field: CODE}) { nodes { code warehouse { code } } } all: locations(orderBy: {field: WAREHOUSE}) { nodes { code } } }`,
	"warehouses with their locations":       `{ warehouses { nodes { locations(first: 10) { nodes { code } } } } }`,
}

func TestNothingHotReadsALargeTableThrough(t *testing.T) {
	t.Parallel()
	p := planner(t)
	for name, query := range hot {
		for _, fault := range p.faults(t, query) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	t.Run("a lost index is noticed", func(t *testing.T) {
		for index, name := range map[string]string{
			"stocks_sku_id": "stocksBySku", "stock_movements_warehouse_id_id": "movements in warehouses", "stock_movements_posting_id": "posting",
			"postings_document_id": "movements of a document", "documents_state_id": "documents of a state", "document_lines_key": "documents with all that hangs on them",
		} {
			if err := p.DB().InTx(t.Context(), func(tx store.Tx) error {
				_, err := tx.SQL.ExecContext(t.Context(), "DROP INDEX "+index)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if faults := p.faults(t, hot[name]); len(faults) == 0 {
				t.Errorf("nobody misses %s in %q", index, name)
			}
		}
	})
}

//go:embed testdata/large.sql
var largeSQL string

// sizes of the tables that nothing hot may read through.
var sizes = map[string]float64{
	"stocks": 40_000, "stock_costs": 40_000, "stock_movements": 200_000, "postings": 60_000,
	"documents": 6_000, "document_lines": 30_000, "document_events": 24_000, "products": 2_000, "product_barcodes": 2_000,
	"shipments": 6_000, "shipment_lines": 30_000, "shipment_entries": 30_000,
}

type planCheck struct {
	*graphtest.Graph
	who *auth.Principal
}

func (p planCheck) DB() *store.DB { return p.Deps.DB }

// planner is a graph over a database of that size.
func planner(t *testing.T) planCheck {
	t.Helper()
	g := graphtest.New(t, testdb.Postgres(t))
	p := planCheck{g, g.SignIn(t, auth.RoleAdmin)}
	if err := g.Deps.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.SQL.ExecContext(t.Context(), strings.ReplaceAll(largeSQL, "$user", strconv.FormatInt(p.who.UserID, 10))+"; ANALYZE")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// faults runs an operation, plans each of its statements as the reading pool
// does, and tells what is wrong with the plans.
func (p planCheck) faults(t *testing.T, query string) (faults []string) {
	t.Helper()
	for name, id := range map[string]page.ID{"$posting": {Type: "Posting", Key: 1000}, "$document": {Type: "Document", Key: 100}} {
		query = strings.ReplaceAll(query, name, `"`+id.String()+`"`)
	}
	ctx, sent := store.RecordStatements(auth.With(t.Context(), p.who))
	if r := p.Exec(ctx, query, nil); len(r.Errors) > 0 {
		t.Fatalf("%s: %v", query, r.Errors)
	}
	for _, s := range sent() {
		root, text := explain(t, p.DB(), s)
		for _, f := range root.faults(view{share: 1, loops: 1}) {
			faults = append(faults, fmt.Sprintf("%s\n%s\n%s", f, s.Query, text))
		}
	}
	return faults
}

// explain plans a statement as it is planned for all values.
func explain(t *testing.T, db *store.DB, s store.Statement) (*node, string) {
	t.Helper()
	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	exec := func(statement string) {
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec("PREPARE planned AS " + s.Query)
	defer exec("DEALLOCATE planned")
	call := "EXECUTE planned"
	if len(s.Args) > 0 {
		values := make([]string, len(s.Args))
		for i, a := range s.Args {
			values[i] = parameter(a)
		}
		call += "(" + strings.Join(values, ", ") + ")"
	}
	var raw []byte
	var plans []struct{ Plan *node }
	if err := conn.QueryRowContext(t.Context(), "EXPLAIN (FORMAT JSON) "+call).Scan(&raw); err != nil {
		t.Fatalf("%s: %v", s.Query, err)
	}
	if err := json.Unmarshal(raw, &plans); err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	plans[0].Plan.write(&lines, "  ")
	return plans[0].Plan, lines.String()
}

// A list of keys is one parameter: a filter with one more does not cost another
// place among the statements that a connection keeps.
func TestTheTextOfAStatementDoesNotGrowWithAFilter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleAdmin)
		texts := func(query, values string) (out []string) {
			ctx, sent := store.RecordStatements(auth.With(t.Context(), p))
			if r := g.Exec(ctx, strings.Replace(query, "$", values, 1), nil); len(r.Errors) > 0 {
				t.Fatalf("%s: %v", query, r.Errors)
			}
			for _, s := range sent() {
				out = append(out, s.Query)
			}
			return out
		}
		for query, values := range map[string][2]string{
			`{ stocks(filter: {batchStates: [$]}) { nodes { sku } } }`:                                                                           {`HOLD`, `HOLD, EXPIRED, HOLD`},
			`{ stockMovements(filter: {kinds: [$]}) { nodes { sku } } }`:                                                                         {`MOVE`, `MOVE, COUNT, MOVE`},
			`{ stockMovements(filter: {reasonCodes: [$]}) { nodes { sku } } }`:                                                                   {`"A"`, `"A", "B"`},
			`{ documents(filter: {kinds: [$]}) { nodes { no } } }`:                                                                               {`INBOUND`, `INBOUND, OUTBOUND`},
			`{ documents(filter: {reasonCodes: [$]}) { nodes { no } } }`:                                                                         {`"A"`, `"A", "B"`},
			`{ documents(filter: {states: [$]}) { nodes { no } } }`:                                                                              {`DRAFT`, `DRAFT, APPROVED`},
			`{ shipments(filter: {states: [$]}) { nodes { shipmentNo } } }`:                                                                      {`RECEIVED`, `RECEIVED, CANCELLED`},
			`{ locations(filter: {types: [$]}) { nodes { code } } }`:                                                                             {`PICK`, `PICK, STAGE`},
			`{ lowStock(filter: {states: [$]}) { nodes { sku } } }`:                                                                              {`BELOW_MIN`, `BELOW_MIN, ABOVE_MAX`},
			`{ stockSummary(filter: {categories: [$]}) { nodes { physical } } }`:                                                                 {`"A"`, `"A", "B"`},
			`{ movementStatistics(from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z", filter: {kinds: [$]}) { nodes { movementCount } } }`: {`MOVE`, `MOVE, COUNT`},
		} {
			if few, many := texts(query, values[0]), texts(query, values[1]); !slices.Equal(few, many) {
				t.Errorf("%s: %s is asked as\n%s\n%s as\n%s", query, values[0], few, values[1], many)
			}
		}
	})
}
