//go:build linux

package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sales.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSalesAreReadByTheRulesOfTheImport(t *testing.T) {
	t.Parallel()
	s, err := readSales(write(t, header+
		"2, a1 ,Thing,5,2011-04-01 10:00:00,1.25,17850.0,UK\n"+
		"1,A1,Thing,3,2011-04-01 09:30:00,0.0375,,UK\n"+
		"C3,B,Other,-2,2011-04-02 08:00:00,2,1,UK\n"+
		"2,B,Other,4,2011-04-01 10:00:00,2,,UK\n"+
		"4,A1,no price,1,2011-04-01 10:00:00,0,,UK\n"+
		"4,A1,too fine a price,1,2011-04-01 10:00:00,0.00001,,UK\n"+
		"4,A1,a sale that is negative,-1,2011-04-01 10:00:00,1,,UK\n"+
		"C4,A1,a return that is positive,1,2011-04-01 10:00:00,1,,UK\n"))
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, o := range s.orders {
		numbers = append(numbers, o.no)
	}
	if len(numbers) != 3 || numbers[0] != "1" || numbers[1] != "2" || numbers[2] != "C3" || s.lines != 4 {
		t.Fatalf("orders %q of %d lines, want 1, 2 and C3 of 4", numbers, s.lines)
	}
	if o := s.orders[0]; !o.at.Equal(time.Date(2011, 4, 1, 8, 30, 0, 0, time.UTC)) || o.sales[0] != (sale{"A1", 3, 375}) {
		t.Errorf("order 1: %+v", o)
	}
	if o := s.orders[1]; o.party != "17850" {
		t.Errorf("order 2 went to %q", o.party)
	}
	if got, want := s.moved(), map[string]int64{"A1": -8, "B": -2}; !maps.Equal(got, want) {
		t.Errorf("moved %v, want %v", got, want)
	}
	if got, want := s.lacking(), map[string]int64{"A1": 8, "B": 4}; !maps.Equal(got, want) {
		t.Errorf("lacking %v, want %v", got, want)
	}
}

func TestHalfOfAFileEndsAtALine(t *testing.T) {
	t.Parallel()
	to := filepath.Join(t.TempDir(), "half.csv")
	line := "1,A,Thing,1,2011-04-01 10:00:00,1,,UK\n"
	if err := half(write(t, header+line+line+line+line+line), to); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(to)
	if err != nil || string(raw) != header+line+line {
		t.Errorf("%v, half of five lines: %q", err, raw)
	}
}
