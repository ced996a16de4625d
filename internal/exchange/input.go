package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"entrepot/internal/command"
	"entrepot/internal/stock"
	"entrepot/internal/warehouse"
)

// SalesInput says what to import and how to read it.
type SalesInput struct {
	// Files are read as one, in this order; each may be compressed with gzip.
	Files []string
	// WarehouseCode is where the goods left from and returned to.
	WarehouseCode string
	// Currency is that of the prices.
	Currency string
	// TimeZone is that of times without a zone, such as Europe/London.
	TimeZone string
	// TimeFormat is how times are written, as a layout of Go; empty for the
	// usual forms that can be read in one way only.
	TimeFormat string
	// CancelPrefix begins the numbers of orders that are returns; empty for none.
	CancelPrefix string
	// Map tells columns that are not known by themselves, as column=field.
	Map []string
	// Opening receives what the orders would lack before they are booked.
	Opening bool
	// Reserve promises the goods of every order to it before they leave.
	Reserve bool
	// Rejects is the file of what was not booked; empty for one beside the
	// first of Files.
	Rejects string
	// Progress is told how it goes, line by line, or on one line when it is a
	// Terminal; nil for nobody.
	Progress io.Writer
	Terminal bool
}

// check refuses what can be seen without reading the files.
func (r *run) check(ctx context.Context) (err error) {
	if err := checkFiles(r.in); err != nil {
		return err
	}
	if r.currency, err = currency(r.in.Currency); err != nil {
		return err
	}
	if r.rules.clock, err = newClock(r.in.TimeZone, r.in.TimeFormat); err != nil {
		return err
	}
	if r.mapping, err = parseMapping(r.in.Map); err != nil {
		return err
	}
	r.rules.cancelPrefix, r.rules.now = r.in.CancelPrefix, r.s.now()
	w, err := warehouse.Find(ctx, r.s.db, &r.in.WarehouseCode, nil)
	switch {
	case err != nil:
		return err
	case w == nil:
		return fmt.Errorf("there is no warehouse %q", command.Short(r.in.WarehouseCode))
	case w.Status == stock.StatusArchived:
		return fmt.Errorf("warehouse %s is archived", w.Code)
	case w.Category == stock.WarehouseVirtual:
		return fmt.Errorf("warehouse %s is virtual: it holds no stock of its own", w.Code)
	}
	r.warehouse, r.warehouseID = w.Code, w.ID
	return nil
}

// checkFiles refuses files that are given twice: their lines would count twice.
func checkFiles(in SalesInput) error {
	if len(in.Files) == 0 {
		return errors.New("give at least one --file")
	}
	var infos []os.FileInfo
	for i, path := range in.Files {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.IsDir() {
			return fmt.Errorf("%s is a folder, not a file", path)
		}
		for j, other := range infos {
			if os.SameFile(info, other) {
				return fmt.Errorf("%s and %s are the same file", in.Files[j], in.Files[i])
			}
		}
		infos = append(infos, info)
	}
	if info, err := os.Stat(rejectsPath(in)); err == nil {
		for i, other := range infos {
			if os.SameFile(info, other) {
				return fmt.Errorf("the rejects would overwrite %s; name another file with --rejects", in.Files[i])
			}
		}
	}
	return nil
}
