// Package snapshot keeps what every warehouse held when each of its days ended,
// at midnight in its own time zone, by what was recorded until then. It is the
// only writer of warehouse_snapshots, stock_snapshots and cost_snapshots.
//
// A day that was taken has one row in warehouse_snapshots, always. Stocks and
// worths have a row only for days on which they changed; on any other day they
// held what their latest row before tells. So the tables grow with what moves,
// not with the calendar, and a day is taken in time proportional to its movements
// (docs/decisions/0009).
//
// What a row says is what the ledger answers to "as of" that midnight by RECORDED,
// and never changes: the journal can answer for any midnight, so days that were
// missed are taken later, and a day is taken only when no more movement can be
// recorded in it ([Service.Due] says why that is known).
package snapshot
