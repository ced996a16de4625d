package graph

// ent/ first: gqlgen binds to its types, and "go generate ./..." comes here
// before it comes to schema/.

//go:generate go generate ../schema
//go:generate go run github.com/99designs/gqlgen generate
//go:generate go run ./internal/inorder/rewrite generated
