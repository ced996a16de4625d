//go:build linux

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// heldStock is a stock as any of the servers tells of it. They name it alike, by
// aliases, but write long numbers and times in their own ways.
type heldStock struct {
	SKU, BatchNo                                                        string
	Physical, Available, Allocated, Damaged, OnHold, InTransit, Version long
	ChangedAt                                                           moment
	Warehouse                                                           struct{ Code, Name string }
	Product                                                             heldProduct
}

type heldProduct struct{ SKU, Name string }

// UnmarshalJSON also reads a list of one, which is what a unique index without a
// constraint is to GraphJin.
func (p *heldProduct) UnmarshalJSON(raw []byte) error {
	type plain heldProduct
	var one []plain
	if err := json.Unmarshal(raw, &one); err == nil && len(one) == 1 {
		*p = heldProduct(one[0])
		return nil
	}
	return json.Unmarshal(raw, (*plain)(p))
}

func (s heldStock) compare(o heldStock) int {
	return cmp.Or(strings.Compare(s.SKU, o.SKU), strings.Compare(s.Warehouse.Code, o.Warehouse.Code), strings.Compare(s.BatchNo, o.BatchNo))
}

// long is a whole number, written as such or as text.
type long string

func (l *long) UnmarshalJSON(raw []byte) error {
	*l = long(strings.Trim(string(raw), `"`))
	return nil
}

// moment is an instant in microseconds.
type moment int64

func (m *moment) UnmarshalJSON(raw []byte) error {
	var t time.Time
	err := json.Unmarshal(raw, &t)
	*m = moment(t.UnixMicro())
	return err
}

// dataOf is the data of an answer without errors.
func dataOf(body []byte) (json.RawMessage, error) {
	var whole struct{ Data, Errors json.RawMessage }
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Errorf("%w in %.1000s", err, body)
	}
	if whole.Errors != nil {
		return nil, fmt.Errorf("errors: %.1000s", body)
	}
	return whole.Data, nil
}

// ourPage and ourStocksOfSKU read what Entrepot answers.
func ourPage(data []byte) ([]heldStock, error) {
	var d struct{ Stocks struct{ Nodes []heldStock } }
	err := json.Unmarshal(data, &d)
	return d.Stocks.Nodes, err
}

func ourStocksOfSKU(data []byte) (all []heldStock, err error) {
	var d struct {
		StocksBySKU []struct{ Stocks []heldStock }
	}
	err = json.Unmarshal(data, &d)
	for _, one := range d.StocksBySKU {
		all = append(all, one.Stocks...)
	}
	return all, err
}
