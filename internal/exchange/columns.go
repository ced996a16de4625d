package exchange

import (
	"fmt"
	"slices"
	"strings"

	"entrepot/internal/command"
)

// field is what a column may mean.
type field int

// The fields of a sales line.
const (
	fieldOrder field = iota
	fieldSKU
	fieldDescription
	fieldQuantity
	fieldTime
	fieldPrice
	fieldCustomer
	fieldCountry
	fieldCount
)

// fieldTable names the fields and the columns that are taken for them, without
// case, blanks, underscores and hyphens.
var fieldTable = [fieldCount]struct {
	name     string
	needed   bool
	spelling []string
}{
	fieldOrder: {"order", true, []string{
		"order", "orderno", "ordernumber", "orderid", "invoice", "invoiceno", "invoicenumber", "invoiceid", "订单号", "订单编号", "单号",
	}},
	fieldSKU: {"sku", true, []string{
		"sku", "skucode", "stockcode", "item", "itemno", "itemcode", "itemsku", "productcode", "productid", "商品编码", "商品编号", "货号",
	}},
	fieldDescription: {"description", false, []string{
		"description", "itemdescription", "productname", "itemname", "product", "title", "商品名称", "品名", "描述",
	}},
	fieldQuantity: {"quantity", true, []string{"quantity", "qty", "units", "pieces", "pcs", "数量", "件数"}},
	fieldTime: {"time", true, []string{
		"time", "date", "datetime", "timestamp", "invoicedate", "invoicetime", "orderdate", "ordertime", "saledate", "soldat", "createdat",
		"时间", "日期", "下单时间", "订单时间", "订单日期",
	}},
	fieldPrice: {"price", true, []string{"price", "unitprice", "itemprice", "priceeach", "单价", "价格", "售价"}},
	fieldCustomer: {"customer", false, []string{
		"customer", "customerid", "customerno", "customernumber", "customername", "buyer", "buyerid", "客户", "客户编号", "买家",
	}},
	fieldCountry: {"country", false, []string{"country", "shipcountry", "shippingcountry", "国家", "收货国家"}},
}

// FieldNames are what a column may be mapped to, in the order of the help text.
func FieldNames() []string {
	names := make([]string, fieldCount)
	for i, f := range fieldTable {
		names[i] = f.name
	}
	return names
}

// columns is where each field stands in a record; -1 for none.
type columns [fieldCount]int

// mapping is what the person says about columns that the table does not know,
// or knows wrongly: the column as typed, by field.
type mapping map[field]string

// parseMapping reads what was given as column=field.
func parseMapping(given []string) (mapping, error) {
	m := mapping{}
	for _, pair := range given {
		at := strings.LastIndexByte(pair, '=')
		if at <= 0 {
			return nil, fmt.Errorf("--map %s: write it as column=field, where the field is one of %s", pair, strings.Join(FieldNames(), ", "))
		}
		column, name := pair[:at], pair[at+1:]
		f := field(slices.Index(FieldNames(), strings.ToLower(strings.TrimSpace(name))))
		if f < 0 {
			return nil, fmt.Errorf("--map %s: there is no field %q; the fields are %s", pair, name, strings.Join(FieldNames(), ", "))
		}
		if before, twice := m[f]; twice {
			return nil, fmt.Errorf("--map names two columns for the field %s: %q and %q", fieldTable[f].name, before, column)
		}
		m[f] = column
	}
	return m, nil
}

// find tells the columns of a header. A column that is mapped is nothing else,
// and a field that is mapped is looked for nowhere else.
func (m mapping) find(header []string) (columns, error) {
	var out columns
	mapped := map[int]bool{}
	for f := range fieldCount {
		out[f] = -1
		typed, ok := m[f]
		if !ok {
			continue
		}
		for i, column := range header {
			if plain(column) != plain(typed) {
				continue
			}
			if out[f] >= 0 {
				return out, fmt.Errorf("two columns are named %q", typed)
			}
			if mapped[i] {
				return out, fmt.Errorf("--map gives the column %q two fields", typed)
			}
			out[f], mapped[i] = i, true
		}
		if out[f] < 0 {
			return out, fmt.Errorf("--map names the column %q, and there is none; the columns are %s", typed, quoted(header))
		}
	}
	var missing []string
	for f := range fieldCount {
		if out[f] >= 0 {
			continue
		}
		for i, column := range header {
			if mapped[i] || !slices.Contains(fieldTable[f].spelling, plain(column)) {
				continue
			}
			if out[f] >= 0 {
				return out, fmt.Errorf("the columns %q and %q could both be the field %s; say which, with --map %q",
					header[out[f]], column, fieldTable[f].name, column+"="+fieldTable[f].name)
			}
			out[f] = i
		}
		if out[f] < 0 && fieldTable[f].needed {
			missing = append(missing, fieldTable[f].name)
		}
	}
	if len(missing) > 0 {
		return out, fmt.Errorf("no column is known for %s; the columns are %s; say which it is, with --map column=%s",
			strings.Join(missing, ", "), quoted(header), missing[0])
	}
	return out, nil
}

var plainer = strings.NewReplacer(" ", "", "_", "", "-", "", "\u00a0", "", "\t", "")

func plain(column string) string { return strings.ToLower(plainer.Replace(column)) }

func quoted(header []string) string {
	out := make([]string, len(header))
	for i, column := range header {
		out[i] = fmt.Sprintf("%q", command.Short(column))
	}
	return strings.Join(out, ", ")
}
