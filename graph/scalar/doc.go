// Package scalar reads and writes the scalars of the graph that are not bound
// to a type of their own. Reading is strict where silence would lose something:
// no float becomes a Long, no time without an offset a DateTime.
package scalar
