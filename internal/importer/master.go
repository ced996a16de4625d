package importer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/warehouse"
)

var productTable = table{
	kind: Products, needs: []auth.Permission{auth.ProductEdit}, most: command.MaxRows, book: bookProducts,
	columns: []column{
		{name: "sku", chinese: "货号", needed: true, also: []string{"商品编码", "商品编号", "SKU编码"}},
		{name: "name", chinese: "名称", also: []string{"商品名称", "品名"}},
		{name: "englishName", chinese: "英文名称"},
		{name: "description", chinese: "描述"},
		{name: "category", chinese: "类别", also: []string{"分类"}},
		{name: "brand", chinese: "品牌"},
		{name: "spec", chinese: "规格"},
		{name: "unit", chinese: "单位"},
		{name: "price", chinese: "价格", also: []string{"单价"}},
		{name: "priceCurrency", chinese: "币种", also: []string{"currency"}},
		{name: "minStock", chinese: "最低库存"},
		{name: "maxStock", chinese: "最高库存"},
		{name: "weightG", chinese: "重量(克)", also: []string{"重量"}},
		{name: "lengthMm", chinese: "长(毫米)", also: []string{"长"}},
		{name: "widthMm", chinese: "宽(毫米)", also: []string{"宽"}},
		{name: "heightMm", chinese: "高(毫米)", also: []string{"高"}},
		{name: "barcodes", chinese: "条码", also: []string{"barcode"}},
	},
}

// each reads every row by read, which adds what is wrong with it, and returns what was
// read of the sound ones.
func each[T any](p *piece, read func(r *record) T) (out []T) {
	p.fine = p.fine[:0]
	for i := range p.rows {
		if r := &p.rows[i]; len(r.faults) == 0 {
			v := read(r)
			if len(r.faults) == 0 {
				p.fine = append(p.fine, i)
				out = append(out, v)
			}
		}
	}
	return out
}

// row is where a fault of the command's input row i comes from.
func (p *piece) row(f fault.Fault) []int {
	if f.Index == nil {
		return p.fine
	}
	return p.fine[*f.Index : *f.Index+1]
}

// master books rows of master data, each by itself.
func (p *piece) master(run func(how command.Import) (fault.List, error)) error {
	if len(p.fine) == 0 {
		return nil
	}
	mode := p.in.Mode
	if mode == "" {
		mode = command.Upsert
	}
	refused, err := run(command.Import{
		Intent: p.intent(p.run.Key(p.rows[0].No), p.row), Mode: mode, ErrorPolicy: command.RejectFailedRows,
	})
	faults, err := mendable(err)
	p.blame(append(faults, refused...), p.row)
	return err
}

func bookProducts(p *piece) error {
	rows := each(p, func(r *record) catalog.ImportRow {
		f := catalog.Fields{
			Name: r.given("name"), EnglishName: r.given("englishName"), Description: r.given("description"), Category: r.given("category"),
			Brand: r.given("brand"), Spec: r.given("spec"), Unit: r.given("unit"), Price: r.amount("price"), PriceCurrency: r.given("priceCurrency"),
			MinStock: r.number("minStock"), MaxStock: r.number("maxStock"), WeightG: r.number("weightG"),
			LengthMm: r.number("lengthMm"), WidthMm: r.number("widthMm"), HeightMm: r.number("heightMm"), Barcodes: r.barcodes("barcodes"),
		}
		return catalog.ImportRow{SKU: r.text("sku"), Fields: f}
	})
	return p.master(func(how command.Import) (fault.List, error) {
		out, err := p.s.catalog.Import(p.ctx, catalog.ImportInput{Import: how, Rows: rows})
		return out.UserErrors, err
	})
}

// barcodes reads codes parted by semicolons or blanks, one on a pack as code*quantity.
func (r *record) barcodes(column string) (out []catalog.BarcodeInput) {
	for code := range strings.FieldsFuncSeq(r.text(column), func(c rune) bool { return strings.ContainsRune(";；,，| \t\n", c) }) {
		b := catalog.BarcodeInput{Barcode: code, PackQuantity: 1}
		if at := strings.LastIndexByte(code, '*'); at >= 0 {
			n, err := strconv.ParseInt(code[at+1:], 10, 64)
			if err != nil {
				r.refuse(column, fault.Invalid, strconv.Quote(command.Short(code))+" is no barcode with its quantity; write the code of a pack of 12 as code*12")
				return nil
			}
			b.Barcode, b.PackQuantity = code[:at], n
		}
		out = append(out, b)
	}
	return out
}

var barcodeTable = table{
	kind: Barcodes, needs: []auth.Permission{auth.ProductEdit}, most: command.MaxRows, book: bookBarcodes,
	columns: []column{
		{name: "sku", chinese: "货号", needed: true, also: []string{"商品编码", "商品编号", "SKU编码"}},
		{name: "barcode", chinese: "条码", needed: true},
		{name: "packQuantity", chinese: "装箱数", also: []string{"数量", "quantity"}},
	},
}

