package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// File is what somebody uploaded or a job made, kept for a while.
type File struct{ ent.Schema }

// Mixin of File.
func (File) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of File.
func (File) Annotations() []schema.Annotation {
	return []schema.Annotation{table("files", nil)}
}

// Fields of File.
func (File) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").MaxLen(200).Immutable(),
		field.String("content_type").MaxLen(100).Immutable(),
		field.Int64("size").Default(0).Comment("bytes"),
		field.String("sha256").MaxLen(64).Default("").Comment("hex, once it is whole"),
		field.Bool("complete").Default(false),
		field.Int64("job_id").Optional().Nillable().Immutable().Comment("the job that made it"),
		field.Int64("created_by").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at"),
	}
}

// Indexes of File.
func (File) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job_id").StorageKey("files_job_id"),
		index.Fields("expires_at").StorageKey("files_expires_at"),
	}
}

// FileChunk is a stretch of a file, so that no file is ever whole in memory and every
// replica can read it.
type FileChunk struct{ ent.Schema }

// Mixin of FileChunk.
func (FileChunk) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Annotations of FileChunk.
func (FileChunk) Annotations() []schema.Annotation {
	return []schema.Annotation{table("file_chunks", nil)}
}

// Fields of FileChunk.
func (FileChunk) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("file_id").Immutable(),
		field.Int("chunk_no").Immutable(),
		field.Bytes("data").Immutable(),
	}
}

// Indexes of FileChunk.
func (FileChunk) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("file_id", "chunk_no").Unique().StorageKey("file_chunks_key"),
	}
}
