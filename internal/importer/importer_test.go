package importer_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

type desk struct {
	*graphtest.Graph
	t       *testing.T
	db      *store.DB
	manager *auth.Principal
	keys    int
}

func setup(t *testing.T, db *store.DB) *desk {
	t.Helper()
	g := graphtest.New(t, db)
	d := &desk{Graph: g, t: t, db: db, manager: g.SignIn(t, auth.RoleManager)}
	g.RunJobs(t)
	return d
}

func (d *desk) input(kind, fileID string, more map[string]any) map[string]any {
	d.keys++
	in := map[string]any{"idempotencyKey": fmt.Sprint("k", d.keys), "kind": kind, "fileId": fileID}
	for k, v := range more {
		in[k] = v
	}
	return in
}

// load imports a table to its end.
func (d *desk) load(kind, table string, more map[string]any) *graphtest.Job {
	d.t.Helper()
	return d.Done(d.t, d.manager, "importStart", d.input(kind, d.Upload(d.t, d.manager, "table.csv", []byte(table)), more))
}

// says is a job in a line: rows accepted and refused, and why.
func says(j *graphtest.Job) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d/%d", j.Progress.Done, j.Progress.Failed)
	for _, e := range j.Errors.Nodes {
		for _, f := range e.Faults {
			fmt.Fprintf(&out, " %d:%s:%s", e.Row, f.Column, f.Code)
		}
	}
	return out.String()
}

func (d *desk) count(query string) (n int64) {
	d.t.Helper()
	if err := d.db.SQL().QueryRowContext(d.t.Context(), query).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *desk) verify() {
	d.t.Helper()
	found, err := ledger.Verify(d.t.Context(), d.db)
	if err != nil || !found.OK() {
		d.t.Errorf("the ledger: %+v %v", found, err)
	}
}

func TestProductsAreImportedAndTheirRefusedRowsAgain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		var table strings.Builder
		table.WriteString("货号,Name,price,currency,min_stock,barcodes\n")
		for i := range 600 {
			price := "12.5"
			if i == 300 {
				price = "cheap"
			}
			name := fmt.Sprint("Part ", i)
			if i == 301 || i == 599 {
				name = ""
			}
			fmt.Fprintf(&table, "p-%04d,%s,%s,CNY,%d,69%04d;70%04d*12\n", i, name, price, i, i, i)
		}
		j := d.load("PRODUCTS", table.String(), nil)
		if got, want := says(j), "597/3 302:price:INVALID 303:Name:REQUIRED 601:Name:REQUIRED"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if j.Attempt != 1 || *j.Progress.Total != 600 || j.SourceFile.Name != "table.csv" || j.Errors.Nodes[0].Cells[2] != "cheap" || j.ErrorFileURL == nil {
			t.Errorf("%+v", j)
		}
		if n := d.count(`SELECT count(*) FROM products`); n != 597 {
			t.Errorf("%d products", n)
		}
		if n := d.count(`SELECT count(*) FROM product_barcodes WHERE pack_quantity = 12`); n != 597 {
			t.Errorf("%d packs", n)
		}
		id, _ := page.ParseID(j.ID)
		if got := d.RefusedCSV(t, d.manager, id.Of("Job")); !strings.HasPrefix(got, "\ufeffrow,column,code,message,货号,Name,price,currency,min_stock,barcodes\n302,price,INVALID,") ||
			!strings.Contains(got, ",p-0300,Part 300,cheap,CNY,300,690300;700300*12\n") {
			t.Errorf("the error file: %s", got)
		}

		// The same rows again are refused again; a corrected file is not.
		again := d.Must(t, d.manager, "jobRetryFailed", "job { id }", map[string]any{"idempotencyKey": "again", "jobId": j.ID})
		var was struct{ Job struct{ ID string } }
		again.Into(t, &was)
		if got, want := says(d.Await(t, d.manager, was.Job.ID)), "0/3 302:price:INVALID 303:Name:REQUIRED 601:Name:REQUIRED"; got != want {
			t.Errorf("again: %s", got)
		}
		mended := d.Upload(t, d.manager, "mended.csv", []byte("sku,name,price,priceCurrency\np-0300,Part 300,13,CNY\np-0301,Part 301,13,CNY\np-0599,Part 599,13,CNY\n"))
		again = d.Must(t, d.manager, "jobRetryFailed", "job { id }", map[string]any{"idempotencyKey": "mended", "jobId": was.Job.ID, "fileId": mended})
		again.Into(t, &was)
		if j := d.Await(t, d.manager, was.Job.ID); says(j) != "3/0" || j.RetryOf == nil {
			t.Errorf("mended: %s %s", says(j), j.Error)
		}
		if got := d.Mutate(t, d.manager, "jobRetryFailed", "", map[string]any{"idempotencyKey": "none", "jobId": was.Job.ID}).Refused(); got != "INVALID_TRANSITION input.jobId" {
			t.Errorf("nothing to try again: %s", got)
		}
		if n := d.count(`SELECT count(*) FROM products`); n != 600 {
			t.Errorf("%d products", n)
		}

		// Barcodes come to those that are there; a code on another product is refused.
		j = d.load("BARCODES", "sku,barcode,packQuantity\nP-0001,800001,24\nP-0001,800002,\nP-0002,690003,\nNONE,1,\n", nil)
		if got, want := says(j), "2/2 4:barcode:TAKEN 5:sku:NOT_FOUND"; got != want {
			t.Errorf("barcodes: %s", got)
		}
		if n := d.count(`SELECT count(*) FROM product_barcodes WHERE sku = 'P-0001'`); n != 4 {
			t.Errorf("%d barcodes", n)
		}
	})
}

func TestADryRunOfAnImportChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		d.Warehouses(t, "SZ01")
		dry := map[string]any{"dryRun": true}
		if got := says(d.load("PRODUCTS", "sku,name\nA,a\nB,\n", dry)); got != "1/1 3:name:REQUIRED" {
			t.Errorf("products: %s", got)
		}
		d.Products(t, "A", "B")
		if got := says(d.load("OPENING_STOCK", "warehouseCode,sku,quantity\nSZ01,A,5\nSZ01,C,5\n", dry)); got != "1/1 3:sku:NOT_FOUND" {
			t.Errorf("stock: %s", got)
		}
		if got := says(d.load("INBOUND", "externalNo,warehouseCode,sku,quantity\nPO1,SZ01,A,5\nPO2,SZ01,C,5\n", dry)); got != "1/1 3:sku:NOT_FOUND" {
			t.Errorf("inbound: %s", got)
		}
		for _, table := range []string{"documents", "stock_movements", "idempotency_keys WHERE id LIKE '%inboundCreate%'"} {
			if n := d.count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
	})
}

func TestStockAndDocumentsAreImported(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		d.Warehouses(t, "SZ01", "LA01")
		d.Products(t, "A", "B", "C")
		j := d.load("LOCATIONS", "仓库编码,库位编码,类型,locked\nSZ01,A-01-01,storage,否\nSZ01,A-01-02,shelf,\nSZ01,A-01-03,,是\nXX,A,,\n", nil)
		if got := says(j); got != "2/2 3:类型:INVALID 5:仓库编码:NOT_FOUND" {
			t.Errorf("locations: %s", got)
		}
		// A workbook, as a person in Shenzhen would send it.
		book := excelize.NewFile()
		for i, r := range [][]any{
			{"仓库编码", "货号", "数量", "批次", "有效期至", "单位成本"},
			{"SZ01", "A", 100, "B1", 46752, 12.5},
			{"SZ01", "B", 50, "", "", 2},
			{"SZ01", "NONE", 1, "", "", ""},
			{"SZ01", "C", -1, "", "", ""},
			{"LA01", "A", 7, "", "", ""},
		} {
			if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
		var raw bytes.Buffer
		if err := book.Write(&raw); err != nil {
			t.Fatal(err)
		}
		j = d.Done(t, d.manager, "importStart", d.input("OPENING_STOCK", d.Upload(t, d.manager, "stock.xlsx", raw.Bytes()), nil))
		if got := says(j); got != "3/2 4:货号:NOT_FOUND 5:数量:INVALID" {
			t.Errorf("opening: %s", got)
		}
		if n := d.count(`SELECT count(*) FROM documents WHERE reason_code = 'OPENING' AND state = 'COMPLETED'`); n != 2 {
			t.Errorf("%d documents of opening stock", n)
		}
		if n := d.count(`SELECT count(*) FROM batches WHERE batch_no = 'B1' AND expires_on = '2027-12-31'`); n != 1 && db.Dialect() == "postgres" {
			t.Error("the batch does not expire as the worksheet says")
		}

		const inbound = "externalNo,warehouseCode,supplier,currency,sku,quantity,unitCost,costCurrency\n" +
			"PO-1,SZ01,Acme,CNY,A,10,13,CNY\nPO-1,SZ01,,,C,5,1,CNY\nPO-2,SZ01,Acme,,A,1,,\nPO-2,SZ01,Other,,B,1,,\nPO-3,SZ01,,,A,0,,\nPO-3,SZ01,,,B,1,,\n"
		j = d.load("INBOUND", inbound, map[string]any{"advanceTo": "COMPLETED"})
		if got, want := says(j), "2/4 4::INVALID 5:supplier:INVALID 6:quantity:INVALID 7::INVALID"; got != want {
			t.Errorf("inbound: %s", got)
		}
		// The same file again, as another job, makes nothing twice.
		if got := says(d.load("INBOUND", inbound, map[string]any{"advanceTo": "COMPLETED"})); got != "2/4 4::INVALID 5:supplier:INVALID 6:quantity:INVALID 7::INVALID" {
			t.Errorf("inbound again: %s", got)
		}
		if n := d.count(`SELECT count(*) FROM documents WHERE kind = 'INBOUND'`); n != 1 {
			t.Errorf("%d inbound documents", n)
		}
		j = d.load("OUTBOUND", "externalNo,warehouseCode,sku,batchNo,quantity,unitPrice,currency\nSO-1,SZ01,A,B1,30,20,GBP\nSO-2,SZ01,B,,51,,\nSO-1,SZ01,B,,1,,\n", map[string]any{"advanceTo": "COMPLETED"})
		if got, want := says(j), "1/2 3:quantity:INSUFFICIENT_STOCK 4::IDEMPOTENCY_KEY_REUSED"; got != want {
			t.Errorf("outbound: %s", got)
		}
		if n := d.count(`SELECT sum(physical_quantity) FROM stocks`); n != 100+50+7+10+5-30 {
			t.Errorf("%d units in stock", n)
		}
		d.verify()
	})
}

func TestWhatCannotBeImportedIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		d.Warehouses(t, "SZ01")
		keeper, analyst := d.SignIn(t, auth.RoleKeeper), d.SignIn(t, auth.RoleAnalyst)
		for name, c := range map[string]struct{ table, says string }{
			"a wrong header":      {"sku,nmae\nA,a\n", `the column "nmae" means nothing in a table of PRODUCTS`},
			"a column is missing": {"name\na\n", "the column sku is missing"},
			"a column twice":      {"sku,货号,name\nA,A,a\n", `both mean sku`},
			"no rows":             {"sku,name\n", "a header and no rows"},
			"a broken end":        {"sku,name\nA,a\nB,\"b\n", "quotes are wrong"},
			"no text":             {"sku,name\nA,a\nB,\x00\n", "zero byte"},
		} {
			id, refused := d.Start(t, d.manager, "importStart", d.input("PRODUCTS", d.Upload(t, d.manager, "x.csv", []byte(c.table)), nil))
			if refused != "" {
				t.Fatalf("%s: %s", name, refused)
			}
			if j := d.Await(t, d.manager, id); j.State != "FAILED" || !strings.Contains(j.Error, c.says) || j.Attempt != 1 {
				t.Errorf("%s: %s in attempt %d: %s", name, j.State, j.Attempt, j.Error)
			}
		}
		if n := d.count(`SELECT count(*) FROM products`); n != 0 {
			t.Errorf("%d products came of it", n)
		}
		file := d.Upload(t, d.manager, "x.csv", []byte("sku,name\nA,a\n"))
		if _, refused := d.Start(t, d.manager, "importStart", d.input("PRODUCTS", file, map[string]any{"advanceTo": "DRAFT", "occurredAt": "2020-01-01T00:00:00Z"})); !strings.HasPrefix(refused, "INVALID input.advanceTo, INVALID input.occurredAt") {
			t.Errorf("fields of other kinds: %s", refused)
		}
		boss := d.SignIn(t, auth.RoleAdmin)
		if _, refused := d.Start(t, boss, "importStart", d.input("PRODUCTS", file, nil)); !strings.HasPrefix(refused, "NOT_FOUND input.fileId") {
			t.Errorf("the file of another person: %s", refused)
		}
		own := d.Upload(t, keeper, "x.csv", []byte("sku,name\nA,a\n"))
		for who, p := range map[string]*auth.Principal{"keeper": keeper, "analyst": analyst} {
			if got := d.Do(t, p, `mutation($in: ImportStartInput!) { importStart(input: $in) { job { id } } }`, map[string]any{"in": d.input("PRODUCTS", own, nil)}).Code(); got != "FORBIDDEN" {
				t.Errorf("%s imports products: %q", who, got)
			}
		}
		// Others do not see it; people with job:view see it without what is in it.
		j := d.load("PRODUCTS", "sku,name\nA,\n", nil)
		if seen := d.ReadJob(t, keeper, j.ID); seen != nil {
			t.Errorf("a keeper sees a job of the manager: %+v", seen)
		}
		if seen := d.ReadJob(t, boss, j.ID); seen == nil || len(seen.Errors.Nodes) != 1 || seen.Errors.Nodes[0].Cells != nil || seen.ErrorFileURL != nil || seen.SourceFile != nil {
			t.Errorf("an admin sees %+v", seen)
		}
	})
}
