package document_test

import (
	"fmt"
	"testing"
	"time"

	"entrepot/internal/document"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func order(no string, at time.Time, kind stock.DocumentKind, lines ...document.RecordLine) document.Record {
	return document.Record{Kind: kind, ReasonCode: "SALE", ExternalNo: no, Party: "17850", Country: "Norway", OccurredAt: at, Lines: lines}
}

func sold(sku string, n int64) document.RecordLine {
	price := money.Amount(2_5000)
	return document.RecordLine{SKU: sku, Quantity: n, UnitPrice: &price}
}

func outcomes(got []document.Recorded) []document.RecordOutcome {
	out := make([]document.RecordOutcome, len(got))
	for i, r := range got {
		out[i] = r.Outcome
	}
	return out
}

func TestRecordsAreBookedOnceEachAtTheirOwnTime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.receive("BRAKE-1", 100)
		s, ctx := f.service(time.Now)
		day := time.Date(2025, 12, 1, 8, 26, 0, 0, time.UTC)
		in := document.RecordInput{Source: "sales", WarehouseCode: "SZ01", Currency: "GBP", Records: []document.Record{
			order("536365", day, stock.DocumentOutbound, sold("BRAKE-1", 6), sold("BRAKE-1", 6), sold("BRAKE-1", 1)),
			order("536366", day.Add(24*time.Hour), stock.DocumentOutbound, sold("BRAKE-1", 10)),
			order("C536365", day.Add(48*time.Hour), stock.DocumentInbound, sold("BRAKE-1", 2)),
		}}
		got, err := s.Record(ctx, in)
		if err != nil || fmt.Sprint(outcomes(got)) != "[BOOKED BOOKED BOOKED]" || got[0].No != "OUT-SZ01-20251201-0001" || got[2].No != "IN-SZ01-20251203-0001" {
			t.Fatalf("%+v, %v", got, err)
		}
		d := f.read(got[0].No)
		if d.State != stock.DocumentCompleted || d.LineCount != 3 || d.ExecutedQuantity != 13 || len(d.Events.Nodes) != 4 || len(d.Postings.Nodes) != 1 || *d.Lines.Nodes[0].UnitPrice != "2.5" {
			t.Errorf("%+v", d)
		}
		if f.available("BRAKE-1") != 79 {
			t.Errorf("available %d", f.available("BRAKE-1"))
		}
		before := f.rows()
		looked, err := s.Look(ctx, in)
		if err != nil || fmt.Sprint(outcomes(looked)) != "[KNOWN KNOWN KNOWN]" {
			t.Errorf("%+v, %v", looked, err)
		}
		in.Records[1].Lines[0].Quantity = 11
		in.Records = append(in.Records, order("536367", day, stock.DocumentOutbound, sold("BRAKE-1", 1)))
		again, err := s.Record(ctx, in)
		if err != nil || fmt.Sprint(outcomes(again)) != "[KNOWN REFUSED KNOWN BOOKED]" || again[1].Faults[0].Code != "IDEMPOTENCY_KEY_REUSED" {
			t.Errorf("%+v, %v", again, err)
		}
		if after := f.rows(); after["documents"] != before["documents"]+1 || after["postings"] != before["postings"]+1 {
			t.Errorf("%v then %v", before, after)
		}
		f.verify()
	})
}

func TestARecordThatCannotBeBookedDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db)
		f.archive()
		f.receive("BRAKE-1", 10)
		s, ctx := f.service(time.Now)
		day := time.Date(2025, 12, 1, 8, 26, 0, 0, time.UTC)
		in := document.RecordInput{Source: "sales", WarehouseCode: "SZ01", Currency: "GBP", Records: []document.Record{
			order("1", day, stock.DocumentOutbound, sold("BRAKE-1", 6)),
			order("2", day, stock.DocumentOutbound, sold("BRAKE-1", 6)), // 4 are left
			order("3", day, stock.DocumentInbound, sold("OLD-1", 1)),
			order("4", day, stock.DocumentOutbound, sold("NO-SUCH", 1)),
			order("5", day, stock.DocumentOutbound),
			order("6", day, stock.DocumentOutbound, sold("BRAKE-1", 4)),
		}}
		got, err := s.Record(ctx, in)
		if err != nil || fmt.Sprint(outcomes(got)) != "[BOOKED REFUSED REFUSED REFUSED REFUSED BOOKED]" {
			t.Fatalf("%+v, %v", got, err)
		}
		for i, code := range map[int]string{1: "INSUFFICIENT_STOCK", 2: "ARCHIVED", 3: "NOT_FOUND", 4: "REQUIRED"} {
			if string(got[i].Faults[0].Code) != code {
				t.Errorf("record %d: %+v", i, got[i].Faults)
			}
		}
		if f.available("BRAKE-1") != 0 {
			t.Errorf("available %d", f.available("BRAKE-1"))
		}
		f.receive("BRAKE-1", 6)
		got, err = s.Record(ctx, in)
		if err != nil || fmt.Sprint(outcomes(got)) != "[KNOWN BOOKED REFUSED REFUSED REFUSED KNOWN]" {
			t.Errorf("%+v, %v", got, err)
		}
		f.verify()
	})
}
