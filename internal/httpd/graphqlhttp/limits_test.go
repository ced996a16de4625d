package graphqlhttp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func nested(levels int) string {
	return "{" + strings.Repeat("deep{", levels-1) + "name" + strings.Repeat("}", levels-1) + "}"
}

// doubling spreads each fragment twice in the next, 2^levels in all.
func doubling(levels int) string {
	var b strings.Builder
	b.WriteString("{deep{...F0}}")
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on Deep{...F%d ...F%d}", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Deep{name}", levels)
	return b.String()
}

// tangle is fragments that all spread each other: the paths through it are a factorial.
func tangle(n int) string {
	var b strings.Builder
	b.WriteString("{deep{...F0}}")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Deep{name", i)
		for j := range n {
			if i != j {
				fmt.Fprintf(&b, " ...F%d", j)
			}
		}
		b.WriteString("}")
	}
	return b.String()
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		says     string
	}{
		"the deepest operation":                  {nested(maxDepth), ""},
		"one level more":                         {nested(maxDepth + 1), "levels deep"},
		"depth by fragments":                     {"{deep{...F}} fragment F on Deep" + nested(maxDepth), "levels deep"},
		"inline fragments add no depth":          {"{...on Query" + nested(maxDepth) + "}", ""},
		"introspection has its own limit":        {"{__schema{types{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{name}}}}}}}}}}}}}}}}}}", ""},
		"nested introspection lists":             {"{__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}}", "introspection depth"},
		"a field under many aliases":             {"{" + repeat(maxSameField, "a%d:name ") + "}", ""},
		"a field under too many aliases":         {"{" + repeat(maxSameField+1, "a%d:name ") + "}", "occurs more than"},
		"one alias for many fields":              {"{deep{" + strings.Repeat("a:name ", maxSameField+1) + "}}", "occurs more than"},
		"a field too often by fragments":         {"{" + strings.Repeat("...F ", maxSameField) + "name} fragment F on Query{name}", "occurs more than"},
		"a field too often in fields that merge": {"{" + strings.Repeat("deep{name name} ", maxSameField/2+1) + "}", "occurs more than"},
		"many fields in all":                     {"{" + repeat(60, "a%d:deep{"+strings.Repeat("name ", 90)+"} ") + "}", "selects more than"},
		"many fields in unused fragments":        {"{name}" + repeat(60, " fragment F%d on Deep{"+strings.Repeat("name ", 90)+"} "), "selects more than"},
		"fragments that double":                  {doubling(30), "selects more than"},
		"fragments that double to nothing":       {strings.ReplaceAll(doubling(30), "{name}", "{...None}"), "selects more than"},
		"fragments in a circle":                  {"{deep{...A}} fragment A on Deep{...B} fragment B on Deep{deep{...A}}", "contains itself"},
		"fragments in many circles":              {tangle(40), "contains itself"},
		"too many tokens":                        {"{" + strings.Repeat("name ", maxTokens) + "}", "token limit"},
		"a tower of braces":                      {strings.Repeat("{a", 400_000), "exceeded"},
		"a tower of brackets":                    {"{number(n:" + strings.Repeat("[", 400_000) + ")}", "exceeded"},
		"an unknown fragment is for validation":  {"{...None}", "Unknown fragment"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newClient(t).query(c.document)
			if c.says == "" {
				if r.status != 200 && !strings.Contains(r.text, "ofType") {
					t.Errorf("%d %.300s", r.status, r.text)
				}
				return
			}
			if r.status != 400 || r.code() != "BAD_REQUEST" || !strings.Contains(strings.ToLower(r.text), strings.ToLower(c.says)) {
				t.Errorf("%d %.300s", r.status, r.text)
			}
		})
	}
}

func TestErrorsAreFewAndShort(t *testing.T) {
	t.Parallel()
	r := newClient(t).query("{" + repeat(90, "unknown%d ") + "}")
	if len(r.errors) != maxRequestErrors || len(r.text) > 10_000 {
		t.Errorf("%d errors, %d bytes", len(r.errors), len(r.text))
	}
	r = newClient(t).query("{" + strings.Repeat("å", 50_000) + "}")
	if r.status != 400 || len(r.text) > 2_000 {
		t.Errorf("%d, %d bytes", r.status, len(r.text))
	}
	r = newClient(t).query("{" + strings.Repeat("a", 50_000) + "}")
	if r.status != 400 || len(r.text) > 2_000 {
		t.Errorf("%d, %d bytes", r.status, len(r.text))
	}
}

func TestQueryCacheIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	c := newQueryCache()
	doc := &ast.QueryDocument{}
	text := func(i, size int) string { return fmt.Sprintf("%08d", i) + strings.Repeat(" ", size-8) }

	c.Add(t.Context(), text(0, maxCachedQuery+1), doc)
	if c.bytes != 0 {
		t.Error("a long query was kept")
	}
	first := text(1, maxCachedQuery)
	for i := range 200 {
		c.Add(t.Context(), first, doc)
		c.Add(t.Context(), text(i+2, maxCachedQuery), doc)
		if _, ok := c.Get(t.Context(), first); !ok {
			t.Fatal("the one in use was thrown out")
		}
	}
	if c.bytes > maxCachedText || c.order.Len() != len(c.byKey) || c.order.Len() != maxCachedText/maxCachedQuery {
		t.Errorf("%d bytes in %d entries, %d keys", c.bytes, c.order.Len(), len(c.byKey))
	}
	if _, ok := c.Get(t.Context(), text(2, maxCachedQuery)); ok {
		t.Error("the oldest was kept")
	}
}
