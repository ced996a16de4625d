package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"entrepot/internal/stock"
)

// Job is background work that somebody asked for: how far it is, and what came of it.
type Job struct{ ent.Schema }

// Mixin of Job.
func (Job) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, versioned{}} }

// Annotations of Job.
func (Job) Annotations() []schema.Annotation {
	return []schema.Annotation{table("jobs", nil)}
}

// Fields of Job.
func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").MaxLen(maxCode).NotEmpty().Immutable(),
		field.Enum("state").GoType(stock.JobState("")).Default(string(stock.JobQueued)),
		field.String("title").MaxLen(200).Default("").Immutable(),
		field.Text("payload").Default("").Immutable().Comment("JSON: what was asked"),
		field.Text("checkpoint").Default("").Comment("JSON: how far it is, saved with the work of each step"),
		field.Int64("total_rows").Optional().Nillable(),
		field.Int64("done_rows").Default(0),
		field.Int64("failed_rows").Default(0),
		field.String("error").MaxLen(1000).Default(""),
		field.Bool("dry_run").Default(false).Immutable(),
		field.Int("attempt").Default(0),
		field.String("holder").MaxLen(100).Default("").Comment("the replica that runs it"),
		field.Int64("fence").Default(0).Comment("rises with every take-over"),
		field.Time("lease_until").Optional().Nillable(),
		field.Int64("source_file_id").Optional().Nillable().Immutable(),
		field.Int64("retry_of_id").Optional().Nillable().Immutable(),
		field.Int64("created_by").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("started_at").Optional().Nillable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of Job.
func (Job) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "id").StorageKey("jobs_state_id"),
		index.Fields("created_by", "id").StorageKey("jobs_created_by_id"),
	}
}

// JobRow is one row of an import that was refused, with its faults.
type JobRow struct{ ent.Schema }

// Mixin of JobRow.
func (JobRow) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of JobRow.
func (JobRow) Annotations() []schema.Annotation {
	return []schema.Annotation{table("job_rows", nil)}
}

// Fields of JobRow.
func (JobRow) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("job_id").Immutable(),
		field.Int64("row_no").Immutable().Comment("as in the file, from 1"),
		field.Text("faults").Immutable().Comment("JSON"),
		field.Text("content").Default("").Immutable().Comment("JSON: the row as it was given"),
	}
}

// Indexes of JobRow.
func (JobRow) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job_id", "row_no").Unique().StorageKey("job_rows_key"),
	}
}
