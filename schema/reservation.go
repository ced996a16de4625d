package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// Reservation is stock promised to a business object until it is deducted, released
// or expires. The sums are those of its allocations, in the units that are stocked.
type Reservation struct{ ent.Schema }

// Mixin of Reservation.
func (Reservation) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}, versioned{}} }

// Annotations of Reservation.
func (Reservation) Annotations() []schema.Annotation {
	return []schema.Annotation{table("reservations", map[string]string{
		"reservations_quantities": "deducted_quantity >= 0 AND released_quantity >= 0 AND short_quantity >= 0 AND deducted_quantity + released_quantity + short_quantity <= quantity",
	})}
}

// Fields of Reservation.
func (Reservation) Fields() []ent.Field {
	return []ent.Field{
		field.String("business_type").MaxLen(maxCode).NotEmpty().Immutable().Comment("such as ORDER, CART or DOCUMENT"),
		field.String("business_id").MaxLen(maxNo).NotEmpty().Immutable(),
		field.Enum("state").GoType(stock.ReservationState("")).Default(string(stock.ReservationActive)),
		field.Time("expires_at").Optional().Nillable().Comment("from this instant it holds nothing; NULL holds until it is resolved"),
		field.Int64("priority").Default(0).Comment("the lowest is made short first when stock is lost"),
		field.String("note").MaxLen(500).Default(""),
		field.Int64("created_by").Immutable(),
		field.Time("closed_at").Optional().Nillable().Comment("when nothing of it was left open"),
		field.Int("line_count"),
		field.Int64("quantity"),
		field.Int64("deducted_quantity").Default(0),
		field.Int64("released_quantity").Default(0),
		field.Int64("short_quantity").Default(0),
	}
}

// Indexes of Reservation.
func (Reservation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("business_type", "business_id").Unique().StorageKey("reservations_active_key").Annotations(entsql.IndexWhere("state = 'ACTIVE'")),
		index.Fields("business_type", "business_id", "id").StorageKey("reservations_business"),
		index.Fields("expires_at", "id").StorageKey("reservations_expiring").Annotations(entsql.IndexWhere("state = 'ACTIVE' AND expires_at IS NOT NULL")),
		index.Fields("state", "id").StorageKey("reservations_state_id"),
	}
}

// ReservationLine is what one line of the business object asked for. Its quantities
// count the SKU that was asked for, which may be a kit.
type ReservationLine struct{ ent.Schema }

// Mixin of ReservationLine.
func (ReservationLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ReservationLine.
func (ReservationLine) Annotations() []schema.Annotation {
	return []schema.Annotation{table("reservation_lines", map[string]string{
		"reservation_lines_quantities": "asked_quantity > 0 AND quantity >= 0 AND quantity <= asked_quantity",
	})}
}

// Fields of ReservationLine.
func (ReservationLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("reservation_id").Immutable(),
		field.Int("line_no").Immutable(),
		field.String("business_line").MaxLen(maxCode).Default("").Immutable().Comment("the object's own name of the line"),
		skuField(),
		batchField(),
		field.Int64("asked_quantity").Immutable(),
		field.Int64("quantity").Immutable().Comment("of it, what was reserved"),
	}
}

// Indexes of ReservationLine.
func (ReservationLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reservation_id", "line_no").Unique().StorageKey("reservation_lines_key"),
		index.Fields("sku", "reservation_id").StorageKey("reservation_lines_sku"),
	}
}

// ReservationAllocation is the part of a line that one stock holds: the open ones of a
// stock add up to its allocated quantity.
type ReservationAllocation struct{ ent.Schema }

// Mixin of ReservationAllocation.
func (ReservationAllocation) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ReservationAllocation.
func (ReservationAllocation) Annotations() []schema.Annotation {
	return []schema.Annotation{table("reservation_allocations", map[string]string{
		"reservation_allocations_quantities": "quantity > 0 AND per_unit > 0 AND deducted_quantity >= 0 AND released_quantity >= 0 AND short_quantity >= 0 AND deducted_quantity + released_quantity + short_quantity <= quantity",
	})}
}

// Fields of ReservationAllocation.
func (ReservationAllocation) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("reservation_id").Immutable(),
		field.Int64("line_id").Immutable(),
		field.Int64("warehouse_id").Immutable(),
		skuField(),
		batchField(),
		field.Int64("per_unit").Default(1).Immutable().Comment("base units of it in one unit of what the line asks for: a kit has several"),
		field.Int64("quantity").Immutable(),
		field.Int64("deducted_quantity").Default(0),
		field.Int64("released_quantity").Default(0),
		field.Int64("short_quantity").Default(0).Comment("lost to a count, damage or a remote truth"),
	}
}

// Indexes of ReservationAllocation.
func (ReservationAllocation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("line_id", "warehouse_id", "sku", "batch_no").Unique().StorageKey("reservation_allocations_key"),
		index.Fields("reservation_id").StorageKey("reservation_allocations_reservation_id"),
		index.Fields("warehouse_id", "sku", "batch_no").StorageKey("reservation_allocations_open").Annotations(entsql.IndexWhere("quantity > deducted_quantity + released_quantity + short_quantity")),
	}
}

// ReservationEvent tells one step in the life of a reservation and who made it.
// Immutable: triggers refuse every change.
type ReservationEvent struct{ ent.Schema }

// Mixin of ReservationEvent.
func (ReservationEvent) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ReservationEvent.
func (ReservationEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{table("reservation_events", nil)}
}

// Fields of ReservationEvent.
func (ReservationEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("reservation_id").Immutable(),
		field.Int64("version").Immutable(),
		field.Enum("action").GoType(stock.ReservationAction("")).Immutable(),
		field.Int64("posting_id").Optional().Nillable().Immutable().Comment("what the step posted, if anything"),
		field.Int64("reverses_id").Optional().Nillable().Immutable().Comment("the deduction that a rollback takes back"),
		field.Int64("actor_id").Immutable(),
		field.String("note").MaxLen(500).Default("").Immutable(),
		field.String("request_id").MaxLen(64).Default("").Immutable(),
		field.Time("recorded_at").Immutable(),
	}
}

// Indexes of ReservationEvent.
func (ReservationEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("reservation_id", "version").Unique().StorageKey("reservation_events_chain"),
		index.Fields("reverses_id").Unique().StorageKey("reservation_events_reverses_id_key"),
		index.Fields("posting_id").StorageKey("reservation_events_posting_id").Annotations(entsql.IndexWhere("posting_id IS NOT NULL")),
	}
}

// ReservationEntry is how one event changed one allocation: the reservations' own
// journal. Immutable: triggers refuse every change.
type ReservationEntry struct{ ent.Schema }

// Mixin of ReservationEntry.
func (ReservationEntry) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ReservationEntry.
func (ReservationEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{table("reservation_entries", nil)}
}

// Fields of ReservationEntry.
func (ReservationEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("event_id").Immutable(),
		field.Int64("allocation_id").Immutable(),
		field.Int64("deducted_delta").Immutable(),
		field.Int64("released_delta").Immutable(),
		field.Int64("short_delta").Immutable(),
	}
}

// Indexes of ReservationEntry.
func (ReservationEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("event_id", "allocation_id").Unique().StorageKey("reservation_entries_key"),
		index.Fields("allocation_id").StorageKey("reservation_entries_allocation_id"),
	}
}
