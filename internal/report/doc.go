// Package report answers the questions that operators, finance people and
// analysts ask of the whole company: what lies where, since when, what it is
// worth, what moved, what is short. It reads balances, the journal and the daily
// snapshots, and writes nothing.
//
// Answers are groups of rows, so their statements are written here and not by
// ent. Each is one view of the database ([store.DB.Report]); lists of groups are
// pages like any other list. What nobody selects is not computed: the callers say
// which measures they want.
//
// The stock card is the exception: all of it is reached by keys, however long the
// history of a SKU is, so it reads like any list of rows ([StockCard]).
package report
