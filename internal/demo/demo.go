// Package demo fills a new system with a small company to look at: a
// cross-border seller of auto parts with warehouses of every kind, about four
// weeks of documents behind it and work waiting for today. Everything is made
// through the same commands that people use, so its ledger is a real one.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entrepot/ent"
	entdocument "entrepot/ent/document"
	"entrepot/ent/user"
	"entrepot/internal/auth"
	"entrepot/internal/catalog"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/idempotency"
	"entrepot/internal/posting"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// Services are the commands that the demo company is made with.
type Services struct {
	DB         *store.DB
	Catalog    *catalog.Service
	Warehouses *warehouse.Service
	Rates      *fx.Service
	Documents  *document.Service
	Posting    *posting.Service
	// BaseCurrency is that of the books: CNY, USD or EUR.
	BaseCurrency string
	Now          func() time.Time
}

// New are the services over db with the clock now.
func New(db *store.DB, baseCurrency string, now func() time.Time) Services {
	return Services{
		DB: db, Catalog: catalog.New(db, now), Warehouses: warehouse.New(db, now), Rates: fx.New(db, now),
		Documents: document.New(db, baseCurrency, now), Posting: posting.New(db, baseCurrency, now), BaseCurrency: baseCurrency, Now: now,
	}
}

const keys = "demo/"

// The first document and the last one tell how far a load has come, for longer
// than idempotency keys are kept.
const (
	firstDocument = "DEMO-OPENING-SZ01"
	lastDocument  = "DEMO-COUNT-A03"
)

// Load makes the demo company as the user admin. Its story ends now, or, when an
// earlier load was broken off, at the time of that one, which it carries on. A
// load that has ended is never added to: on the next day the company is a day
// older. What people have made under the same codes stays as they made it.
func Load(ctx context.Context, s Services) (sum Summary, err error) {
	defer fault.Wrap(&err, "demo.Load")
	admin, err := s.DB.Ent().User.Query().Where(user.Username("admin")).Only(ctx)
	if err != nil {
		return Summary{}, fmt.Errorf("find the user admin: %w", err)
	}
	ctx = auth.With(ctx, &auth.Principal{UserID: admin.ID, Username: admin.Username, Permissions: auth.Permissions()})
	last, err := s.find(ctx, lastDocument)
	if err == nil && last == nil {
		err = s.load(ctx)
	}
	if err != nil {
		return Summary{}, err
	}
	return s.summary(ctx)
}

func (s Services) load(ctx context.Context) error {
	b := &books{Services: s, parts: catalogue(), now: s.Now()}
	first, err := s.find(ctx, firstDocument)
	if err != nil {
		return err
	}
	if first != nil {
		if b.now.Sub(first.CreatedAt) > idempotency.Kept-time.Hour {
			return errors.New("the demo company was begun long ago and never ended; load it into an empty database instead")
		}
		b.now = first.CreatedAt
	}
	for _, step := range []func(context.Context) error{
		b.openWarehouses, b.listProducts, b.numberBins, b.enterRates, b.open, b.tell,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// find returns nil when there is no such document.
func (s Services) find(ctx context.Context, externalNo string) (*ent.Document, error) {
	d, err := s.DB.Ent().Document.Query().Where(entdocument.ExternalNo(externalNo)).Order(ent.Asc(entdocument.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return d, err
}

// onlyTaken passes over rows that are there already.
func onlyTaken(refused fault.List, err error) error {
	if err != nil {
		return err
	}
	for _, f := range refused {
		if f.Code != fault.Taken {
			return refused
		}
	}
	return nil
}
