// Package graph is the GraphQL door: the schema under sdl/, the resolvers that
// answer it by one domain call each, and the one presenter of errors. Edges go
// through the batch loaders in load/, so that no list costs a statement a row.
//
// What gqlgen makes of the schema stands in generated/; "go generate ./graph"
// makes it anew. A request needs its loaders (WithLoaders) and its principal
// (auth.With) in the context before the executor sees it.
package graph
