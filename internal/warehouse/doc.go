// Package warehouse owns the places and logical pools that hold stock. Here
// they are read; every query asks for the permission warehouse:view in its first
// line, except the look-ups behind edges of the graph, which answer people
// without it as if there were no warehouse.
package warehouse