// bookBarcodes puts barcodes on products beside those that they have.
func bookBarcodes(p *piece) error {
	type code struct {
		sku string
		catalog.BarcodeInput
	}
	codes := each(p, func(r *record) code {
		b := code{catalog.SKU(r.text("sku")), catalog.BarcodeInput{Barcode: r.text("barcode"), PackQuantity: 1}}
		if n := r.number("packQuantity"); n != nil {
			b.PackQuantity = *n
		}
		return b
	})
	var rows []catalog.ImportRow
	rowOf, from := map[string]int{}, [][]int{} // the rows of the file behind a row of the command
	for j, c := range codes {
		at, known := rowOf[c.sku]
		if !known {
			at = len(rows)
			rowOf[c.sku] = at
			rows, from = append(rows, catalog.ImportRow{SKU: c.sku}), append(from, nil)
		}
		from[at] = append(from[at], p.fine[j])
	}
	if err := p.s.beside(p.ctx, rows); err != nil {
		return err
	}
	for _, c := range codes {
		r := &rows[rowOf[c.sku]]
		if i := slices.IndexFunc(r.Barcodes, func(b catalog.BarcodeInput) bool { return b.Barcode == c.Barcode }); i >= 0 {
			r.Barcodes[i] = c.BarcodeInput
		} else {
			r.Barcodes = append(r.Barcodes, c.BarcodeInput)
		}
	}
	at := func(f fault.Fault) []int {
		if f.Index == nil {
			return p.fine
		}
		return from[*f.Index]
	}
	if len(rows) == 0 {
		return nil
	}
	out, err := p.s.catalog.Import(p.ctx, catalog.ImportInput{Rows: rows, Import: command.Import{
		Intent: p.intent(p.run.Key(p.rows[0].No), at), Mode: command.Update, ErrorPolicy: command.RejectFailedRows,
	}})
	faults, err := mendable(err)
	p.blame(append(faults, out.UserErrors...), at)
	return err
}

var locationTable = table{
	kind: Locations, needs: []auth.Permission{auth.WarehouseEdit}, most: command.MaxRows, book: bookLocations,
	columns: []column{
		{name: "warehouseCode", chinese: "仓库编码", needed: true, also: []string{"warehouse", "仓库"}},
		{name: "code", chinese: "库位编码", needed: true, also: []string{"location", "locationCode", "库位"}},
		{name: "type", chinese: "库位类型", also: []string{"类型"}},
		{name: "isLocked", chinese: "锁定", also: []string{"locked"}},
		{name: "allowMixing", chinese: "允许混放", also: []string{"混放"}},
		{name: "maxVolumeCm3", chinese: "最大体积(立方厘米)", also: []string{"最大体积"}},
	},
}

func bookLocations(p *piece) error {
	rows := each(p, func(r *record) warehouse.LocationRow {
		row := warehouse.LocationRow{WarehouseCode: r.text("warehouseCode"), Code: r.text("code"), LocationFields: warehouse.LocationFields{
			IsLocked: r.yes("isLocked"), AllowMixing: r.yes("allowMixing"), MaxVolumeCm3: r.number("maxVolumeCm3"),
		}}
		if s := r.text("type"); s != "" {
			var t stock.LocationType
			if err := t.UnmarshalGQL(strings.ToUpper(s)); err != nil {
				r.refuse("type", fault.Invalid, strconv.Quote(command.Short(s))+" is no type of location; write one of "+strings.Join(t.Values(), ", "))
			}
			row.Type = &t
		}
		return row
	})
	return p.master(func(how command.Import) (fault.List, error) {
		out, err := p.s.warehouses.ImportLocations(p.ctx, warehouse.LocationImportInput{Import: how, Rows: rows})
		return out.UserErrors, err
	})
}

// beside fills rows with the versions and barcodes that their products have, so that
// nobody else's change in between is lost.
func (s *Service) beside(ctx context.Context, rows []catalog.ImportRow) error {
	skus, at := make([]string, len(rows)), make(map[string]int, len(rows))
	for i, r := range rows {
		skus[i], at[r.SKU] = r.SKU, i
	}
	products, err := catalog.BySKU(ctx, s.db, skus)
	if err != nil {
		return err
	}
	for _, p := range products {
		rows[at[p.Sku]].ExpectedVersion = &p.Version
	}
	codes, err := catalog.BarcodesOf(ctx, s.db, skus)
	for _, c := range codes {
		r := &rows[at[c.Sku]]
		r.Barcodes = append(r.Barcodes, catalog.BarcodeInput{Barcode: c.Barcode, PackQuantity: c.PackQuantity})
	}
	return err
}
