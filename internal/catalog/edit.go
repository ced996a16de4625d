package catalog

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Service edits the product master.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db, now} }

// Edited is what a command did to products.
type Edited struct {
	command.Edited[ent.Product]
	// Barcodes and Components are those of the products, by SKU.
	Barcodes   map[string][]*ent.Barcode
	Components map[string][]Component
}

// Create makes a product. It returns REQUIRED, INVALID and TOO_MANY for its
// fields, TAKEN for a SKU that was ever used and for a barcode of another product,
// NOT_FOUND and ARCHIVED for components of a kit.
func (s *Service) Create(ctx context.Context, in CreateInput) (Edited, error) {
	return s.one(ctx, "productCreate", command.Create, in.Intent, &in, &in.SKU, nil, in.Fields, "")
}

// Update changes what is given of a product. Beside Create's it returns
// NOT_FOUND and STALE_VERSION, and INVALID for a kind that stock, reservations, kits
// or interchange groups speak against.
func (s *Service) Update(ctx context.Context, in UpdateInput) (Edited, error) {
	return s.one(ctx, "productUpdate", command.Update, in.Intent, &in, &in.SKU, in.ExpectedVersion, in.Fields, "")
}

// Archive takes a product out of use. Twice is harmless.
func (s *Service) Archive(ctx context.Context, in StatusInput) (Edited, error) {
	return s.one(ctx, "productArchive", command.Update, in.Intent, &in, &in.SKU, in.ExpectedVersion, Fields{}, stock.StatusArchived)
}

// Restore takes a product into use again. Twice is harmless.
func (s *Service) Restore(ctx context.Context, in StatusInput) (Edited, error) {
	return s.one(ctx, "productRestore", command.Update, in.Intent, &in, &in.SKU, in.ExpectedVersion, Fields{}, stock.StatusActive)
}

// Import makes and changes many products, as the mode allows.
func (s *Service) Import(ctx context.Context, in ImportInput) (Edited, error) {
	e := editor{at: func(i int) fault.Path { return fault.Input.At("rows").Item(i) }, rows: make([]change, len(in.Rows))}
	for i := range in.Rows {
		row := &in.Rows[i]
		row.SKU = SKU(row.SKU)
		e.rows[i] = change{sku: row.SKU, expected: row.ExpectedVersion, Fields: row.Fields}
	}
	return s.run(ctx, "productsImport", in.Import, in, &e)
}

// one edits one product; input is hashed with its SKU tidied.
func (s *Service) one(ctx context.Context, operation string, mode command.Mode, intent command.Intent, input any,
	sku *string, expected *int64, f Fields, status stock.Status,
) (Edited, error) {
	*sku = SKU(*sku)
	e := editor{
		at:   func(int) fault.Path { return fault.Input },
		rows: []change{{sku: *sku, expected: expected, Fields: f, status: status}},
	}
	return s.run(ctx, operation, command.Import{Intent: intent, Mode: mode}, input, &e)
}

func (s *Service) run(ctx context.Context, operation string, how command.Import, input any, e *editor) (Edited, error) {
	done, err := command.Edit[ent.Product]{
		Table: products, Operation: operation, Needs: auth.ProductEdit, Import: how, Input: input,
		Rows: len(e.rows), At: e.at, KeyField: "sku",
		Name:     func(i int) string { return "SKU " + command.Short(e.rows[i].sku) },
		Expected: func(i int) *int64 { return e.rows[i].expected },
		Check:    e.check, Look: e.look, Find: e.find, Merge: e.merge, Take: e.take, Finish: e.finish, Show: e.show,
	}.Run(ctx, s.db, s.now)
	return Edited{done, e.shown.barcodes, e.shown.components}, err
}
