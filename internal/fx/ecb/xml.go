package ecb

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"

	"entrepot/internal/fx"
)

// XMLRoot is where the bank keeps its XML files.
const XMLRoot = "https://www.ecb.europa.eu/stats/eurofxref"

// XML reads the bank's files: that of the day, of the last 90 days, or the whole
// history, whichever is the shortest that reaches back far enough.
type XML struct {
	Client *http.Client
	// Root replaces [XMLRoot], as for a mirror.
	Root string
	// Now is the clock.
	Now func() time.Time
}

// Name implements fx.Source.
func (XML) Name() string { return "ecb" }

// Base implements fx.Source.
func (XML) Base() string { return base }

// Fetch implements fx.Source.
func (s XML) Fetch(ctx context.Context, since time.Time) ([]fx.Quote, error) {
	at, err := address(s.Root, file(s.Now().Sub(since)))
	if err != nil {
		return nil, err
	}
	return get(ctx, s.Client, at, readXML)
}

// file is the one that reaches back so far.
func file(back time.Duration) string {
	switch {
	case back <= 24*time.Hour:
		return "eurofxref-daily.xml"
	case back <= 85*24*time.Hour:
		return "eurofxref-hist-90d.xml"
	default:
		return "eurofxref-hist.xml"
	}
}

// readXML reads <Cube><Cube time="…"><Cube currency="…" rate="…"/>…, in which only
// the innermost elements bear rates.
func readXML(r io.Reader) (quotes []fx.Quote, err error) {
	var doc struct {
		XMLName xml.Name `xml:"http://www.gesmes.org/xml/2002-08-01 Envelope"`
		Days    []struct {
			Time  string `xml:"time,attr"`
			Rates []struct {
				Currency string `xml:"currency,attr"`
				Rate     string `xml:"rate,attr"`
			} `xml:"Cube"`
		} `xml:"Cube>Cube"`
	}
	if err := xml.NewDecoder(r).Decode(&doc); err != nil {
		return nil, err
	}
	for _, d := range doc.Days {
		for _, q := range d.Rates {
			one, err := quote(d.Time, q.Currency, q.Rate)
			if err != nil {
				return nil, err
			}
			quotes = append(quotes, one)
		}
	}
	if len(quotes) == 0 {
		return nil, errors.New("no rates in it")
	}
	return quotes, nil
}
