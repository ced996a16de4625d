package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/money"
	"entrepot/internal/stock"
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
		field.Enum("method").GoType(stock.RateMethod("")).Default(string(stock.RateDirect)),
		field.String("via").MaxLen(3).Default("").Comment("the currency that a cross rate goes through"),
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
	return []ent.Index{
		// What expires, in the order in which it does: facts never do, and there are many.
		index.Fields("created_at").StorageKey("idempotency_keys_expiring").
			Annotations(entsql.IndexWhere("substr(id, 1, 5) <> 'fact:'")),
	}
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

// LedgerSweep is how far the slow sweep that compares balances with the journal
// has come, for each sort of balance. It starts anew when it reaches the end.
type LedgerSweep struct{ ent.Schema }

// Mixin of LedgerSweep.
func (LedgerSweep) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of LedgerSweep.
func (LedgerSweep) Annotations() []schema.Annotation {
	return []schema.Annotation{table("ledger_sweeps", nil)}
}

// Fields of LedgerSweep.
func (LedgerSweep) Fields() []ent.Field {
	return []ent.Field{
		field.String("balances").MaxLen(20).NotEmpty().Immutable().Comment("stocks, costs or bins"),
		field.Int64("position").Default(0).Comment("id of the last balance compared in this pass"),
		field.Int64("compared").Default(0).Comment("balances compared in this pass"),
		field.Int64("drifted").Default(0).Comment("of these, how many differ from the journal"),
		field.String("named").MaxLen(2000).Default("").Comment("the first of them, one to a line"),
		field.Time("started_at").Comment("when this pass began"),
		field.Time("stepped_at").Comment("when the sweep last compared anything"),
		field.Time("finished_at").Optional().Nillable().Comment("when the last whole pass ended; NULL before the first"),
		field.Int64("last_compared").Default(0).Comment("of the last whole pass"),
		field.Int64("last_drifted").Default(0),
		field.String("last_named").MaxLen(2000).Default(""),
	}
}

// Indexes of LedgerSweep.
func (LedgerSweep) Indexes() []ent.Index {
	return []ent.Index{index.Fields("balances").Unique().StorageKey("ledger_sweeps_key")}
}
