// Package drift describes a database as lines of text, one for each column,
// constraint, index and trigger, so that what the migrations build and what
// ent's schema says can be compared. The drift test of internal/store and
// migratenew use it; the server does not.
package drift

import (
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
)

// Catalog describes the database, sorted.
func Catalog(ctx context.Context, d string, db *sql.DB) ([]string, error) {
	describe := sqlite
	if d == dialect.Postgres {
		describe = postgres
	}
	out, err := describe(ctx, db)
	slices.Sort(out)
	return out, err
}

// Only lists what is in a and not in b.
func Only(a, b []string) (out []string) {
	for _, line := range a {
		if !slices.Contains(b, line) {
			out = append(out, line)
		}
	}
	return out
}

// Lines runs a query of one text column.
func Lines(ctx context.Context, db *sql.DB, query string) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// River's tables are left out: they are its migrator's. Collations are left out of the columns: ent cannot say COLLATE "C" for one
// dialect alone. A test of internal/store holds them.
func postgres(ctx context.Context, db *sql.DB) ([]string, error) {
	return Lines(ctx, db, `
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
  || CASE is_identity WHEN 'YES' THEN ' identity' ELSE '' END || coalesce(' DEFAULT ' || column_default, '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' AND table_name NOT LIKE 'river%' AND table_name <> 'stocks_default'
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose%'
  AND conrelid::regclass::text NOT LIKE 'river%'
  AND conrelid::regclass::text <> 'stocks_default'
UNION ALL
SELECT 'index ' || tablename || ' ' || replace(replace(indexdef, ' ON ONLY public.' || tablename, ''), ' ON public.' || tablename, '')
FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' AND tablename NOT LIKE 'river%' AND tablename <> 'stocks_default'
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'river%'`)
}

var constraint = regexp.MustCompile(`CONSTRAINT \w+ (?:CHECK|FOREIGN KEY) .*`)

func sqlite(ctx context.Context, db *sql.DB) ([]string, error) {
	out, err := Lines(ctx, db, `
SELECT 'column ' || m.name || '.' || c.name || ' ' || lower(c.type) || CASE c."notnull" WHEN 1 THEN ' NOT NULL' ELSE '' END
  || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END || coalesce(' DEFAULT ' || c.dflt_value, '')
FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'river%' AND m.name NOT LIKE 'sqlite%'
UNION ALL
SELECT type || ' ' || replace(replace(sql, char(96), ''), '"', '') FROM sqlite_master
WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name NOT LIKE 'goose%' AND tbl_name NOT LIKE 'river%'`)
	if err != nil {
		return nil, err
	}
	for i, l := range out {
		out[i] = strings.Join(strings.Fields(l), " ")
	}
	tables, err := Lines(ctx, db, `
SELECT name || char(10) || sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'river%' AND name NOT LIKE 'sqlite%'`)
	for _, def := range tables {
		name, body, _ := strings.Cut(def, "\n")
		for _, part := range topLevel(strings.NewReplacer("`", "", `"`, "", " ON DELETE NO ACTION", "").Replace(body)) {
			if c := constraint.FindString(part); c != "" {
				out = append(out, "constraint "+name+" "+c)
			}
		}
	}
	return out, err
}

// topLevel splits the body of a CREATE TABLE at its outer commas.
func topLevel(def string) (parts []string) {
	depth, last := 0, strings.Index(def, "(")+1
	for i := last; i < len(def); i++ {
		switch c := def[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0 || c == ')':
			parts = append(parts, strings.TrimSpace(def[last:i]))
			last = i + 1
		}
	}
	return parts
}
