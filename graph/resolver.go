package graph

// Resolver answers the fields of the graph: it says who asks and calls one
// command or query of a domain. No rule of the business stands here.
type Resolver struct{ Deps }
