package arch

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, fault := range check(p) {
			t.Error(fault)
		}
	}
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pkg  pkg
		want string // part of the only fault, or empty
	}{
		"down is allowed":                   {pkg{name: "internal/document", ours: []string{"internal/ledger", "ent/stock"}}, ""},
		"up is refused":                     {pkg{name: "internal/ledger", ours: []string{"internal/document"}}, "higher layer"},
		"sideways is refused":               {pkg{name: "internal/catalog", ours: []string{"internal/fx"}}, "same layer"},
		"a tree may import itself":          {pkg{name: "graph", ours: []string{"graph/generated"}}, ""},
		"schema never imports ent":          {pkg{name: "schema", ours: []string{"ent"}}, "higher layer"},
		"schema never imports page":         {pkg{name: "schema", ours: []string{"internal/page"}}, "may import only"},
		"a vendor never imports ent":        {pkg{name: "internal/threepl/winit", ours: []string{"ent/stock"}}, "package pull owns"},
		"one vendor knows no other":         {pkg{name: "internal/threepl/winit", ours: []string{"internal/threepl/amazon"}}, "same layer"},
		"what ships never imports testdb":   {pkg{name: "internal/app", ours: []string{"internal/testdb"}}, "higher layer"},
		"the store may import its drivers":  {pkg{name: "internal/store", foreign: []string{"github.com/lib/pq"}}, ""},
		"a domain never imports a driver":   {pkg{name: "internal/document", foreign: []string{"github.com/lib/pq"}}, "driver"},
		"nor a package below a driver":      {pkg{name: "internal/document", foreign: []string{"modernc.org/sqlite/lib"}}, "driver"},
		"a package must be in the table":    {pkg{name: "internal/helpers"}, "place it"},
		"so must the package it imports":    {pkg{name: "internal/app", ours: []string{"internal/helpers"}}, "place it"},
		"a longer name is another package":  {pkg{name: "enterprise"}, "place it"},
		"the scheduler knows no domain":     {pkg{name: "internal/schedule", ours: []string{"internal/ledger"}}, "may import only"},
		"writers import neither cache":      {pkg{name: "internal/ledger", ours: []string{"internal/cache"}}, "higher layer"},
		"nor the package that wakes others": {pkg{name: "internal/reservation", ours: []string{"internal/live"}}, "higher layer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := check(c.pkg)
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("refused: %q", got)
			case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("got %q, want one fault with %q", got, c.want)
			}
		})
	}
}

func TestEveryPackageIsInOneLayer(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		var in []string
		for _, patterns := range layers {
			for _, pattern := range patterns {
				if matches(pattern, p.name) {
					in = append(in, pattern)
				}
			}
		}
		if len(in) > 1 {
			t.Errorf("%s is placed more than once: %q", p.name, in)
		}
	}
}

// check returns what is wrong with the imports of p.
func check(p pkg) (faults []string) {
	layer, pattern := place(p.name)
	if layer < 0 {
		return []string{unplaced(p.name)}
	}
	for _, to := range p.ours {
		if fault := checkArrow(p.name, layer, pattern, to); fault != "" {
			faults = append(faults, fault)
		}
	}
	for _, path := range p.foreign {
		for _, driver := range drivers {
			if matches(driver+"/...", path) && !anyMatches(driverUsers, p.name) {
				faults = append(faults, fmt.Sprintf("%s imports the driver %s; only %s may", p.name, path, strings.Join(driverUsers, ", ")))
			}
		}
	}
	return faults
}

func checkArrow(from string, layer int, pattern, to string) string {
	toLayer, toPattern := place(to)
	if toLayer < 0 {
		return unplaced(to)
	}
	if pattern == toPattern || sideways[arrow{from, to}] != "" {
		return ""
	}
	switch {
	case toLayer > layer:
		return fmt.Sprintf("%s imports %s, which is in a higher layer", from, to)
	case toLayer == layer:
		return fmt.Sprintf("%s imports %s, which is in the same layer: move what both need down, or name the arrow in sideways with its reason", from, to)
	}
	if allowed, ok := narrow[from]; ok && !anyMatches(allowed, to) {
		return fmt.Sprintf("%s imports %s, but may import only %q of the project", from, to, allowed)
	}
	for _, d := range denied {
		if matches(d.from, from) && matches(d.to, to) {
			return fmt.Sprintf("%s imports %s: %s", from, to, d.why)
		}
	}
	return ""
}

// place finds the layer of a package and the entry that names it.
func place(name string) (layer int, pattern string) {
	for i, patterns := range layers {
		if j := slices.IndexFunc(patterns, func(p string) bool { return matches(p, name) }); j >= 0 {
			return i, patterns[j]
		}
	}
	return -1, ""
}

func unplaced(name string) string {
	return fmt.Sprintf("%s is in no layer: place it in internal/arch/layers_test.go, as low as its imports allow", name)
}
