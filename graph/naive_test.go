package graph_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/page"
)

// naive holds a list of the graph to what a loop over its rows finds.
type naive[T interface{ GlobalID() page.ID }] struct {
	list string
	rows []T
	// filters are GraphQL literals, with what each of them admits.
	filters map[string]func(T) bool
	// orders compare rows; what is equal goes by id.
	orders map[string]func(a, b T) int
	// within are filters under which every order is walked.
	within []string
	// admits are what an order alone leaves over, where it leaves out rows.
	admits map[string]func(T) bool
	// notAlone are orders that are refused without a filter.
	notAlone []string
}

func (n naive[T]) hold(t *testing.T, g *graphtest.Graph, p *auth.Principal) {
	t.Helper()
	same := func(_, _ T) int { return 0 }
	for filter, keep := range n.filters {
		found := n.sorted(keep, same, "ASC")
		if len(found) == 0 || len(found) == len(n.rows) {
			t.Errorf("%s(%s) admits %d of %d rows, which proves little", n.list, filter, len(found), len(n.rows))
		}
		n.count(t, g, p, filter, found)
	}
	for field, order := range n.orders {
		admits := n.admits[field]
		if admits == nil {
			admits = func(T) bool { return true }
		}
		for _, direction := range []string{"ASC", "DESC"} {
			if !slices.Contains(n.notAlone, field) {
				n.walk(t, g, p, "", field, direction, n.sorted(admits, order, direction))
			}
			for _, filter := range n.within {
				keep := func(r T) bool { return admits(r) && n.filters[filter](r) }
				n.walk(t, g, p, filter, field, direction, n.sorted(keep, order, direction))
			}
		}
	}
}

// count asks for all that a filter admits, and how many they are.
func (n naive[T]) count(t *testing.T, g *graphtest.Graph, p *auth.Principal, filter string, want []string) {
	t.Helper()
	var out struct {
		C struct {
			Nodes      []struct{ ID string }
			TotalCount int
		}
	}
	g.Do(t, p, fmt.Sprintf(`{ c: %s(filter: {%s}, first: 200) { nodes { id } totalCount } }`, n.list, filter), nil).Into(t, &out)
	var got []string
	for _, r := range out.C.Nodes {
		got = append(got, r.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || out.C.TotalCount != len(want) {
		t.Errorf("%s(%s), totalCount %d:\n got %s\nwant %s", n.list, filter, out.C.TotalCount, readable(got), readable(want))
	}
}

func (n naive[T]) sorted(keep func(T) bool, order func(a, b T) int, direction string) (ids []string) {
	rows := slices.DeleteFunc(slices.Clone(n.rows), func(r T) bool { return !keep(r) })
	slices.SortFunc(rows, func(a, b T) int {
		c := cmp.Or(order(a, b), cmp.Compare(a.GlobalID().Key, b.GlobalID().Key))
		if direction == "DESC" {
			return -c
		}
		return c
	})
	for _, r := range rows {
		ids = append(ids, r.GlobalID().String())
	}
	return ids
}

// walk goes through the pages of a list forward and backward.
func (n naive[T]) walk(t *testing.T, g *graphtest.Graph, p *auth.Principal, filter, field, direction string, want []string) {
	t.Helper()
	args := fmt.Sprintf("orderBy: {field: %s, direction: %s}", field, direction)
	if filter != "" {
		args += ", filter: {" + filter + "}"
	}
	for _, size := range []string{"first", "last"} {
		var got []string
		cursor := ""
		for more := true; more; {
			query := fmt.Sprintf(`{ c: %s(%s, %s: 7%s) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, n.list, args, size, cursor)
			var out struct {
				C struct {
					Nodes    []struct{ ID string }
					PageInfo struct {
						HasNextPage, HasPreviousPage bool
						StartCursor, EndCursor       string
					}
				}
			}
			g.Do(t, p, query, nil).Into(t, &out)
			var ids []string
			for _, r := range out.C.Nodes {
				ids = append(ids, r.ID)
			}
			info := out.C.PageInfo
			if size == "first" {
				got, more = append(got, ids...), info.HasNextPage
				cursor = fmt.Sprintf(", after: %q", info.EndCursor)
			} else {
				got, more = append(ids, got...), info.HasPreviousPage
				cursor = fmt.Sprintf(", before: %q", info.StartCursor)
			}
			more = more && len(got) <= len(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s(%s) by %s:\n got %s\nwant %s", n.list, args, size, readable(got), readable(want))
		}
	}
}

func readable(ids []string) string {
	keys := make([]string, len(ids))
	for i, s := range ids {
		id, _ := page.ParseID(s)
		keys[i] = fmt.Sprint(id.Key)
	}
	return strings.Join(keys, " ")
}
