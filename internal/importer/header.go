package importer

import (
	"strings"

	"entrepot/internal/command"
	"entrepot/internal/fault"
)

// header is where each column of a table stands in a file.
type header struct {
	names []string       // as the file has them
	at    map[string]int // by the name of the column
}

var spelling = strings.NewReplacer(" ", "", "_", "", "-", "", "*", "", "\u00a0", "")

func spelled(s string) string { return strings.ToLower(spelling.Replace(s)) }

// find finds the columns of the table in the header of a file. It refuses a file that
// lacks one, names one twice or has one that means nothing here: a column that was
// mistyped must not be left out in silence.
func (t *table) find(names []string) (header, error) {
	h := header{names, map[string]int{}}
	means := map[string]string{}
	for _, c := range t.columns {
		for _, s := range append([]string{c.name, c.chinese}, c.also...) {
			if s != "" {
				means[spelled(s)] = c.name
			}
		}
	}
	var faults fault.List
	path := fault.Input.At("fileId")
	for i, n := range names {
		name, known := means[spelled(n)]
		if !known {
			faults.Add(fault.Invalid, path, "the column %q means nothing in a table of %s; its columns are %s", command.Short(n), t.kind, strings.Join(Columns(t.kind), ", "))
			continue
		}
		if before, twice := h.at[name]; twice {
			faults.Add(fault.Invalid, path, "the columns %q and %q both mean %s; keep one", command.Short(names[before]), command.Short(n), name)
			continue
		}
		h.at[name] = i
	}
	for _, c := range t.columns {
		if _, there := h.at[c.name]; c.needed && !there {
			faults.Add(fault.Required, path, "the column %s is missing; the columns of a table of %s are %s", c.name, t.kind, strings.Join(Columns(t.kind), ", "))
		}
	}
	return h, faults.Err()
}

// column is what the file calls a column, empty when it has none.
func (h header) column(name string) string {
	if i, there := h.at[name]; there {
		return h.names[i]
	}
	return ""
}
