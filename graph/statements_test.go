package graph_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Operations on a list of $first rows. None may cost a statement more for 50
// rows than for 2.
var lists = map[string]string{
	"stocks with edges": `query($first: Int!) { stocks(first: $first) { nodes { sku warehouse { code } product { name } } } }`,
	"stocks in edges, filtered and ordered": `query($first: Int!) { stocks(first: $first, filter: {warehouseCodes: ["B0", "B1", "B2", "B3"], nonZero: true}, orderBy: {field: AVAILABLE, direction: DESC}) {
		edges { cursor node { warehouse { name } product { name } } } pageInfo { endCursor } totalCount } }`,
	"the same edge under two names": `query($first: Int!) { stocks(first: $first) { nodes { a: warehouse { code } b: warehouse { name } } } }`,
	"products":                      `query($first: Int!) { products(first: $first) { nodes { sku name price } totalCount } }`,
	"warehouses":                    `query($first: Int!) { warehouses(first: $first) { nodes { code parents { code } } } }`,
	"products with barcodes":        `query($first: Int!) { products(first: $first, filter: {search: "S"}) { nodes { sku barcodes { barcode packQuantity } } } }`,
	"locations":                     `query($first: Int!) { locations(first: $first, orderBy: {field: CODE}) { nodes { code warehouse { code parents { code } } } totalCount } }`,
	"the locations of warehouses": `query($first: Int!) { warehouses(first: $first, orderBy: {field: CODE, direction: DESC}) { nodes { code parents { code locations(first: 1) { totalCount nodes { code } } }
		locations(first: 3) { totalCount pageInfo { hasNextPage } nodes { code warehouse { name } } } more: locations { edges { cursor } } } } }`,
	"documents with everything on them": `query($first: Int!) { documents(first: $first) { nodes { no warehouse { code } createdBy { username } approvedBy { username }
		lines(first: 3) { nodes { sku product { name } location { code } executions(first: 2) { nodes { quantity location { code } posting { kind } } totalCount } } totalCount } returnOf { no } more: lines(first: 2) { edges { cursor node { lineNo } } pageInfo { hasNextPage } }
		events { nodes { action actor { username } posting { kind } } totalCount } postings { nodes { kind movements { sku stock { available } } document { no } } totalCount }
		reverses { no } reversedBy { no lines(first: 1) { nodes { sku } } } } totalCount } }`,
	"shipments with everything on them": `query($first: Int!) { shipments(first: $first) { nodes { shipmentNo overdue document { no targetWarehouse { code } shipments(first: 2) { totalCount } } warehouse { code } targetWarehouse { name } createdBy { username }
		worth { sent outstanding } posting { kind } lines(first: 2) { nodes { sku product { name } worth { arrived } entries(first: 2) { nodes { reasonCode location { code } posting { kind } } totalCount } } totalCount } } totalCount } }`,
	"stocks with what is on its way to them": `query($first: Int!) { stocks(first: $first, filter: {quantities: [{bucket: IN_TRANSIT, atLeast: 1}]}) { nodes { inTransit inTransitShipments { shipment { shipmentNo targetWarehouse { code } worth { sent } } line { product { name } } } } } }`,
	"warehouses at a glance":                 `query($first: Int!) { warehouses(first: $first) { nodes { code overview { skuCount volumeCm3 baseValue locationCount openDocumentCount lastMovementAt } also: overview { physical } } } }`,
	"stocks by age":                          `query($first: Int!) { stocks(first: $first) { nodes { layers { ageDays units posting { actor { username } } } } } }`,
	"groups of stocks":                       `query($first: Int!) { stockSummary(first: $first, groupBy: [WAREHOUSE, SKU]) { nodes { warehouse { code } product { name } skuCount baseValue } totalCount total { physical values { amount } } } }`,
	"exchange rates":                         `query($first: Int!) { exchangeRates(first: $first) { nodes { fromCurrency rate rateDate } totalCount } }`,
	"days of warehouses":                     `query($first: Int!) { warehouseSnapshots(first: $first) { nodes { day physical value warehouse { code } } totalCount } }`,
	"runs by the clock":                      `query($first: Int!) { scheduledRuns(first: $first) { nodes { job outcome } totalCount } }`,
	"kits": `query($first: Int!) { products(first: $first, orderBy: {field: SKU}) { nodes { sku components { product { name } } kits { name } kitAvailability { quantity warehouse { code } limitingProduct { name } }
		interchange { code members { product { name } } } standIns { name } shippingWeight(carrierCode: "DHL") { chargeableG } } } }`,
	"batches":                              `query($first: Int!) { batches(first: $first) { nodes { batchNo product { name } stocks { value warehouse { code } } } totalCount } }`,
	"carriers":                             `query($first: Int!) { carriers(first: $first) { nodes { code } totalCount } }`,
	"interchange groups":                   `query($first: Int!) { interchangeGroups(first: $first) { nodes { code members { product { name } } } totalCount } }`,
	"code mappings":                        `query($first: Int!) { codeMappings(first: $first) { nodes { externalCode product { name } warehouse { code } } totalCount } }`,
	"stocks with stand-ins":                `query($first: Int!) { stocks(first: $first, filter: {skus: ["SKU-0000", "SKU-0001"], includeInterchange: true}) { nodes { sku standsInFor } } }`,
	"stocks and in whose place they stand": `query($first: Int!) { stocks(first: $first) { nodes { standsInFor } } }`,
	"rules of approval":                    `query($first: Int!) { approvalRules(first: $first) { nodes { code warehouse { code } } totalCount } }`,
	"background jobs": `query($first: Int!) { jobs(first: $first) { nodes { state progress { failed } createdBy { username } sourceFile { url } resultFiles { name }
		retryOf { id createdBy { username } } errors(first: 3) { totalCount nodes { row cells faults { code } } } } totalCount } }`,
	"stocktakes with everything on them": `query($first: Int!) { documents(first: $first, filter: {kinds: [STOCKTAKE]}) { nodes { no stocktake { scope { skus } showsBooks progress { lines differing }
		lines(first: 3) { totalCount nodes { sku document { no } location { code } product { name } difference differenceValue movedSinceCount { came left }
			counts(first: 2) { totalCount nodes { bookQuantity counter { username } } } } } } } } }`,
	"classes": `query($first: Int!) { abcClasses(first: $first, warehouseCode: "B0") { nodes { rank sku class share product { name } } totalCount } }`,
	"stocks with what they cost, their batches and their movements": `query($first: Int!) { stocks(first: $first, filter: {quantities: [{bucket: PHYSICAL, atLeast: 1}]}) { nodes { unitCost value batch { expiresOn }
		movements(first: 2) { totalCount nodes { id posting { actor { username } } stock { value } } } more: movements { pageInfo { hasNextPage } } } } }`,
	"the stocks of products, and their movements": `query($first: Int!) { products(first: $first) { nodes { stocks(first: 2) { totalCount nodes { value warehouse { code } product { barcodes { barcode } } } }
		full: stocks(nonZero: true) { totalCount edges { cursor } } movements(first: 3) { totalCount nodes { stock { available } } } } } }`,
	"the stocks of warehouses":                  `query($first: Int!) { warehouses(first: $first) { nodes { stocks(first: 3, nonZero: true) { totalCount nodes { sku value product { name } batch { state } movements(first: 1) { nodes { id } } } } } } }`,
	"stocks of kinds of warehouses, by product": `query($first: Int!) { stocks(first: $first, filter: {businessType: STANDARD, search: "product", belowMinimum: false}, orderBy: {field: WAREHOUSE}) { nodes { sku } totalCount } }`,
	"movements in warehouses":                   `query($first: Int!) { stockMovements(first: $first, filter: {warehouseCodes: ["B0", "B1", "N00"], actors: ["manager"], reversed: false}) { nodes { id stock { value } } totalCount } }`,
	"documents of states":                       `query($first: Int!) { documents(first: $first, filter: {states: [COMPLETED, DRAFT], createdBy: ["manager"], skus: ["SKU-0000", "SKU-0001"]}) { nodes { no } totalCount } }`,
	"movements with edges": `query($first: Int!) { stockMovements(first: $first) { nodes { id unitCost
		warehouse { code } product { name } stock { available } posting { kind actor { username } } } } }`,
	"movements down to the movements of their postings": `query($first: Int!) { stockMovements(first: $first) { nodes {
		posting { reversedBy { id movements { sku product { name } } } reverses { id }
			movements { warehouse { code } stock { product { name } } posting { actor { displayName } } } } } } }`,
	"what moved": `query($first: Int!) { movementStatistics(first: $first, by: [SKU, WAREHOUSE, OPERATOR], from: "` + dayFromNow(-1) + `", to: "` + dayFromNow(1) + `", basis: RECORDED) {
		nodes { movementCount postingCount documentCount unitsNet valueIn product { name } warehouse { code } operator { username } } totalCount total { unitsIn valueOut } } }`,
	"what lies in bins": `query($first: Int!) { locationStocks(first: $first, filter: {warehouseCodes: ["B0"], locationPrefix: "A"}) { totalCount nodes { quantity location { code warehouse { code } } stock { sku product { name } } } } }`,
	"bins and what lies there": `query($first: Int!) { locations(first: $first, filter: {warehouseCodes: ["B0"]}, orderBy: {field: CODE}) { nodes { quantity usedVolumeCm3 freeVolumeCm3
		stocks(first: 2) { totalCount nodes { stock { sku warehouse { code } } location { code } } } } } }`,
	"stocks and where they lie": `query($first: Int!) { stocks(first: $first, filter: {warehouseCodes: ["B0"]}) { nodes { sku locations { totalCount nodes { quantity location { code } stock { physical } } } } } }`,
	"what happened in bins":     `query($first: Int!) { locationMovements(first: $first) { totalCount nodes { quantityDelta location { code } stock { sku } posting { kind actor { username } } } } }`,
	"low stocks":                `query($first: Int!) { lowStock(first: $first) { nodes { sku state shortBy product { name barcodes { barcode } } } totalCount counts { state count } } }`,
	"reservations with everything on them": `query($first: Int!) { reservations(first: $first, filter: {states: [ACTIVE, COMPLETED], businessTypes: ["order"]}, orderBy: {field: ID}) { totalCount nodes { businessId openQuantity createdBy { username }
		lines(first: 2) { totalCount nodes { sku product { name } } } allocations(first: 2) { totalCount nodes { openQuantity warehouse { code } product { name } line { lineNo } reservation { version } } }
		events { totalCount nodes { action actor { username } posting { kind } } } } } }`,
	"stocks with who holds them": `query($first: Int!) { stocks(first: $first) { nodes { allocated heldBy { openQuantity line { sku } reservation { businessId createdBy { username } } } } } }`,
	"the card of a stock": `query($first: Int!) { stockCard(sku: "SKU-0000", warehouseCode: "B0", from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") {
		product { name } warehouse { code } opening { physical } closing { physical } openingValue closingValue unitsIn unitsOut
		lines(first: $first, direction: DESC) { totalCount nodes { after { available } valueAfter movement { stock { sku } posting { actor { username } } } } } } }`,
}

