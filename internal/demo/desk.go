package demo

import (
	"context"
	"fmt"

	"entrepot/internal/document"
	"entrepot/internal/stock"
)

// fillDesk makes what is waiting for people, and in the end the document by
// which a later load knows that all was told.
func (b *books) fillDesk(ctx context.Context) error {
	if err := b.waiting(ctx); err != nil {
		return err
	}
	for i, p := range []struct {
		supplier, country string
		currency, parts   string
		day, hour         int
		state             stock.DocumentState
		note              string
	}{
		{"瑞安市恒刹汽车部件有限公司", "China", "CNY", "BP-CIVIC BP-CRV BP-ALTIMA", 0, 15, stock.DocumentApproved, "司机已预约，下午三点到2号月台"},
		{"温州清源滤清器有限公司", "China", "CNY", "CF- AF-", 1, 10, stock.DocumentApproved, "明天上午到货，送货单见附件"},
		{"台州稳途减振器有限公司", "China", "CNY", "SA-", 12, 10, stock.DocumentDraft, "上期短交余量，等采购确认价格"},
		{"Pacific Friction Inc.", "United States", "USD", "BD-3ER BD-X5", 26, 10, stock.DocumentDraft, "Quotation of the 3rd, minimum order not met yet"},
	} {
		expected := b.at("SZ01", p.day, p.hour, 0)
		in := document.CreateInput{
			Kind: stock.DocumentInbound, WarehouseCode: "SZ01", ReasonCode: "PURCHASE", Party: p.supplier, Country: p.country,
			ExternalNo: fmt.Sprintf("PO-%s-%02d", b.midnight("SZ01", 0).Format("0601"), 41+i), Note: p.note, ExpectedAt: &expected, AdvanceTo: p.state,
		}
		for _, part := range b.some("SZ01", p.parts, 4) {
			in.Lines = append(in.Lines, b.coming("SZ01", part, part.minStock, part.costIn(p.currency), p.currency, 20))
		}
		if _, err := b.create(ctx, fmt.Sprintf("ordered-%d", i+1), in); err != nil {
			return err
		}
	}
	short := b.count("LA01", "CC-1121", "HL-CRV-L MR-GOLF-R", []int64{-1, -1}, "Counted twice, approved: to be booked after the last pick", nil)
	short.AdvanceTo = stock.DocumentApproved
	if _, err := b.create(ctx, "count-approved", short); err != nil {
		return err
	}
	last := b.count("SZ01", lastDocument, "SP-IR-06 IC-A4-20T TH-EA888", []int64{-2, 1, -1}, "A区03通道抽盘，待主管审核", nil)
	_, err := b.create(ctx, "count-draft", last)
	return err
}
