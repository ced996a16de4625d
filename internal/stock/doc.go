// Package stock is the vocabulary of the house: the kinds, states and buckets
// that tables, commands and the graph all speak of. It is a leaf, so that
// schema/ may use its types and the graph may bind its enums to them.
//
// A value that a newer server knows and an older client does not must not
// break the client: enums that may grow end with OTHER in the graph.
package stock

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// marshal and unmarshal serve the MarshalGQL and UnmarshalGQL of every enum here.
func marshal[T ~string](w io.Writer, v T) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

func unmarshal[T ~string](dst *T, in any, known []string) error {
	s, ok := in.(string)
	if !ok || !slices.Contains(known, s) {
		return fmt.Errorf("%v is not one of %v", in, known)
	}
	*dst = T(s)
	return nil
}
