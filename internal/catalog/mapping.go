package catalog

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/codemapping"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

const (
	maxPlatform = 50
	maxExternal = 100
)

// MappingRow is what a platform or a third party calls one of our SKUs, over a
// period. A mapping is known by platform, warehouse, external code and its first
// day. The json names are part of the hash behind an idempotency key.
type MappingRow struct {
	Platform string `json:"platform,omitempty"`
	// WarehouseCode is empty for every warehouse of the platform.
	WarehouseCode   string     `json:"warehouseCode,omitempty"`
	ExternalCode    string     `json:"externalCode,omitempty"`
	ValidFrom       time.Time  `json:"validFrom,omitzero"`
	ExpectedVersion *int64     `json:"expectedVersion,omitempty"`
	SKU             *string    `json:"sku,omitempty"`
	ValidTo         *time.Time `json:"validTo,omitempty"` // the last day
	ClearValidTo    bool       `json:"clearValidTo,omitempty"`
	Note            *string    `json:"note,omitempty"`
}

// MappingInput makes or changes one mapping.
type MappingInput struct {
	command.Intent
	MappingRow
}

// MappingsInput makes and changes many.
type MappingsInput struct {
	command.Import
	Rows []MappingRow `json:"rows,omitempty"`
}

// EditedMappings is what a command did to mappings.
type EditedMappings = command.Edited[ent.CodeMapping]

// CreateMapping makes a mapping. It needs product:edit. A code of a platform means
// one SKU on a day, in one warehouse and, apart from that, in all: a period that
// overlaps another one of the code is TAKEN. Beside that it returns REQUIRED,
// INVALID, and NOT_FOUND for codes.
func (s *Service) CreateMapping(ctx context.Context, in MappingInput) (EditedMappings, error) {
	return s.mapping(ctx, "codeMappingCreate", command.Create, in)
}

// UpdateMapping changes a mapping, such as its last day. Beside CreateMapping's
// faults it returns NOT_FOUND and STALE_VERSION.
func (s *Service) UpdateMapping(ctx context.Context, in MappingInput) (EditedMappings, error) {
	return s.mapping(ctx, "codeMappingUpdate", command.Update, in)
}

// ImportMappings makes and changes many mappings, as the mode allows.
func (s *Service) ImportMappings(ctx context.Context, in MappingsInput) (EditedMappings, error) {
	rows := in.Rows
	return s.mappings(ctx, "codeMappingsImport", in.Import, in, rows, func(i int) fault.Path { return fault.Input.At("rows").Item(i) })
}

func (s *Service) mapping(ctx context.Context, operation string, mode command.Mode, in MappingInput) (EditedMappings, error) {
	rows := []MappingRow{in.MappingRow}
	return s.mappings(ctx, operation, command.Import{Intent: in.Intent, Mode: mode}, in, rows, func(int) fault.Path { return fault.Input })
}

func (s *Service) mappings(ctx context.Context, operation string, how command.Import, input any, rows []MappingRow, at func(int) fault.Path) (EditedMappings, error) {
	for i := range rows {
		rows[i].tidy()
	}
	e := mappingEditor{at: at, rows: rows}
	return command.Edit[ent.CodeMapping]{
		Table: codeMappings, Operation: operation, Needs: auth.ProductEdit, Import: how, Input: input,
		Rows: len(rows), At: at, KeyField: "externalCode",
		Name:     func(i int) string { return rows[i].name() },
		Expected: func(i int) *int64 { return rows[i].ExpectedVersion },
		Check:    func(faults *fault.List, i int) { rows[i].check(faults, at(i)) },
		Find:     e.find, Look: e.look, Merge: e.merge, Take: e.take,
	}.Run(ctx, s.db, s.now)
}

func (r *MappingRow) tidy() {
	r.Platform, r.WarehouseCode = SKU(r.Platform), SKU(r.WarehouseCode)
	r.ExternalCode = strings.TrimSpace(r.ExternalCode)
	r.ValidFrom = day(r.ValidFrom)
	if r.ValidTo != nil {
		to := day(*r.ValidTo)
		r.ValidTo = &to
	}
	if r.SKU != nil {
		sku := SKU(*r.SKU)
		r.SKU = &sku
	}
}

// day is the day of a moment, as dates are kept: at midnight UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func (r *MappingRow) name() string {
	where := "in all warehouses"
	if r.WarehouseCode != "" {
		where = "in warehouse " + command.Short(r.WarehouseCode)
	}
	return "mapping of " + command.Short(r.ExternalCode) + " on " + command.Short(r.Platform) + " " + where + " from " + r.ValidFrom.Format(time.DateOnly)
}

var (
	firstDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2999, 12, 31, 0, 0, 0, 0, time.UTC)
)

func (r *MappingRow) check(faults *fault.List, at fault.Path) {
	command.CheckCode(faults, at.At("platform"), r.Platform, "a platform", "-_.", maxPlatform)
	if r.ExternalCode == "" {
		faults.Add(fault.Required, at.At("externalCode"), "give the code that the platform uses")
	}
	command.CheckLine(faults, at.At("externalCode"), r.ExternalCode, "a code", maxExternal)
	if r.ValidFrom.Before(firstDay) || r.ValidFrom.After(lastDay) {
		faults.Add(fault.Invalid, at.At("validFrom"), "%s is not within the years 2000 to 2999", r.ValidFrom.Format(time.DateOnly))
	}
	if to := r.ValidTo; to != nil && (to.Before(r.ValidFrom) || to.After(lastDay)) {
		faults.Add(fault.Invalid, at.At("validTo"), "the last day is not before the first, %s, and not after the year 2999", r.ValidFrom.Format(time.DateOnly))
	}
	if r.SKU != nil {
		checkSKU(faults, at.At("sku"), *r.SKU)
	}
	if r.Note != nil {
		command.CheckText(faults, at.At("note"), *r.Note, "a note", 500)
	}
}

var codeMappings = command.Table[ent.CodeMapping]{
	Name: codemapping.Table,
	Columns: []store.Column[*ent.CodeMapping]{
		{Name: codemapping.FieldPlatform, Type: "text", Once: true, Value: func(m *ent.CodeMapping) any { return m.Platform }},
		{Name: codemapping.FieldWarehouseID, Type: "bigint", Once: true, Value: func(m *ent.CodeMapping) any { return m.WarehouseID }},
		{Name: codemapping.FieldExternalCode, Type: "text", Once: true, Value: func(m *ent.CodeMapping) any { return m.ExternalCode }},
		{Name: codemapping.FieldValidFrom, Type: "date", Once: true, Value: func(m *ent.CodeMapping) any { return m.ValidFrom }},
		{Name: codemapping.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(m *ent.CodeMapping) any { return m.CreatedAt }},
		{Name: codemapping.FieldUpdatedAt, Type: "timestamptz", Value: func(m *ent.CodeMapping) any { return m.UpdatedAt }},
		{Name: codemapping.FieldSku, Type: "text", Value: func(m *ent.CodeMapping) any { return m.Sku }},
		{Name: codemapping.FieldValidTo, Type: "date", Value: func(m *ent.CodeMapping) any { return m.ValidTo }},
		{Name: codemapping.FieldNote, Type: "text", Value: func(m *ent.CodeMapping) any { return m.Note }},
	},
	Head: func(m *ent.CodeMapping) command.Head {
		return command.Head{ID: &m.ID, Version: &m.Version, CreatedAt: &m.CreatedAt, UpdatedAt: &m.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.CodeMapping, error) {
		return tx.Ent.CodeMapping.Query().Where(page.In(codemapping.FieldID, ids)).All(ctx)
	},
}
