package graph_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// day is a company with a warehouse in Shenzhen, which keeps its books in CNY and its
// stock by bin, and one in Los Angeles, which keeps its books in USD. Its people are a
// manager, a head who approves what the manager makes, and a keeper.
type day struct {
	*graphtest.Graph
	t                     *testing.T
	db                    *store.DB
	manager, head, keeper *auth.Principal
	keys                  int

	// What later chapters need of earlier ones: the document that brought the container
	// and the one that shipped order O-1.
	containerNo, shippedNo string
	// landed is when the container lay in its bins.
	landed time.Time
}

// One day of a real warehouse, told from the container to the month's end. Behind each
// step the books are proven, and every quantity and worth is what the arithmetic in the
// comments says.
func TestADayInAWarehouse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		d := openForBusiness(t, db)
		for _, chapter := range []struct {
			name string
			tell func(*day)
		}{
			{"a container comes", (*day).container},
			{"it is put away", (*day).putaway},
			{"it is promised", (*day).promises},
			{"an order is picked and shipped", (*day).outbound},
			{"half goes to another warehouse by sea", (*day).sea},
			{"a zone is counted while it is picked", (*day).count},
			{"kits are built and sold", (*day).kits},
			{"goods come back", (*day).returns},
			{"the month ends", (*day).monthEnd},
			{"a batch is held", (*day).hold},
		} {
			if chapter.tell(d); t.Failed() {
				t.Fatalf("the day ended with the chapter %q", chapter.name)
			}
		}
	})
}

// openForBusiness is what is there before the day: master data, bins, rates and rules.
func openForBusiness(t *testing.T, db *store.DB) *day {
	t.Helper()
	d := &day{Graph: graphtest.New(t, db), t: t, db: db}
	d.manager, d.head, d.keeper = d.SignIn(t, auth.RoleManager), d.SignIn(t, auth.RoleAdmin), d.SignIn(t, auth.RoleKeeper)
	d.do("warehouseCreate", in{"code": "SZ01", "name": "Shenzhen", "currency": "CNY", "timeZone": "Asia/Shanghai", "tracksLocations": true})
	d.do("warehouseCreate", in{"code": "LA01", "name": "Los Angeles", "currency": "USD", "timeZone": "America/Los_Angeles", "tracksLocations": false})
	d.do("locationCreate", in{"warehouseCode": "SZ01", "code": "BACK", "type": "RETURN", "allowMixing": true})
	d.do("locationsGenerate", in{
		"warehouseCode": "SZ01", "zones": []string{"A"}, "type": "PICK",
		"aisles": in{"to": 2}, "levels": in{"to": 1}, "positions": in{"to": 2},
	})
	for _, sku := range []string{"BRAKE", "LAMP"} {
		d.do("productCreate", in{"sku": sku, "name": sku})
	}
	d.do("productCreate", in{"sku": "KIT", "name": "Brakes with a lamp, built", "kind": "ASSEMBLY_KIT", "components": []in{{"sku": "BRAKE", "quantity": 2}, {"sku": "LAMP", "quantity": 1}}})
	d.do("productCreate", in{"sku": "SET", "name": "Lamps with a brake, sold as one", "kind": "SALES_KIT", "components": []in{{"sku": "BRAKE", "quantity": 1}, {"sku": "LAMP", "quantity": 2}}})
	d.do("exchangeRateSet", in{"fromCurrency": "USD", "toCurrency": "CNY", "rate": "7", "date": time.Now().UTC().AddDate(0, 0, -9).Format(time.DateOnly)})
	d.do("approvalRuleCreate", in{"code": "CONTAINERS", "name": "Containers are approved by another person", "kind": "INBOUND", "minValue": "5000", "separate": true})
	d.do("approvalRuleCreate", in{"code": "COUNTS", "name": "Counts are approved by another person", "kind": "STOCKTAKE", "separate": true})
	d.check("before the day", books{})
	return d
}

// told is what the mutations of the day are asked for, as far as they have it.
type told struct {
	graphtest.Payload

	Document *struct {
		No, State                                    string
		Quantity, ExecutedQuantity, RejectedQuantity int64
	}
	Shipment *struct {
		State                                               string
		ShipmentNo                                          int
		AcceptedQuantity, RejectedQuantity, MissingQuantity int64
		OutstandingQuantity                                 int64
		Worth                                               *struct{ Sent, Arrived, WrittenOff, Outstanding string }
	}
	Reservation *struct {
		State                                                           string
		OpenQuantity, DeductedQuantity, ReleasedQuantity, ShortQuantity int64
	}
}

const (
	documentTold    = `document { no state quantity executedQuantity rejectedQuantity }`
	shipmentTold    = `shipment { shipmentNo state acceptedQuantity rejectedQuantity missingQuantity outstandingQuantity worth { sent arrived writtenOff outstanding } }`
	reservationTold = `reservation { state openQuantity deductedQuantity releasedQuantity shortQuantity }`
)

// selection is what a mutation is asked for beside what every payload has.
func selection(op string) string {
	switch {
	case strings.HasPrefix(op, "shipment"), op == "transferDispatch":
		return documentTold + shipmentTold
	case strings.HasPrefix(op, "reservation"):
		return reservationTold
	case strings.HasPrefix(op, "document"), strings.HasPrefix(op, "stocktake"), strings.HasPrefix(op, "landedCost"),
		op == "inboundCreate", op == "outboundCreate", op == "transferCreate", op == "assemblyCreate":
		return documentTold
	}
	return ""
}

// as has somebody do something, whether it is refused or not.
func (d *day) as(who *auth.Principal, op string, input in) told {
	d.t.Helper()
	d.keys++
	full := in{"idempotencyKey": fmt.Sprintf("day-%d", d.keys)}
	maps.Copy(full, input)
	p := told{Payload: d.Mutate(d.t, who, op, selection(op), full)}
	p.Into(d.t, &p)
	return p
}

// by is as for what succeeds.
func (d *day) by(who *auth.Principal, op string, input in) told {
	d.t.Helper()
	p := d.as(who, op, input)
	if len(p.UserErrors) > 0 {
		d.t.Fatalf("%s: %+v", op, p.UserErrors)
	}
	return p
}

// do is by for the manager.
func (d *day) do(op string, input in) told {
	d.t.Helper()
	return d.by(d.manager, op, input)
}

// refused has somebody try what must not be.
func (d *day) refused(who *auth.Principal, op, want string, input in) {
	d.t.Helper()
	if got := d.as(who, op, input).Refused(); got != want {
		d.t.Errorf("%s was refused with %q, want %q", op, got, want)
	}
}

// ask reads as the manager sees it.
func (d *day) ask(query string, vars in, into any) {
	d.t.Helper()
	d.Do(d.t, d.manager, query, vars).Into(d.t, into)
}
