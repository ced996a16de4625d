// Package catalog owns the product master: what is stocked, known by its SKU
// code, the barcodes it bears and the batches it came in. Queries ask for the
// permission product:view in their first line, commands for product:edit; the
// look-ups behind edges of the graph answer people without it as if there were
// no product.
package catalog
