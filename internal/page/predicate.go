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
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(column))
			if b.Dialect() == dialect.Postgres {
				b.WriteString(" = ANY(").Arg(array[K](keys)).WriteString(")")
				return
			}
			b.WriteString(" IN (SELECT value FROM json_each(").Arg(jsonList[K](keys)).WriteString("))")
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

// jsonList is a JSON array for SQLite's json_each.
type jsonList[K int64 | string] []K

// Value writes the array.
func (a jsonList[K]) Value() (driver.Value, error) {
	raw, err := json.Marshal([]K(a))
	if err != nil {
		return nil, fmt.Errorf("list of keys: %w", err)
	}
	return string(raw), nil
}
