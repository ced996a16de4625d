package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// Moment is t in UTC, to the microsecond: PostgreSQL keeps no more, and a time
// that comes back changed would never compare equal. The zero time stays zero.
func Moment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Microsecond)
}

const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// Time scans a time that SQLite returns as text, as it does for an expression
// or RETURNING, where the column's declared type is lost.
type Time struct{ time.Time }

// Scan implements sql.Scanner.
func (t *Time) Scan(v any) error {
	switch v := v.(type) {
	case time.Time:
		t.Time = v.UTC()
	case string:
		parsed, err := time.Parse(sqliteTime, v)
		if err != nil {
			return err
		}
		t.Time = parsed.UTC()
	case nil:
		t.Time = time.Time{}
	default:
		return fmt.Errorf("a time as %T", v)
	}
	return nil
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) { return t.Time, nil }

// Strings is a list of texts as one parameter, so that the text of a statement
// does not change with the length of the list: an array on PostgreSQL, JSON for
// json_each on SQLite.
func Strings(d string, list []string) driver.Valuer {
	if d == dialect.Postgres {
		return pq.StringArray(list)
	}
	return jsonStrings(list)
}

type jsonStrings []string

func (l jsonStrings) Value() (driver.Value, error) {
	if l == nil {
		return "[]", nil
	}
	raw, err := json.Marshal([]string(l))
	return string(raw), err
}

// IDs is [Strings] for keys of rows.
func IDs(d string, list []int64) driver.Valuer {
	if d == dialect.Postgres {
		return pq.Int64Array(list)
	}
	return jsonIDs(list)
}

type jsonIDs []int64

func (l jsonIDs) Value() (driver.Value, error) {
	if l == nil {
		return "[]", nil
	}
	raw, err := json.Marshal([]int64(l))
	return string(raw), err
}
