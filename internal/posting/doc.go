// Package posting turns what a person or a machine asks for directly (adjust,
// count, move between buckets, take back) into one posting of the ledger.
//
// Every command here is the same walk, written once in run.go: who asks, is
// the input well formed, was it done already, what do its codes mean, what
// does it move, post it, remember the key. The files beside it say only what
// each command moves.
package posting
