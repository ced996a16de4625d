// Package bin is what people do with the bins of a warehouse: bring goods from one
// to another, ask where to put what arrived and where to take what is wanted, and
// look at what lies where. Balances and journal of bins are the ledger's.
package bin
