package ecb

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"entrepot/internal/fx"
)

// SDMXRoot is the bank's data service.
const SDMXRoot = "https://data-api.ecb.europa.eu/service/data"

// SDMX reads the bank's data service, as comma-separated values: daily (D) spot
// (SP00) averages (A) of every currency against the euro.
type SDMX struct {
	Client *http.Client
	// Root replaces [SDMXRoot], as for a mirror.
	Root string
}

// Name implements fx.Source.
func (SDMX) Name() string { return "ecb-sdmx" }

// Base implements fx.Source.
func (SDMX) Base() string { return base }

// Fetch implements fx.Source.
func (s SDMX) Fetch(ctx context.Context, since time.Time) ([]fx.Quote, error) {
	at, err := address(s.Root, "EXR/D..EUR.SP00.A")
	if err != nil {
		return nil, err
	}
	return get(ctx, s.Client, at+"?format=csvdata&startPeriod="+since.UTC().Format(day), readSDMX)
}

// readSDMX finds its columns by their names: the service adds others as it likes.
func readSDMX(r io.Reader) (quotes []fx.Quote, err error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("no rates in it")
	}
	if err != nil {
		return nil, err
	}
	place := map[string]int{}
	for i, name := range head {
		place[name] = i
	}
	for _, name := range []string{"CURRENCY", "TIME_PERIOD", "OBS_VALUE"} {
		if _, ok := place[name]; !ok {
			return nil, fmt.Errorf("it has no column %s", name)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return quotes, nil
		}
		if err != nil {
			return nil, err
		}
		value := row[place["OBS_VALUE"]]
		if value == "" || value == "NaN" {
			continue // a day on which a currency was not quoted
		}
		one, err := quote(row[place["TIME_PERIOD"]], row[place["CURRENCY"]], value)
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		quotes = append(quotes, one)
	}
}
