// Package warehouse owns the places and logical pools that hold stock, and the
// locations (bins) inside of those that we run ourselves. Queries ask for the
// permission warehouse:view in their first line, commands for warehouse:edit;
// the look-ups behind edges of the graph answer people without it as if there
// were nothing.
package warehouse