func dayFromNow(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.RFC3339) }

func TestStatementsDoNotGrowWithThePage(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 200)
		reverseSome(t, g, p)
		seedMaster(t, g, p)
		documentSome(t, g, p)
		shipSome(t, g, p)
		countSome(t, g, p)
		reserveSome(t, g, p)
		seedDays(t, g)
		refuseSome(t, g, p, 25)
		fillCard(t, g, p)
		binSome(t, g, p)
		for name, query := range lists {
			few, many := statements(t, g, p, query, 2), statements(t, g, p, query, 50)
			if few != many {
				t.Errorf("%s: %d statements for 2 rows, %d for 50", name, few, many)
			}
		}
		if n := skuStatements(t, g, p, 2); n != skuStatements(t, g, p, 150) {
			t.Errorf("stocksBySku: %d statements for 2 SKUs, %d for 150", n, skuStatements(t, g, p, 150))
		}
	})
}

// seedMaster makes 60 warehouses with parents and locations, and barcodes.
func seedMaster(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	var places, codes, bins []any
	for i := range 60 {
		code := fmt.Sprintf("N%02d", i)
		places = append(places, map[string]any{"code": code, "name": code, "currency": "CNY", "parentCodes": []any{"B0", "B1"}})
		codes = append(codes, map[string]any{"sku": fmt.Sprintf("SKU-%04d", i), "barcodes": []any{map[string]any{"barcode": fmt.Sprint("69", i)}}, "minStock": 1000})
		for n := range 4 {
			bins = append(bins, map[string]any{"warehouseCode": code, "code": fmt.Sprint("X-", n)})
		}
	}
	g.Must(t, p, "warehousesImport", "", map[string]any{"mode": "CREATE", "rows": places})
	g.Must(t, p, "productsImport", "", map[string]any{"mode": "UPDATE", "rows": codes})
	g.Must(t, p, "locationsImport", "", map[string]any{"mode": "CREATE", "rows": bins})
	seedGoods(t, g, p)
	for i := range 60 {
		g.Must(t, p, "approvalRuleCreate", "", map[string]any{"code": fmt.Sprint("R", i), "name": "Never", "warehouseCode": fmt.Sprintf("N%02d", i), "separate": true})
	}
	g.Must(t, p, "locationsGenerate", "", map[string]any{"warehouseCode": "B0", "zones": []any{"A"}, "aisles": map[string]any{"to": 4}, "levels": map[string]any{"to": 4}, "positions": map[string]any{"to": 4}})
}

