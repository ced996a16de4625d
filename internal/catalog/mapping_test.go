package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entrepot/ent"
	"entrepot/internal/catalog"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestPeriodsOfOneCodeDoNotOverlap(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "SZ01", "LA01")
		g.Products(t, "A", "B")
		row := func(more in) in {
			m := in{"platform": "amazon", "externalCode": "X00A", "validFrom": "2026-03-01", "sku": "A"}
			maps.Copy(m, more)
			return m
		}
		g.Must(t, p, "codeMappingCreate", "", row(in{"validTo": "2026-05-31"}))
		g.Must(t, p, "codeMappingCreate", "", row(in{"warehouseCode": "sz01", "sku": "B"}))
		g.Must(t, p, "codeMappingCreate", "", row(in{"validFrom": "2026-06-01", "sku": "B"}))
		for name, c := range map[string]struct {
			mutation string
			input    in
			want     string
		}{
			"over the end":        {"codeMappingCreate", row(in{"validFrom": "2026-05-31", "validTo": "2026-05-31"}), "TAKEN input.validFrom"},
			"around another":      {"codeMappingCreate", row(in{"validFrom": "2026-01-01"}), "TAKEN input.validFrom, TAKEN input.validFrom"},
			"twice":               {"codeMappingCreate", row(nil), "TAKEN input.externalCode"},
			"opened":              {"codeMappingUpdate", in{"platform": "AMAZON", "externalCode": "X00A", "validFrom": "2026-03-01", "validTo": nil}, "TAKEN input.validFrom"},
			"that ends too soon":  {"codeMappingCreate", row(in{"externalCode": "Y", "validTo": "2026-02-28"}), "INVALID input.validTo"},
			"of no SKU":           {"codeMappingCreate", row(in{"externalCode": "Y", "sku": "NONE"}), "NOT_FOUND input.sku"},
			"in no warehouse":     {"codeMappingCreate", row(in{"externalCode": "Y", "warehouseCode": "NONE"}), "NOT_FOUND input.warehouseCode"},
			"of no platform":      {"codeMappingCreate", row(in{"platform": " "}), "REQUIRED input.platform"},
			"of no code":          {"codeMappingCreate", row(in{"externalCode": " "}), "REQUIRED input.externalCode"},
			"that is not there":   {"codeMappingUpdate", in{"platform": "AMAZON", "externalCode": "X00A", "validFrom": "2026-03-02"}, "NOT_FOUND input.externalCode"},
			"that changed":        {"codeMappingUpdate", in{"platform": "AMAZON", "externalCode": "X00A", "validFrom": "2026-03-01", "expectedVersion": 7}, "STALE_VERSION input.expectedVersion"},
			"twice in one import": {"codeMappingsImport", in{"mode": "CREATE", "rows": []any{row(in{"externalCode": "Z"}), row(in{"externalCode": "Z", "validFrom": "2026-04-01"})}}, "TAKEN input.rows.1.validFrom"},
		} {
			if r := g.Mutate(t, p, c.mutation, "", c.input); r.Refused() != c.want {
				t.Errorf("a mapping %s: %s, want %s", name, r.Raw, c.want)
			}
		}
		// A row sees what those before it did: one ends, the next begins.
		g.Must(t, p, "codeMappingsImport", "", in{"mode": "UPSERT", "rows": []any{
			in{"platform": "AMAZON", "externalCode": "X00A", "validFrom": "2026-06-01", "validTo": "2026-06-30"},
			in{"platform": "AMAZON", "externalCode": "X00A", "validFrom": "2026-07-01", "sku": "A"},
		}})
		for query, want := range map[string]string{
			`onDate: "2026-05-31", everyWarehouse: true`: "A",
			`onDate: "2026-06-30", everyWarehouse: true`: "B",
			`onDate: "2026-07-01", everyWarehouse: true`: "A",
			`onDate: "2026-02-28"`:                       "",
			`warehouseCodes: ["sz01"]`:                   "B",
			`skus: ["b"], platforms: ["amazon"]`:         "B B",
			`externalCodes: ["X00A"]`:                    "A B B A",
		} {
			var out struct {
				CodeMappings struct{ Nodes []struct{ Sku string } }
			}
			g.Do(t, p, `{ codeMappings(filter: {`+query+`}) { nodes { sku } } }`, nil).Into(t, &out)
			var got []string
			for _, n := range out.CodeMappings.Nodes {
				got = append(got, n.Sku)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}

func TestOnlyOneOfThoseWhoTakeACodeAtOnceGetsIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Products(t, "A")
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				g.Mutate(t, p, "codeMappingCreate", "", in{"platform": "AMAZON", "externalCode": "X", "validFrom": fmt.Sprintf("2026-01-%02d", i+1), "sku": "A"})
			})
		}
		all.Wait()
		if n := db.Ent().CodeMapping.Query().CountX(t.Context()); n != 1 {
			t.Errorf("%d open periods of one code", n)
		}
	})
}

