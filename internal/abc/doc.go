// Package abc ranks the goods of a warehouse by the value that leaves it with
// them: the ABC classes by which stocktakes and people choose what deserves their
// attention. It reads the journal and writes nothing.
package abc