// binSome puts what lies in B0 into a bin for each stock.
func binSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	g.Must(t, p, "warehouseUpdate", "", map[string]any{"code": "B0", "tracksLocations": true})
	var lines []any
	for i := range 50 {
		lines = append(lines, map[string]any{
			"sku": fmt.Sprintf("SKU-%04d", 4*i), "from": "RECEIVE", "to": fmt.Sprintf("A-%02d-%02d-%02d", i/16+1, i/4%4+1, i%4+1), "quantity": 1,
		})
	}
	g.Must(t, p, "stockRelocate", "", map[string]any{"idempotencyKey": "bins", "warehouseCode": "B0", "lines": lines})
}

// seedGoods makes 60 of each: kits, carriers, interchange groups, code mappings and
// batches.
func seedGoods(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	type object = map[string]any
	var kits, mappings, arrivals []any
	for i := range 60 {
		sku, other := fmt.Sprintf("SKU-%04d", i), fmt.Sprintf("SKU-%04d", i+60)
		kits = append(kits, object{"sku": fmt.Sprint("A-KIT-", i), "name": "Kit", "kind": "SALES_KIT", "components": []any{object{"sku": sku}, object{"sku": other, "quantity": 2}}})
		mappings = append(mappings, object{"platform": "AMAZON", "externalCode": sku, "validFrom": "2026-01-01", "sku": sku, "warehouseCode": fmt.Sprintf("N%02d", i)})
		arrivals = append(arrivals, object{"sku": sku, "warehouseCode": "B0", "batchNo": "LOT", "delta": 1})
		g.Must(t, p, "carrierCreate", "", object{"code": fmt.Sprint("C", i), "name": "C", "volumetricDivisor": 5000})
		g.Must(t, p, "interchangeGroupCreate", "", object{"code": fmt.Sprint("G", i), "members": []any{object{"sku": sku}, object{"sku": other}}})
	}
	g.Must(t, p, "carrierCreate", "", object{"code": "DHL", "name": "DHL", "volumetricDivisor": 5000})
	g.Must(t, p, "productsImport", "", object{"mode": "CREATE", "rows": kits})
	g.Must(t, p, "codeMappingsImport", "", object{"mode": "CREATE", "rows": mappings})
	g.Must(t, p, "stockAdjust", "", object{"idempotencyKey": "lots", "reasonCode": "T", "changes": arrivals})
}

