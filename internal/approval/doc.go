// Package approval is who may approve what: rules by the kind of a document, its
// warehouse and what it is worth, beside the permission document:approve that
// everybody who approves needs anyway. People keep the rules as master data;
// package document asks [Check] inside the transaction that approves.
package approval
