package document

import (
	"context"
	"strings"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// MaxShipmentLines is the most lines that one command on a shipment names: a line of
// the transfer may travel in several batches.
const MaxShipmentLines = 2 * MaxLines

// byLine are the lines of a shipment by the number of the transfer's line: one for
// each batch.
type byLine map[int][]*ent.ShipmentLine

func linesOf(s *ent.Shipment) byLine {
	out := make(byLine, len(s.Edges.Lines))
	for _, l := range s.Edges.Lines {
		out[l.LineNo] = append(out[l.LineNo], l)
	}
	return out
}

// line is the one that is named, or nil and a fault.
func (b byLine) line(faults *fault.List, at fault.Path, h *handling, no int, batch string) *ent.ShipmentLine {
	lines := b[no]
	if len(lines) == 0 {
		faults.Add(fault.NotFound, at.At("lineNo"), "shipment %d of document %s carries nothing of line %d", h.shipment.ShipmentNo, h.doc.No, no)
		return nil
	}
	if batch == "" && len(lines) == 1 {
		return lines[0]
	}
	names := make([]string, len(lines))
	for i, l := range lines {
		if l.BatchNo == batch && batch != "" {
			return l
		}
		names[i] = `"` + l.BatchNo + `"`
	}
	if batch == "" {
		if lines[0].BatchNo == "" {
			return lines[0]
		}
		faults.Add(fault.Required, at.At("batchNo"), "line %d travels in the batches %s: say which", no, strings.Join(names, ", "))
		return nil
	}
	faults.Add(fault.NotFound, at.At("batchNo"), "line %d travels in the batches %s, not in %q", no, strings.Join(names, ", "), command.Short(batch))
	return nil
}

// bins finds the bins of the target that the lines name. Without lines there are none.
func (in *ReceiveInput) bins(ctx context.Context, tx store.Tx, h *handling) error {
	var codes []string
	for _, l := range in.Lines {
		if l.LocationCode != "" {
			codes = append(codes, l.LocationCode)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	found, err := warehouse.LocationsByCode(ctx, tx, h.shipment.TargetWarehouseID, codes)
	if err != nil {
		return err
	}
	var faults fault.List
	for i, l := range in.Lines {
		if l.LocationCode == "" {
			continue
		}
		at := h.parts[i].at.At("locationCode")
		bin := found[l.LocationCode]
		if bin == nil {
			faults.Add(fault.NotFound, at, "there is no location %q in the target warehouse", command.Short(l.LocationCode))
			continue
		}
		checkBin(&faults, at, bin)
		h.parts[i].location = &bin.ID
	}
	return faults.Err()
}
