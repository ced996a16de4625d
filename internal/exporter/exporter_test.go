package exporter_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/sheet"
	"entrepot/internal/stock"
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
	g.Warehouses(t, "SZ01", "LA01")
	g.Products(t, "A-1", "B-1", "=EVIL()")
	g.RunJobs(t)
	return d
}

func (d *desk) key() string {
	d.keys++
	return fmt.Sprint("k", d.keys)
}

func (d *desk) adjust(changes ...map[string]any) {
	d.t.Helper()
	d.Must(d.t, d.manager, "stockAdjust", "", map[string]any{"idempotencyKey": d.key(), "reasonCode": "FOUND", "note": "+ found", "changes": changes})
}

func change(sku, warehouse string, delta int64, cost string) map[string]any {
	c := map[string]any{"sku": sku, "warehouseCode": warehouse, "delta": delta}
	if cost != "" {
		c["unitCost"] = cost
	}
	return c
}

// export is the lines of an export.
func (d *desk) export(p *auth.Principal, list, format string, more map[string]any) []string {
	d.t.Helper()
	in := map[string]any{"idempotencyKey": d.key(), "list": list, "format": format}
	for k, v := range more {
		in[k] = v
	}
	j := d.Done(d.t, p, "exportStart", in)
	if j.ResultFiles[0].URL != "/files/"+j.ResultFiles[0].ID || !strings.HasSuffix(j.ResultFiles[0].Name, "."+strings.ToLower(format)) {
		d.t.Errorf("%+v", j.ResultFiles)
	}
	text := strings.TrimSuffix(strings.TrimPrefix(string(d.Result(d.t, p, j)), "\ufeff"), "\n")
	return strings.Split(text, "\n")
}

func TestListsAreExported(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		d.adjust(change("A-1", "SZ01", 10, "2.5"), change("=EVIL()", "LA01", 3, "1"))
		d.adjust(change("A-1", "SZ01", -4, ""))
		d.Must(t, d.manager, "inboundCreate", "", map[string]any{
			"idempotencyKey": d.key(), "warehouseCode": "LA01", "reasonCode": "PURCHASE", "externalNo": "PO-1",
			"lines": []map[string]any{{"sku": "A-1", "quantity": 2, "unitCost": "3"}, {"sku": "B-1", "quantity": 5}},
		})
		for _, c := range []struct {
			list, format string
			more         map[string]any
			want         []string
		}{
			{"STOCKS", "CSV", map[string]any{"columns": []string{"warehouseCode", "sku", "productName", "available"}}, []string{
				"Warehouse,SKU,Product,Available", "SZ01,A-1,Product A-1,6", "LA01,'=EVIL(),Product =EVIL(),3",
			}},
			{"STOCKS", "CSV", map[string]any{"locale": "ZH_CN", "columns": []string{"sku", "physical"}, "stocks": map[string]any{"warehouseCodes": []string{"sz01"}}}, []string{"货号,实物库存", "A-1,6"}},
			{"STOCK_MOVEMENTS", "NDJSON", map[string]any{"columns": []string{"sku", "physicalDelta", "note", "valueDelta", "actor"}}, []string{
				`{"sku":"A-1","physicalDelta":10,"note":"+ found","valueDelta":"25","actor":"manager"}`,
				`{"sku":"=EVIL()","physicalDelta":3,"note":"+ found","valueDelta":"3","actor":"manager"}`,
				`{"sku":"A-1","physicalDelta":-4,"note":"+ found","valueDelta":"-10","actor":"manager"}`,
			}},
			{"PRODUCTS", "CSV", map[string]any{"columns": []string{"sku", "maxStock"}, "products": map[string]any{"skuPrefix": "B"}}, []string{"SKU,Maximum stock", "B-1,"}},
			{"WAREHOUSES", "CSV", map[string]any{"columns": []string{"code", "currency"}}, []string{"Code,Currency", "SZ01,CNY", "LA01,CNY"}},
			{"DOCUMENTS", "CSV", map[string]any{"columns": []string{"kind", "state", "externalNo", "lineCount", "quantity"}}, []string{"Kind,State,External number,Lines,Quantity", "INBOUND,DRAFT,PO-1,2,7"}},
			{"DOCUMENT_LINES", "CSV", map[string]any{"columns": []string{"externalNo", "warehouseCode", "lineNo", "sku", "quantity", "unitCost"}}, []string{
				"External number,Warehouse,Line,SKU,Quantity,Unit cost", "PO-1,LA01,1,A-1,2,3", "PO-1,LA01,2,B-1,5,",
			}},
		} {
			got := d.export(d.manager, c.list, c.format, c.more)
			if c.list == "STOCK_MOVEMENTS" { // a posting's movements are in the order of their stocks
				slices.Sort(got[:2])
				slices.Sort(c.want[:2])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", c.list, got, c.want)
			}
		}
		// Without cost:view there are no costs, also when asked for.
		keeper := d.SignIn(t, auth.RoleKeeper)
		if got := d.export(keeper, "STOCK_MOVEMENTS", "CSV", nil)[0]; strings.Contains(got, "Value") || strings.Contains(got, "cost") {
			t.Errorf("a keeper is told %s", got)
		}
		if got := d.export(keeper, "STOCK_MOVEMENTS", "CSV", map[string]any{"columns": []string{"sku", "unitCost"}})[0]; got != "SKU" {
			t.Errorf("a keeper is told %s", got)
		}
		for _, c := range []struct {
			more map[string]any
			want string
		}{
			{map[string]any{"columns": []string{"skus"}}, "INVALID input.columns"},
			{map[string]any{"columns": []string{"sku", "sku"}}, "INVALID input.columns"},
			{map[string]any{"columns": []string{}}, "REQUIRED input.columns"},
			{map[string]any{"products": map[string]any{}}, "INVALID input.products"},
		} {
			c.more["idempotencyKey"], c.more["list"] = d.key(), "STOCKS"
			if _, refused := d.Start(t, d.manager, "exportStart", c.more); !strings.HasPrefix(refused, c.want) {
				t.Errorf("%v: %s", c.more, refused)
			}
		}
	})
}

func TestLongListsAreExportedWholeAndInOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		const n = 2500
		if err := db.InTx(t.Context(), func(tx store.Tx) error {
			now := store.Moment(time.Now())
			rows := make([]*ent.ProductCreate, n)
			for i := range rows {
				rows[i] = tx.Ent.Product.Create().SetSku(fmt.Sprintf("L-%05d", i)).SetName("long").SetCreatedAt(now).SetUpdatedAt(now)
			}
			for part := range slices.Chunk(rows, 500) {
				if err := tx.Ent.Product.CreateBulk(part...).Exec(t.Context()); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		got := d.export(d.manager, "PRODUCTS", "NDJSON", map[string]any{"products": map[string]any{"skuPrefix": "L-"}})
		if len(got) != n {
			t.Fatalf("%d rows, want %d", len(got), n)
		}
		for i, line := range got {
			var row struct{ Sku string }
			if err := json.Unmarshal([]byte(line), &row); err != nil || row.Sku != fmt.Sprintf("L-%05d", i) {
				t.Fatalf("row %d is %s: %v", i, line, err)
			}
		}
	})
}

// workbook reads an XLSX file as records.
func workbook(t *testing.T, content []byte) (rows [][]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.xlsx")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := sheet.Open(path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if err != nil {
			return rows
		}
		rows = append(rows, slices.Clone(row.Cells))
	}
}

