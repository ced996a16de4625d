package document_test

import (
	"context"
	"testing"

	"entrepot/ent/kitcomponent"
	"entrepot/ent/product"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// kits makes an assembly kit of two brakes and one lamp, and a sales kit.
func (f *floor) kits() {
	f.t.Helper()
	f.Products(f.t, "KIT-1", "SET-1")
	for sku, kind := range map[string]stock.ProductKind{"KIT-1": stock.ProductAssemblyKit, "SET-1": stock.ProductSalesKit} {
		f.write(func(ctx context.Context, tx store.Tx) error {
			return tx.Ent.Product.Update().Where(product.Sku(sku)).SetKind(kind).Exec(ctx)
		})
		f.consists(sku, map[string]int64{"BRAKE-1": 2, "LAMP-1": 1})
	}
}

// consists says what a kit consists of.
func (f *floor) consists(kit string, parts map[string]int64) {
	f.t.Helper()
	f.write(func(ctx context.Context, tx store.Tx) error {
		if _, err := tx.Ent.KitComponent.Delete().Where(kitcomponent.KitSku(kit)).Exec(ctx); err != nil {
			return err
		}
		for sku, n := range parts {
			if err := tx.Ent.KitComponent.Create().SetKitSku(kit).SetSku(sku).SetQuantity(n).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *floor) write(do func(ctx context.Context, tx store.Tx) error) {
	f.t.Helper()
	if err := f.db.InTx(f.t.Context(), func(tx store.Tx) error { return do(f.t.Context(), tx) }); err != nil {
		f.t.Fatal(err)
	}
}

func TestKitsAreBuiltAndTakenApartAtTheWorthOfTheirParts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.kits()
		f.must("inboundCreate", vars{"warehouseCode": "SZ01", "advanceTo": "COMPLETED", "lines": []vars{
			lineOf("BRAKE-1", 7, vars{"unitCost": "10"}), lineOf("BRAKE-1", 5, vars{"unitCost": "10", "batchNo": "B1"}), lineOf("LAMP-1", 10, vars{"unitCost": "3.3333"}),
		}})
		build := vars{"warehouseCode": "SZ01", "kitSku": "kit-1", "batchNo": "K1", "quantity": 5}
		d := f.must("assemblyCreate", build).Document
		if d.Kind != stock.DocumentAssembly || d.LineCount != 3 || d.Lines.Nodes[0].Quantity != 5 || d.Lines.Nodes[1].Quantity != -10 || d.Lines.Nodes[2].Quantity != -5 {
			t.Errorf("%+v", d)
		}
		// What the kit consists of later changes nothing of it.
		f.consists("KIT-1", map[string]int64{"BRAKE-2": 9})
		f.must("documentApprove", vars{"no": d.No})
		f.expect("only components", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 2, "quantity": 2}}}), "INVALID input.lines")
		f.expect("half a kit", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 1}, {"lineNo": 2, "quantity": 1}}}), "INVALID input.lines")
		f.expect("more of one batch than there is", f.send(f.manager, "documentExecute", vars{"no": d.No, "lines": []vars{{"lineNo": 1, "quantity": 4}}}), "INSUFFICIENT_STOCK input.lines.quantity")
		part := f.must("documentExecute", vars{"no": d.No, "lines": []vars{
			{"lineNo": 1, "quantity": 4}, {"lineNo": 2, "quantity": 3}, {"lineNo": 2, "quantity": 5, "batchNo": "B1"},
		}})
		if len(part.Movements) != 4 || f.unitCost("KIT-1", "K1") != "23.3333 93.3332" {
			t.Errorf("four kits are worth %s: %+v", f.unitCost("KIT-1", "K1"), part.Movements)
		}
		f.must("documentExecute", vars{"no": d.No, "complete": true})
		if got := f.unitCost("KIT-1", "K1"); got != "23.3333 116.6665" {
			t.Errorf("five kits are worth %s", got)
		}
		if f.available("BRAKE-1") != 2 || f.available("LAMP-1") != 5 {
			t.Errorf("left: %d, %d", f.available("BRAKE-1"), f.available("LAMP-1"))
		}
		f.verify()

		f.consists("KIT-1", map[string]int64{"BRAKE-1": 2, "LAMP-1": 1})
		apart := f.must("assemblyCreate", vars{"warehouseCode": "SZ01", "kitSku": "KIT-1", "batchNo": "K1", "quantity": 3, "unbuild": true, "advanceTo": "COMPLETED"})
		if apart.Document.Lines.Nodes[0].Quantity != -3 || f.available("BRAKE-1") != 8 || f.available("LAMP-1") != 8 {
			t.Errorf("%+v", apart.Document)
		}
		// 69.9999 go to six brakes at 10 and three lamps at 3.3333.
		if f.unitCost("BRAKE-1") != "10 80" || f.unitCost("LAMP-1") != "3.3333 26.6664" {
			t.Errorf("brakes %s, lamps %s", f.unitCost("BRAKE-1"), f.unitCost("LAMP-1"))
		}
		f.verify()
		f.must("documentReverse", vars{"no": apart.Document.No, "reasonCode": "ERROR"})
		f.must("documentReverse", vars{"no": d.No, "reasonCode": "ERROR"})
		if f.available("KIT-1") != 0 || f.available("BRAKE-1") != 7 || f.available("LAMP-1") != 10 {
			t.Errorf("taken back: %d, %d, %d", f.available("KIT-1"), f.available("BRAKE-1"), f.available("LAMP-1"))
		}
		f.verify()
	})
}

func TestWhatIsNoAssemblyKitIsNotBuilt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.kits()
		build := func(more vars) vars {
			v := vars{"warehouseCode": "SZ01", "kitSku": "KIT-1", "quantity": 2}
			for k, x := range more {
				v[k] = x
			}
			return v
		}
		for name, c := range map[string]struct {
			in   vars
			want string
		}{
			"a product":         {vars{"kitSku": "LAMP-1"}, "INVALID input.kitSku"},
			"a sales kit":       {vars{"kitSku": "SET-1"}, "INVALID input.kitSku"},
			"unknown":           {vars{"kitSku": "NO-1"}, "NOT_FOUND input.kitSku"},
			"none":              {vars{"quantity": 0}, "INVALID input.quantity"},
			"a negative number": {vars{"quantity": -1}, "INVALID input.quantity"},
			"too many parts":    {vars{"quantity": 2147483647}, "INVALID input.quantity"},
			"no such bin":       {vars{"locationCode": "Z-9"}, "NOT_FOUND input.locationCode"},
			"no components":     {vars{"advanceTo": "COMPLETED"}, "INSUFFICIENT_STOCK input.quantity"},
		} {
			p := f.send(f.manager, "assemblyCreate", build(c.in))
			if len(p.UserErrors) > 1 {
				p.UserErrors = p.UserErrors[:1]
			}
			f.expect(name, p, c.want)
		}
		if f.rows()["documents"] != 0 {
			t.Error("something was written")
		}
		no := f.must("assemblyCreate", build(nil)).Document.No
		f.expect("its lines are edited", f.send(f.manager, "documentUpdate", vars{"no": no, "expectedVersion": 1, "lines": []vars{lineOf("LAMP-1", 1)}}), "INVALID input.lines")
		f.verify()
	})
}
