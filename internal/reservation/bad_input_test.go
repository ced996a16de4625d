package reservation_test

import (
	"strings"
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every bad input names its field and changes nothing, not even a key.
func TestBadInputNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", "SZ01", 10)
		f.must("reservationCreate", order("HELD", line("BRAKE-1", 2)))
		good := order("A-1", line("BRAKE-1", 1))
		held := vars{"businessType": "ORDER", "businessId": "HELD"}
		many := make([]vars, 251)
		for i := range many {
			many[i] = line("BRAKE-1", 1)
		}
		before := f.rows()
		for name, c := range map[string]struct {
			op    string
			input vars
			want  []string
		}{
			"no key":               {"reservationCreate", with(good, vars{"idempotencyKey": ""}), []string{"REQUIRED input.idempotencyKey"}},
			"no type":              {"reservationCreate", with(good, vars{"businessType": " "}), []string{"REQUIRED input.businessType"}},
			"a document's":         {"reservationCreate", with(good, vars{"businessType": "document"}), []string{"INVALID input.businessType"}},
			"no object":            {"reservationCreate", with(good, vars{"businessId": ""}), []string{"REQUIRED input.businessId"}},
			"a long id":            {"reservationCreate", with(good, vars{"businessId": strings.Repeat("A", 101)}), []string{"INVALID input.businessId"}},
			"no lines":             {"reservationCreate", with(good, vars{"lines": []vars{}}), []string{"REQUIRED input.lines"}},
			"too many lines":       {"reservationCreate", with(good, vars{"lines": many}), []string{"TOO_MANY input.lines"}},
			"no warehouse":         {"reservationCreate", with(good, vars{"warehouseCodes": []string{}}), []string{"REQUIRED input.lines.0.warehouseCodes"}},
			"a warehouse twice":    {"reservationCreate", with(good, vars{"warehouseCodes": []string{"SZ01", "sz01"}}), []string{"INVALID input.warehouseCodes"}},
			"an unknown warehouse": {"reservationCreate", with(good, vars{"warehouseCodes": []string{"MARS"}}), []string{"NOT_FOUND input.warehouseCodes"}},
			"an unknown SKU":       {"reservationCreate", order("A-1", line("NO-SUCH", 1)), []string{"NOT_FOUND input.lines.0.sku"}},
			"nothing":              {"reservationCreate", order("A-1", line("BRAKE-1", 0)), []string{"INVALID input.lines.0.quantity"}},
			"beyond 2^31":          {"reservationCreate", order("A-1", line("BRAKE-1", 1<<31)), []string{"INVALID input.lines.0.quantity"}},
			"two of one name": {
				"reservationCreate", order("A-1", with(line("BRAKE-1", 1), vars{"businessLine": "1"}), with(line("BRAKE-1", 1), vars{"businessLine": "1"})),
				[]string{"INVALID input.lines.1.businessLine"},
			},
			"the past":           {"reservationCreate", with(good, vars{"expiresAt": "2020-01-01T00:00:00Z"}), []string{"INVALID input.expiresAt"}},
			"too long":           {"reservationCreate", with(good, vars{"ttlSeconds": 31622401}), []string{"INVALID input.ttlSeconds"}},
			"two expiries":       {"reservationCreate", with(good, vars{"ttlSeconds": 1, "expiresAt": "2999-01-01T00:00:00Z"}), []string{"INVALID input.ttlSeconds"}},
			"a great priority":   {"reservationCreate", with(good, vars{"priority": 1001}), []string{"INVALID input.priority"}},
			"one SKU twice":      {"reservationCreate", order("A-1", line("BRAKE-1", 5), line("BRAKE-1", 5)), []string{"INSUFFICIENT_STOCK input.lines.1.quantity"}},
			"nobody's":           {"reservationDeduct", vars{"businessType": "ORDER", "businessId": "NONE"}, []string{"NOT_FOUND input.businessId"}},
			"no name":            {"reservationDeduct", vars{}, []string{"REQUIRED input.id"}},
			"no such line":       {"reservationDeduct", with(held, vars{"lines": []vars{{"lineNo": 7, "quantity": 1}}}), []string{"NOT_FOUND input.lines.0"}},
			"a part without one": {"reservationDeduct", with(held, vars{"lines": []vars{{"quantity": 1}}}), []string{"REQUIRED input.lines.0.lineNo"}},
			"elsewhere":          {"reservationDeduct", with(held, vars{"lines": []vars{with(line("BRAKE-1", 1), vars{"warehouseCode": "LA01"})}}), []string{"NOT_FOUND input.lines.0"}},
			"the future":         {"reservationDeduct", with(held, vars{"occurredAt": "2999-01-01T00:00:00Z"}), []string{"INVALID input.occurredAt"}},
			"an odd reason":      {"reservationRelease", with(held, vars{"reasonCode": "because"}), []string{"INVALID input.reasonCode"}},
			"released too much":  {"reservationRelease", with(held, vars{"lines": []vars{line("BRAKE-1", 3)}}), []string{"EXCEEDS_OUTSTANDING input.lines.0.quantity"}},
			"short of nothing":   {"reservationFill", held, []string{"INVALID_TRANSITION input.businessId"}},
		} {
			f.expect(name, f.send(c.op, c.input), c.want...)
		}
		if after := f.rows(); after != before {
			t.Errorf("bad input changed something: reservations, events, postings, keys were %v, are %v", before, after)
		}
		f.verify()
	})
}

// rows counts what a command could have left behind.
func (f *floor) rows() (out [4]int64) {
	f.t.Helper()
	for i, table := range []string{"reservations", "reservation_events", "postings", "idempotency_keys"} {
		if err := f.db.SQL().QueryRowContext(f.t.Context(), "SELECT count(*) FROM "+table).Scan(&out[i]); err != nil {
			f.t.Fatal(err)
		}
	}
	return out
}