func TestStatementsDoNotGrowWithTheRowsOfAnImport(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		g.Products(t, "MAPPED")
		for name, m := range map[string]struct {
			rows string
			row  func(i int) map[string]any
		}{
			"productsImport": {"rows { product { id barcodes { barcode } } }", func(i int) map[string]any {
				return map[string]any{"sku": fmt.Sprint("P", i), "name": fmt.Sprint("N", i), "barcodes": []any{map[string]any{"barcode": fmt.Sprint("69", i)}}}
			}},
			"codeMappingsImport": {"rows { codeMapping { id product { name } warehouse { code } } }", func(i int) map[string]any {
				return map[string]any{"platform": "AMAZON", "externalCode": fmt.Sprint("X", i), "validFrom": "2026-01-01", "sku": "MAPPED", "warehouseCode": "B0"}
			}},
			"warehousesImport": {"rows { warehouse { id parents { code } } }", func(i int) map[string]any {
				return map[string]any{"code": fmt.Sprint("W", i), "name": fmt.Sprint("N", i), "currency": "CNY", "parentCodes": []any{"B0"}}
			}},
			"locationsImport": {"rows { location { id warehouse { code } } }", func(i int) map[string]any {
				return map[string]any{"warehouseCode": "B0", "code": fmt.Sprint("L", i), "allowMixing": true}
			}},
		} {
			run := func(from, to int, mode string) int64 {
				var rows []any
				for i := from; i < to; i++ {
					rows = append(rows, m.row(i))
				}
				query := fmt.Sprintf(`mutation($in: %s%sInput!) { %s(input: $in) { %s userErrors { message } } }`, strings.ToUpper(name[:1]), name[1:], name, m.rows)
				return count(t, g, p, query, map[string]any{"in": map[string]any{"mode": mode, "rows": rows}})
			}
			if few, many := run(0, 2, "CREATE"), run(2, 200, "CREATE"); few != many {
				t.Errorf("%s: %d statements for 2 new rows, %d for 198", name, few, many)
			}
			if few, many := run(0, 2, "UPSERT"), run(0, 200, "UPSERT"); few != many {
				t.Errorf("%s: %d statements for 2 rows that stay, %d for 200", name, few, many)
			}
		}
	})
}

