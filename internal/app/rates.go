package app

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"entrepot/internal/fx"
	"entrepot/internal/fx/ecb"
	"entrepot/internal/schedule"
)

const (
	// A feed is asked several times a day, since the day's rates come in the
	// afternoon, when exactly nobody knows, and may be corrected.
	ratesEvery   = 4 * time.Hour
	ratesTimeout = time.Minute
)

// rateSource is the feed that the settings name; nil for none.
func (a *App) rateSource() fx.Source {
	client := &http.Client{Timeout: ratesTimeout}
	switch a.cfg.RateFeed {
	case "ecb":
		return ecb.XML{Client: client, Root: cmp.Or(a.cfg.RateFeedURL, ecb.XMLRoot), Now: a.deps.Now}
	case "ecb-sdmx":
		return ecb.SDMX{Client: client, Root: cmp.Or(a.cfg.RateFeedURL, ecb.SDMXRoot)}
	}
	return nil
}

func ratesJob(rates *fx.Service, source fx.Source, base string) schedule.Job {
	return schedule.Job{
		Name: "exchange-rates", Cadence: schedule.Every(ratesEvery),
		Run: func(ctx context.Context, l *schedule.Lease) (int64, error) {
			return rates.Pull(ctx, source, base, l.Confirm)
		},
	}
}
