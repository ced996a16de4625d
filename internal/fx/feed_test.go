package fx_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/exchangerate"
	"entrepot/internal/auth"
	"entrepot/internal/fx"
	"entrepot/internal/fx/ecb"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

var now = time.Date(2026, 2, 18, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

func anybody(context.Context, store.Tx) error { return nil }

// bank serves the two feeds as the bank does, from testdata.
func bank(t *testing.T) map[string]fx.Source {
	t.Helper()
	mux := http.NewServeMux()
	file := func(path, name string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "ecb/testdata/"+name) })
	}
	file("/eurofxref-hist-90d.xml", "eurofxref-hist-90d.xml")
	file("/EXR/D..EUR.SP00.A", "exr.csv")
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return map[string]fx.Source{
		"ecb":      ecb.XML{Client: srv.Client(), Root: srv.URL, Now: clock},
		"ecb-sdmx": ecb.SDMX{Client: srv.Client(), Root: srv.URL},
	}
}

func rateOf(t *testing.T, db *store.DB, from, to, day string) *ent.ExchangeRate {
	t.Helper()
	on, err := time.Parse("2006-01-02", day)
	if err != nil {
		t.Fatal(err)
	}
	r, err := db.Ent().ExchangeRate.Query().
		Where(exchangerate.FromCurrency(from), exchangerate.ToCurrency(to), exchangerate.RateDate(on)).Only(t.Context())
	if err != nil {
		t.Fatalf("%s to %s on %s: %v", from, to, day, err)
	}
	return r
}

// Both feeds tell the same, and every rate says how it was come by.
func TestFeedsBecomeRatesIntoTheBaseCurrency(t *testing.T) {
	t.Parallel()
	for name, source := range bank(t) {
		testdb.Each(t, func(t *testing.T, db *store.DB) {
			rates := fx.New(db, clock)
			n, err := rates.Pull(t.Context(), source, "CNY", anybody)
			if err != nil || n != 6 {
				t.Fatalf("%s: %d rates, %v", name, n, err)
			}
			for _, want := range []struct {
				from, rate string
				method     stock.RateMethod
				via        string
			}{
				{"EUR", "8.1702", stock.RateDirect, ""},
				{"USD", "6.9086757991", stock.RateCross, "EUR"},
				{"JPY", "0.0451242682", stock.RateCross, "EUR"},
				{"IDR", "0.0004090151", stock.RateCross, "EUR"},
			} {
				r := rateOf(t, db, want.from, "CNY", "2026-02-17")
				if r.Rate.String() != want.rate || r.Method != want.method || r.Via != want.via || r.Source != name {
					t.Errorf("%s: %s is %s, %s by way of %q, from %s", name, want.from, r.Rate, r.Method, r.Via, r.Source)
				}
			}
			if n, err := rates.Pull(t.Context(), source, "CNY", anybody); err != nil || n != 0 {
				t.Errorf("%s again: %d rates changed, %v", name, n, err)
			}
			if _, err := rates.Pull(t.Context(), source, "EUR", anybody); err != nil {
				t.Fatal(err)
			}
			if r := rateOf(t, db, "JPY", "EUR", "2026-02-17"); r.Rate.String() != "0.005523031" || r.Method != stock.RateInverse {
				t.Errorf("one yen is %s euros, %s", r.Rate, r.Method)
			}
		})
	}
}

func TestWhatAPersonEnteredStandsAgainstAFeed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		rates := fx.New(db, clock)
		ctx := auth.With(t.Context(), &auth.Principal{UserID: 1, Permissions: auth.Permissions()})
		day := time.Date(2026, 2, 17, 0, 0, 0, 0, time.UTC)
		set := func(rate money.Rate) {
			if _, err := rates.Set(ctx, fx.SetInput{FromCurrency: "USD", ToCurrency: "CNY", Date: &day, Rate: rate}); err != nil {
				t.Fatal(err)
			}
		}
		set(70_000_000_000)
		if n, err := rates.Pull(ctx, bank(t)["ecb"], "CNY", anybody); err != nil || n != 5 {
			t.Fatalf("%d rates, %v", n, err)
		}
		if r := rateOf(t, db, "USD", "CNY", "2026-02-17"); r.Rate.String() != "7" || r.Source != "manual" {
			t.Errorf("the feed changed a rate entered by hand: %s from %s", r.Rate, r.Source)
		}
		day = day.AddDate(0, 0, -1)
		set(71_000_000_000)
		if r := rateOf(t, db, "USD", "CNY", "2026-02-16"); r.Rate.String() != "7.1" || r.Source != "manual" || r.Via != "" || r.Method != stock.RateDirect {
			t.Errorf("a person corrects the feed: %s from %s, %s", r.Rate, r.Source, r.Method)
		}
	})
}

type feed struct {
	quotes []fx.Quote
	err    error
}

func (feed) Name() string                                           { return "feed" }
func (feed) Base() string                                           { return "EUR" }
func (f feed) Fetch(context.Context, time.Time) ([]fx.Quote, error) { return f.quotes, f.err }

func TestAFeedThatTellsNonsenseChangesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		good := fx.Quote{Day: now, Currency: "CNY", Rate: 81_702_000_000}
		for name, f := range map[string]feed{
			"down":               {err: errors.New("no route")},
			"empty":              {},
			"zero":               {quotes: []fx.Quote{good, {Day: now, Currency: "USD"}}},
			"negative":           {quotes: []fx.Quote{good, {Day: now, Currency: "USD", Rate: -1}}},
			"no currency":        {quotes: []fx.Quote{good, {Day: now, Currency: "<b>", Rate: 1}}},
			"base is not quoted": {quotes: []fx.Quote{{Day: now, Currency: "USD", Rate: 11_826_000_000}}},
		} {
			if n, err := fx.New(db, clock).Pull(t.Context(), f, "CNY", anybody); err == nil || n != 0 {
				t.Errorf("%s: %d rates, %v", name, n, err)
			}
		}
		fence := errors.New("another replica took over")
		_, err := fx.New(db, clock).Pull(t.Context(), feed{quotes: []fx.Quote{good}}, "CNY", func(context.Context, store.Tx) error { return fence })
		if !errors.Is(err, fence) {
			t.Errorf("a run that was replaced wrote: %v", err)
		}
		if n, err := db.Ent().ExchangeRate.Query().Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rates were kept, %v", n, err)
		}
	})
}

func TestAnswersThatAreNoRatesAreRefused(t *testing.T) {
	t.Parallel()
	var answer string
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(srv.Close)
	sources := []fx.Source{ecb.XML{Client: srv.Client(), Root: srv.URL, Now: clock}, ecb.SDMX{Client: srv.Client(), Root: srv.URL}}
	refused := func(what string) {
		for _, s := range sources {
			if quotes, err := s.Fetch(t.Context(), now); err == nil {
				t.Errorf("%s of %s: %d quotes", what, s.Name(), len(quotes))
			}
		}
	}
	for _, answer = range []string{
		"", "<html>maintenance</html>", "KEY,CURRENCY\n", "CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,yesterday,1\n",
		"CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,2026-02-17,1.2.3\n", "CURRENCY,TIME_PERIOD,OBS_VALUE\nUSD,2026-02-17,1e400\n",
	} {
		refused(answer)
	}
	answer, status = "", http.StatusServiceUnavailable
	refused("a server that is away")
	answer, status = strings.Repeat("x", 33<<20), http.StatusOK
	refused("more than it can mean")
}
