// Package ecb reads the euro foreign exchange reference rates of the European
// Central Bank, which it publishes around 16:00 CET on working days, for
// information only. It offers two ways to the same rates: the XML files
// ([XML]), and the SDMX data service ([SDMX]), which has any stretch of days.
//
// Both price one euro. Rates are read as decimals, never by way of a float.
package ecb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"entrepot/internal/fx"
	"entrepot/internal/money"
)

const (
	base = "EUR"
	// maxBody is more than the whole history since 1999 takes.
	maxBody = 32 << 20
	day     = "2006-01-02"
)

// get reads what the bank answers, and no more of it than it can mean.
func get(ctx context.Context, client *http.Client, address string, read func(io.Reader) ([]fx.Quote, error)) ([]fx.Quote, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, res.Status)
	}
	body := &io.LimitedReader{R: res.Body, N: maxBody + 1}
	quotes, err := read(body)
	if body.N <= 0 {
		return nil, fmt.Errorf("%s answered more than %d bytes", address, maxBody)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return quotes, nil
}

// quote reads one rate as the bank writes it.
func quote(on, currency, rate string) (fx.Quote, error) {
	at, err := time.Parse(day, on)
	if err != nil {
		return fx.Quote{}, err
	}
	r, err := money.ParseRate(rate)
	return fx.Quote{Day: at, Currency: currency, Rate: r}, err
}

// address joins a base URL, which a setting may replace, and a path below it.
func address(root, path string) (string, error) {
	u, err := url.Parse(root)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", errors.New("the address of the feed is no URL")
	}
	return u.JoinPath(path).String(), nil
}
