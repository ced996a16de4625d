package page

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ID is the opaque global id of a row in the graph: its type and its key. The
// key 0 is nobody's: a row bears it that a dry run would make.
// Clients must not look inside; the form may change.
type ID struct {
	Type string
	Key  int64
}

var errID = errors.New("not an id of this graph")

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 100 {
		return ID{}, errID
	}
	typ, key, ok := strings.Cut(string(raw), ":")
	n, err := strconv.ParseInt(key, 10, 64)
	if !ok || err != nil || n < 0 || typ == "" {
		return ID{}, errID
	}
	return ID{Type: typ, Key: n}, nil
}

// String is the opaque form.
func (id ID) String() string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt([]byte(id.Type+":"), id.Key, 10))
}

// MarshalGQL writes the ID scalar.
func (id ID) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"`+id.String()+`"`) }

// UnmarshalGQL reads the ID scalar.
func (id *ID) UnmarshalGQL(in any) error {
	s, ok := in.(string)
	if !ok {
		return fmt.Errorf("%v: %w", in, errID)
	}
	var err error
	*id, err = ParseID(s)
	return err
}

// Of is the key when the id is of that type, and 0, which is nobody's key, when
// it is of another: then there is no such row.
func (id ID) Of(typ string) int64 {
	if id.Type != typ {
		return 0
	}
	return id.Key
}
