// Package command is the walk of every command but the direct postings, which
// have a faster one of their own: permission → all faults of the input at once →
// one transaction { the key is claimed → the work → the key is kept }. A command
// sent twice happens once, and a dry run is the same walk rolled back.
package command
