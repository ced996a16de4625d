package store

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// plain is a value without its pointer and its name: nil, int64, string, bool
// or time.Time.
func plain(v any) any {
	switch v := v.(type) {
	case nil, int64, string, bool, time.Time:
		return v
	case *time.Time:
		if v == nil {
			return nil
		}
		return *v
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return nil
		}
		return plain(r.Elem().Interface())
	}
	switch {
	case r.CanInt():
		return r.Int()
	case r.Kind() == reflect.String:
		return r.String()
	}
	panic(fmt.Sprintf("store: a column of %T", v)) // Value was written wrongly
}

// array is a column of rows as the text of a PostgreSQL array.
func array[R any](c Column[R], rows []R) string {
	b := make([]byte, 0, 16*len(rows))
	b = append(b, '{')
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := plain(c.Value(r)).(type) {
		case nil:
			b = append(b, "NULL"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case bool:
			b = strconv.AppendBool(b, v)
		case time.Time:
			b = append(b, '"')
			b = v.UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z")
			b = append(b, '"')
		case string:
			b = appendQuoted(b, v)
		}
	}
	return string(append(b, '}'))
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
