// Package store opens the database, SQLite or PostgreSQL, and owns everything
// that depends on which of the two it is: pools, prepared statements, the
// versioned migrations, and transactions with their retries. What a table
// means is the business of the domain packages above.
//
// Commands begin and end transactions with [DB.InTx]; their helpers take a
// [Tx], from which the pool cannot be reached.
package store
