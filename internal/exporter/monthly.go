package exporter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/job"
	"entrepot/internal/page"
	"entrepot/internal/report"
	"entrepot/internal/sheet"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// MonthlyInput asks for the stock report of a month. The json names are kept with the
// job.
type MonthlyInput struct {
	command.Intent
	// Month is any day of it.
	Month time.Time `json:"month,omitempty"`
	// WarehouseCodes are those that are reported; nil for all that hold stock of their
	// own.
	WarehouseCodes []string `json:"warehouseCodes,omitempty"`
	Locale         Locale   `json:"locale,omitempty"`
}

// StartMonthly asks for the stock report of a month. It needs job:run, stock:view,
// cost:view and warehouse:view. It returns INVALID for a month that has not begun, and
// NOT_FOUND and INVALID for warehouses.
func (s *Service) StartMonthly(ctx context.Context, in MonthlyInput) (job.Changed, error) {
	if in.WarehouseCodes != nil {
		in.WarehouseCodes = slices.Clone(in.WarehouseCodes)
		for i, c := range in.WarehouseCodes {
			in.WarehouseCodes[i] = warehouse.Code(c)
		}
	}
	needs := []auth.Permission{auth.StockView, auth.CostView, auth.WarehouseView}
	title := "monthly stock report " + in.Month.Format("2006-01")
	return s.start(ctx, "reportMonthlyStart", "report.monthly", title, in.Intent, in, needs, func(faults *fault.List) {
		if in.Month.After(s.now().Add(24 * time.Hour)) {
			faults.Add(fault.Invalid, fault.Input.At("month"), "the month %s has not begun", in.Month.Format("2006-01"))
		}
		if in.Month.Year() < 2000 {
			faults.Add(fault.Invalid, fault.Input.At("month"), "%s is before the year 2000", in.Month.Format("2006-01"))
		}
		switch n := len(in.WarehouseCodes); {
		case in.WarehouseCodes != nil && n == 0:
			faults.Add(fault.Required, fault.Input.At("warehouseCodes"), "name at least one warehouse, or leave the list out for all")
		case n > page.MaxKeys:
			faults.Add(fault.TooMany, fault.Input.At("warehouseCodes"), "a report has at most %d warehouses, not %d", page.MaxKeys, n)
		}
	})
}

var monthlyHeadings = [][3]string{
	{"warehouseCode", "Warehouse", "仓库编码"},
	{"sku", "SKU", "货号"},
	{"productName", "Product", "名称"},
	{"currency", "Currency", "币种"},
	{"openingUnits", "Opening", "期初数量"},
	{"inUnits", "In", "入库数量"},
	{"outUnits", "Out", "出库数量"},
	{"adjustedUnits", "Adjusted", "调整数量"},
	{"closingUnits", "Closing", "期末数量"},
	{"openingValue", "Opening value", "期初金额"},
	{"inValue", "Value in", "入库金额"},
	{"outValue", "Value out", "出库金额"},
	{"adjustedValue", "Value adjusted", "调整金额"},
	{"closingValue", "Closing value", "期末金额"},
	{"openingBaseValue", "Opening value in base currency", "期初金额(本位币)"},
	{"closingBaseValue", "Closing value in base currency", "期末金额(本位币)"},
}

func (s *Service) handleMonthly(ctx context.Context, run *job.Run) error {
	var in MonthlyInput
	if err := run.Payload(&in); err != nil {
		return err
	}
	places, err := s.places(ctx, in)
	if err != nil {
		return err
	}
	headings := make([]sheet.Column, len(monthlyHeadings))
	for i, h := range monthlyHeadings {
		headings[i] = sheet.Column{Name: h[0], Heading: in.Locale.choose(h[1], h[2])}
	}
	month := in.Month.Format("2006-01")
	x, err := s.begin(ctx, run, "stock-"+month+sheet.XLSX.Ext(), sheet.XLSX, month, headings)
	if err != nil {
		return err
	}
	for _, w := range places {
		if err := x.month(ctx, w, in); err != nil {
			return err
		}
	}
	return x.end(ctx)
}

// places are the warehouses that are reported, by code.
func (s *Service) places(ctx context.Context, in MonthlyInput) ([]*ent.Warehouse, error) {
	if _, err := auth.Require(ctx, auth.WarehouseView); err != nil {
		return nil, err
	}
	q := s.db.Ent().Warehouse.Query().Where(entwarehouse.CategoryNEQ(stock.WarehouseVirtual)).Order(ent.Asc(entwarehouse.FieldCode))
	if in.WarehouseCodes != nil {
		q.Where(page.In(entwarehouse.FieldCode, in.WarehouseCodes))
	}
	found, err := q.All(ctx)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	for _, c := range in.WarehouseCodes {
		if !slices.ContainsFunc(found, func(w *ent.Warehouse) bool { return w.Code == c }) {
			faults.Add(fault.NotFound, fault.Input.At("warehouseCodes"), "there is no warehouse %q that holds stock of its own", command.Short(c))
		}
	}
	return found, faults.Err()
}

// month writes the rows of a warehouse and their sum.
func (x *export) month(ctx context.Context, w *ent.Warehouse, in MonthlyInput) error {
	total := report.MonthRow{SKU: strings.ToUpper(in.Locale.choose("total", "合计"))}
	put := func(r report.MonthRow) error {
		cells := []any{w.Code, r.SKU, r.ProductName, w.Currency}
		for _, a := range []report.MonthAmount{r.Opening, r.In, r.Out, r.Adjusted, r.Closing} {
			cells = append(cells, a.Units)
		}
		for _, a := range []report.MonthAmount{r.Opening, r.In, r.Out, r.Adjusted, r.Closing} {
			cells = append(cells, amount(&a.Value))
		}
		return x.write(append(cells, amount(r.OpeningBase), amount(r.ClosingBase)))
	}
	rows := x.rows
	if err := x.s.reports.Month(ctx, w, in.Month, func(r report.MonthRow) error {
		total.Opening, total.In, total.Out = total.Opening.Plus(r.Opening), total.In.Plus(r.In), total.Out.Plus(r.Out)
		total.Adjusted, total.Closing = total.Adjusted.Plus(r.Adjusted), total.Closing.Plus(r.Closing)
		if r.OpeningBase != nil {
			if total.OpeningBase == nil {
				total.OpeningBase, total.ClosingBase = new(*r.OpeningBase), new(*r.ClosingBase)
			} else {
				*total.OpeningBase += *r.OpeningBase
				*total.ClosingBase += *r.ClosingBase
			}
		}
		return put(r)
	}); err != nil {
		return fmt.Errorf("warehouse %s: %w", w.Code, err)
	}
	if x.rows == rows {
		return nil
	}
	return errors.Join(put(total), x.run.Step(ctx, func(tx store.Tx) error {
		return x.run.Save(ctx, tx, job.Progress{Done: x.rows})
	}))
}