// connection is a list somewhere in the schema, and an operation that asks for a
// selection of it.
type connection struct {
	name  string
	query func(selection string) string
}

// connections are all lists of the schema: those of the query root, and those of
// the rows of these.
func connections(t *testing.T) (out []connection) {
	t.Helper()
	call := func(f *ast.FieldDefinition) string {
		args := []string{}
		for _, a := range f.Arguments {
			switch known := given[a.Name]; {
			case a.Name == "first":
				args = append(args, "first: 3")
			case a.Type.NonNull && a.DefaultValue == nil && known != "":
				args = append(args, a.Name+": "+known)
			case a.Type.NonNull && a.DefaultValue == nil:
				args = append(args, a.Name+": "+literal(a.Type))
			}
		}
		return f.Name + "(" + strings.Join(args, ", ") + ")"
	}
	isList := func(f *ast.FieldDefinition) bool {
		fields := schema().Types[f.Type.Name()].Fields
		return fields.ForName("nodes") != nil && fields.ForName("totalCount") != nil
	}
	// How to come to a row of a type: by a list of them, or by a field that is one.
	stocktake := "{ documents(first: 1, filter: {kinds: [STOCKTAKE]}) { nodes { stocktake { %s } } } }"
	way := map[string]string{
		"Stocktake": stocktake, "StocktakeLine": fmt.Sprintf(stocktake, "lines(first: 3) { nodes { %s } }"),
		"DocumentLine": "{ documents(first: 1, filter: {kinds: [INBOUND], states: [COMPLETED]}) { nodes { lines(first: 3) { nodes { %s } } } } }",
	}
	way["ShipmentLine"] = "{ shipments(first: 1) { nodes { lines(first: 3) { nodes { %s } } } } }"
	for _, f := range schema().Query.Fields {
		switch {
		case isList(f):
			if row := schema().Types[f.Type.Name()].Fields.ForName("nodes").Type.Name(); row != "StocktakeLine" { // its list wants a number
				way[row] = "{ " + call(f) + " { nodes { %s } } }"
			}
			out = append(out, connection{f.Name, func(s string) string { return "{ " + call(f) + " { " + s + " } }" }})
		case way[f.Type.Name()] == "" && f.Type.Elem == nil:
			way[f.Type.Name()] = "{ " + call(f) + " { %s } }"
		}
	}
	for _, parent := range ours(schema()) {
		for _, f := range parent.Fields {
			if parent == schema().Query || !isList(f) {
				continue
			}
			name := parent.Name + "." + f.Name
			if way[parent.Name] == "" {
				t.Errorf("there is no way to %s, to ask for %s", parent.Name, name)
				continue
			}
			out = append(out, connection{name, func(s string) string {
				return fmt.Sprintf(way[parent.Name], call(f)+" { "+s+" }")
			}})
		}
	}
	return out
}

