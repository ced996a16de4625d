// Package file keeps what people upload and what jobs make for them: in the database,
// in stretches, so that any replica can read it and no file is ever whole in memory.
//
// A file is read by the person whose it is, and by nobody else, whatever their
// permissions: what a job wrote holds what that person was allowed to see. Others
// learn nothing, not even that it exists. After [Kept] it is removed.
package file
