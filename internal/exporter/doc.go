// Package exporter writes whole lists as files, as background jobs: CSV, XLSX or lines
// of JSON, in Chinese or English headings. A list is one entry in lists.go: its columns
// and the domain function that reads a page of it. So an export holds what the person
// would see in the graph, and no cost that they may not see.
//
// A list is read page by page, by key, and written as it comes: memory does not grow
// with it. No view of the database is held for so long; each page is as of the moment
// at which it is read, and no row comes twice. Of the journal that is the same as a
// view, since its rows never change. An attempt that was broken off begins anew, and
// what it had written is removed.
package exporter
