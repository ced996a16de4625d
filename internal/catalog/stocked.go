package catalog

import (
	"entgo.io/ent/dialect/sql"

	"entrepot/ent/barcode"
	"entrepot/ent/predicate"
	"entrepot/ent/product"
	entstock "entrepot/ent/stock"
)

// only admits what p does, or what it does not.
func only(yes bool, p predicate.Product) predicate.Product {
	if yes {
		return p
	}
	return product.Not(p)
}

// bearsAny: the product has a barcode.
func bearsAny(s *sql.Selector) {
	t := sql.Dialect(s.Dialect()).Select(barcode.FieldID).From(sql.Table(barcode.Table))
	s.Where(sql.Exists(t.Where(sql.ColumnsEQ(t.C(barcode.FieldSku), s.C(product.FieldSku)))))
}

// inStock: physical units of the product lie somewhere.
func inStock(s *sql.Selector) {
	t := sql.Dialect(s.Dialect()).Select(entstock.FieldID).From(sql.Table(entstock.Table))
	t.Where(sql.And(
		sql.ColumnsEQ(t.C(entstock.FieldSku), s.C(product.FieldSku)),
		sql.GT(t.C(entstock.FieldPhysicalQuantity), 0),
	))
	s.Where(sql.Exists(t))
}

// belowMinimum: all warehouses together have fewer available units than the
// product's minimum. One that was never stocked has none.
func belowMinimum(s *sql.Selector) {
	t := sql.Table(entstock.Table)
	sum := sql.Dialect(s.Dialect()).Select("COALESCE(" + sql.Sum(t.C(entstock.FieldAvailableQuantity)) + ", 0)").From(t).
		Where(sql.ColumnsEQ(t.C(entstock.FieldSku), s.C(product.FieldSku)))
	minimum := s.C(product.FieldMinStock)
	s.Where(sql.And(
		sql.GT(minimum, 0), // most have none: nothing is summed up for them
		sql.P(func(b *sql.Builder) {
			b.Ident(minimum).WriteOp(sql.OpGT).Wrap(func(b *sql.Builder) { b.Join(sum) })
		}),
	))
}
