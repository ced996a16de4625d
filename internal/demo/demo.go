// Package demo fills a new system with a small company to look at: a
// cross-border seller of auto parts with warehouses of every kind. Stock comes
// in through the same commands that people use, so its ledger is a real one.
package demo

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent/product"
	"entrepot/ent/user"
	"entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/money"
	"entrepot/internal/posting"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Services are the commands that the demo company is made with.
type Services struct {
	DB      *store.DB
	Posting *posting.Service
	Rates   *fx.Service
	Now     func() time.Time
}

// Load makes what is missing of the demo company, as the user admin, and
// changes nothing that is there: running it again does no harm.
func Load(ctx context.Context, s Services) (err error) {
	defer fault.Wrap(&err, "demo.Load")
	admin, err := s.DB.Ent().User.Query().Where(user.Username("admin")).Only(ctx)
	if err != nil {
		return fmt.Errorf("find the user admin: %w", err)
	}
	ctx = auth.With(ctx, &auth.Principal{UserID: admin.ID, Username: admin.Username, Permissions: auth.Permissions()})
	if err := s.DB.InTx(ctx, func(tx store.Tx) error { return masterData(ctx, tx, store.Moment(s.Now())) }); err != nil {
		return err
	}
	for _, r := range []struct{ from, rate string }{{"USD", "7.1143"}, {"EUR", "8.2356"}} {
		rate, err := money.ParseRate(r.rate)
		if err != nil {
			return err
		}
		since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if _, err := s.Rates.Set(ctx, fx.SetInput{FromCurrency: r.from, ToCurrency: "CNY", Date: &since, Rate: rate}); err != nil {
			return err
		}
	}
	return s.receive(ctx)
}

func masterData(ctx context.Context, tx store.Tx, now time.Time) error {
	for _, w := range warehouses {
		known, err := tx.Ent.Warehouse.Query().Where(warehouse.Code(w.code)).Exist(ctx)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		create := tx.Ent.Warehouse.Create().SetCode(w.code).SetName(w.name).SetCategory(w.category).SetLocationType(w.location).
			SetOwnershipType(w.ownership).SetBusinessType(w.business).SetCurrency(w.currency).SetTimeZone(w.timeZone).
			SetMaxVolumeCm3(w.cubicMetres * 1_000_000).SetCreatedAt(now).SetUpdatedAt(now)
		if w.parent != "" {
			parent, err := tx.Ent.Warehouse.Query().Where(warehouse.Code(w.parent)).Only(ctx)
			if err != nil {
				return err
			}
			create.AddParents(parent)
		}
		if err := create.Exec(ctx); err != nil {
			return err
		}
	}
	for _, p := range products {
		known, err := tx.Ent.Product.Query().Where(product.Sku(p.sku)).Exist(ctx)
		if err != nil {
			return err
		}
		if known {
			continue
		}
		price := p.cost * 5 / 2
		if err := tx.Ent.Product.Create().SetSku(p.sku).SetName(p.name).SetEnglishName(p.english).SetCategory(p.category).
			SetBrand("Entrepot Parts").SetUnit("PCS").SetPrice(price).SetPriceCurrency("CNY").SetMinStock(20).
			SetWeightG(p.grams).SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// receive brings goods into the warehouses that hold any, some of them damaged
// or on hold. The idempotency keys make a second run a replay.
func (s Services) receive(ctx context.Context) error {
	for at, w := range warehouses {
		if w.category == stock.WarehouseVirtual {
			continue
		}
		in := posting.AdjustInput{Command: posting.Command{
			IdempotencyKey: "demo-opening-" + w.code, ReasonCode: "OPENING", Note: "opening stock of the demo company",
			ErrorPolicy: posting.RejectAll,
		}}
		for i, p := range products {
			if (i+at)%(at+1) != 0 {
				continue // the further from Shenzhen, the fewer SKUs
			}
			cost := p.cost
			in.Changes = append(in.Changes, posting.AdjustLine{
				Target: posting.Target{SKU: p.sku, WarehouseCode: w.code}, Bucket: stock.BucketAvailable,
				Delta: int64(40 + (i*37+at*11)%160), UnitCost: &cost, Currency: "CNY",
			})
			if i%7 == at {
				in.Changes = append(in.Changes, posting.AdjustLine{
					Target: posting.Target{SKU: p.sku, WarehouseCode: w.code}, Bucket: stock.BucketDamaged, Delta: int64(1 + i%3),
				})
			}
		}
		if _, err := s.Posting.Adjust(ctx, in); err != nil {
			return fmt.Errorf("opening stock of %s: %w", w.code, err)
		}
	}
	return nil
}
