//go:build linux

package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	salesEnv = "ENTREPOT_SALES_FILES"
	excerpt  = "internal/exchange/testdata/online-retail-excerpt.csv"
	// Without other files the excerpt is repeated so often, half of it in each
	// of two files, every time a week later and under other numbers.
	excerptTimes = 40
)

// salesFiles are the files to import, and what they are called in the table.
func (b *bench) salesFiles() (files []string, name string, err error) {
	if given := os.Getenv(salesEnv); given != "" {
		return filepath.SplitList(given), "sales files of " + salesEnv, nil
	}
	for i := range 2 {
		path := filepath.Join(b.dir, fmt.Sprintf("sales-%d.csv", i))
		if err := repeat(path, i*excerptTimes/2, (i+1)*excerptTimes/2); err != nil {
			return nil, "", err
		}
		files = append(files, path)
	}
	return files, fmt.Sprintf("the excerpt %d times, %s is not set", excerptTimes, salesEnv), nil
}

// repeat writes the excerpt several times, with numbers of their own.
func repeat(path string, from, to int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	_ = w.Write(columnsOfSales) // Error tells
	for n := from; n < to; n++ {
		var bad error
		err := eachRecord(excerpt, func(r []string) {
			at, err := time.Parse(timeOfSale, r[4])
			bad = errors.Join(bad, err)
			r[0], r[4] = fmt.Sprintf("%s-%03d", r[0], n), at.AddDate(0, 0, 7*n).Format(timeOfSale)
			_ = w.Write(r)
		})
		if err = errors.Join(err, bad); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// half writes the first half of a file's lines.
func half(path, to string) (err error) {
	lines := 0
	if err := eachRecord(path, func([]string) { lines++ }); err != nil {
		return err
	}
	in, err := openText(path)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	r := bufio.NewReader(in)
	for range 1 + lines/2 { // the header, too
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		if strings.Count(line, `"`)%2 != 0 {
			return errors.New("a field holds a line break: the file cannot be cut by lines")
		}
		if _, err := out.WriteString(line); err != nil {
			return err
		}
	}
	return nil
}
