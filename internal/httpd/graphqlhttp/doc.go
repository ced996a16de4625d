// Package graphqlhttp serves a graph over HTTP as the GraphQL over HTTP
// specification says, and guards it: who may send what before anything is
// validated or run, and how large, deep and repetitive an operation may be.
//
// gqlgen parses, validates and runs. Its own transports are not used, because
// they answer 422 where the specification says 200, keep a data entry where
// there must be none, echo malformed bodies and accept queries by plain links.
//
// A stranger may send operations made only of login, refresh and __typename;
// everything else of theirs is answered 401 before it is validated, so that
// validation costs strangers nothing and tells them nothing.
package graphqlhttp
