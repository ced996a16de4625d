package demo

import (
	"context"

	"entrepot/internal/document"
	"entrepot/internal/stock"
)

// An opening is what a warehouse starts with: some of every so many parts, and of
// each of these so many tenths of the least stock and up to spread tenths more.
type opening struct {
	site               string
	every, of          int
	least, spread      int64
	hour, damagedEvery int
	note               string
}

var openings = []opening{
	{"SZ01", 1, 1, 60, 25, 9, 9, "期初建账：年中大盘点结果"},
	{"LA01", 3, 5, 10, 12, 8, 13, "Opening balance after the full count"},
	{"DE01", 1, 3, 9, 9, 9, 0, "Opening balance from the GoodCang stock report"},
	{"FBA-US", 1, 4, 11, 10, 8, 17, "Opening balance from Amazon's inventory ledger"},
	{"NB-BOND", 1, 17, 20, 10, 10, 0, "保税仓期初，按海关账册核对"},
}

// stocked says whether a warehouse keeps a part.
func (p part) stocked(site string) bool {
	for _, o := range openings {
		if o.site == site {
			return p.number%o.of < o.every && (site == "SZ01" || !p.scarce())
		}
	}
	return false
}

// open books what was there on the first day. The time at which the first of
// these documents was made is the "now" of the story from then on.
func (b *books) open(ctx context.Context) error {
	for _, o := range openings {
		in := b.opening(o)
		known, err := b.find(ctx, in.ExternalNo)
		if err == nil && known == nil {
			if _, err = b.create(ctx, "opening-"+o.site, in); err == nil {
				known, err = b.find(ctx, in.ExternalNo)
			}
		}
		if err != nil {
			return err
		}
		if in.ExternalNo == firstDocument {
			b.now = known.CreatedAt
		}
	}
	return nil
}

func (b *books) opening(o opening) document.CreateInput {
	opened := b.at(o.site, first, o.hour, 0)
	in := document.CreateInput{
		Kind: stock.DocumentInbound, WarehouseCode: o.site, ReasonCode: "OPENING", ExternalNo: "DEMO-OPENING-" + o.site,
		Note: o.note, OccurredAt: &opened, AdvanceTo: stock.DocumentCompleted,
	}
	for _, p := range b.parts {
		if !p.stocked(o.site) {
			continue
		}
		units := (p.minStock*o.least + p.minStock*int64(p.number*37%100)*o.spread/100) / 10
		if p.scarce() {
			units = p.minStock / 3
		}
		in.Lines = append(in.Lines, b.coming(o.site, p, units, p.landed(o.site), "CNY", p.age()))
		if o.broken(p) {
			bad := b.coming(o.site, p, int64(1+p.number%3), p.landed(o.site), "CNY", p.age())
			bad.Bucket = stock.BucketDamaged
			if bad.LocationCode != "" {
				bad.LocationCode = "DAMAGED-01"
			}
			in.Lines = append(in.Lines, bad)
		}
	}
	return in
}

// broken says whether a warehouse had damaged ones of a part from the first day.
func (o opening) broken(p part) bool {
	return o.damagedEvery > 0 && p.number%o.damagedEvery == 0 && p.stocked(o.site)
}
