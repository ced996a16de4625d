package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
)

// ExchangeRate is the price of one unit of a currency in another on a day.
type ExchangeRate struct{ ent.Schema }

// Mixin of ExchangeRate.
func (ExchangeRate) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ExchangeRate.
func (ExchangeRate) Annotations() []schema.Annotation {
	return []schema.Annotation{table("exchange_rates", map[string]string{"exchange_rates_positive": "rate > 0"})}
}

// Fields of ExchangeRate.
func (ExchangeRate) Fields() []ent.Field {
	return []ent.Field{
		field.String("from_currency").MaxLen(3).NotEmpty().Immutable(),
		field.String("to_currency").MaxLen(3).NotEmpty().Immutable(),
		field.Time("rate_date").SchemaType(dateType).Immutable(),
		field.Int64("rate").GoType(money.Rate(0)).Comment("× 10^10"),
		field.String("source").MaxLen(50).Default("manual"),
		field.Time("recorded_at"),
	}
}

// Indexes of ExchangeRate.
func (ExchangeRate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("from_currency", "to_currency", "rate_date").Unique().StorageKey("exchange_rates_key"),
	}
}

// IdempotencyKey remembers what a mutation did, so that sending it again does
// nothing more. Its id is principal/operation/key: one index on the hot path.
type IdempotencyKey struct{ ent.Schema }

// Annotations of IdempotencyKey.
func (IdempotencyKey) Annotations() []schema.Annotation {
	return []schema.Annotation{table("idempotency_keys", nil)}
}

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(200).Immutable(),
		field.Bytes("input_hash").Immutable().Comment("sha256 of the input as received, in canonical JSON"),
		field.String("outcome").Default("").Comment("JSON: ids and outcomes per row, not the rendered answer"),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of IdempotencyKey.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("created_at").StorageKey("idempotency_keys_created_at")}
}

// ScheduleSlot is one run of a scheduled job: whoever inserts (job, slot) first
// runs it, all replicas over; the lease and the fence let a dead one be replaced.
type ScheduleSlot struct{ ent.Schema }

// Mixin of ScheduleSlot.
func (ScheduleSlot) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of ScheduleSlot.
func (ScheduleSlot) Annotations() []schema.Annotation {
	return []schema.Annotation{table("schedule_slots", nil)}
}

// Fields of ScheduleSlot.
func (ScheduleSlot) Fields() []ent.Field {
	return []ent.Field{
		field.String("job").MaxLen(100).NotEmpty().Immutable(),
		field.Time("slot").Immutable().Comment("the instant the run was due"),
		field.String("holder").MaxLen(100).Comment("the replica that runs it"),
		field.Int64("fence").Default(1).Comment("rises with every take-over; a late holder's writes are refused by it"),
		field.Time("lease_until"),
		field.Time("started_at"),
		field.Time("finished_at").Optional().Nillable(),
		field.String("outcome").MaxLen(20).Default(""),
		field.Int64("row_count").Default(0),
		field.String("error").MaxLen(1000).Default(""),
	}
}

// Indexes of ScheduleSlot.
func (ScheduleSlot) Indexes() []ent.Index {
	return []ent.Index{index.Fields("job", "slot").Unique().StorageKey("schedule_slots_key")}
}