func TestTheMonthlyReportAddsUpAndAgreesWithTheLedger(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		// The books of three months: what is posted now is recorded now, so the journal is
		// told here as it would have been.
		d.adjust(change("A-1", "SZ01", 100, "2"), change("B-1", "SZ01", 10, "5"))
		d.adjust(change("A-1", "SZ01", -7, ""))
		move := func(kind string, sku string, quantity int) {
			d.Must(t, d.manager, kind, "", map[string]any{
				"idempotencyKey": d.key(), "warehouseCode": "SZ01", "reasonCode": map[string]string{"inboundCreate": "PURCHASE", "outboundCreate": "SALE"}[kind],
				"advanceTo": "COMPLETED", "lines": []map[string]any{{"sku": sku, "quantity": quantity}},
			})
		}
		move("inboundCreate", "A-1", 50)
		move("outboundCreate", "A-1", 30)
		move("outboundCreate", "B-1", 10)
		d.adjust(change("A-1", "LA01", 4, "1"))

		month := time.Now().UTC().Format("2006-01-02")
		j := d.Done(t, d.manager, "reportMonthlyStart", map[string]any{"idempotencyKey": d.key(), "month": month, "warehouseCodes": []string{"sz01"}})
		rows := workbook(t, d.Result(t, d.manager, j))
		want := [][]string{
			{"SZ01", "A-1", "Product A-1", "CNY", "0", "50", "30", "93", "113", "0", "100", "60", "186", "226", "0", "226"},
			{"SZ01", "B-1", "Product B-1", "CNY", "0", "0", "10", "10", "0", "0", "0", "50", "50", "0", "0", "0"},
			{"SZ01", "TOTAL", "", "CNY", "0", "50", "40", "103", "113", "0", "100", "110", "236", "226", "0", "226"},
		}
		if fmt.Sprint(rows) != fmt.Sprint(want) {
			t.Errorf("got  %v\nwant %v", rows, want)
		}
		for _, r := range rows {
			for _, at := range []int{4, 9} { // units, value
				n := func(i int) float64 { f, _ := strconv.ParseFloat(r[at+i], 64); return f }
				if n(0)+n(1)-n(2)+n(3) != n(4) {
					t.Errorf("it does not add up: %v", r)
				}
			}
		}
		now, err := ledger.AsOf(t.Context(), db, ledger.AsOfQuery{Key: ledger.Key{WarehouseID: 1, SKU: "A-1"}, AllBatches: true, At: time.Now(), Basis: ledger.Recorded})
		if err != nil || strconv.FormatInt(now.Physical, 10) != rows[0][8] {
			t.Errorf("the ledger has %d, the report %s: %v", now.Physical, rows[0][8], err)
		}

		// Both warehouses; and one that is not there.
		j = d.Done(t, d.manager, "reportMonthlyStart", map[string]any{"idempotencyKey": d.key(), "month": month, "locale": "ZH_CN"})
		if rows := workbook(t, d.Result(t, d.manager, j)); len(rows) != 5 {
			t.Errorf("%d rows of both warehouses", len(rows))
		}
		id, _ := d.Start(t, d.manager, "reportMonthlyStart", map[string]any{"idempotencyKey": d.key(), "month": month, "warehouseCodes": []string{"XX"}})
		if j := d.Await(t, d.manager, id); j.State != "FAILED" || !strings.Contains(j.Error, `no warehouse "XX"`) {
			t.Errorf("%+v", j)
		}
		for _, c := range []struct{ month, want string }{{"2999-01-01", "INVALID input.month"}, {"1999-01-01", "INVALID input.month"}} {
			if _, refused := d.Start(t, d.manager, "reportMonthlyStart", map[string]any{"idempotencyKey": d.key(), "month": c.month}); !strings.HasPrefix(refused, c.want) {
				t.Errorf("%s: %s", c.month, refused)
			}
		}
		if got := d.Do(t, d.SignIn(t, auth.RoleKeeper), `mutation { reportMonthlyStart(input: {idempotencyKey: "x", month: "2026-01-01"}) { job { id } } }`, nil).Code(); got != "FORBIDDEN" {
			t.Errorf("a keeper is told costs: %q", got)
		}
	})
}

func TestAnExportThatWasBrokenOffLeavesOneFile(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := setup(t, db)
		d.adjust(change("A-1", "SZ01", 1, "1"))
		// An attempt of another replica, which died in the middle of it.
		var row *ent.Job
		if err := db.InTx(t.Context(), func(tx store.Tx) (err error) {
			now := store.Moment(time.Now())
			if row, err = tx.Ent.Job.Create().SetKind("export").SetState(stock.JobRunning).SetPayload(`{"list":"STOCKS","format":"CSV","columns":["sku"]}`).
				SetAttempt(1).SetFence(1).SetHolder("gone").SetLeaseUntil(now.Add(-time.Second)).SetCreatedBy(d.manager.UserID).SetCreatedAt(now).Save(t.Context()); err != nil {
				return err
			}
			half, err := tx.Ent.File.Create().SetName("half").SetContentType("text/csv").SetJobID(row.ID).SetCreatedBy(d.manager.UserID).
				SetCreatedAt(now).SetExpiresAt(now.Add(time.Hour)).Save(t.Context())
			if err != nil {
				return err
			}
			return tx.Ent.FileChunk.Create().SetFileID(half.ID).SetChunkNo(0).SetData([]byte("half")).Exec(t.Context())
		}); err != nil {
			t.Fatal(err)
		}
		second := graphtest.New(t, db) // its first look takes over
		second.RunJobs(t)
		j := d.Await(t, d.manager, row.GlobalID().String())
		if j.State != "COMPLETED" || j.Attempt != 2 || len(j.ResultFiles) != 1 {
			t.Fatalf("%+v", j)
		}
		table, err := csv.NewReader(bytes.NewReader(d.Result(t, d.manager, j))).ReadAll()
		if err != nil || len(table) != 2 || table[1][0] != "A-1" {
			t.Errorf("%v %v", table, err)
		}
		if n := db.Ent().FileChunk.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d stretches are left", n)
		}
	})
}
