package page

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"entrepot/internal/fault"
)

// Query is what ent generates for every table.
type Query[Q, T any, P, O ~func(*sql.Selector)] interface {
	Clone() Q
	Where(...P) Q
	Order(...O) Q
	Limit(int) Q
	Offset(int) Q
	All(context.Context) ([]T, error)
	Count(context.Context) (int, error)
}

// Read is [List] over a query of ent's that has its conditions already.
func Read[Q Query[Q, T, P, O], T any, P, O ~func(*sql.Selector)](ctx context.Context, a Args, o Order[T], query Q) (*Connection[T], error) {
	return List(ctx, a, o,
		func(ctx context.Context, s Slice) ([]T, error) {
			return query.Clone().Where(s.Where).Order(s.OrderBy).Limit(s.Limit).Offset(s.Offset).All(ctx)
		},
		func(ctx context.Context) (int, error) { return query.Clone().Count(ctx) })
}

// Fields are the columns that the list Name can be ordered by, under the names
// that clients know. One that has no Key is the order by id.
type Fields[F ~string, T any] struct {
	Name string
	Keys map[F]Key[T]
	ID   func(T) int64
}

// Order is the order by field.
func (f Fields[F, T]) Order(field F, d Direction) Order[T] {
	return Order[T]{Name: f.Name + "." + string(field), Key: f.Keys[field], ID: f.ID, Direction: d}
}

// maxSearch bounds a text that is searched for: it is compared with every row.
const maxSearch = 100

// Search refuses a text that is too long to be searched for. what names the
// argument.
func Search(what, text string) error {
	if len([]rune(text)) > maxSearch {
		return fault.Stop(fault.BadRequest, "%s takes at most %d characters", what, maxSearch)
	}
	return nil
}
