package exchange

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Summary is what an import did.
type Summary struct {
	Files     int
	LinesRead int64
	// Orders, returns among them.
	OrdersBooked, OrdersKnown, OrdersRefused int64
	// OrdersLeft were neither: the import ended before.
	OrdersLeft    int64
	LinesBooked   int64
	ReturnsBooked int64
	// LinesRejected by reason, the lines of refused orders by the fault's code.
	LinesRejected                  map[string]int64
	ProductsCreated                int64
	OpeningDocuments, OpeningUnits int64
	RejectsFile                    string
	Elapsed                        time.Duration
}

// Print tells it to a person.
func (s Summary) Print(w io.Writer) {
	row := func(name string, n int64) { fmt.Fprintf(w, "%-18s %12d\n", name, n) }
	row("files", int64(s.Files))
	row("lines read", s.LinesRead)
	row("orders booked", s.OrdersBooked)
	row("  of them returns", s.ReturnsBooked)
	row("orders known", s.OrdersKnown)
	row("orders refused", s.OrdersRefused)
	if s.OrdersLeft > 0 {
		row("orders left", s.OrdersLeft)
	}
	row("lines booked", s.LinesBooked)
	var rejected int64
	for _, n := range s.LinesRejected {
		rejected += n
	}
	row("lines rejected", rejected)
	for _, reason := range slices.Sorted(maps.Keys(s.LinesRejected)) {
		fmt.Fprintf(w, "  %-25s %3d\n", reason, s.LinesRejected[reason])
	}
	row("products created", s.ProductsCreated)
	row("opening documents", s.OpeningDocuments)
	row("opening units", s.OpeningUnits)
	fmt.Fprintf(w, "%-18s %12.1f\n", "seconds", s.Elapsed.Seconds())
	row("lines/s", rate(s.LinesBooked, s.Elapsed))
	if s.RejectsFile != "" {
		fmt.Fprintf(w, "rejects are in     %s\n", s.RejectsFile)
	}
}