// given is what lists that need arguments are asked with, by their names.
var given = map[string]string{"sku": `"SKU-0000"`, "warehouseCode": `"B0"`}

// refuseSome makes jobs that read a file, refused a row and made a file.
func refuseSome(t *testing.T, g *graphtest.Graph, p *auth.Principal, n int) {
	t.Helper()
	ctx := t.Context()
	if err := g.Deps.DB.InTx(ctx, func(tx store.Tx) error {
		now := store.Moment(time.Now())
		upload := func(job *int64) (*ent.File, error) {
			return tx.Ent.File.Create().SetName("f").SetContentType("text/csv").SetComplete(true).SetNillableJobID(job).
				SetCreatedBy(p.UserID).SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).Save(ctx)
		}
		for range n {
			f, err := upload(nil)
			if err != nil {
				return err
			}
			first, err := tx.Ent.Job.Create().SetKind("import.products").SetState(stock.JobCompleted).SetFailedRows(1).SetSourceFileID(f.ID).
				SetCreatedBy(p.UserID).SetCreatedAt(now).Save(ctx)
			if err != nil {
				return err
			}
			again, err := tx.Ent.Job.Create().SetKind("import.products").SetState(stock.JobCompleted).SetFailedRows(1).SetRetryOfID(first.ID).
				SetCreatedBy(p.UserID).SetCreatedAt(now).Save(ctx)
			if err != nil {
				return err
			}
			if _, err := upload(&again.ID); err != nil {
				return err
			}
			for _, j := range []*ent.Job{first, again} {
				if err := tx.Ent.JobRow.Create().SetJobID(j.ID).SetRowNo(2).SetFaults(`[{"code":"INVALID","message":"x"}]`).SetContent(`["x"]`).Exec(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyTotalCountCounts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 200)
		reverseSome(t, g, p)
		seedMaster(t, g, p)
		documentSome(t, g, p)
		shipSome(t, g, p)
		refuseSome(t, g, p, 2)
		countSome(t, g, p)
		reserveSome(t, g, p)
		for _, c := range connections(t) {
			plain := count(t, g, p, c.query(`nodes { __typename }`), nil)
			for selection, more := range map[string]int64{
				`pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`: 0,
				`nodes { __typename } edges { cursor node { __typename } }`:      0,
				`totalCount`: 1,
				`a: totalCount b: totalCount ... { c: totalCount }`: 1,
				`totalCount @skip(if: true)`:                        0,
			} {
				if n := count(t, g, p, c.query(selection), nil) - plain; n != more {
					t.Errorf("%s { %s }: %d statements more than nodes alone, want %d", c.name, selection, n, more)
				}
			}
		}
	})
}

func TestAnEdgeThatNobodySelectsIsNotRead(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		seed(t, g, p, 20)
		if n := statements(t, g, p, `query($first: Int!) { stocks(first: $first) { nodes { sku } } }`, 20); n != 1 {
			t.Errorf("%d statements for rows without edges", n)
		}
		if n := statements(t, g, p, `query($first: Int!) { stocks(first: $first) { nodes { warehouse { code } } } }`, 20); n != 2 {
			t.Errorf("%d statements for rows with one edge", n)
		}
	})
}

func statements(t *testing.T, g *graphtest.Graph, p *auth.Principal, query string, first int) int64 {
	t.Helper()
	return count(t, g, p, query, map[string]any{"first": json.Number(fmt.Sprint(first))})
}

