package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/stock"
)

// A shop sells from one warehouse. Its orders a day are those of a working day
// and of a weekend's; number is written from up to three numbers.
type shop struct {
	site, currency   string
	number           func(r *rand.Rand, n int) string
	buyers           []buyer
	workday, weekend int
	most             int64 // units of a line
	begins           int   // the hour from which orders are shipped
	notes            []string
}

type buyer struct{ name, country string }

var shops = []shop{
	{"SZ01", "CNY", func(_ *rand.Rand, n int) string { return fmt.Sprintf("SO-%05d", 20417+n) }, domestic, 2, 1, 6, 10, []string{"", "", "客户自提", "随货附合格证"}},
	{"SZ01", "USD", func(r *rand.Rand, _ int) string {
		return fmt.Sprintf("%02d-%05d-%05d", 10+r.IntN(17), r.IntN(100_000), r.IntN(100_000))
	}, direct, 1, 1, 2, 14, []string{"", "", "", "4PX小包"}},
	{"LA01", "USD", func(_ *rand.Rand, n int) string { return fmt.Sprintf("#%d", 38102+n*7) }, americans, 5, 2, 2, 8, []string{"", "", "", "UPS Ground", "Gift: no invoice in the box"}},
	{"DE01", "EUR", func(r *rand.Rand, _ int) string {
		return fmt.Sprintf("%02d-%05d-%05d", 4+r.IntN(9), r.IntN(100_000), r.IntN(100_000))
	}, germans, 3, 1, 2, 8, []string{"", "", "", "DHL Paket", "Packstation"}},
	{"FBA-US", "USD", func(r *rand.Rand, _ int) string {
		return fmt.Sprintf("11%d-%07d-%07d", 1+r.IntN(4), r.IntN(10_000_000), r.IntN(10_000_000))
	}, americans, 4, 3, 1, 9, []string{""}},
}

var (
	domestic = []buyer{
		{"广州途顺汽修连锁", "China"},
		{"成都蓉驰汽配城28号铺", "China"},
		{"武汉江驰汽车服务有限公司", "China"},
		{"西安秦运汽配批发", "China"},
		{"杭州车小匠养车", "China"},
		{"佛山南粤汽修厂", "China"},
	}
	direct = []buyer{
		{"K. Tanaka", "Japan"},
		{"Liam Walker", "Australia"},
		{"Oficina São Jorge", "Brazil"},
		{"Olivia Grant", "United Kingdom"},
		{"Marek Nowak", "Poland"},
		{"Al Noor Auto Parts", "United Arab Emirates"},
	}
	americans = []buyer{
		{"Mike Torres", "United States"},
		{"Jennifer Blake", "United States"},
		{"Desert Valley Auto Repair", "United States"},
		{"Carlos Mendoza", "United States"},
		{"Ashley Kim", "United States"},
		{"Bayside Fleet Services", "United States"},
		{"Dylan Foster", "Canada"},
		{"Grace Whitfield", "United States"},
		{"R. Patel", "United States"},
		{"Big Sky Truck & Trailer", "United States"},
	}
	germans = []buyer{
		{"Jonas Becker", "Germany"},
		{"Kfz-Werkstatt Lindner", "Germany"},
		{"Sophie Lefèvre", "France"},
		{"Autoservice Huber", "Austria"},
		{"Matteo Ricci", "Italy"},
		{"Anke Petersen", "Germany"},
		{"Garage De Vries", "Netherlands"},
	}
)

// order is the n-th of a shop: the same one whenever the story is told.
func (b *books) order(s shop, n int) document.CreateInput {
	r := rand.New(rand.NewPCG(uint64(len(s.buyers)*7+s.begins), uint64(n)))
	buyer := s.buyers[r.IntN(len(s.buyers))]
	in := document.CreateInput{
		Kind: stock.DocumentOutbound, WarehouseCode: s.site, ReasonCode: "SALE", ExternalNo: s.number(r, n),
		Party: buyer.name, Country: buyer.country, Currency: s.currency, Note: s.notes[r.IntN(len(s.notes))],
	}
	var sold []part
	for _, p := range b.parts {
		if p.stocked(s.site) && !p.scarce() {
			sold = append(sold, p)
		}
	}
	for _, i := range r.Perm(len(sold))[:1+r.IntN(3)*r.IntN(2)] {
		line := b.leaving(s.site, sold[i], 1+r.Int64N(s.most))
		line.UnitPrice = sold[i].priceIn(s.currency)
		in.Lines = append(in.Lines, line)
	}
	return in
}

// orders is how many there were until yesterday, on whichever day the story is
// told: four weeks have eight days of weekends.
func (s shop) orders() int { return 20*s.workday + 8*s.weekend }

// sell tells of the orders until yesterday.
func (b *books) sell() {
	for i, s := range shops {
		n := 0
		for day := first; day < 0; day++ {
			orders := s.workday
			if d := b.midnight(s.site, day).Weekday(); d == time.Saturday || d == time.Sunday {
				orders = s.weekend
			}
			for k := range orders {
				shipped := b.at(s.site, day, s.begins+1+k*7/orders, (n*17+k*11)%60)
				in := b.order(s, n)
				in.OccurredAt = &shipped
				key := fmt.Sprintf("order-%d-%03d", i, n)
				b.done(key, in)
				if n%7 == 4 && n < s.orders()/2 { // of the first two weeks
					b.comesBack(key, s.site, day+8, n/7, in)
				}
				n++
			}
		}
	}
}

var returned = []struct {
	bucket stock.Bucket
	note   string
}{
	{stock.BucketAvailable, "Unopened, back on the shelf"},
	{stock.BucketDamaged, "Box open, mounting tab broken"},
	{stock.BucketOnHold, "Does not fit, says the customer: check the part number first"},
}

// comesBack tells of the return of the first line of an order.
func (b *books) comesBack(key, site string, day, n int, order document.CreateInput) {
	what, at := returned[n%len(returned)], b.at(site, day, 15, 5+n%50)
	line := order.Lines[0]
	line.UnitPrice, line.Quantity, line.Bucket = nil, 1, what.bucket
	if line.LocationCode != "" {
		line.LocationCode = "RETURN-01"
	}
	b.done(key+"-back", document.CreateInput{
		Kind: stock.DocumentInbound, WarehouseCode: site, ReasonCode: "RETURN", ExternalNo: "RMA " + order.ExternalNo, Party: order.Party,
		Country: order.Country, Note: what.note, OccurredAt: &at, Lines: []document.LineInput{line},
	})
}

// waiting makes the orders that are to be shipped today and tomorrow, and those
// that are still to be looked at.
func (b *books) waiting(ctx context.Context) error {
	for i, s := range shops {
		for k, w := range []struct {
			day   int
			state stock.DocumentState
			note  string
		}{
			{0, stock.DocumentApproved, ""},
			{0, stock.DocumentApproved, ""},
			{1, stock.DocumentApproved, ""},
			{1, stock.DocumentDraft, "Payment not confirmed yet"},
		} {
			in, expected := b.order(s, s.orders()+k), b.at(s.site, w.day, 17, 0)
			in.ExpectedAt, in.AdvanceTo = &expected, w.state
			if w.note != "" {
				in.Note = w.note
			}
			if _, err := b.create(ctx, fmt.Sprintf("waiting-%d-%d", i, k), in); err != nil {
				return err
			}
		}
	}
	return nil
}
