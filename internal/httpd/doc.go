// Package httpd is the house's front on HTTP: which path leads where, what
// every request goes through on its way (request id, log, metrics, recovery,
// headers, limits, authentication), health, metrics and the playground. The
// graph itself is served by graphqlhttp.
//
// Errors are logged here, once. Nothing that a client sent is logged but the
// path, the names in its operation and a request id that looks like one.
package httpd