func skuStatements(t *testing.T, g *graphtest.Graph, p *auth.Principal, n int) int64 {
	t.Helper()
	skus := make([]any, n)
	for i := range skus {
		skus[i] = fmt.Sprintf("SKU-%04d", i)
	}
	return count(t, g, p, `query($skus: [String!]!) { stocksBySku(skus: $skus) { product { name } stocks { product { name } warehouse { code } } } }`,
		map[string]any{"skus": skus})
}

func count(t *testing.T, g *graphtest.Graph, p *auth.Principal, query string, vars map[string]any) int64 {
	t.Helper()
	ctx, n := store.CountStatements(auth.With(t.Context(), p))
	if r := g.Exec(ctx, query, vars); len(r.Errors) > 0 {
		t.Fatalf("%s: %v", query, r.Errors)
	}
	return n.Load()
}

// countSome makes 60 stocktakes of a SKU each, and counts them.
func countSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		var made struct{ Document struct{ No string } }
		g.Must(t, p, "stocktakeCreate", "document { no }", map[string]any{
			"idempotencyKey": fmt.Sprint("take", i), "warehouseCode": "B0",
			"scope": map[string]any{"skus": []string{fmt.Sprintf("SKU-%04d", i)}, "includeEmpty": true},
		}).Into(t, &made)
		g.Must(t, p, "stocktakeCount", "", map[string]any{
			"idempotencyKey": fmt.Sprint("counted", i), "no": made.Document.No,
			"lines": []map[string]any{{"lineNo": 1, "quantity": i}},
		})
	}
}

// reverseSome posts 60 adjustments of their own and takes every second back.
func reverseSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		var out struct {
			StockAdjust struct{ Posting struct{ ID string } }
		}
		g.Do(t, p, `mutation($key: String!, $sku: String!) { stockAdjust(input: {idempotencyKey: $key, reasonCode: "T", changes: [{sku: $sku, warehouseCode: "B0", delta: 1}]}) { posting { id } } }`,
			map[string]any{"key": fmt.Sprint("one", i), "sku": fmt.Sprintf("SKU-%04d", i*2)}).Into(t, &out)
		if i%2 == 0 {
			continue
		}
		var back struct {
			PostingReverse struct{ UserErrors []struct{ Message string } }
		}
		g.Do(t, p, `mutation($key: String!, $id: ID!) { postingReverse(input: {idempotencyKey: $key, reasonCode: "T", postingId: $id}) { userErrors { message } } }`,
			map[string]any{"key": fmt.Sprint("back", i), "id": out.StockAdjust.Posting.ID}).Into(t, &back)
		if len(back.PostingReverse.UserErrors) > 0 {
			t.Fatal(back.PostingReverse.UserErrors)
		}
	}
}

