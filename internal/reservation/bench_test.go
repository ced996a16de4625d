package reservation_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"entrepot/internal/reservation"
	"entrepot/internal/testdb"
)

// BenchmarkReserve promises a unit and takes it, through the graph in process, by 32
// clients at once: of one SKU or of many, with group commit and without. Each
// operation is two commands.
func BenchmarkReserve(b *testing.B) {
	for _, c := range []struct {
		name    string
		skus    int
		options []reservation.Option
	}{
		{"hot/together", 1, nil},
		{"hot/alone", 1, []reservation.Option{reservation.Alone()}},
		{"spread/together", 500, nil},
		{"spread/alone", 500, []reservation.Option{reservation.Alone()}},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := setup(b, testdb.Postgres(b), c.options...)
			skus := make([]string, c.skus)
			for i := range skus {
				skus[i] = fmt.Sprintf("B-%d", i)
			}
			f.Products(b, skus...)
			for _, sku := range skus {
				f.receive(sku, "SZ01", 1_000_000)
			}
			var n atomic.Int64
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					id := fmt.Sprintf("A-%d", i)
					if p := f.send("reservationCreate", order(id, line(skus[int(i)%len(skus)], 1))); len(p.UserErrors) > 0 {
						b.Error(p.UserErrors)
					}
					if p := f.send("reservationDeduct", vars{"businessType": "ORDER", "businessId": id}); len(p.UserErrors) > 0 {
						b.Error(p.UserErrors)
					}
				}
			})
			b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "commands/s")
			b.StopTimer()
			f.verify()
		})
	}
}
