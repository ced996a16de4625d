package bin_test

import (
	"testing"

	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// Every bad input names its field and changes nothing, not even a key.
func TestBadInputNamesTheFieldAndChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.Warehouses(t, "OLD1") // tracks none
		f.refuses("lamps", f.adjust("LAMP", 10, in{"locationCode": "A-01-01-01"}), "")
		f.refuses("brakes", f.adjust("BRAKE", 10, in{"locationCode": "B-01-01-01"}), "")
		f.bin("locationUpdate", "B-01-01-02", in{"isLocked": true})
		f.bin("locationCreate", "GONE", nil)
		f.bin("locationArchive", "GONE", nil)
		before := f.rows()

		many := make([]any, 251)
		for i := range many {
			many[i] = hop("LAMP", "A-01-01-01", "RECEIVE", 1)
		}
		relocate := func(lines ...any) in { return in{"warehouseCode": "SZ01", "lines": append([]any{}, lines...)} }
		with := func(input, more in) in {
			for k, v := range more {
				input[k] = v
			}
			return input
		}
		good := hop("LAMP", "A-01-01-01", "RECEIVE", 1)
		for name, c := range map[string]struct {
			op    string
			input in
			want  string
		}{
			"no lines":             {"stockRelocate", relocate(), "REQUIRED input.lines"},
			"too many":             {"stockRelocate", relocate(many...), "TOO_MANY input.lines"},
			"no key":               {"stockRelocate", with(relocate(good), in{"idempotencyKey": ""}), "REQUIRED input.idempotencyKey"},
			"odd reason":           {"stockRelocate", with(relocate(good), in{"reasonCode": "because; drop"}), "INVALID input.reasonCode"},
			"the future":           {"stockRelocate", with(relocate(good), in{"occurredAt": "2999-01-01T00:00:00Z"}), "INVALID input.occurredAt"},
			"unknown warehouse":    {"stockRelocate", with(relocate(good), in{"warehouseCode": "MARS"}), "NOT_FOUND input.warehouseCode"},
			"no bins there":        {"stockRelocate", with(relocate(good), in{"warehouseCode": "OLD1"}), "INVALID input.warehouseCode"},
			"unknown bins":         {"stockRelocate", relocate(hop("LAMP", "X", "Y", 1)), "NOT_FOUND input.lines.0.from, NOT_FOUND input.lines.0.to"},
			"the same bin":         {"stockRelocate", relocate(hop("LAMP", "a-01-01-01 ", "A-01-01-01", 1)), "INVALID input.lines.0.to"},
			"nothing said":         {"stockRelocate", relocate(hop(" ", "", "", 0)), "REQUIRED input.lines.0.sku, REQUIRED input.lines.0.from, REQUIRED input.lines.0.to, INVALID input.lines.0.quantity"},
			"negative":             {"stockRelocate", relocate(hop("LAMP", "A-01-01-01", "RECEIVE", -1)), "INVALID input.lines.0.quantity"},
			"beyond 2^31":          {"stockRelocate", relocate(hop("LAMP", "A-01-01-01", "RECEIVE", 1<<31)), "INVALID input.lines.0.quantity"},
			"more than lies there": {"stockRelocate", relocate(good, hop("LAMP", "A-01-01-01", "RECEIVE", 10)), "INSUFFICIENT_STOCK input.lines.1.quantity"},
			"not stocked":          {"stockRelocate", relocate(hop("TYRE", "A-01-01-01", "RECEIVE", 1)), "INSUFFICIENT_STOCK input.lines.0.quantity"},
			"from a locked bin":    {"stockRelocate", relocate(hop("LAMP", "B-01-01-02", "RECEIVE", 1)), "LOCKED input.lines.0.from"},
			"into a locked bin":    {"stockRelocate", relocate(hop("LAMP", "A-01-01-01", "B-01-01-02", 1)), "LOCKED input.lines.0.to"},
			"into an archived one": {"stockRelocate", relocate(hop("LAMP", "A-01-01-01", "GONE", 1)), "ARCHIVED input.lines.0.to"},
			"where another lies":   {"stockRelocate", relocate(hop("BRAKE", "B-01-01-01", "A-01-01-01", 1)), "MIXING input.lines.0.to"},
			"no room":              {"stockAdjust", in{"changes": []any{line("LAMP", in{"delta": 1, "locationCode": "A-01-01-01"})}}, "CAPACITY input.changes.0.delta"},
			"an unknown bin":       {"stockAdjust", in{"changes": []any{line("LAMP", in{"delta": 1, "locationCode": "NONE"})}}, "NOT_FOUND input.changes.0.locationCode"},
			"a bin elsewhere":      {"stockAdjust", in{"changes": []any{in{"sku": "LAMP", "warehouseCode": "OLD1", "delta": 1, "locationCode": "A-01-01-01"}}}, "NOT_FOUND input.changes.0.locationCode"},
			"too few there":        {"stockAdjust", in{"changes": []any{line("LAMP", in{"delta": -1, "locationCode": "RECEIVE"})}}, "INSUFFICIENT_STOCK input.changes.0.delta"},
			"locked":               {"stockAdjust", in{"changes": []any{line("LAMP", in{"delta": 1, "locationCode": "B-01-01-02"})}}, "LOCKED input.changes.0.locationCode"},
			"a count of it":        {"stockSet", in{"counts": []any{line("LAMP", in{"quantity": 9, "expectedQuantity": 10, "locationCode": "RECEIVE"})}}, "INSUFFICIENT_STOCK input.counts.0.quantity"},
			"a bin that stays":     {"stockMove", in{"moves": []any{line("LAMP", in{"from": "AVAILABLE", "to": "ON_HOLD", "quantity": 1, "locationCode": "A-01-01-01", "toLocationCode": "RECEIVE"})}}, "INVALID input.moves.0.locationCode, INVALID input.moves.0.toLocationCode"},
			"a full bin archived":  {"locationArchive", in{"warehouseCode": "SZ01", "code": "A-01-01-01"}, "INVALID input.code"},
			"bins given up":        {"warehouseUpdate", in{"code": "SZ01", "tracksLocations": false}, "INVALID input.tracksLocations"},
			"bins of another's":    {"warehouseCreate", in{"code": "US1", "name": "US", "currency": "USD", "ownershipType": "THIRD_PARTY", "tracksLocations": true}, "INVALID input.tracksLocations"},
		} {
			if c.op == "locationArchive" || c.op == "warehouseUpdate" || c.op == "warehouseCreate" {
				f.refuses(name, f.Mutate(t, f.who, c.op, "", c.input), c.want)
				continue
			}
			f.refuses(name, f.send(c.op, "", c.input), c.want)
		}
		if after := f.rows(); after != before {
			t.Errorf("bad input changed something: %v, then %v", before, after)
		}
		f.verify()
	})
}

