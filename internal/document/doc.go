// Package document owns the life of every stock document: what is planned, who
// approved it, what of it was done. Stock changes only when a document is
// executed, by a posting of the ledger that names the document, in the same
// transaction as the document's own change.
//
// See README.md for the states, the steps between them and what is held.
package document
