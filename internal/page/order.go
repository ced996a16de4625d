package page

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Direction is which way a list runs.
type Direction string

// The values of Direction.
const (
	Asc  Direction = "ASC"
	Desc Direction = "DESC"
)

// MarshalGQL writes v as a GraphQL enum value.
func (v Direction) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Direction) UnmarshalGQL(in any) error {
	switch s, _ := in.(string); Direction(s) {
	case Asc, Desc:
		*v = Direction(s)
		return nil
	}
	return fmt.Errorf("%v is not a direction", in)
}

// Key is one column by which a list of T can be ordered. Its column must be NOT
// NULL: a row without a value would fall out of every page.
type Key[T any] struct {
	column string
	value  func(T) any
	parse  func(json.RawMessage) (any, error)
}

// Int orders by a column of whole numbers.
func Int[T any](column string, value func(T) int64) Key[T] {
	return Key[T]{column, func(t T) any { return value(t) }, parse[int64]}
}

// Text orders by a column of text, in the order of the column's collation.
func Text[T any](column string, value func(T) string) Key[T] {
	return Key[T]{column, func(t T) any { return value(t) }, parse[string]}
}

// Time orders by a column of times. Cursors keep every digit.
func Time[T any](column string, value func(T) time.Time) Key[T] {
	return Key[T]{column, func(t T) any { return value(t).UTC() }, parse[time.Time]}
}

func parse[V any](raw json.RawMessage) (any, error) {
	var v V
	err := json.Unmarshal(raw, &v)
	return v, err
}

// Order is the order of one list. Rows that are equal by Key are ordered by
// Ties, so that no row is shown twice or never.
type Order[T any] struct {
	// Name tells this order from every other one, such as stocks.SKU. Cursors
	// carry it: one from another list or order is refused.
	Name string
	// Key is left out to order by what breaks ties alone.
	Key Key[T]
	// ID is the row's key, in the column id, which breaks ties.
	ID func(T) int64
	// Ties break ties in place of ID, for rows that have no id, such as groups.
	Ties      []Key[T]
	Direction Direction
}

// keys are the columns ordered by, the first of them first.
func (o Order[T]) keys() []Key[T] {
	ties := o.Ties
	if ties == nil {
		ties = []Key[T]{Int("id", o.ID)}
	}
	if o.Key.column == "" {
		return ties
	}
	return append([]Key[T]{o.Key}, ties...)
}

func (o Order[T]) columns() []string {
	keys := o.keys()
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.column
	}
	return names
}

func (o Order[T]) name() string { return o.Name + "." + string(o.direction()) }

func (o Order[T]) direction() Direction {
	if o.Direction == Desc {
		return Desc
	}
	return Asc
}
