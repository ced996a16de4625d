package graphtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"entrepot/internal/auth"
)

// Payload is the answer to a mutation.
type Payload struct {
	// Raw is all of it, as JSON.
	Raw        string
	DryRun     bool
	Replayed   bool
	UserErrors []UserError
}

// UserError is what was refused.
type UserError struct {
	Code, Message  string
	Field          []string
	Index          *int
	CurrentVersion *int64
}

// Refused lists codes and fields, such as "TAKEN input.sku".
func (p Payload) Refused() string {
	out := make([]string, len(p.UserErrors))
	for i, e := range p.UserErrors {
		out[i] = e.Code + " " + strings.Join(e.Field, ".")
	}
	return strings.Join(out, ", ")
}

// Into decodes the payload.
func (p Payload) Into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.Raw), v); err != nil {
		t.Fatalf("payload %s: %v", p.Raw, err)
	}
}

// Mutate runs the mutation of that name, whose input is called after it, and
// asks for selection beside what every payload has.
func (g *Graph) Mutate(t testing.TB, who *auth.Principal, name, selection string, input map[string]any) Payload {
	t.Helper()
	query := fmt.Sprintf(`mutation($in: %s%sInput!) { p: %s(input: $in) { dryRun replayed userErrors { code message field index currentVersion } %s } }`,
		strings.ToUpper(name[:1]), name[1:], name, selection)
	var out struct{ P json.RawMessage }
	g.Do(t, who, query, map[string]any{"in": input}).Into(t, &out)
	p := Payload{Raw: string(out.P)}
	p.Into(t, &p)
	return p
}

// Must is Mutate for an input that is good.
func (g *Graph) Must(t testing.TB, who *auth.Principal, name, selection string, input map[string]any) Payload {
	t.Helper()
	p := g.Mutate(t, who, name, selection, input)
	if len(p.UserErrors) > 0 {
		t.Fatalf("%s: %+v", name, p.UserErrors)
	}
	return p
}
