// Package schema declares every table of Entrepot. From it ent generates the
// models and queries under ent/ (run "go generate ./..."), and the drift test
// in internal/store compares it with what the versioned migrations build.
//
// It imports ent's own libraries and the leaf packages stock and money, never
// ent/ or a domain package: a hook or policy here would turn the imports around
// and make ent/ impossible to regenerate from nothing. What ent cannot say
// (triggers, partitions, collations) stands in internal/store/migrations.
package schema

//go:generate go run entc.go