// period is a mapping of the model: days are counted from the first.
type period struct {
	site, from, to int // site 0 is every warehouse; to -1 is open
	sku            string
}

// Mappings are held to a plain list of periods, over random commands.
func TestMappingsAgreeWithModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g, p := open(t, db)
		g.Warehouses(t, "W1", "W2")
		g.Products(t, "A", "B", "C")
		first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		date := func(n int) string { return first.AddDate(0, 0, n).Format(time.DateOnly) }
		sites := db.Ent().Warehouse.Query().Order(ent.Asc("code")).IDsX(t.Context())
		run := 0
		rapid.Check(t, func(r *rapid.T) {
			run++
			codes := []string{fmt.Sprint("X", run), fmt.Sprint("Y", run)}
			model := map[string][]period{}
			for range rapid.IntRange(1, 12).Draw(r, "commands") {
				code := rapid.SampledFrom(codes).Draw(r, "code")
				m := period{site: rapid.IntRange(0, 2).Draw(r, "site"), from: rapid.IntRange(0, 12).Draw(r, "from"), sku: rapid.SampledFrom([]string{"A", "B", "C"}).Draw(r, "sku")}
				m.to = rapid.SampledFrom([]int{-1, m.from, m.from + 3, m.from + 6}).Draw(r, "to")
				clash := slices.ContainsFunc(model[code], func(o period) bool {
					return o.site == m.site && (m.to < 0 || o.from <= m.to) && (o.to < 0 || m.from <= o.to)
				})
				input := in{"platform": "P", "externalCode": code, "validFrom": date(m.from), "sku": m.sku, "warehouseCode": []string{"", "W1", "W2"}[m.site]}
				if m.to >= 0 {
					input["validTo"] = date(m.to)
				}
				res := g.Mutate(t, p, "codeMappingCreate", "", input)
				if refused := len(res.UserErrors) > 0; refused != clash {
					r.Fatalf("%+v beside %+v: %s", m, model[code], res.Raw)
				}
				if !clash {
					model[code] = append(model[code], m)
				}
			}
			err := db.InTx(t.Context(), func(tx store.Tx) error {
				for range 4 {
					n := rapid.IntRange(0, 20).Draw(r, "day")
					for site := range 3 {
						if err := agree(r, tx, model, codes, sites, site, first.AddDate(0, 0, n), n); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				r.Fatal(err)
			}
		})
	})
}

func agree(r *rapid.T, tx store.Tx, model map[string][]period, codes []string, sites []int64, site int, on time.Time, n int) error {
	ctx, want := r.Context(), map[string]string{}
	own := map[string]bool{}
	for _, code := range codes {
		for _, m := range model[code] {
			if m.from <= n && (m.to < 0 || n <= m.to) && (m.site == site || m.site == 0 && !own[code]) {
				want[code], own[code] = m.sku, m.site != 0
			}
		}
	}
	var warehouse *int64
	if site > 0 {
		warehouse = &sites[site-1]
	}
	got, err := catalog.SKUsOf(ctx, tx, "p", warehouse, on, codes)
	if err != nil {
		return err
	}
	if !maps.Equal(got, want) {
		r.Fatalf("day %d in %d: %v, want %v of %+v", n, site, got, want, model)
	}
	back, err := catalog.CodesOf(ctx, tx, "P", warehouse, on, []string{"A", "B", "C"})
	found := 0
	for sku, list := range back {
		for _, code := range list {
			if slices.Contains(codes, code) {
				found++
				if want[code] != sku {
					r.Fatalf("day %d in %d: %s is a code of %s, want %v", n, site, code, sku, want)
				}
			}
		}
	}
	if found != len(want) {
		r.Fatalf("day %d in %d: %v, want %v", n, site, back, want)
	}
	return err
}
