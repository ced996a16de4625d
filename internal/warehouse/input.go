package warehouse

import (
	"entrepot/internal/command"
	"entrepot/internal/stock"
)

// Limits told in the graph's descriptions.
const (
	maxCode         = 30
	maxLocationCode = 50
	maxParents      = 10
	maxCapacity     = 1_000_000_000_000 // units
	maxVolume       = 1_000_000_000_000_000
)

// Fields is what can be told of a warehouse. What is not given stays as it is.
// The json names are part of the hash behind an idempotency key.
type Fields struct {
	Name          *string                      `json:"name,omitempty"`
	Category      *stock.WarehouseCategory     `json:"category,omitempty"`
	LocationType  *stock.WarehouseLocationType `json:"locationType,omitempty"`
	OwnershipType *stock.WarehouseOwnership    `json:"ownershipType,omitempty"`
	BusinessType  *stock.WarehouseBusinessType `json:"businessType,omitempty"`
	Currency      *string                      `json:"currency,omitempty"`
	TimeZone      *string                      `json:"timeZone,omitempty"`
	Capacity      *int64                       `json:"capacity,omitempty"`
	MaxVolumeCm3  *int64                       `json:"maxVolumeCm3,omitempty"`
	// TracksLocations starts keeping stock by bin.
	TracksLocations *bool    `json:"tracksLocations,omitempty"`
	ParentCodes     []string `json:"parentCodes,omitzero"` // nil stays, an empty list takes all away
}

// CreateInput makes a warehouse.
type CreateInput struct {
	command.Intent
	Code string `json:"code,omitempty"`
	Fields
}

// UpdateInput changes a warehouse.
type UpdateInput struct {
	command.Intent
	Code            string `json:"code,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	Fields
}

// StatusInput archives a warehouse, or takes that back.
type StatusInput struct {
	command.Intent
	Code            string `json:"code,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
}

// ImportInput makes and changes many warehouses.
type ImportInput struct {
	command.Import
	Rows []ImportRow `json:"rows,omitempty"`
}

// ImportRow is one of them.
type ImportRow struct {
	Code            string `json:"code,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	Fields
}

// LocationFields is what can be told of a location.
type LocationFields struct {
	Type         *stock.LocationType `json:"type,omitempty"`
	IsLocked     *bool               `json:"isLocked,omitempty"`
	AllowMixing  *bool               `json:"allowMixing,omitempty"`
	MaxVolumeCm3 *int64              `json:"maxVolumeCm3,omitempty"`
}

// LocationRow names a location, and what is told of it.
type LocationRow struct {
	WarehouseCode   string `json:"warehouseCode,omitempty"`
	Code            string `json:"code,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	LocationFields
}

// LocationInput makes or changes a location.
type LocationInput struct {
	command.Intent
	LocationRow
}

// LocationImportInput makes and changes many locations.
type LocationImportInput struct {
	command.Import
	Rows []LocationRow `json:"rows,omitempty"`
}

// GenerateInput makes the locations of whole zones.
type GenerateInput struct {
	command.Intent
	WarehouseCode string   `json:"warehouseCode,omitempty"`
	Zones         []string `json:"zones,omitempty"`
	Aisles        Range    `json:"aisles,omitzero"`
	Levels        Range    `json:"levels,omitzero"`
	Positions     Range    `json:"positions,omitzero"`
	LocationFields
}

// Range is the numbers From to To.
type Range struct {
	From int `json:"from,omitempty"`
	To   int `json:"to,omitempty"`
}