// rows counts what a command could have left behind.
func (f *floor) rows() (out [5]int64) {
	f.t.Helper()
	for i, table := range []string{"stocks", "location_stocks", "stock_location_movements", "postings", "idempotency_keys"} {
		if err := f.db.SQL().QueryRowContext(f.t.Context(), "SELECT count(*) FROM "+table).Scan(&out[i]); err != nil {
			f.t.Fatal(err)
		}
	}
	return out
}

func TestGoodLinesAreTakenBesideThoseThatABinRefuses(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		p := f.send("stockAdjust", "", in{"errorPolicy": "REJECT_FAILED_ROWS", "changes": []any{
			line("LAMP", in{"delta": 11, "locationCode": "A-01-01-01"}), line("LAMP", in{"delta": 3}), line("BRAKE", in{"delta": 1, "locationCode": "A-01-01-02"}),
			line("TYRE", in{"delta": -1}), line("LAMP", in{"delta": 2, "locationCode": "A-01-01-02"}),
		}})
		f.refuses("some", p, "CAPACITY input.changes.0.delta, MIXING input.changes.2.locationCode, INSUFFICIENT_STOCK input.changes.3.delta, MIXING input.changes.4.locationCode")
		f.expect("the others", "LAMP", "[RECEIVE:3]")
		f.verify()
	})
}

