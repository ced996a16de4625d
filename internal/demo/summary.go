package demo

import (
	"context"
	"fmt"

	"entrepot/ent"
	entstock "entrepot/ent/stock"
)

// Summary counts what there is, also what the demo company did not bring.
type Summary struct {
	Warehouses, SKUs, Locations, Documents int
	Units                                  int64
}

func (s Summary) String() string {
	return fmt.Sprintf("%d warehouses, %d SKUs, %d locations, %d documents, %d units", s.Warehouses, s.SKUs, s.Locations, s.Documents, s.Units)
}

func (s Services) summary(ctx context.Context) (sum Summary, err error) {
	db := s.DB.Ent()
	for _, n := range []struct {
		to    *int
		count func(context.Context) (int, error)
	}{
		{&sum.Warehouses, db.Warehouse.Query().Count},
		{&sum.SKUs, db.Product.Query().Count},
		{&sum.Locations, db.Location.Query().Count},
		{&sum.Documents, db.Document.Query().Count},
	} {
		if *n.to, err = n.count(ctx); err != nil {
			return Summary{}, err
		}
	}
	var units []struct {
		Sum int64 `json:"sum"`
	}
	err = db.Stock.Query().Aggregate(ent.Sum(entstock.FieldPhysicalQuantity)).Scan(ctx, &units)
	if err == nil && len(units) > 0 {
		sum.Units = units[0].Sum
	}
	return sum, err
}
