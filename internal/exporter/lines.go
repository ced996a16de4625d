package exporter

import (
	"context"

	"entrepot/ent"
	"entrepot/internal/document"
	"entrepot/internal/page"
)

// documentLine is a line with its document.
type documentLine struct {
	*ent.DocumentLine
	doc *ent.Document
}

func (l documentLine) bin() int64 {
	if l.LocationID == nil {
		return 0
	}
	return *l.LocationID
}

// lineList is the lines of the documents that the filter admits, document by document.
var lineList = documentLines{of[documentLine]{cols: []column[documentLine]{
	{name: "documentNo", english: "Number", chinese: "单号", value: func(_ *names, l documentLine) any { return l.doc.No }},
	{name: "kind", english: "Kind", chinese: "类型", value: func(_ *names, l documentLine) any { return string(l.doc.Kind) }},
	{name: "state", english: "State", chinese: "状态", value: func(_ *names, l documentLine) any { return string(l.doc.State) }},
	{name: "warehouseCode", english: "Warehouse", chinese: "仓库编码", value: func(n *names, l documentLine) any { return n.warehouse(l.doc.WarehouseID) }},
	{name: "externalNo", english: "External number", chinese: "外部单号", value: func(_ *names, l documentLine) any { return l.doc.ExternalNo }},
	{name: "occurredAt", english: "Occurred at (UTC)", chinese: "发生时间(UTC)", value: func(_ *names, l documentLine) any { return l.doc.OccurredAt }},
	{name: "lineNo", english: "Line", chinese: "行号", value: func(_ *names, l documentLine) any { return int64(l.LineNo) }},
	{name: "sku", english: "SKU", chinese: "货号", value: func(_ *names, l documentLine) any { return l.Sku }},
	{name: "productName", english: "Product", chinese: "名称", value: func(n *names, l documentLine) any { return n.product(l.Sku) }},
	{name: "batchNo", english: "Batch", chinese: "批次", value: func(_ *names, l documentLine) any { return l.BatchNo }},
	{name: "bucket", english: "Bucket", chinese: "库存状态", value: func(_ *names, l documentLine) any { return string(l.Bucket) }},
	{name: "locationCode", english: "Location", chinese: "库位", value: func(n *names, l documentLine) any { return n.bins[l.bin()] }},
	{name: "quantity", english: "Quantity", chinese: "数量", value: func(_ *names, l documentLine) any { return l.Quantity }},
	{name: "executedQuantity", english: "Executed", chinese: "已执行", value: func(_ *names, l documentLine) any { return l.ExecutedQuantity }},
	{name: "rejectedQuantity", english: "Rejected", chinese: "已拒收", value: func(_ *names, l documentLine) any { return l.RejectedQuantity }},
	{name: "unitPrice", english: "Unit price", chinese: "单价", value: func(_ *names, l documentLine) any { return amount(l.UnitPrice) }},
	{name: "priceCurrency", english: "Currency", chinese: "币种", value: func(_ *names, l documentLine) any { return l.doc.Currency }},
	{name: "unitCost", english: "Unit cost", chinese: "单位成本", cost: true, value: func(_ *names, l documentLine) any { return amount(l.UnitCost) }},
	{name: "costCurrency", english: "Currency of the cost", chinese: "成本币种", cost: true, value: func(_ *names, l documentLine) any { return l.Currency }},
}}}

type documentLines struct{ of[documentLine] }

// linesAtOnce bounds the lines in memory, of however many documents.
const linesAtOnce = document.MaxLines

// export implements list.
func (l documentLines) export(ctx context.Context, x *export) error {
	n := newNames(x.s.db)
	for a := (page.Args{Bulk: pageRows}); ; {
		docs, err := readDocuments(ctx, x.s, x.in.Filters, a)
		if err != nil {
			return err
		}
		if err := lookWarehouses(ctx, n, docs.Nodes, func(d *ent.Document) int64 { return d.WarehouseID }); err != nil {
			return err
		}
		for rest := docs.Nodes; len(rest) > 0; {
			take, lines := 0, 0
			for take < len(rest) && (take == 0 || lines+rest[take].LineCount <= linesAtOnce) {
				lines += rest[take].LineCount
				take++
			}
			if err := l.write(ctx, x, n, rest[:take]); err != nil {
				return err
			}
			rest = rest[take:]
		}
		info := docs.PageInfo()
		if !info.HasNextPage {
			return nil
		}
		a.After = info.EndCursor
	}
}

// write writes the lines of these documents.
func (l documentLines) write(ctx context.Context, x *export, n *names, docs []*ent.Document) error {
	each, err := document.PageOfLines(page.Args{Bulk: document.MaxLines})
	if err != nil {
		return err
	}
	ids := make([]int64, len(docs))
	for i, d := range docs {
		ids[i] = d.ID
	}
	found, err := document.LinesOf(ctx, x.s.db, ids, each, func(int64) (int, error) { return 0, nil })
	if err != nil {
		return err
	}
	var rows []documentLine
	for _, d := range docs {
		for _, line := range found[d.ID].Nodes {
			rows = append(rows, documentLine{line, d})
		}
	}
	if err := lookProducts(ctx, n, rows, func(r documentLine) string { return r.Sku }); err != nil {
		return err
	}
	if err := lookBins(ctx, n, rows, documentLine.bin); err != nil {
		return err
	}
	cells := make([]any, len(x.chosen))
	for _, row := range rows {
		for i, at := range x.chosen {
			cells[i] = l.cols[at].value(n, row)
		}
		if err := x.write(cells); err != nil {
			return err
		}
	}
	return x.progress(ctx)
}
