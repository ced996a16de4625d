package demo

import (
	"context"
	"fmt"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/lookup"
	"entrepot/internal/posting"
	"entrepot/internal/stock"
)

// What people found on the floor and booked at once.
var moves = []struct {
	site, parts  string
	day, hour    int
	from, to     stock.Bucket
	units        int64
	reason, note string
}{
	{"SZ01", "HL-CRV-L", -19, 11, stock.BucketAvailable, stock.BucketDamaged, 2, "DAMAGED", "叉车碰倒货架B区，灯罩破裂"},
	{"SZ01", "BT-AGM-70", -12, 9, stock.BucketAvailable, stock.BucketOnHold, 6, "QUALITY", "开路电压低于12.5V，待充电复检"},
	{"LA01", "MR-F150-L MR-F150-R", -9, 10, stock.BucketAvailable, stock.BucketOnHold, 3, "QUALITY", "Wrong plug reported by two customers: held until checked"},
	{"SZ01", "TL-GOLF-L", -5, 16, stock.BucketAvailable, stock.BucketOnHold, 4, "QUALITY", "E标认证文件过期，暂停出货"},
	{"LA01", "MR-F150-R", -3, 14, stock.BucketOnHold, stock.BucketAvailable, 2, "RELEASED", "Checked: the plug is right"},
	{"SZ01", "BT-AGM-70", -2, 10, stock.BucketOnHold, stock.BucketAvailable, 4, "RELEASED", "充电复检合格"},
}

var adjustments = []struct {
	site, sku    string
	day          int
	delta        int64
	reason, note string
}{
	{"SZ01", "HL-F150-L", -21, -1, "SAMPLE", "拍摄新主图借用，不归还"},
	{"SZ01", "OF-UNI-68", -11, 7, "FOUND", "STAGE-02底层发现未上架整件零头"},
	{"LA01", "BP-RAM-FR", -6, -1, "LOST", "Not in its bin, not in LOST-01, searched twice"},
}

// counts are spot counts: what a bin held against the books, line by line.
var counts = []struct {
	site, no, parts string
	day             int
	deltas          []int64
	note            string
}{
	{"SZ01", "CNT-A01", "AF-F150 AF-RAM CF-RAM OF-UNI-76", -18, []int64{2, -1, -3, 1}, "A区01通道抽盘，复盘一致"},
	{"LA01", "CC-1107", "BP-F150-FR BP-F150-RR", -12, []int64{-1, 1}, "Cycle count: front and rear sets had been swapped"},
	{"SZ01", "CNT-B02", "BD-GOLF-FR BD-CAMRY-FR WH-F150-FR", -6, []int64{-1, 2, -2}, "B区02通道抽盘"},
	{"DE01", "GC-REPORT-47", "OF-UNI-68 BD-X5-FR", -3, []int64{-1, -1}, "Difference to GoodCang's own report, agreed with them"},
}

var scraps = []struct {
	site  string
	day   int
	note  string
	parts int
}{
	{"SZ01", -10, "月度报废，质检与财务共同签字", 6},
	{"LA01", -5, "Recycled by Pacific Metals, certificate on file", 4},
}

