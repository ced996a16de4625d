package scalar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

type text string

// MarshalString writes a JSON string.
func MarshalString(s string) graphql.Marshaler { return text(s) }

// MarshalGQL writes text that needs no escapes as it is, which is nearly all.
func (t text) MarshalGQL(w io.Writer) {
	for i := range len(t) {
		if c := t[i]; c < 0x20 || c == '"' || c == '\\' {
			graphql.MarshalString(string(t)).MarshalGQL(w)
			return
		}
	}
	_, _ = io.WriteString(w, `"`)
	_, _ = io.WriteString(w, string(t))
	_, _ = io.WriteString(w, `"`)
}

var errText = errors.New("text must be UTF-8 without the character U+0000")

// UnmarshalString reads text that both databases can store: PostgreSQL takes
// neither U+0000 nor broken UTF-8. A number or boolean is no text, as the
// specification of GraphQL says.
func UnmarshalString(in any) (string, error) {
	s, ok := in.(string)
	if !ok {
		if n, isNumber := in.(json.Number); isNumber {
			return "", fmt.Errorf("%s is a number, not a text", n)
		}
		if in == nil {
			return "", nil
		}
		return "", fmt.Errorf("%v is not a text", in)
	}
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return "", errText
	}
	return s, nil
}
