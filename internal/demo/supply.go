package demo

import (
	"fmt"

	"entrepot/internal/document"
	"entrepot/internal/stock"
)

// A purchase is ordered from a factory so many days before it comes, or is to
// come. What comes on the second day is the rest.
type purchase struct {
	supplier, country, currency string
	parts                       string
	each                        int // of them at most
	ordered, comes, rest        int // days; rest 0: it comes at once
	share, rejected             int64
	end                         ending
	note, why                   string // of the order, of the receipt
}

type ending int

const (
	whole    ending = iota // all of it came
	short                  // it was ended without the rest
	open                   // the rest is still to come
	dropped                // the rest was given up
	takeBack               // what had come went back
)

var purchases = []purchase{
	{"瑞安市恒刹汽车部件有限公司", "China", "CNY", "BP-", 14, -41, -26, 0, 100, 6, whole, "刹车片月度采购", "抽检6套背板划伤，拒收，供应商换货"},
	{"丹阳市晨曜车灯有限公司", "China", "CNY", "HL-", 10, -45, -24, -17, 60, 3, whole, "前大灯补货，分两批交货", "首批到货60%，3只灯罩开裂拒收"},
	{"温州清源滤清器有限公司", "China", "CNY", "OF- AF-", 11, -36, -22, 0, 100, 0, whole, "滤清器季度框架订单第3批", "全部合格"},
	{"台州稳途减振器有限公司", "China", "CNY", "SA-", 12, -40, -20, 0, 90, 0, short, "减震器补货", "少到10%，供应商缺料，余量转下期订单"},
	{"Pacific Friction Inc.", "United States", "USD", "BD-", 8, -48, -19, 0, 100, 2, whole, "Sample run of coated discs, DAP Shenzhen", "2 discs with shipping rust, refused and photographed"},
	{"玉环转捷轴承厂", "China", "CNY", "WH-", 12, -33, -16, -9, 50, 0, whole, "轮毂轴承，两批交货", "第一批"},
	{"Nordlicht Fahrzeugtechnik GmbH", "Germany", "EUR", "IC-", 10, -37, -15, 0, 100, 0, whole, "Ignition coils, call-off 2 of the frame contract", "inspected 5 of 10 cartons, all good"},
	{"扬州力源蓄电池有限公司", "China", "CNY", "BT-AGM-", 3, -30, -13, 0, 100, 4, whole, "AGM电池，须附MSDS与UN38.3报告", "4只端子渗液，拒收"},
	{"苏州润驰油品有限公司", "China", "CNY", "FL-", 3, -24, -12, 0, 100, 0, whole, "刹车油与防冻液，按批次入库", "批次与效期已核对"},
	{"净界雨刮（厦门）有限公司", "China", "CNY", "WB-", 6, -28, -10, 0, 80, 0, open, "雨刮片冬季备货", "到货80%，其余下周补齐"},
	{"丹阳市晨曜车灯有限公司", "China", "CNY", "TL-", 10, -29, -8, 0, 50, 0, dropped, "尾灯补货", "到货一半"},
	{"宁波冰川冷却系统有限公司", "China", "CNY", "WP- TH-", 8, -26, -7, 0, 30, 0, takeBack, "水泵试订", "首批到货，待复检"},
	{"台州翼盾后视镜有限公司", "China", "CNY", "MR-", 8, -22, -6, 0, 100, 1, whole, "后视镜补货", "1只镜片破损，拒收"},
	{"瑞安市恒刹汽车部件有限公司", "China", "CNY", "BD-F150 BD-RAM BD-SILV BD-CAMRY", 2, -20, -4, 0, 100, 0, whole, "刹车盘补货", "全部合格，已上架"},
	{"衡水悦舱脚垫有限公司", "China", "CNY", "FM-", 9, -18, -2, 0, 70, 0, open, "脚垫旺季备货", "到货70%，余量在途"},
}

// A transfer goes by two documents: out of Shenzhen, and into another warehouse.
type transfer struct {
	to, mark, carrier string
	parts             string
	each              int // of them at most
	leaves, comes     int // days; from 0 on it is still on its way
	share, rejected   int64
	rest              int // the day on which the rest was found, 0 when all came
	note              string
}

