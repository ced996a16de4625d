package page

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// In is column IN (keys) with one parameter, whatever the number of keys: the
// text of the statement stays, so that it is prepared once and planned once.
func In[K int64 | string](column string, keys []K) func(*sql.Selector) {
	return func(s *sql.Selector) {
		name := s.C(column) // now: TopOf may hang the condition elsewhere
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(name)
			if b.Dialect() == dialect.Postgres {
				b.WriteString(" = ANY(").Arg(array[K](keys)).WriteString(")")
				return
			}
			b.WriteString(" IN (SELECT value FROM json_each(").Arg(jsonList[K](keys)).WriteString("))")
		}))
	}
}

// InEnum is [In] for a list of the values of an enum.
func InEnum[E ~string](column string, values []E) func(*sql.Selector) {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return In(column, texts)
}

// InFound is column IN (found) for a query that finds few keys: they are found
// first, and then reached by key. PostgreSQL plans a plain IN as a join, and
// without knowing how few they are it may read the whole table for it.
func InFound(s *sql.Selector, column string, found *sql.Selector) *sql.Predicate {
	if s.Dialect() != dialect.Postgres {
		return sql.In(s.C(column), found)
	}
	name := s.C(column)
	return sql.P(func(b *sql.Builder) {
		b.Ident(name).WriteString(" = ANY(ARRAY")
		b.Wrap(func(b *sql.Builder) { b.Join(found) }).WriteString(")")
	})
}

// InPairs is (a, b) IN (pairs) with two parameters on PostgreSQL and one on
// SQLite, whatever the number of pairs.
func InPairs[A, B int64 | string](a, b string, as []A, bs []B) func(*sql.Selector) {
	return func(s *sql.Selector) {
		names := []string{s.C(a), s.C(b)}
		s.Where(sql.P(func(w *sql.Builder) {
			w.Wrap(func(w *sql.Builder) { w.IdentComma(names...) }).WriteString(" IN (SELECT ")
			if w.Dialect() == dialect.Postgres {
				w.WriteString("* FROM unnest(").Arg(array[A](as)).WriteString("::" + arrayOf[A]() + ", ").
					Arg(array[B](bs)).WriteString("::" + arrayOf[B]() + "))")
				return
			}
			pairs := make([][2]any, len(as))
			for i := range as {
				pairs[i] = [2]any{as[i], bs[i]}
			}
			w.WriteString("value->>0, value->>1 FROM json_each(").Arg(jsonList[[2]any](pairs)).WriteString("))")
		}))
	}
}

// StartsWith is a prefix as a range, which an index over a column that sorts by
// bytes answers; LIKE with a parameter is answered by none on SQLite.
func StartsWith(column, prefix string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.And(sql.GTE(s.C(column), prefix), sql.LT(s.C(column), prefix+"\U0010FFFF")))
	}
}

var quoteElement = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// array is an array literal of PostgreSQL.
type array[K int64 | string] []K

// Value writes the literal.
func (a array[K]) Value() (driver.Value, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, k := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		switch k := any(k).(type) {
		case int64:
			b.WriteString(strconv.FormatInt(k, 10))
		case string:
			b.WriteByte('"')
			b.WriteString(quoteElement.Replace(k))
			b.WriteByte('"')
		}
	}
	b.WriteByte('}')
	return b.String(), nil
}

// arrayOf is what PostgreSQL calls an array of K.
func arrayOf[K int64 | string]() string {
	if _, ok := any(*new(K)).(int64); ok {
		return "bigint[]"
	}
	return "text[]"
}

// jsonList is a JSON array for SQLite's json_each.
type jsonList[K any] []K

// Value writes the array.
func (a jsonList[K]) Value() (driver.Value, error) {
	raw, err := json.Marshal([]K(a))
	if err != nil {
		return nil, fmt.Errorf("list of keys: %w", err)
	}
	return string(raw), nil
}