// seedDays makes 60 warehouses have a day behind them, and 60 runs.
func seedDays(t *testing.T, g *graphtest.Graph) {
	t.Helper()
	ctx, now := t.Context(), time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	err := g.Deps.DB.InTx(ctx, func(tx store.Tx) error {
		ids, err := tx.Ent.Warehouse.Query().IDs(ctx)
		for i, id := range ids {
			err = errors.Join(err,
				tx.Ent.WarehouseSnapshot.Create().SetWarehouseID(id).SetDay(now).SetAsOf(now).SetTakenAt(now).SetCurrency("CNY").SetValue(1).
					SetSkuCount(1).SetPhysicalQuantity(1).SetAvailableQuantity(1).SetAllocatedQuantity(0).SetDamagedQuantity(0).
					SetHoldQuantity(0).SetInTransitQuantity(0).Exec(ctx),
				tx.Ent.ScheduleSlot.Create().SetJob("job").SetSlot(now.Add(time.Duration(i)*time.Minute)).SetHolder("h").
					SetLeaseUntil(now).SetStartedAt(now).Exec(ctx))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fillCard posts 60 movements of one SKU, in two batches by turns.
func fillCard(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		g.Must(t, p, "stockAdjust", "", map[string]any{"idempotencyKey": fmt.Sprint("card", i), "reasonCode": "T", "changes": []any{
			map[string]any{"sku": "SKU-0000", "warehouseCode": "B0", "batchNo": fmt.Sprint("L", i%2), "delta": 1, "unitCost": "1"},
		}})
	}
}

func TestAFieldOfAStockCardThatNobodySelectsIsNotRead(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		g.Warehouses(t, "B0")
		g.Products(t, "SKU-0000")
		fillCard(t, g, p)
		for selection, want := range map[string]int64{
			`sku currency opening { physical } openingValue closing { physical } closingValue`: 1, // a card of all that was ever posted
			`unitsIn unitsOut`: 2,
			`lines(first: 5) { nodes { movement { sku } } }`:                           2,
			`lines(first: 5) { nodes { movement { sku } after { physical onHold } } }`: 3,
			`lines(first: 5) { nodes { after { physical } valueAfter } }`:              4,
			`lines(first: 5) { totalCount }`:                                           3,
		} {
			query := fmt.Sprintf(`{ stockCard(sku: "SKU-0000", warehouseCode: "B0") { %s } }`, selection)
			if n := count(t, g, p, query, nil); n != want {
				t.Errorf("%s: %d statements, want %d", selection, n, want)
			}
		}
	})
}

// documentSome makes 60 documents of three lines, completes them, and takes
// every third back.
func documentSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		var out struct {
			InboundCreate struct{ Document struct{ No string } }
		}
		lines := []map[string]any{}
		for n := range 3 {
			lines = append(lines, map[string]any{"sku": fmt.Sprintf("SKU-%04d", i+n*60), "quantity": 5})
		}
		g.Do(t, p, `mutation($key: String!, $lines: [InboundLineInput!]!) {
			inboundCreate(input: {idempotencyKey: $key, warehouseCode: "B1", advanceTo: COMPLETED, lines: $lines}) { document { no } } }`,
			map[string]any{"key": fmt.Sprint("doc", i), "lines": lines}).Into(t, &out)
		if i%3 == 2 {
			g.Do(t, p, `mutation($key: String!, $no: String!) { documentReverse(input: {idempotencyKey: $key, no: $no, reasonCode: "T"}) { document { no } } }`,
				map[string]any{"key": fmt.Sprint("doc back", i), "no": out.InboundCreate.Document.No}).Into(t, &struct{}{})
		}
	}
}

// shipSome sends 60 shipments of two lines to B0, which receives a part of every other.
func shipSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		lines := []map[string]any{}
		for n := range 2 {
			lines = append(lines, map[string]any{"sku": fmt.Sprintf("SKU-%04d", i/3*3+n*60), "quantity": 1})
		}
		var made struct{ Document struct{ No string } }
		g.Must(t, p, "transferCreate", "document { no }", map[string]any{
			"idempotencyKey": fmt.Sprint("transfer", i), "warehouseCode": "B1", "targetWarehouseCode": "B0", "advanceTo": "APPROVED", "lines": lines,
		}).Into(t, &made)
		no := made.Document.No
		g.Must(t, p, "transferDispatch", "", map[string]any{"idempotencyKey": fmt.Sprint("dispatch", i), "no": no})
		if i%2 == 0 {
			g.Must(t, p, "shipmentReceive", "", map[string]any{
				"idempotencyKey": fmt.Sprint("came", i), "transferNo": no, "shipmentNo": 1, "lines": []map[string]any{{"lineNo": 1, "accepted": 1}},
			})
		}
	}
}

// reserveSome makes reservations of two lines each, the first 60 of the stocks.
func reserveSome(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	for i := range 60 {
		n := i / 2 * 4
		g.Must(t, p, "reservationCreate", "", map[string]any{
			"idempotencyKey": fmt.Sprint("hold", i), "businessType": "ORDER", "businessId": fmt.Sprint("A-", i), "warehouseCodes": []string{"B0", "B1"}, "split": true,
			"lines": []any{map[string]any{"sku": fmt.Sprintf("SKU-%04d", n), "quantity": 1}, map[string]any{"sku": fmt.Sprintf("SKU-%04d", n+1), "quantity": 2}},
		})
	}
}
