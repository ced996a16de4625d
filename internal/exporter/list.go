package exporter

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/ledger"
	"entrepot/internal/report"
	"entrepot/internal/warehouse"
)

// List names a list that can be exported.
type List string

// The values of List.
const (
	Products       List = "PRODUCTS"
	Warehouses     List = "WAREHOUSES"
	Locations      List = "LOCATIONS"
	Stocks         List = "STOCKS"
	StockMovements List = "STOCK_MOVEMENTS"
	LowStock       List = "LOW_STOCK"
	Documents      List = "DOCUMENTS"
	DocumentLines  List = "DOCUMENT_LINES"
)

var listOrder = []List{Products, Warehouses, Locations, Stocks, StockMovements, LowStock, Documents, DocumentLines}

// lists is every list that can be exported. A new one is an entry here, its permissions
// and title below, and its filter in [Filters].
var lists = map[List]list{
	Products: productList, Warehouses: warehouseList, Locations: locationList, Stocks: stockList,
	StockMovements: movementList, LowStock: lowList, Documents: documentList, DocumentLines: lineList,
}

var listNeeds = map[List][]auth.Permission{
	Products: {auth.ProductView}, Warehouses: {auth.WarehouseView}, Locations: {auth.WarehouseView}, Stocks: {auth.StockView},
	StockMovements: {auth.StockView}, LowStock: {auth.StockView}, Documents: {auth.DocumentView}, DocumentLines: {auth.DocumentView},
}

var listTitles = map[List]string{
	Products: "商品", Warehouses: "仓库", Locations: "库位", Stocks: "库存", StockMovements: "库存流水",
	LowStock: "库存预警", Documents: "单据", DocumentLines: "单据明细",
}

// Filters narrow a list as they narrow it in the graph: the one of the list, if any.
type Filters struct {
	Products       *catalog.ProductFilter    `json:"products,omitempty"`
	Warehouses     *warehouse.Filter         `json:"warehouses,omitempty"`
	Locations      *warehouse.LocationFilter `json:"locations,omitempty"`
	Stocks         *ledger.StockFilter       `json:"stocks,omitempty"`
	StockMovements *ledger.MovementFilter    `json:"stockMovements,omitempty"`
	LowStock       *report.LowStockFilter    `json:"lowStock,omitempty"`
	Documents      *document.Filter          `json:"documents,omitempty"`
}

// foreign is the field of a filter that is not the list's.
func (f Filters) foreign(l List) string {
	for _, c := range []struct {
		field string
		given bool
		of    []List
	}{
		{"products", f.Products != nil, []List{Products}},
		{"warehouses", f.Warehouses != nil, []List{Warehouses}},
		{"locations", f.Locations != nil, []List{Locations}},
		{"stocks", f.Stocks != nil, []List{Stocks}},
		{"stockMovements", f.StockMovements != nil, []List{StockMovements}},
		{"lowStock", f.LowStock != nil, []List{LowStock}},
		{"documents", f.Documents != nil, []List{Documents, DocumentLines}},
	} {
		if c.given && !slices.Contains(c.of, l) {
			return c.field
		}
	}
	return ""
}

// Values lists every List, in the order of the graph's enum.
func (List) Values() []string {
	out := make([]string, len(listOrder))
	for i, l := range listOrder {
		out[i] = string(l)
	}
	return out
}

// MarshalGQL writes v as a GraphQL enum value.
func (v List) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *List) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	if !slices.Contains(listOrder, List(s)) {
		return fmt.Errorf("%v is not a list", in)
	}
	*v = List(s)
	return nil
}

// Locale is the language of headings.
type Locale string

// The values of Locale.
const (
	English Locale = "EN_US"
	Chinese Locale = "ZH_CN"
)

// Values lists every Locale, in the order of the graph's enum.
func (Locale) Values() []string { return []string{string(English), string(Chinese)} }

// MarshalGQL writes v as a GraphQL enum value.
func (v Locale) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Locale) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	if !slices.Contains(v.Values(), s) {
		return fmt.Errorf("%v is not a locale", in)
	}
	*v = Locale(s)
	return nil
}

func (v Locale) choose(english, chinese string) string {
	if v == Chinese {
		return chinese
	}
	return english
}
