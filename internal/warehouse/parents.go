package warehouse

import (
	"context"
	"slices"
	"strconv"

	"entgo.io/ent/dialect"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

func (c *change) checkParents(faults *fault.List, path fault.Path) {
	if len(c.ParentCodes) > maxParents {
		faults.Add(fault.TooMany, path, "a warehouse belongs to at most %d others, not %d", maxParents, len(c.ParentCodes))
		return
	}
	for j := range c.ParentCodes {
		code := Code(c.ParentCodes[j])
		c.ParentCodes[j] = code
		switch at := path.At(strconv.Itoa(j)); {
		case code == "":
			faults.Add(fault.Required, at, "give the code of a warehouse")
		case code == c.code:
			faults.Add(fault.Invalid, at, "a warehouse does not belong to itself")
		case slices.Contains(c.ParentCodes[:j], code):
			faults.Add(fault.Invalid, at, "warehouse %s is in the list twice", command.Short(code))
		}
	}
}

// family is which warehouse belongs to which, by code, as the rows of a command
// change it one after the other.
type family struct {
	known   map[string]bool
	parents map[string][]string
	changed map[int][]string // what they become, by row
}

// lookParents reads the family, all of it, since a circle may close anywhere;
// nothing when no row is about parents.
func lookParents(ctx context.Context, tx store.Tx, rows []change) (family, error) {
	f := family{known: map[string]bool{}, parents: map[string][]string{}, changed: map[int][]string{}}
	if !slices.ContainsFunc(rows, func(c change) bool { return c.ParentCodes != nil }) {
		return f, nil
	}
	if tx.Dialect == dialect.Postgres {
		// Two who read the family at the same time could close a circle together.
		if _, err := tx.SQL.ExecContext(ctx, `LOCK TABLE warehouse_parents IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return f, err
		}
	}
	found, err := tx.SQL.QueryContext(ctx, `SELECT w.code, COALESCE(p.code, '') FROM warehouses w
LEFT JOIN warehouse_parents l ON l.warehouse_id = w.id LEFT JOIN warehouses p ON p.id = l.parent_id`)
	if err != nil {
		return f, err
	}
	defer found.Close()
	for found.Next() {
		var child, parent string
		if err := found.Scan(&child, &parent); err != nil {
			return f, err
		}
		if f.known[child] = true; parent != "" {
			f.parents[child] = append(f.parents[child], parent)
		}
	}
	return f, found.Err()
}

// plan says whether the parents of the warehouse of row i change.
func (f *family) plan(faults *fault.List, path fault.Path, i int, c change) bool {
	if c.ParentCodes == nil || len(c.ParentCodes) > maxParents {
		return false
	}
	for j, parent := range c.ParentCodes {
		switch at := path.At(strconv.Itoa(j)); {
		case parent == "", parent == c.code: // told by the check
		case !f.known[parent]:
			faults.Add(fault.NotFound, at, "there is no warehouse %q", command.Short(parent))
		case f.reaches(parent, c.code, map[string]bool{}):
			faults.Add(fault.Invalid, at, "warehouse %s belongs to %s already, directly or by way of others: it cannot be above it too", parent, c.code)
		}
	}
	old, wanted := slices.Sorted(slices.Values(f.parents[c.code])), slices.Sorted(slices.Values(c.ParentCodes))
	if slices.Equal(old, wanted) {
		return false
	}
	f.changed[i] = wanted
	return true
}

func (f *family) reaches(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	seen[from] = true
	return slices.ContainsFunc(f.parents[from], func(p string) bool { return !seen[p] && f.reaches(p, to, seen) })
}

// take lets later rows see the accepted row i and its parents.
func (e *editor) take(i int) {
	code := e.rows[i].code
	e.parents.known[code] = true
	if parents, ok := e.parents.changed[i]; ok {
		e.parents.parents[code] = parents
	}
}

type link struct{ child, parent string }

var linkColumns = []store.Column[link]{
	{Name: "child", Type: "text", Value: func(l link) any { return l.child }},
	{Name: "parent", Type: "text", Value: func(l link) any { return l.parent }},
}

// finish writes the parents of the accepted rows.
func (e *editor) link(ctx context.Context, tx store.Tx, accepted []int) error {
	var children []string
	var links []link
	for _, i := range accepted {
		parents, changed := e.parents.changed[i]
		if !changed {
			continue
		}
		children = append(children, e.rows[i].code)
		for _, parent := range parents {
			links = append(links, link{e.rows[i].code, parent})
		}
	}
	if len(children) == 0 {
		return nil
	}
	if _, err := tx.SQL.ExecContext(ctx, `DELETE FROM warehouse_parents WHERE warehouse_id IN (SELECT id FROM warehouses WHERE code IN (`+
		oneOf[tx.Dialect]+`))`, store.Strings(tx.Dialect, children)); err != nil {
		return err
	}
	_, err := store.WriteAll(ctx, tx, `INSERT INTO warehouse_parents (parent_id, warehouse_id) SELECT p.id, w.id FROM `+
		store.Table(tx.Dialect, linkColumns)+` AS x JOIN warehouses p ON p.code = x.parent JOIN warehouses w ON w.code = x.child`, linkColumns, links)
	return err
}

// oneOf is the rows of a list of texts in $1.
var oneOf = map[string]string{
	dialect.Postgres: `SELECT unnest($1::text[])`,
	dialect.SQLite:   `SELECT value FROM json_each($1)`,
}
