// Package catalog owns the product master: what is stocked, known by its SKU
// code, the barcodes it bears and the batches it came in; what kits consist of and
// what stands in for what; what carriers charge for it and what platforms call it.
//
// Queries ask for the permission product:view in their first line, commands for
// product:edit; the look-ups behind edges of the graph answer people without it as
// if there were no product. Tx-level functions ([Components], [StandIns], [SKUsOf],
// [CodesOf], [Packs], [EnsureBatches]) serve the commands of other packages, which
// have asked already.
//
// A kit contains no kit, in either direction: whoever edits one locks its row and
// those of its components, in the order of SKUs, and a product that becomes a kit is
// locked by its own edit. A change of kind from or to a sales kit also waits for
// stocks, reservation lines and group members that are being made, all of which
// point at the product. A period of a platform's code does not overlap another one
// of the same warehouse scope: the code is held by name while that is compared.
package catalog
