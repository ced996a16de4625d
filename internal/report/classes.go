package report

import (
	"context"

	"entrepot/internal/abc"
	"entrepot/internal/page"
	"entrepot/internal/stock"
)

// AbcClasses ranks the goods of a warehouse by the value that left it in the last
// days, see [abc.List].
func (s *Service) AbcClasses(ctx context.Context, warehouseCode string, days int, classes []stock.AbcClass, a page.Args) (*page.Connection[*abc.Rank], error) {
	return abc.List(ctx, s.db, s.now(), warehouseCode, days, classes, a)
}
