package httpd

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"

	"entrepot/internal/store"
)

// pools tells the state of the database pools at each scrape.
type pools struct {
	db   *store.DB
	rows []poolRow
}

type poolRow struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(sql.DBStats) float64
}

func newPools(db *store.DB) pools {
	row := func(name, help string, kind prometheus.ValueType, value func(sql.DBStats) float64) poolRow {
		return poolRow{prometheus.NewDesc("entrepot_db_pool_"+name, help, []string{"pool"}, nil), kind, value}
	}
	return pools{db, []poolRow{
		row("max_open", "Connections the pool may have.", prometheus.GaugeValue, func(s sql.DBStats) float64 { return float64(s.MaxOpenConnections) }),
		row("open", "Connections the pool has.", prometheus.GaugeValue, func(s sql.DBStats) float64 { return float64(s.OpenConnections) }),
		row("in_use", "Connections at work.", prometheus.GaugeValue, func(s sql.DBStats) float64 { return float64(s.InUse) }),
		row("waits_total", "Times somebody waited for a connection.", prometheus.CounterValue, func(s sql.DBStats) float64 { return float64(s.WaitCount) }),
		row("wait_seconds_total", "Time spent waiting for a connection.", prometheus.CounterValue, func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() }),
	}}
}

// Describe implements prometheus.Collector.
func (p pools) Describe(out chan<- *prometheus.Desc) {
	for _, r := range p.rows {
		out <- r.desc
	}
}

// Collect implements prometheus.Collector.
func (p pools) Collect(out chan<- prometheus.Metric) {
	for name, stats := range p.db.Stats() {
		for _, r := range p.rows {
			out <- prometheus.MustNewConstMetric(r.desc, r.kind, r.value(stats), name)
		}
	}
}
