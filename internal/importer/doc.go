// Package importer brings tables into the books, as background jobs: products,
// barcodes, locations, opening stock, inbound and outbound documents, from CSV and
// XLSX.
//
// A job reads its file once to see that it is a table of its kind, before anything is
// changed, and then books it in pieces of at most 250 rows by the very commands that
// people use, so that permissions, checks and the ledger are the same. How far it is
// stands in the transaction of each piece. A row that is refused is kept with its
// faults, and the job goes on; a new job takes up the refused rows again, as they were
// or from a corrected file.
//
// What is one piece together: a row of master data by itself; up to 250 rows of opening
// stock of one warehouse, without those that are refused; a document, whole or not at
// all.
package importer
