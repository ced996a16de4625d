// Package arch holds the rules that the compiler does not: which package may
// import which, who may speak to a database driver, and who may write the
// tables of the ledger. The rules are data in layers_test.go and
// writers_test.go; the tests beside them read the sources.
//
// The tests read the files themselves instead of asking the go command: the
// test cache sees which files a test reads, but not what a command it runs
// reads, and a stale "ok" would let an arrow slip in.
package arch
