package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Lock keeps others from changing the rows that a query finds until the
// transaction ends; it goes among the query's conditions. They may still be
// pointed at: postings go on. On SQLite nobody else writes anyway.
func Lock(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(entsql.LockNoKeyUpdate)
	}
}

// Hold keeps the rows that a query finds from [LockAlone], as a row that points
// at them would; it goes among the query's conditions.
func Hold(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(entsql.LockKeyShare)
	}
}

// LockAlone waits for everybody who points at the rows that a query finds, and
// keeps them out until the transaction ends; it goes among the query's conditions.
func LockAlone(s *entsql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(entsql.LockUpdate)
	}
}

// Column is a column of rows that are written together.
type Column[R any] struct {
	Name string
	// Type as PostgreSQL calls it.
	Type string
	// Once is set when the row is made, and never again.
	Once bool
	// Value is nil, or a number, text, truth or time, or a pointer to one.
	Value func(R) any
}

// Table is a table expression of rows that are handed in as [Args], from $1 on.
// Neither the text of a statement nor the number of its parameters changes with
// that of the rows, so it is prepared and planned once.
func Table[R any](d string, columns []Column[R]) string {
	return rowsText(d, columns, func(i int) string { return "$" + strconv.Itoa(i+1) })
}

// rowsText is a table expression of rows; mark is how it calls the i-th of [Args].
func rowsText[R any](d string, columns []Column[R], mark func(i int) string) string {
	names, parts := namesOf(columns), make([]string, len(columns))
	if d == dialect.Postgres {
		for i, c := range columns {
			parts[i] = mark(i) + "::" + c.Type + "[]"
		}
		return "(SELECT * FROM unnest(" + strings.Join(parts, ", ") + ") AS u(" + strings.Join(names, ", ") + "))"
	}
	for i, name := range names {
		parts[i] = fmt.Sprintf("value->>%d AS %s", i, name)
	}
	return "(SELECT " + strings.Join(parts, ", ") + " FROM json_each(" + mark(0) + "))"
}

// Args are the rows as the parameters of [Table].
func Args[R any](d string, columns []Column[R], rows []R) ([]any, error) {
	if d == dialect.Postgres {
		args := make([]any, len(columns))
		for i, c := range columns {
			args[i] = array(c, rows)
		}
		return args, nil
	}
	table := make([][]any, len(rows))
	for i, r := range rows {
		table[i] = make([]any, len(columns))
		for j, c := range columns {
			if table[i][j] = plain(c.Value(r)); c.isTime() && table[i][j] != nil {
				table[i][j] = table[i][j].(time.Time).UTC().Format(sqliteTime)
			}
		}
	}
	raw, err := json.Marshal(table)
	return []any{string(raw)}, err
}

// Given is a table expression of rows whose parameters are among others.
func Given[R any](p *Params, columns []Column[R], rows []R) (string, error) {
	args, err := Args(p.Dialect, columns, rows)
	if err != nil {
		return "", err
	}
	return rowsText(p.Dialect, columns, func(i int) string { return p.Add(args[i]) }), nil
}

// InsertRows adds rows, all or none. On SQLite, where a statement costs no round
// trip, that is a prepared statement for each.
func InsertRows[R any](ctx context.Context, tx Tx, table string, columns []Column[R], rows []R) error {
	into := "INSERT INTO " + table + " (" + strings.Join(namesOf(columns), ", ") + ")"
	if len(rows) == 0 {
		return nil
	}
	if tx.Dialect == dialect.Postgres {
		args, err := Args(tx.Dialect, columns, rows)
		if err != nil {
			return err
		}
		_, err = tx.SQL.ExecContext(ctx, into+" SELECT * FROM "+Table(tx.Dialect, columns)+" AS x", args...)
		return err
	}
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	return EachRow(ctx, tx, into+" VALUES ("+strings.Join(marks, ", ")+")", columns, rows)
}

// EachRow runs a statement once for each row, whose columns are $1, $2 and so
// on: quick on SQLite, a round trip for each on PostgreSQL.
func EachRow[R any](ctx context.Context, tx Tx, statement string, columns []Column[R], rows []R) error {
	stmt, err := tx.SQL.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer stmt.Close()
	args := make([]any, len(columns))
	for _, r := range rows {
		for i, c := range columns {
			args[i] = plain(c.Value(r))
		}
		if _, err := stmt.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// InsertAll adds rows in one statement and leaves alone what a unique key
// refuses; n is how many are new.
func InsertAll[R any](ctx context.Context, tx Tx, table string, columns []Column[R], rows []R) (n int, err error) {
	names := strings.Join(namesOf(columns), ", ")
	return WriteAll(ctx, tx, "INSERT INTO "+table+" ("+names+") SELECT "+names+" FROM "+Table(tx.Dialect, columns)+
		" AS x WHERE true ON CONFLICT DO NOTHING", columns, rows)
}

// UpdateAll writes the columns of rows in one statement and raises their
// version, where it still is the one that version tells; n is how many were.
func UpdateAll[R any](ctx context.Context, tx Tx, table string, columns []Column[R], rows []R, id, version func(R) any) (n int, err error) {
	set := []string{"version = " + table + ".version + 1"}
	source := []Column[R]{{Name: "id", Type: "bigint", Value: id}, {Name: "version", Type: "bigint", Value: version}}
	for _, c := range columns {
		if !c.Once {
			set, source = append(set, c.Name+" = x."+c.Name), append(source, c)
		}
	}
	return WriteAll(ctx, tx, "UPDATE "+table+" SET "+strings.Join(set, ", ")+" FROM "+Table(tx.Dialect, source)+
		" AS x WHERE "+table+".id = x.id AND "+table+".version = x.version", source, rows)
}

// WriteAll runs a statement that reads its rows from [Table]; n is how many it
// changed.
func WriteAll[R any](ctx context.Context, tx Tx, statement string, columns []Column[R], rows []R) (n int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	args, err := Args(tx.Dialect, columns, rows)
	if err != nil {
		return 0, err
	}
	res, err := tx.SQL.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	changed, err := res.RowsAffected()
	return int(changed), err
}

func (c Column[R]) isTime() bool { return c.Type == "timestamptz" || c.Type == "date" }

func namesOf[R any](columns []Column[R]) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