// work tells what went on beside buying and selling.
func (b *books) work() {
	for i, m := range moves {
		at, in := b.at(m.site, m.day, m.hour, 20), posting.MoveInput{}
		in.Command = b.command(fmt.Sprintf("move-%02d", i+1), m.reason, m.note, at)
		for _, p := range b.some(m.site, m.parts, 1) {
			in.Moves = append(in.Moves, posting.MoveLine{Target: b.target(m.site, p), From: m.from, To: m.to, Quantity: m.units})
		}
		b.on(at, func(ctx context.Context) error {
			_, err := b.Posting.Move(ctx, in)
			return err
		})
	}
	for i, a := range adjustments {
		at, in := b.at(a.site, a.day, 17, 40), posting.AdjustInput{}
		in.Command = b.command(fmt.Sprintf("adjust-%02d", i+1), a.reason, a.note, at)
		for _, p := range b.some(a.site, a.sku, 1) {
			in.Changes = []posting.AdjustLine{{Target: b.target(a.site, p), Bucket: stock.BucketAvailable, Delta: a.delta}}
		}
		b.on(at, func(ctx context.Context) error {
			_, err := b.Posting.Adjust(ctx, in)
			return err
		})
	}
	for i, c := range counts {
		counted := b.at(c.site, c.day, 18, 10)
		b.delivered(fmt.Sprintf("count-%02d", i+1), b.count(c.site, c.no, c.parts, c.deltas, c.note, &counted),
			delivery{b.at(c.site, c.day, 18, 45), 100, 0, "approved by the shift lead", true})
	}
	for i, s := range scraps {
		at := b.at(s.site, s.day, 16, 30)
		in := document.CreateInput{Kind: stock.DocumentOutbound, WarehouseCode: s.site, ReasonCode: "SCRAP", Note: s.note, OccurredAt: &at}
		for _, p := range b.broken(s.site)[1 : 1+s.parts] {
			line := b.leaving(s.site, p, 1)
			line.Bucket, line.LocationCode = stock.BucketDamaged, "DAMAGED-01"
			in.Lines = append(in.Lines, line)
		}
		b.done(fmt.Sprintf("scrap-%02d", i+1), in)
	}
	b.mistakes()
}

// broken are the parts of which a warehouse had damaged ones from the first day.
func (b *books) broken(site string) (found []part) {
	for _, o := range openings {
		for _, p := range b.parts {
			if o.site == site && o.broken(p) {
				found = append(found, p)
			}
		}
	}
	return found
}

// mistakes tells of orders that did not end well.
func (b *books) mistakes() {
	// One was shipped on paper twice.
	s := shops[0]
	at := b.at(s.site, -9, 11, 25)
	in := b.order(s, s.orders()+10)
	in.OccurredAt, in.Note = &at, "重复录单"
	which := b.delivered("twice", in, delivery{b.at(s.site, -9, 12, 5), 100, 0, "", true})
	undone := b.at(s.site, -8, 9, 15)
	b.on(undone, func(ctx context.Context) error {
		_, err := b.Documents.Reverse(ctx, document.ReverseInput{
			Intent: intent("twice/reverse"), Which: *which, ReasonCode: "CORRECTION", Note: "与前一单重复，实物未出库", OccurredAt: &undone,
		})
		return err
	})
	// Customers gave one up before anything was shipped, one when half was. Of the
	// last the other half is still to go.
	s = shops[2]
	for i, c := range []struct {
		day, n  int
		shipped []delivery
		note    string
	}{
		{-7, s.orders() + 11, nil, "Customer cancelled before picking"},
		{-5, s.orders() + 12, []delivery{{b.at(s.site, -5, 13, 30), 50, 0, "first parcel", false}}, "The rest is sold out, refunded"},
		{-1, s.orders() + 13, []delivery{{b.at(s.site, -1, 15, 30), 50, 0, "first parcel, UPS takes the second today", false}}, ""},
	} {
		at := b.at(s.site, c.day, 10, 45)
		in := b.order(s, c.n)
		in.OccurredAt = &at
		for j := range in.Lines {
			in.Lines[j].Quantity = 2
		}
		key := fmt.Sprintf("halved-%d", i+1)
		if which := b.delivered(key, in, c.shipped...); c.note != "" {
			b.giveUp(key, b.at(s.site, c.day+1, 9, 10), which, true, c.note)
		}
	}
}

func (b *books) count(site, no, parts string, deltas []int64, note string, at *time.Time) document.CreateInput {
	in := document.CreateInput{
		Kind: stock.DocumentAdjustment, WarehouseCode: site, ReasonCode: "COUNT", ExternalNo: no, Note: note, OccurredAt: at,
	}
	for i, p := range b.some(site, parts, 1) {
		in.Lines = append(in.Lines, b.leaving(site, p, deltas[i]))
	}
	return in
}

func (b *books) command(key, reason, note string, at time.Time) posting.Command {
	return posting.Command{IdempotencyKey: keys + key, ReasonCode: reason, Note: note, OccurredAt: &at, ErrorPolicy: posting.RejectAll}
}

func (b *books) target(site string, p part) lookup.Target {
	no, _, _ := b.batch(p, p.age())
	return lookup.Target{SKU: p.sku, WarehouseCode: site, BatchNo: no}
}
