package bin_test

import (
	"fmt"
	"testing"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

type in = map[string]any

// floor is a warehouse SZ01 that keeps its stock by bin, and a manager who works there.
type floor struct {
	*graphtest.Graph
	t    testing.TB
	db   *store.DB
	who  *auth.Principal
	keys int
}

func setup(t testing.TB, db *store.DB) *floor {
	t.Helper()
	f := &floor{Graph: graphtest.New(t, db), t: t, db: db}
	f.Products(t, "LAMP", "BRAKE", "TYRE")
	f.who = f.SignIn(t, auth.RoleManager)
	f.Must(t, f.who, "warehouseCreate", "", in{"code": "SZ01", "name": "Shenzhen", "currency": "CNY"})
	for code, more := range map[string]in{
		"A-01-01-01": {"type": "PICK", "maxVolumeCm3": 10_000}, "A-01-01-02": {"type": "PICK", "maxVolumeCm3": 10_000},
		"B-01-01-01": {"type": "STORAGE", "allowMixing": true, "maxVolumeCm3": 50_000}, "B-01-01-02": {"type": "STORAGE"},
	} {
		f.bin("locationCreate", code, more)
	}
	for _, sku := range []string{"LAMP", "BRAKE"} {
		f.Must(t, f.who, "productUpdate", "", in{"sku": sku, "lengthMm": 100, "widthMm": 100, "heightMm": 100}) // a litre
	}
	return f
}

func (f *floor) bin(mutation, code string, more in) {
	f.t.Helper()
	input := in{"warehouseCode": "SZ01", "code": code}
	for k, v := range more {
		input[k] = v
	}
	f.Must(f.t, f.who, mutation, "", input)
}

// send runs a command on stock; the key and the reason are filled in.
func (f *floor) send(mutation, selection string, input in) graphtest.Payload {
	f.t.Helper()
	f.keys++
	full := in{"idempotencyKey": fmt.Sprintf("key-%d", f.keys), "reasonCode": "TEST"}
	for k, v := range input {
		full[k] = v
	}
	return f.Mutate(f.t, f.who, mutation, selection, full)
}

func (f *floor) must(mutation string, input in) graphtest.Payload {
	f.t.Helper()
	p := f.send(mutation, "", input)
	if len(p.UserErrors) > 0 {
		f.t.Fatalf("%s: %+v", mutation, p.UserErrors)
	}
	return p
}

func line(sku string, more in) in {
	l := in{"sku": sku, "warehouseCode": "SZ01"}
	for k, v := range more {
		l[k] = v
	}
	return l
}

func (f *floor) adjust(sku string, delta int, more in) graphtest.Payload {
	f.t.Helper()
	l := line(sku, more)
	l["delta"] = delta
	return f.send("stockAdjust", "", in{"changes": []any{l}})
}

func (f *floor) relocate(lines ...in) graphtest.Payload {
	f.t.Helper()
	return f.send("stockRelocate", relocated, in{"warehouseCode": "sz01", "lines": lines})
}

const relocated = `posting { id kind } movements { id location { code } stock { sku } quantityDelta quantityAfter locationVersion posting { id } }`

func hop(sku, from, to string, n int) in {
	return in{"sku": sku, "from": from, "to": to, "quantity": n}
}

// lies is what lies of a SKU where, as Stock.locations and Location.stocks tell alike.
func (f *floor) lies(sku string) string {
	f.t.Helper()
	var out struct {
		Stock *struct {
			Physical  int64
			Locations struct {
				TotalCount int
				Nodes      []struct {
					Quantity int64
					Location struct{ Code string }
				}
			}
		}
		Locations struct {
			Nodes []struct {
				Code   string
				Stocks struct {
					Nodes []struct {
						Quantity int64
						Stock    struct{ Sku string }
					}
				}
			}
		}
	}
	f.Do(f.t, f.who, `query($s: String!) {
  stock(sku: $s, warehouseCode: "SZ01") { physical locations { totalCount nodes { quantity location { code } } } }
  locations(filter: {warehouseCodes: ["SZ01"]}) { nodes { code stocks { nodes { quantity stock { sku } } } } } }`, in{"s": sku}).Into(f.t, &out)
	byStock, byBin, sum := map[string]int64{}, map[string]int64{}, int64(0)
	for _, n := range out.Stock.Locations.Nodes {
		byStock[n.Location.Code] = n.Quantity
		sum += n.Quantity
	}
	for _, l := range out.Locations.Nodes {
		for _, s := range l.Stocks.Nodes {
			if s.Stock.Sku == sku {
				byBin[l.Code] = s.Quantity
			}
		}
	}
	if fmt.Sprint(byStock) != fmt.Sprint(byBin) || sum != out.Stock.Physical || out.Stock.Locations.TotalCount != len(byStock) {
		f.t.Errorf("%s: %v by stock (%d counted), %v by bin, %d physical", sku, byStock, out.Stock.Locations.TotalCount, byBin, out.Stock.Physical)
	}
	return fmt.Sprint(byStock)[3:]
}

func (f *floor) expect(what, sku, want string) {
	f.t.Helper()
	if got := f.lies(sku); got != want {
		f.t.Errorf("%s: %s lies in %s, want %s", what, sku, got, want)
	}
}

func (f *floor) refuses(what string, p graphtest.Payload, want string) {
	f.t.Helper()
	if got := p.Refused(); got != want {
		f.t.Errorf("%s: refused %q, want %q: %+v", what, got, want, p.UserErrors)
	}
}

func (f *floor) verify() {
	f.t.Helper()
	r, err := ledger.Verify(f.t.Context(), f.db)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.Count > 0 {
			f.t.Errorf("not so: %s: %v", c.Rule, c.Broken)
		}
	}
}
