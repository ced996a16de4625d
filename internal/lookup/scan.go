package lookup

import (
	"context"
	"strings"

	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/store"
)

// Scan is what a line may say instead of a SKU and a quantity: a barcode, and how
// many packs that bear it. The ledger counts base units only, so it is turned into
// these by [Unpack]. The json names are part of the hash behind an idempotency key.
type Scan struct {
	Barcode string `json:"barcode,omitempty"`
	Packs   int64  `json:"packs,omitempty"`
}

// Given says whether the line is told by a scan.
func (s Scan) Given() bool { return s.Barcode != "" || s.Packs != 0 }

// Tidy takes the blanks around a barcode away.
func (s *Scan) Tidy() { s.Barcode = strings.TrimSpace(s.Barcode) }

// maxPacks keeps packs times their size within 64 bits.
const maxPacks = 1<<31 - 1

// Check adds what is wrong with a scan by itself; sku, units and the name of their
// field are what the line says beside it.
func (s Scan) Check(faults *fault.List, at fault.Path, sku string, units int64, field string) {
	switch {
	case sku != "" || units != 0:
		faults.Add(fault.Invalid, at.At("barcode"), "give sku and %s, or barcode and packs, not both", field)
	case s.Barcode == "":
		faults.Add(fault.Required, at.At("barcode"), "give the barcode on the packs")
	case s.Packs == 0:
		faults.Add(fault.Required, at.At("packs"), "give how many packs")
	case s.Packs > maxPacks || s.Packs < -maxPacks:
		faults.Add(fault.Invalid, at.At("packs"), "one line has at most %d packs, not %d", int64(maxPacks), s.Packs)
	}
}

// Scanned is a line that may be told by a scan; Unpack fills in what it leads to.
type Scanned struct {
	Scan
	// At leads to the line.
	At    fault.Path
	SKU   *string
	Units *int64
	// Most is the most units that a line may have.
	Most int64
}

// Unpack turns the scans among lines into SKUs and base units. A barcode that no
// product bears is the fault NOT_FOUND, too many units are INVALID, both at the
// line, which then has no SKU. Lines without a scan stay as they are.
func Unpack(ctx context.Context, tx store.Tx, faults *fault.List, lines []Scanned) error {
	var codes []string
	for _, l := range lines {
		if l.Given() {
			codes = append(codes, l.Barcode)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	packs, err := catalog.Packs(ctx, tx, codes)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if !l.Given() {
			continue
		}
		pack, known := packs[l.Barcode]
		n := l.Packs * pack.Quantity
		switch {
		case !known:
			*l.SKU, *l.Units = "", 0
			faults.Add(fault.NotFound, l.At.At("barcode"), "no product bears the barcode %q", command.Short(l.Barcode))
		case n > l.Most || n < -l.Most:
			*l.SKU, *l.Units = "", 0
			faults.Add(fault.Invalid, l.At.At("packs"), "one line has at most %d units, and a pack of barcode %s holds %d", l.Most, command.Short(l.Barcode), pack.Quantity)
		default:
			*l.SKU, *l.Units = pack.SKU, n
		}
	}
	return nil
}
