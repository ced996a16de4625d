package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"entrepot/internal/stock"
)

// User is a person (or a system) that signs in and acts.
type User struct{ ent.Schema }

// Mixin of User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}} }

// Annotations of User.
func (User) Annotations() []schema.Annotation { return []schema.Annotation{table("users", nil)} }

// Fields of User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("username").MaxLen(maxCode).NotEmpty().Unique().Comment("lower case"),
		field.String("display_name").MaxLen(100).Default(""),
		field.String("password_hash").MaxLen(200).Sensitive().Comment("argon2id in PHC form"),
		field.Enum("status").GoType(stock.Status("")).Default(string(stock.StatusActive)),
		field.Int64("token_version").Default(1).Comment("rises to end all sessions of the user"),
	}
}

// Edges of User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("roles", Role.Type).StorageKey(edge.Table("user_roles"), edge.Columns("user_id", "role_id")),
	}
}

// Role is a named set of permissions such as warehouse:view.
type Role struct{ ent.Schema }

// Mixin of Role.
func (Role) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, stamped{}} }

// Annotations of Role.
func (Role) Annotations() []schema.Annotation { return []schema.Annotation{table("roles", nil)} }

// Fields of Role.
func (Role) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").MaxLen(maxCode).NotEmpty().Unique(),
		field.String("description").MaxLen(200).Default(""),
		field.Strings("permissions"),
	}
}

// Edges of Role.
func (Role) Edges() []ent.Edge {
	return []ent.Edge{edge.From("users", User.Type).Ref("roles")}
}
