// Package page holds what every list of the graph shares: opaque ids and
// cursors, the limits of a page, connections, and the keyset predicates that
// make page 10,000 as quick as page 1.
package page