var transfers = []transfer{
	{"LA01", "TEMU 551234 7", "COSCO, sea", "BP- OF-", 7, -27, -4, 90, 2, -3, "Two sets crushed by a fallen pallet, refused; the last ten percent came up when the container was swept"},
	{"DE01", "CRE-XA-20871", "China Railway Express", "BD-GOLF BD-PASSAT BD-A4 BD-3ER BP-GOLF BP-A4 AF-GOLF", 2, -26, -8, 100, 1, 0, "GoodCang counted one box as damaged in transit"},
	{"FBA-US", "FBA17C4K2QJX", "air", "BL- SP- CF-RAM CF-SILV", 2, -20, -13, 100, 0, 0, "Received by Amazon in full"},
	{"NB-BOND", "保税核放 3104-0816", "truck", "SP- IC-", 4, -16, -15, 100, 0, 0, "进境保税，账册已登记"},
	{"LA01", "AWB 999-40317765", "air", "IC-F150 IC-RAM IC-CAMRY CF- BL-", 3, -14, -8, 100, 0, 0, "Air freight to refill what sold out"},
	{"FBA-US", "FBA17D9M5RTB", "Matson, sea", "CF- AF-", 6, -12, 9, 0, 0, 0, "fast boat, appointment still to be made"},
	{"DE01", "CRE-XA-21406", "China Railway Express", "OF- CF-", 6, -9, 8, 0, 0, 0, "customs in Duisburg, then by truck"},
	{"LA01", "OOLU 817402 3", "OOCL, sea", "SA- TL-F150 TL-RAM", 6, -25, 0, 0, 0, 0, "at the door this morning, dock 3"},
	{"FBA-US", "FBA17F2H8WNC", "air", "WB- BE-", 4, -6, 1, 0, 0, 0, "delivery booked with Amazon for tomorrow"},
	{"LA01", "CSNU 663018 9", "COSCO, sea", "FM- MR- CA-", 5, -4, 21, 0, 0, 0, "slow boat, three more weeks at sea"},
}

func (b *books) supply() {
	for i, p := range purchases {
		b.buy(fmt.Sprintf("purchase-%02d", i+1), i, p)
	}
	for i, t := range transfers {
		b.send(fmt.Sprintf("transfer-%02d", i+1), i, t)
	}
}

func (b *books) buy(key string, n int, p purchase) {
	const site = "SZ01"
	ordered, expected := b.at(site, p.ordered, 15, 10+n), b.at(site, p.comes, 10, 0)
	in := document.CreateInput{
		Kind: stock.DocumentInbound, WarehouseCode: site, ReasonCode: "PURCHASE", Party: p.supplier, Country: p.country,
		ExternalNo: fmt.Sprintf("PO-%s-%02d", ordered.Format("0601"), n+11), Note: p.note, OccurredAt: &ordered, ExpectedAt: &expected,
	}
	for i, part := range b.some(site, p.parts, p.each) {
		units := max(part.outer, part.minStock*int64(10+i%4*5)/10/10*10)
		in.Lines = append(in.Lines, b.coming(site, part, units, part.costIn(p.currency), p.currency, 25-p.comes))
	}
	last := p.rest == 0 && p.end != open && p.end != dropped && p.end != takeBack
	steps := []delivery{{b.at(site, p.comes, 10, 20+n), p.share, p.rejected, p.why, last}}
	if p.rest != 0 {
		steps = append(steps, delivery{b.at(site, p.rest, 14, 5+n), 100, 0, "尾货到齐", true})
	}
	which := b.delivered(key, in, steps...)
	switch p.end {
	case dropped:
		b.giveUp(key, b.at(site, p.comes+1, 11, 30), which, true, "供应商停产该批次，余量取消")
	case takeBack:
		b.giveUp(key, b.now, which, false, "复检密封不合格，整批退回")
	}
}

func (b *books) send(key string, n int, t transfer) {
	leaves, expected := b.at("SZ01", t.leaves, 16, 10+n), b.at(t.to, t.comes, 9, 30)
	out := document.CreateInput{
		Kind: stock.DocumentOutbound, WarehouseCode: "SZ01", ReasonCode: "TRANSFER_OUT", ExternalNo: t.mark, Party: t.to,
		Note: t.carrier, OccurredAt: &leaves,
	}
	in := document.CreateInput{
		Kind: stock.DocumentInbound, WarehouseCode: t.to, ReasonCode: "TRANSFER_IN", ExternalNo: t.mark, Party: "SZ01",
		Country: "China", Note: t.carrier, OccurredAt: &leaves, ExpectedAt: &expected,
	}
	for _, p := range b.some("SZ01", t.parts, t.each) {
		units := p.minStock * 3 / 4
		line := b.coming(t.to, p, units, p.landed(t.to), "CNY", p.age())
		out.Lines, in.Lines = append(out.Lines, b.leaving("SZ01", p, units)), append(in.Lines, line)
	}
	b.done(key+"-out", out)
	var steps []delivery
	if t.comes < 0 {
		steps = append(steps, delivery{b.at(t.to, t.comes, 9, 40+n), t.share, t.rejected, t.note, t.rest == 0})
		if t.rest != 0 {
			steps = append(steps, delivery{b.at(t.to, t.rest, 11, 15), 100, 0, "", true})
		}
	} else {
		in.Note = t.carrier + ", " + t.note
	}
	b.delivered(key+"-in", in, steps...)
}
