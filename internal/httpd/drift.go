package httpd

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/store"
)

// drift tells at each scrape how the sweep of the ledger stands. Every replica
// tells the same, whichever of them sweeps.
type drift struct {
	db                               *store.DB
	log                              *slog.Logger
	drifted, compared, passed, swept *prometheus.Desc
}

// The values of the label pass.
const (
	passLast    = "last"
	passRunning = "running"
)

func newDrift(db *store.DB, log *slog.Logger) drift {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("entrepot_ledger_"+name, help, append([]string{"balances"}, labels...), nil)
	}
	return drift{
		db: db, log: log,
		drifted:  desc("drifted_balances", "Balances that differ from the journal, in the last whole pass of the sweep and in the running one.", "pass"),
		compared: desc("compared_balances", "Balances that were compared with the journal, in the last whole pass of the sweep and in the running one.", "pass"),
		passed:   desc("last_pass_timestamp_seconds", "When the last whole pass of the sweep ended."),
		swept:    desc("last_sweep_timestamp_seconds", "When the sweep last compared anything."),
	}
}

// Describe implements prometheus.Collector.
func (d drift) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{d.drifted, d.compared, d.passed, d.swept} {
		out <- desc
	}
}

// Collect implements prometheus.Collector. When the database does not answer there
// is nothing to tell; the other metrics are told all the same.
func (d drift) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout) // a collector is given none
	defer cancel()
	rows, err := ledger.SweepState(ctx, d.db)
	if err != nil {
		d.log.WarnContext(ctx, "metrics: how the sweep stands cannot be read", "err", err.Error())
		return
	}
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	for _, r := range rows {
		gauge(d.drifted, float64(r.Drifted), r.Balances, passRunning)
		gauge(d.compared, float64(r.Compared), r.Balances, passRunning)
		gauge(d.swept, seconds(r.SteppedAt), r.Balances)
		if r.FinishedAt != nil {
			gauge(d.drifted, float64(r.LastDrifted), r.Balances, passLast)
			gauge(d.compared, float64(r.LastCompared), r.Balances, passLast)
			gauge(d.passed, seconds(*r.FinishedAt), r.Balances)
		}
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

type ledgerAnswer struct {
	Status   string                   `json:"status"` // ok, drift, unknown, down
	Balances map[string]balanceAnswer `json:"balances,omitempty"`
}

// balanceAnswer tells of one sort of balance: first the last whole pass, then the
// running one.
type balanceAnswer struct {
	Drifted         int64      `json:"drifted"`
	Compared        int64      `json:"compared"`
	LastPass        *time.Time `json:"lastPass"`
	RunningDrifted  int64      `json:"runningDrifted"`
	RunningCompared int64      `json:"runningCompared"`
	LastSweep       time.Time  `json:"lastSweep"`
}

// ledger says whether balances differ from the journal, by what the sweep has
// seen: unknown until every sort of balance was passed through once. Which ones
// differ stands in the log of who swept and in ledger_sweeps; `entrepot verify`
// tells more.
func (h health) ledger(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	rows, err := ledger.SweepState(ctx, h.DB)
	if err != nil {
		h.Log.WarnContext(ctx, "health", "of", "ledger", "err", err.Error(), "requestId", fault.RequestID(ctx))
		writeJSON(w, http.StatusServiceUnavailable, ledgerAnswer{Status: "down"})
		return
	}
	answer := ledgerAnswer{Status: "ok", Balances: map[string]balanceAnswer{}}
	if len(rows) == 0 {
		answer.Status = "unknown"
	}
	code := http.StatusOK
	for _, row := range rows {
		answer.Balances[row.Balances] = balanceAnswer{
			row.LastDrifted, row.LastCompared, row.FinishedAt, row.Drifted, row.Compared, row.SteppedAt.UTC(),
		}
		switch {
		case row.LastDrifted > 0 || row.Drifted > 0:
			answer.Status, code = "drift", http.StatusServiceUnavailable
		case row.FinishedAt == nil && answer.Status == "ok":
			answer.Status = "unknown"
		}
	}
	writeJSON(w, code, answer)
}
