package scalar

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

type long int64

// MarshalGQL writes the number.
func (l long) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.FormatInt(int64(l), 10)) }

// MarshalLong writes a JSON number of up to 64 bits.
func MarshalLong(n int64) graphql.Marshaler { return long(n) }

// UnmarshalLong reads a whole number, or a string of one. It takes no float,
// not even 2.0: a client that computes units as floats is to notice.
func UnmarshalLong(in any) (int64, error) {
	var text string
	switch v := in.(type) {
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case json.Number:
		text = v.String()
	case string:
		text = v
	default:
		return 0, fmt.Errorf("%v is not a whole number", in)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%.40q is not a whole number of 64 bits", text)
	}
	return n, nil
}
