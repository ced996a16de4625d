// Package lookup finds out, inside a command's transaction, what the codes of
// its input mean: which stock a line is about, in what money that is kept, and
// whether it may be changed. Direct postings and documents share it, so that a
// code that is refused in one is refused in the other, in the same words.
package lookup
