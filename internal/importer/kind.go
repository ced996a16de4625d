package importer

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"entrepot/internal/auth"
)

// Kind is what a table is about.
type Kind string

// The values of Kind.
const (
	Products     Kind = "PRODUCTS"
	Barcodes     Kind = "BARCODES"
	Locations    Kind = "LOCATIONS"
	OpeningStock Kind = "OPENING_STOCK"
	Inbound      Kind = "INBOUND"
	Outbound     Kind = "OUTBOUND"
)

// Values lists every Kind, in the order of the graph's enum.
func (Kind) Values() []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = string(t.kind)
	}
	return out
}

// MarshalGQL writes v as a GraphQL enum value.
func (v Kind) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *Kind) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	if tableOf(Kind(s)) == nil {
		return fmt.Errorf("%v is not a kind of import", in)
	}
	*v = Kind(s)
	return nil
}

// JobKind is the kind of the jobs that import v.
func (v Kind) JobKind() string { return "import." + strings.ToLower(string(v)) }

// table says what the columns of a kind are and how its rows are booked.
type table struct {
	kind    Kind
	columns []column
	needs   []auth.Permission
	// together says whether a row goes into the same piece as the first one of it.
	together func(first, next record) bool
	// most is how many rows a piece has.
	most int
	// book books a piece; see [piece].
	book func(p *piece) error
}

// column is one that a table may have, under its name or another spelling, without
// case, blanks, underscores and hyphens.
type column struct {
	name    string
	chinese string
	needed  bool
	also    []string
}

var tables = []*table{&productTable, &barcodeTable, &locationTable, &openingTable, &inboundTable, &outboundTable}

func tableOf(k Kind) *table {
	for _, t := range tables {
		if t.kind == k {
			return t
		}
	}
	return nil
}

// Columns lists the columns of a kind by name, those that are needed first and marked
// with an asterisk.
func Columns(k Kind) []string {
	var needed, others []string
	for _, c := range tableOf(k).columns {
		if c.needed {
			needed = append(needed, c.name+"*")
		} else {
			others = append(others, c.name)
		}
	}
	return append(needed, others...)
}