func TestRelocationsAreRepeatableAndCanBeRehearsed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.refuses("lamps", f.adjust("LAMP", 10, nil), "")
		input := in{"idempotencyKey": "once", "warehouseCode": "SZ01", "lines": []any{hop("LAMP", "RECEIVE", "A-01-01-01", 4)}}
		type answer struct {
			Posting   *struct{ ID, Kind string }
			Movements []struct {
				ID            *string
				Location      struct{ Code string }
				QuantityAfter int64
			}
		}
		with := func(dry bool) (a answer, p string, replayed bool) {
			input["dryRun"] = dry
			out := f.Mutate(t, f.who, "stockRelocate", relocated, input)
			f.refuses("relocate", out, "")
			out.Into(t, &a)
			return a, out.Raw, out.Replayed
		}
		before := f.rows()
		if a, raw, _ := with(true); a.Posting != nil || len(a.Movements) != 2 || a.Movements[0].ID != nil || f.rows() != before {
			t.Errorf("rehearsed: %s", raw)
		}
		if a, raw, again := with(false); again || a.Posting == nil || a.Posting.Kind != "RELOCATION" || len(a.Movements) != 2 || a.Movements[0].ID == nil {
			t.Errorf("done: %s", raw)
		}
		f.expect("done", "LAMP", "[A-01-01-01:4 RECEIVE:6]")
		if a, raw, again := with(false); !again || a.Posting == nil || len(a.Movements) != 2 {
			t.Errorf("sent again: %s", raw)
		}
		f.expect("sent again", "LAMP", "[A-01-01-01:4 RECEIVE:6]")
		var a answer
		f.Mutate(t, f.who, "stockRelocate", relocated, input).Into(t, &a)
		f.refuses("taken back", f.send("postingReverse", "", in{"postingId": a.Posting.ID}), "INVALID input.postingId")
		f.verify()
	})
}

func TestAWarehouseBeginsToTrackBins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.Must(t, f.who, "warehouseCreate", "", in{"code": "GZ01", "name": "Guangzhou", "currency": "CNY", "tracksLocations": false})
		f.Must(t, f.who, "locationCreate", "", in{"warehouseCode": "GZ01", "code": "DOCK", "type": "RECEIVE"})
		f.Must(t, f.who, "locationCreate", "", in{"warehouseCode": "GZ01", "code": "DAMAGED"}) // of another type
		f.must("stockAdjust", in{"changes": []any{in{"sku": "LAMP", "warehouseCode": "GZ01", "delta": 7}, in{"sku": "LAMP", "warehouseCode": "GZ01", "delta": 2, "bucket": "DAMAGED"}}})
		track := func() string {
			return f.Mutate(t, f.who, "warehouseUpdate", "", in{"code": "GZ01", "tracksLocations": true}).Refused()
		}
		if got := track(); got != "INVALID input.tracksLocations" {
			t.Errorf("with a DAMAGED that is none: %q", got)
		}
		f.Must(t, f.who, "locationUpdate", "", in{"warehouseCode": "GZ01", "code": "DAMAGED", "type": "DAMAGED"})
		if got := track() + track(); got != "" {
			t.Errorf("refused: %s", got)
		}
		var out struct {
			Warehouse struct {
				TracksLocations bool
				Locations       struct {
					Nodes []struct {
						Code     string
						Quantity int64
					}
				}
			}
		}
		f.Do(t, f.who, `{ warehouse(code: "GZ01") { tracksLocations locations { nodes { code quantity } } } }`, nil).Into(t, &out)
		if n := out.Warehouse.Locations.Nodes; !out.Warehouse.TracksLocations || len(n) != 3 || n[0].Quantity != 2 || n[1].Code != "DOCK" || n[1].Quantity != 7 || n[2].Code != "LOST" {
			t.Errorf("%+v", out)
		}
		f.verify()
	})
}
