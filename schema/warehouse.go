package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

var dateType = map[string]string{dialect.Postgres: "date", dialect.SQLite: "date"}

// Warehouse is a place, or a logical pool, that holds stock.
type Warehouse struct{ ent.Schema }

// Mixin of Warehouse.
func (Warehouse) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Warehouse.
func (Warehouse) Annotations() []schema.Annotation {
	return []schema.Annotation{table("warehouses", map[string]string{
		"warehouses_capacity": "capacity >= 0 AND max_volume_cm3 >= 0",
	})}
}

// Fields of Warehouse.
func (Warehouse) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").MaxLen(maxCode).NotEmpty().Unique().Immutable().Comment("upper case"),
		field.String("name").MaxLen(100).NotEmpty(),
		field.Enum("category").GoType(stock.WarehouseCategory("")).Default(string(stock.WarehousePhysical)),
		field.Enum("location_type").GoType(stock.WarehouseLocationType("")).Default(string(stock.WarehouseDomestic)),
		field.Enum("ownership_type").GoType(stock.WarehouseOwnership("")).Default(string(stock.WarehouseSelf)),
		field.Enum("business_type").GoType(stock.WarehouseBusinessType("")).Default(string(stock.WarehouseStandard)),
		field.String("currency").MaxLen(3).NotEmpty().Immutable().
			Comment("of its costs; immutable, since stock_costs is kept in it"),
		field.String("time_zone").MaxLen(50).Default("UTC"),
		field.Int64("capacity").Default(0).Comment("units; 0 is unlimited"),
		field.Int64("max_volume_cm3").Default(0).Comment("0 is unlimited"),
		field.Bool("tracks_locations").Default(false).Comment("its stock is known by bin; self-run, physical warehouses only"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Edges of Warehouse.
func (Warehouse) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Warehouse.Type).
			StorageKey(edge.Table("warehouse_parents"), edge.Columns("parent_id", "warehouse_id")),
		edge.From("parents", Warehouse.Type).Ref("children"),
	}
}

// Location is a bin inside a physical, self-run warehouse.
type Location struct{ ent.Schema }

// Mixin of Location.
func (Location) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Location.
func (Location) Annotations() []schema.Annotation {
	return []schema.Annotation{table("warehouse_locations", nil)}
}

// Fields of Location.
func (Location) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("warehouse_id").Immutable(),
		field.String("code").MaxLen(maxCode).NotEmpty().Comment("zone-aisle-level-position, such as A-01-01-01"),
		field.Enum("type").GoType(stock.LocationType("")).Default(string(stock.LocationStorage)),
		field.Bool("is_locked").Default(false),
		field.Int64("locked_by_id").Optional().Nillable().Comment("the stocktake that locked it, if one did"),
		field.Bool("allow_mixing").Default(false).Comment("whether several SKUs may share the bin"),
		field.Int64("max_volume_cm3").Default(0).Comment("0 is unlimited"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
	}
}

// Edges of Location.
func (Location) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("warehouse", Warehouse.Type).Unique().Required().Immutable().Field("warehouse_id"),
	}
}

// Indexes of Location.
func (Location) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("warehouse_id", "code").Unique().StorageKey("warehouse_locations_code_key"),
		index.Fields("warehouse_id", "type").StorageKey("warehouse_locations_type"), // where goods go that name no bin
	}
}
