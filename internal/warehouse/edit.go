package warehouse

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

// Service edits warehouses and their locations.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db, now} }

// Edited is what a command did to warehouses. Their parents are loaded.
type Edited = command.Edited[ent.Warehouse]

// Create makes a warehouse. One that we run ourselves tracks bins, unless told
// otherwise, and gets its first ones: RECEIVE, DAMAGED and LOST. It returns REQUIRED, INVALID, TOO_MANY and NOT_FOUND
// for its fields, and TAKEN for a code that was ever used.
func (s *Service) Create(ctx context.Context, in CreateInput) (Edited, error) {
	return s.one(ctx, "warehouseCreate", command.Create, in.Intent, &in, &in.Code, nil, in.Fields, "")
}

// Update changes what is given of a warehouse. Beside Create's it returns
// NOT_FOUND and STALE_VERSION, and INVALID for what stock, documents or
// locations stand against. When it begins to track bins, all that lies there is
// put into the RECEIVE bin, and what is damaged into DAMAGED, by a relocation.
func (s *Service) Update(ctx context.Context, in UpdateInput) (Edited, error) {
	return s.one(ctx, "warehouseUpdate", command.Update, in.Intent, &in, &in.Code, in.ExpectedVersion, in.Fields, "")
}

// Archive takes a warehouse out of use: INVALID while it holds stock or has open
// documents. Twice is harmless.
func (s *Service) Archive(ctx context.Context, in StatusInput) (Edited, error) {
	return s.one(ctx, "warehouseArchive", command.Update, in.Intent, &in, &in.Code, in.ExpectedVersion, Fields{}, stock.StatusArchived)
}

// Restore takes a warehouse into use again. Twice is harmless.
func (s *Service) Restore(ctx context.Context, in StatusInput) (Edited, error) {
	return s.one(ctx, "warehouseRestore", command.Update, in.Intent, &in, &in.Code, in.ExpectedVersion, Fields{}, stock.StatusActive)
}

// Import makes and changes many warehouses, as the mode allows. A parent may be
// the warehouse of an earlier row.
func (s *Service) Import(ctx context.Context, in ImportInput) (Edited, error) {
	e := editor{at: rowAt, rows: make([]change, len(in.Rows))}
	for i := range in.Rows {
		row := &in.Rows[i]
		row.Code = Code(row.Code)
		e.rows[i] = change{code: row.Code, expected: row.ExpectedVersion, Fields: row.Fields}
	}
	return s.run(ctx, "warehousesImport", in.Import, in, &e)
}

func rowAt(i int) fault.Path { return fault.Input.At("rows").Item(i) }

// one edits one warehouse; input is hashed with its code tidied.
func (s *Service) one(ctx context.Context, operation string, mode command.Mode, intent command.Intent, input any,
	code *string, expected *int64, f Fields, status stock.Status,
) (Edited, error) {
	*code = Code(*code)
	e := editor{
		at:   func(int) fault.Path { return fault.Input },
		rows: []change{{code: *code, expected: expected, Fields: f, status: status}},
	}
	return s.run(ctx, operation, command.Import{Intent: intent, Mode: mode}, input, &e)
}

func (s *Service) run(ctx context.Context, operation string, how command.Import, input any, e *editor) (Edited, error) {
	e.operation, e.now = operation, s.now
	return command.Edit[ent.Warehouse]{
		Table: warehouses, Operation: operation, Needs: auth.WarehouseEdit, Import: how, Input: input,
		Rows: len(e.rows), At: e.at, KeyField: "code",
		Name:     func(i int) string { return "warehouse " + command.Short(e.rows[i].code) },
		Expected: func(i int) *int64 { return e.rows[i].expected },
		Check:    e.check, Look: e.look, Find: e.find, Merge: e.merge, Take: e.take, Finish: e.finish,
	}.Run(ctx, s.db, s.now)
}
