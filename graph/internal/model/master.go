package model

import (
	"context"

	"entrepot/ent"
	"entrepot/graph/load"
	"entrepot/internal/approval"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/warehouse"
)

// Edit is the payload of a command that edits one row of master data.
type Edit[E any] struct {
	Row        *E
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault
}

// Import is the payload of an import.
type Import[E any] struct {
	Rows       []command.Row[E]
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault
}

type (
	// ProductEdit answers productCreate and the like.
	ProductEdit = Edit[ent.Product]
	// ProductsImport answers productsImport.
	ProductsImport = Import[ent.Product]
	// ProductsImportRow is one row of it.
	ProductsImportRow = command.Row[ent.Product]
	// CarrierEdit answers carrierCreate and carrierUpdate.
	CarrierEdit = Edit[ent.Carrier]
	// InterchangeEdit answers interchangeGroupCreate and interchangeGroupUpdate.
	InterchangeEdit = Edit[ent.InterchangeGroup]
	// CodeMappingEdit answers codeMappingCreate and codeMappingUpdate.
	CodeMappingEdit = Edit[ent.CodeMapping]
	// CodeMappingsImport answers codeMappingsImport.
	CodeMappingsImport = Import[ent.CodeMapping]
	// CodeMappingsImportRow is one row of it.
	CodeMappingsImportRow = command.Row[ent.CodeMapping]
	// WarehouseEdit answers warehouseCreate and the like.
	WarehouseEdit = Edit[ent.Warehouse]
	// WarehousesImport answers warehousesImport.
	WarehousesImport = Import[ent.Warehouse]
	// WarehousesImportRow is one row of it.
	WarehousesImportRow = command.Row[ent.Warehouse]
	// LocationEdit answers locationCreate and the like.
	LocationEdit = Edit[ent.Location]
	// ApprovalRuleEdit answers approvalRuleCreate and the like.
	ApprovalRuleEdit = Edit[ent.ApprovalRule]
	// LocationsImport answers locationsImport.
	LocationsImport = Import[ent.Location]
	// LocationsImportRow is one row of it.
	LocationsImportRow = command.Row[ent.Location]
)

func edit[E any](e command.Edited[E], err error) (*Edit[E], error) {
	faults, err := fault.Split(err)
	return &Edit[E]{e.One(), e.DryRun, e.Replayed, faults}, err
}

func imported[E any](e command.Edited[E], err error) (*Import[E], error) {
	faults, err := fault.Split(err)
	return &Import[E]{e.Rows, e.DryRun, e.Replayed, append(e.UserErrors, faults...)}, err
}

// Product makes the payload of a command about one product.
func Product(ctx context.Context, e catalog.Edited, err error) (*ProductEdit, error) {
	load.ShowBarcodes(ctx, e.Barcodes)
	load.ShowComponents(ctx, e.Components)
	return edit(e.Edited, err)
}

// Products makes the payload of productsImport.
func Products(ctx context.Context, e catalog.Edited, err error) (*ProductsImport, error) {
	load.ShowBarcodes(ctx, e.Barcodes)
	load.ShowComponents(ctx, e.Components)
	return imported(e.Edited, err)
}

// Carrier makes the payload of a command about one carrier.
func Carrier(e command.Edited[ent.Carrier], err error) (*CarrierEdit, error) { return edit(e, err) }

// Interchange makes the payload of a command about one interchange group.
func Interchange(ctx context.Context, e catalog.EditedInterchange, err error) (*InterchangeEdit, error) {
	load.ShowMembers(ctx, e.Members)
	return edit(e.Edited, err)
}

// CodeMapping makes the payload of a command about one code mapping.
func CodeMapping(ctx context.Context, e catalog.EditedMappings, err error) (*CodeMappingEdit, error) {
	load.CodeMappings(ctx, e.All())
	return edit(e, err)
}

// CodeMappings makes the payload of codeMappingsImport.
func CodeMappings(ctx context.Context, e catalog.EditedMappings, err error) (*CodeMappingsImport, error) {
	load.CodeMappings(ctx, e.All())
	return imported(e, err)
}

// Warehouse makes the payload of a command about one warehouse.
func Warehouse(ctx context.Context, e warehouse.Edited, err error) (*WarehouseEdit, error) {
	load.Warehouses(ctx, e.All())
	return edit(e, err)
}

// Warehouses makes the payload of warehousesImport.
func Warehouses(ctx context.Context, e warehouse.Edited, err error) (*WarehousesImport, error) {
	load.Warehouses(ctx, e.All())
	return imported(e, err)
}

// Location makes the payload of a command about one location.
func Location(e warehouse.EditedLocations, err error) (*LocationEdit, error) { return edit(e, err) }

// ApprovalRule makes the payload of a command about one rule of approval.
func ApprovalRule(e approval.Edited, err error) (*ApprovalRuleEdit, error) { return edit(e, err) }

// Locations makes the payload of locationsImport.
func Locations(ctx context.Context, e warehouse.EditedLocations, err error) (*LocationsImport, error) {
	load.Locations(ctx, e.All())
	return imported(e, err)
}

// LocationsGenerated answers locationsGenerate.
type LocationsGenerated struct {
	Created    int
	Existing   int
	Locations  []*ent.Location
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault
}

// Generated makes the payload of locationsGenerate.
func Generated(ctx context.Context, g warehouse.Generated, err error) (*LocationsGenerated, error) {
	load.Locations(ctx, g.First)
	faults, err := fault.Split(err)
	return &LocationsGenerated{g.Created, g.Existing, g.First, g.DryRun, g.Replayed, faults}, err
}
