package graphqlhttp

import (
	"strings"
	"testing"

	"entrepot/internal/fault"
)

func TestStrangers(t *testing.T) {
	t.Parallel()
	for document, allowed := range map[string]bool{
		"{__typename}":                                       true,
		"mutation{login{name}}":                              true,
		"mutation{login{name} refresh __typename}":           true,
		"mutation A{login{name}} query B{name}":              false,
		"{name}":                                             false,
		"{__schema{types{name}}}":                            false,
		"mutation{change}":                                   false,
		"mutation{login{name} change}":                       false,
		"mutation{login:change}":                             false,
		"mutation{a:login{name} b:login{name}}":              false,
		"mutation{...F} fragment F on Mutation{login{name}}": false,
		"mutation{... on Mutation{change}}":                  false,
		"{nope}":                                             false,
		"{":                                                  false,
		"mutation{login{" + strings.Repeat("name ", 500) + "}}": false,
		"subscription{ticks}": false,
	} {
		c := newClient(t)
		c.stranger = true
		r := c.query(document)
		if allowed {
			if r.status != 200 || !r.hasData() {
				t.Errorf("%.60s: %d %s", document, r.status, r.text)
			}
			continue
		}
		if r.status != 401 || r.code() != "UNAUTHENTICATED" || r.hasData() || r.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%.60s: %d %s", document, r.status, r.text)
		}
		if c.schema.changes != 0 {
			t.Errorf("%.60s: a stranger changed something", document)
		}
	}
}

func TestStrangersAreAnswered401InBothMediaTypes(t *testing.T) {
	t.Parallel()
	for _, accept := range []string{legacy, modern} {
		c := newClient(t)
		c.stranger = true
		if r := c.post(accept, `{"query":"{name}"}`); r.status != 401 || !strings.HasPrefix(r.header.Get("Content-Type"), accept) {
			t.Errorf("%s: %d %v", accept, r.status, r.header)
		}
	}
}

func TestSomebodyWithARefusedTokenLearnsWhyAndMaySignIn(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.stranger, c.refusal = true, fault.Stop(fault.Unauthenticated, "the token is too old")
	if r := c.query("{name}"); r.status != 401 || r.errors[0].Message != "the token is too old" {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := c.query("mutation{login{name}}"); r.status != 200 {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestStrangersGetNoSuggestions(t *testing.T) {
	t.Parallel()
	const document = "mutation{login(nam:1){name}}"
	c := newClient(t)
	if r := c.query(document); !strings.Contains(r.text, "Did you mean") {
		t.Errorf("the test proves nothing: %s", r.text)
	}
	c.stranger = true
	if r := c.query(document); r.status != 400 || strings.Contains(r.text, "Did you mean") {
		t.Errorf("%d %s", r.status, r.text)
	}
}
