//go:build linux

package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The rules of an import of sales, once more and in other words: what Entrepot
// made of the files is compared with what follows from them here.

// columnsOfSales are those of the files that the part takes.
var columnsOfSales = []string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

const (
	cancelPrefix = "C"
	salesZone    = "Europe/London"
	timeOfSale   = "2006-01-02 15:04:05"
)

// sale is one line that makes sense. Quantities and prices are above zero.
type sale struct {
	sku             string
	quantity, price int64 // of the price four decimals
}

// order is the lines of one number.
type order struct {
	no, party, country string
	returned           bool
	at                 time.Time // the earliest
	read               int       // its place among the orders as they were read
	sales              []sale
}

// sales is what files come to.
type sales struct {
	orders []*order // in the order of booking
	lines  int64
	names  map[string]string // of the SKUs
}

// readSales reads files as the documentation of the import says.
func readSales(files ...string) (*sales, error) {
	zone, err := time.LoadLocation(salesZone)
	if err != nil {
		return nil, err
	}
	s := &sales{names: map[string]string{}}
	orders := map[string]*order{}
	for _, path := range files {
		err := eachRecord(path, func(f []string) {
			one, l, ok := judge(f, zone)
			if !ok {
				return
			}
			o := orders[one.no]
			if o == nil {
				o = &one
				o.read = len(s.orders)
				orders[o.no], s.orders = o, append(s.orders, o)
			}
			if one.at.Before(o.at) {
				o.at = one.at
			}
			if o.party == "" {
				o.party = one.party
			}
			if o.country == "" {
				o.country = one.country
			}
			o.sales = append(o.sales, l)
			s.lines++
			if s.names[l.sku] == "" {
				s.names[l.sku] = strings.TrimSpace(f[2])
			}
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	slices.SortFunc(s.orders, func(a, b *order) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.read - b.read
	})
	return s, nil
}

// judge makes a line of a record; ok is false when it is one that is left out.
func judge(f []string, zone *time.Location) (o order, l sale, ok bool) {
	o = order{no: strings.TrimSpace(f[0]), party: strings.TrimSpace(f[6]), country: strings.TrimSpace(f[7])}
	o.returned = strings.HasPrefix(o.no, cancelPrefix)
	if number, isFloat := strings.CutSuffix(o.party, ".0"); isFloat {
		o.party = number
	}
	l.sku = strings.ToUpper(strings.TrimSpace(f[1]))
	n, err := strconv.ParseInt(strings.TrimSpace(f[3]), 10, 64)
	if err != nil || n == 0 || n < -100_000 || n > 100_000 || o.returned != (n < 0) {
		return o, l, false
	}
	l.quantity = max(n, -n)
	if o.at, err = time.ParseInLocation(timeOfSale, strings.TrimSpace(f[4]), zone); err != nil {
		return o, l, false
	}
	l.price, err = fourDecimals(strings.TrimSpace(f[5]))
	return o, l, err == nil && l.price > 0 && o.no != "" && len(o.no) <= 100 && l.sku != "" && len(l.sku) <= 64
}

func fourDecimals(s string) (int64, error) {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 4 {
		return 0, errors.New("too many decimals")
	}
	return strconv.ParseInt(whole+part+strings.Repeat("0", 4-len(part)), 10, 64)
}

// eachRecord reads a CSV that may be compressed.
func eachRecord(path string, do func([]string)) error {
	f, err := openText(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	header, err := r.Read()
	if err != nil {
		return err
	}
	if !slices.Equal(header, columnsOfSales) {
		return fmt.Errorf("the columns must be %s", strings.Join(columnsOfSales, ", "))
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		do(record)
	}
}

// openText opens a file, unpacked when its name ends in gz.
func openText(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// moved is the change of every SKU.
func (s *sales) moved() map[string]int64 {
	out := map[string]int64{}
	for _, o := range s.orders {
		for _, l := range o.sales {
			out[l.sku] += o.sign() * l.quantity
		}
	}
	return out
}

func (o *order) sign() int64 {
	if o.returned {
		return 1
	}
	return -1
}

// lacking is how deep every SKU would fall below zero.
func (s *sales) lacking() map[string]int64 {
	now, out := map[string]int64{}, map[string]int64{}
	for _, o := range s.orders {
		for _, l := range o.sales {
			now[l.sku] += o.sign() * l.quantity
			if short := -now[l.sku]; short > out[l.sku] {
				out[l.sku] = short
			}
		}
	}
	return out
}
