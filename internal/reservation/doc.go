// Package reservation promises stock: to an order, a cart, a document. A
// reservation holds units of stocks (its allocations) until they are deducted,
// released, lost or the reservation expires; what it holds stands in the
// allocated bucket of each stock. The README has the states and what is held.
//
// The exported functions that take a store.Tx are for documents and postings,
// which promise and take within transactions of their own. Locks are taken in
// the order key, document, reservations by id, stocks, worths.
package reservation
