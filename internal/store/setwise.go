package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect"
)

// Column is a column of rows that are written together.
type Column[R any] struct {
	Name string
	// Type as PostgreSQL calls it.
	Type string
	// Once is set when the row is made, and never again.
	Once  bool
	Value func(R) any
}

// Table is a table expression of the rows in parameter, as [Encode] writes
// them. The text of a statement does not change with their number.
func Table[R any](d, parameter string, columns []Column[R]) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		if d == dialect.Postgres {
			names[i] = fmt.Sprintf("(value->>%d)::%s AS %s", i, c.Type, c.Name)
		} else {
			names[i] = fmt.Sprintf("value->>%d AS %s", i, c.Name)
		}
	}
	from := "json_each(" + parameter + ")"
	if d == dialect.Postgres {
		from = "jsonb_array_elements(" + parameter + "::jsonb) AS e(value)"
	}
	return "(SELECT " + strings.Join(names, ", ") + " FROM " + from + ")"
}

// Encode is rows as the one parameter of [Table].
func Encode[R any](d string, columns []Column[R], rows []R) (string, error) {
	table := make([][]any, len(rows))
	for i, r := range rows {
		table[i] = make([]any, len(columns))
		for j, c := range columns {
			table[i][j] = encoded(d, c.Value(r))
		}
	}
	raw, err := json.Marshal(table)
	return string(raw), err
}

func encoded(d string, v any) any {
	if p, ok := v.(*time.Time); ok {
		if p == nil {
			return nil
		}
		v = *p
	}
	if t, ok := v.(time.Time); ok && d == dialect.SQLite {
		return t.UTC().Format(sqliteTime)
	}
	return v
}

// InsertAll adds rows in one statement and leaves alone what a unique key
// refuses; n is how many are new.
func InsertAll[R any](ctx context.Context, tx Tx, table string, columns []Column[R], rows []R) (n int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	names := strings.Join(namesOf(columns), ", ")
	return writeAll(ctx, tx, "INSERT INTO "+table+" ("+names+") SELECT "+names+" FROM "+Table(tx.Dialect, "$1", columns)+
		" AS x WHERE true ON CONFLICT DO NOTHING", columns, rows)
}

// UpdateAll writes the columns of rows in one statement and raises their
// version, where it still is the one that version tells; n is how many were.
func UpdateAll[R any](ctx context.Context, tx Tx, table string, columns []Column[R], rows []R, id, version func(R) any) (n int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	set := []string{"version = " + table + ".version + 1"}
	source := []Column[R]{{Name: "id", Type: "bigint", Value: id}, {Name: "version", Type: "bigint", Value: version}}
	for _, c := range columns {
		if !c.Once {
			set, source = append(set, c.Name+" = x."+c.Name), append(source, c)
		}
	}
	return writeAll(ctx, tx, "UPDATE "+table+" SET "+strings.Join(set, ", ")+" FROM "+Table(tx.Dialect, "$1", source)+
		" AS x WHERE "+table+".id = x.id AND "+table+".version = x.version", source, rows)
}

func writeAll[R any](ctx context.Context, tx Tx, statement string, columns []Column[R], rows []R) (int, error) {
	raw, err := Encode(tx.Dialect, columns, rows)
	if err != nil {
		return 0, err
	}
	res, err := tx.SQL.ExecContext(ctx, statement, raw)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func namesOf[R any](columns []Column[R]) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
