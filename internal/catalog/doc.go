// Package catalog owns the product master: what is stocked, known by its SKU
// code. Here it is read; every query asks for the permission product:view in
// its first line, except the look-ups behind edges of the graph, which answer
// people without it as if there were no product.
package catalog
