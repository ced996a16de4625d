package graph_test

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/lib/pq"
)

// node is a step of a plan, as EXPLAIN (FORMAT JSON) tells it.
type node struct {
	Type      string  `json:"Node Type"`
	Relation  string  `json:"Relation Name"`
	Index     string  `json:"Index Name"`
	Join      string  `json:"Join Type"`
	IndexCond string  `json:"Index Cond"`
	Filter    string  `json:"Filter"`
	Rows      float64 `json:"Plan Rows"`
	Plans     []*node `json:"Plans"`
}

// view is what the steps above make of the rows of one.
type view struct {
	// share of its rows is read before a LIMIT above has enough.
	share float64
	// loops are how often the step runs.
	loops float64
	// drops says that a join above drops rows, so that nobody knows how many are
	// read until a LIMIT has enough.
	drops bool
}

const (
	mostOfTable = 0.2
	mostSorted  = 5000
)

// faults are the ways in which the plan reads a large table through.
func (n *node) faults(v view) (faults []string) {
	table := n.Relation
	if strings.HasPrefix(table, "stocks_") {
		table = "stocks" // a partition
	}
	size := sizes[table]
	read := n.Rows * v.share * v.loops
	inOrder := n.Type == "Index Scan" || n.Type == "Index Only Scan"
	switch {
	case size == 0:
	case strings.HasSuffix(n.Type, "Seq Scan"):
		faults = append(faults, "reads all of "+table)
	case inOrder && n.IndexCond == "" && (n.Filter != "" || v.drops):
		faults = append(faults, "reads through "+table+" in the order of "+n.Index+" and drops rows")
	case read > size*mostOfTable:
		faults = append(faults, fmt.Sprintf("reads %.0f of the %.0f rows of %s", read, size, table))
	}
	if (n.Type == "Sort" || n.Type == "Hash") && n.Plans[0].Rows*v.loops > mostSorted {
		faults = append(faults, fmt.Sprintf("%s of %.0f rows", n.Type, n.Plans[0].Rows*v.loops))
	}
	if strings.HasSuffix(n.Type, "Sort") && n.Plans[0].isRange() {
		faults = append(faults, "sorts all rows of a parent in "+n.Plans[0].Relation)
	}
	for i, child := range n.Plans {
		faults = append(faults, child.faults(n.below(i, v))...)
	}
	return faults
}

// ranges of parents with many rows, see page.TopOf. The planner takes any range
// for a small one.
var ranges = regexp.MustCompile(`(warehouse_id|sku|state)\)?(::text)? >= parent\.value`)

func (n *node) isRange() bool {
	conditions := n.IndexCond + n.Filter
	return ranges.MatchString(conditions) && !strings.Contains(conditions, " = ")
}

// below is the view that the i-th child of a step has.
func (n *node) below(i int, v view) view {
	switch n.Type {
	case "Limit":
		return view{share: min(1, n.Rows/max(1, n.Plans[0].Rows)), loops: v.loops}
	case "Nested Loop":
		if i > 0 {
			return view{share: 1, loops: v.loops * max(1, n.Plans[0].Rows*v.share)}
		}
		v.drops = v.drops || n.Join == "Semi" || n.Join == "Inner" && v.share < 1 && n.Filter != ""
		return v
	case "Append", "Merge Append", "Result", "Subquery Scan", "Unique", "Incremental Sort", "LockRows", "Memoize":
		return v
	}
	return view{share: 1, loops: v.loops} // it wants all rows before it gives one
}

func (n *node) write(b *strings.Builder, indent string) {
	fmt.Fprintf(b, "%s%s", indent, n.Type)
	for _, s := range []string{n.Join, n.Relation, n.Index} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	if n.IndexCond != "" {
		b.WriteString(" on " + n.IndexCond)
	}
	if n.Filter != "" {
		b.WriteString(" if " + n.Filter)
	}
	fmt.Fprintf(b, ": %.0f rows\n", n.Rows)
	for _, child := range n.Plans {
		child.write(b, indent+"  ")
	}
}

// parameter is a parameter as SQL says it.
func parameter(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return pq.QuoteLiteral(v)
	case []byte:
		return pq.QuoteLiteral(string(v))
	case time.Time:
		return pq.QuoteLiteral(v.Format(time.RFC3339Nano))
	}
	return fmt.Sprint(v)
}
