package graphqlhttp

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The limits bound an operation before it is validated: validation compares fields
// of one name pairwise, so ten thousand equal fields would cost it seconds.
const (
	maxTokens = 15_000
	// maxStrangerTokens is enough for any sign-in.
	maxStrangerTokens = 500
	maxDepth          = 15
	// maxSelections counts fields and fragments, fragments expanded at each use.
	maxSelections = 5_000
	// maxSameField counts one field, under any aliases, within one selection set.
	maxSameField = 100
)

// checkLimits measures each operation and each fragment of the document, which
// need not be valid. Circles of fragments are refused here already: measuring
// them, as validating them, has no end or a very late one.
func checkLimits(doc *ast.QueryDocument) *gqlerror.Error {
	m := measurer{fragments: map[string]*ast.FragmentDefinition{}, memo: map[string]size{}}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	var sets []ast.SelectionSet
	for _, op := range doc.Operations {
		sets = append(sets, op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		sets = append(sets, f.SelectionSet)
	}
	total := 0
	for _, set := range sets {
		s := m.measure(set)
		total += s.selections
		switch {
		case m.circle != "":
			return gqlerror.Errorf("the fragment %.60q contains itself", m.circle)
		case s.depth > maxDepth:
			return gqlerror.Errorf("the operation is nested more than %d levels deep", maxDepth)
		case total > maxSelections:
			return gqlerror.Errorf("the operation selects more than %d fields", maxSelections)
		}
	}
	// From here on the expanded document is known to be small.
	for _, set := range sets {
		if name := m.repeated(set); name != "" {
			return gqlerror.Errorf("the field or alias %.60q occurs more than %d times in one selection", name, maxSameField)
		}
	}
	return nil
}

// size of a selection set: its depth in fields, and its selections.
type size struct{ depth, selections int }

type measurer struct {
	fragments map[string]*ast.FragmentDefinition
	// memo makes the measuring linear: fragments that spread fragments twice
	// would otherwise double the work with each level. An open fragment is one
	// that is being measured.
	memo   map[string]size
	circle string
}

var open = size{depth: -1}

func (m *measurer) measure(set ast.SelectionSet) size {
	var s size
	for _, sel := range set {
		var inner size
		switch sel := sel.(type) {
		case *ast.Field:
			inner = m.measure(sel.SelectionSet)
			inner.depth++
			if sel.Name == "__schema" || sel.Name == "__type" {
				inner.depth = 1 // introspection is deep by nature and has a limit of its own
			}
		case *ast.InlineFragment:
			inner = m.measure(sel.SelectionSet)
		case *ast.FragmentSpread:
			inner = m.fragment(sel.Name)
		}
		s.depth = max(s.depth, inner.depth)
		s.selections = min(s.selections+inner.selections+1, maxSelections+1)
	}
	return s
}

func (m *measurer) fragment(name string) size {
	f := m.fragments[name]
	if f == nil {
		return size{} // validation will say so
	}
	s, seen := m.memo[name]
	if s == open {
		m.circle = name
		return size{}
	}
	if !seen {
		m.memo[name] = open
		s = m.measure(f.SelectionSet)
		m.memo[name] = s
	}
	return s
}

// repeated names a field or alias that occurs too often in one selection set,
// here or below. Fields of one alias are one field in the answer, and validation
// compares what is below them together: so their selections count as one.
func (m *measurer) repeated(sets ...ast.SelectionSet) string {
	var fields []*ast.Field
	for _, set := range sets {
		fields = m.fields(set, fields)
	}
	names, aliases := map[string]int{}, map[string][]ast.SelectionSet{}
	for _, f := range fields {
		names[f.Name]++
		aliases[f.Alias] = append(aliases[f.Alias], f.SelectionSet)
		if names[f.Name] > maxSameField {
			return f.Name
		}
		if len(aliases[f.Alias]) > maxSameField {
			return f.Alias
		}
	}
	for _, below := range aliases {
		if name := m.repeated(below...); name != "" {
			return name
		}
	}
	return ""
}

// fields are those of one selection set, fragments expanded.
func (m *measurer) fields(set ast.SelectionSet, to []*ast.Field) []*ast.Field {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			to = append(to, sel)
		case *ast.InlineFragment:
			to = m.fields(sel.SelectionSet, to)
		case *ast.FragmentSpread:
			if f := m.fragments[sel.Name]; f != nil {
				to = m.fields(f.SelectionSet, to)
			}
		}
	}
	return to
}
