// Package exchange brings into the books what other systems have kept: lines
// of sales as CSV, from any shop, in any order, as many as the disk holds.
//
// An import is one pass over the files into a scratch database, in which whole
// orders are put together and sorted by time, and then a sequence of small
// transactions. What is wrong with a file as a whole is found before anything
// is booked and refuses the import; a line or an order without sense is written
// to the rejects file with the reason, and the import goes on. Nothing is
// guessed.
//
// An order is booked once, whatever happens: package document keeps its number
// for ever. An import that was stopped or killed is started again with the same
// command and books what is missing. So an order's lines must be in the files
// of one import; lines that come later are refused as another content.
//
// Memory does not grow with the files: two batches of orders are held at a time,
// one that is booked and the next, the rest is in the scratch database. One import
// into a warehouse runs at a time, since an opening is worked out before it is
// booked.
//
// It needs the permissions that it uses: warehouse:view, stock:view with an
// opening, product:edit, and those of package document.
package exchange
