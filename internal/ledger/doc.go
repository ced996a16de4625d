// Package ledger is the only writer of balances (stocks, stock_costs,
// location_stocks) and of their immutable journal (postings, stock_movements).
// Whoever changes stock, be it a person, a document or a third party's
// snapshot, does it through [Post], inside a transaction of its own making.
//
// The ledger makes a posting atomic, never short and provable. It does not
// deduplicate it: that is the caller's idempotency key, in the same
// transaction. It asks no permission: that is the command's first line.
//
// README.md beside this file lists the invariants and the test of each.
package ledger
