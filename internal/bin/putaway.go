package bin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"entrepot/ent"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// PutawayLine is units of a SKU that are to be put away.
type PutawayLine struct {
	SKU      string
	Quantity int64
}

// Putaway is where the units of a line would go.
type Putaway struct {
	SKU      string
	Quantity int64
	Places   []*PutawayPlace
	// Unplaced is how many find no bin.
	Unplaced int64
}

// PutawayPlace is units that would go into one bin, and why there.
type PutawayPlace struct {
	Location *ent.Location
	Quantity int64
	Reason   PutawayReason
}

// PutawayReason is why a bin was chosen.
type PutawayReason string

// The values of PutawayReason, the better ones first.
const (
	PutawaySameSKU PutawayReason = "SAME_SKU"
	PutawayEmpty   PutawayReason = "EMPTY"
	PutawayMixed   PutawayReason = "MIXED"
)

// maxCandidates bounds how many empty bins, and how many shared ones, are looked at
// for one answer.
const maxCandidates = 500

// Suggest says into which bins goods could be put that lie in front of somebody, in
// the order of preference: where the SKU lies already, then empty bins, then bins in
// which SKUs may mix; of each PICK before STORAGE, then by code. Only unlocked PICK
// and STORAGE bins are named, and only for what their volume has room for, so a line
// may be split. Lines are placed one after the other, each as if those before it lay
// there already. Nothing is held.
//
// It ends with Forbidden without stock:view or warehouse:view, and with BadRequest
// for a warehouse that is not known or keeps no stock by bin, and for more lines or
// units than a command takes.
func Suggest(ctx context.Context, db *store.DB, warehouseCode string, lines []*PutawayLine) (_ []*Putaway, err error) {
	defer fault.Wrap(&err, "bin.Suggest")
	for _, p := range []auth.Permission{auth.StockView, auth.WarehouseView} {
		if _, err := auth.Require(ctx, p); err != nil {
			return nil, err
		}
	}
	tidy, err := checkPutaway(lines)
	if err != nil {
		return nil, err
	}
	w, err := db.Ent().Warehouse.Query().Where(entwarehouse.Code(warehouse.Code(warehouseCode))).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.Stop(fault.BadRequest, "there is no warehouse %q", command.Short(warehouseCode))
	case err != nil:
		return nil, err
	case !w.TracksLocations:
		return nil, fault.Stop(fault.BadRequest, "warehouse %s does not keep its stock by bin", w.Code)
	}
	skus := make([]string, len(tidy))
	for i, l := range tidy {
		skus[i] = l.SKU
	}
	shelves, volumes, err := candidates(ctx, db, w.ID, skus)
	if err != nil {
		return nil, err
	}
	out := make([]*Putaway, len(tidy))
	for i, l := range tidy {
		if _, known := volumes[l.SKU]; !known {
			return nil, fault.Stop(fault.BadRequest, "lines[%d].sku: there is no SKU %q", i, command.Short(l.SKU))
		}
		out[i] = place(l, shelves, volumes[l.SKU])
	}
	return out, nil
}

func checkPutaway(lines []*PutawayLine) ([]PutawayLine, error) {
	if len(lines) == 0 || len(lines) > maxLines {
		return nil, fault.Stop(fault.BadRequest, "lines: give 1 to %d, not %d", maxLines, len(lines))
	}
	tidy := make([]PutawayLine, len(lines))
	for i, l := range lines {
		tidy[i] = PutawayLine{strings.ToUpper(strings.TrimSpace(l.SKU)), l.Quantity}
		if l.Quantity < 1 || l.Quantity > maxQuantity {
			return nil, fault.Stop(fault.BadRequest, "lines[%d].quantity: 1 to %d, not %d", i, int64(maxQuantity), l.Quantity)
		}
	}
	return tidy, nil
}

// shelf is a bin that may take goods, and what lies there.
type shelf struct {
	*ent.Location
	skus []string
	used int64 // mm³
}

// place puts a line into shelves, which it fills.
func place(l PutawayLine, shelves []*shelf, each int64) *Putaway {
	out := &Putaway{SKU: l.SKU, Quantity: l.Quantity, Unplaced: l.Quantity}
	for _, reason := range []PutawayReason{PutawaySameSKU, PutawayEmpty, PutawayMixed} {
		for _, s := range shelves {
			if out.Unplaced == 0 {
				return out
			}
			if s.serves(l.SKU) != reason {
				continue
			}
			n := min(out.Unplaced, s.room(each))
			if n <= 0 {
				continue
			}
			if s.MaxVolumeCm3 > 0 {
				s.used += n * each
			}
			if !slices.Contains(s.skus, l.SKU) {
				s.skus = append(s.skus, l.SKU)
			}
			out.Places = append(out.Places, &PutawayPlace{s.Location, n, reason})
			out.Unplaced -= n
		}
	}
	return out
}

// serves is why a shelf would take a SKU; empty when it does not.
func (s *shelf) serves(sku string) PutawayReason {
	switch {
	case len(s.skus) == 0:
		return PutawayEmpty
	case slices.Contains(s.skus, sku) && (s.AllowMixing || len(s.skus) == 1):
		return PutawaySameSKU
	case s.AllowMixing:
		return PutawayMixed
	}
	return ""
}

// room is how many units of this size fit, as far as sizes are known.
func (s *shelf) room(each int64) int64 {
	if s.MaxVolumeCm3 == 0 || each == 0 {
		return maxQuantity
	}
	return max(s.MaxVolumeCm3*1000-s.used, 0) / each
}

// MarshalGQL writes a GraphQL enum value.
func (v PutawayReason) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL accepts the values of the enum only.
func (v *PutawayReason) UnmarshalGQL(in any) error {
	s, _ := in.(string)
	switch *v = PutawayReason(s); *v {
	case PutawaySameSKU, PutawayEmpty, PutawayMixed:
		return nil
	}
	return fmt.Errorf("%v is not a reason of putaway", in)
}
