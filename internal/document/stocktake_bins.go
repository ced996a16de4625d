package document

import (
	"context"
	"fmt"
	"time"

	"entrepot/ent"
	entlocation "entrepot/ent/location"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// lockBins locks the bins of a stocktake's lines until it ends, and notes that it
// is the one who did. A bin that is locked already is refused: whoever locked it
// would find it unlocked.
func lockBins(ctx context.Context, tx store.Tx, doc *ent.Document, now time.Time) error {
	rows, err := tx.SQL.QueryContext(ctx, `SELECT id, code, is_locked FROM warehouse_locations
WHERE id IN (SELECT location_id FROM stocktake_lines WHERE document_id = $1) ORDER BY id`+forUpdate(tx), doc.ID)
	if err != nil {
		return fmt.Errorf("lock bins: %w", err)
	}
	defer rows.Close()
	var faults fault.List
	for rows.Next() {
		var id int64
		var code string
		var locked bool
		if err := rows.Scan(&id, &code, &locked); err != nil {
			return err
		}
		if locked {
			faults.Add(fault.Locked, fault.Input.At("lockBins"), "location %s is locked already: unlock it with locationUpdate, or leave it out", code)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := faults.Err(); err != nil {
		return err
	}
	_, err = tx.SQL.ExecContext(ctx, `UPDATE warehouse_locations SET is_locked = $1, locked_by_id = $2, version = version + 1, updated_at = $3
WHERE id IN (SELECT location_id FROM stocktake_lines WHERE document_id = $2)`, true, doc.ID, now)
	if err != nil {
		return fmt.Errorf("lock bins: %w", err)
	}
	return nil
}

func forUpdate(tx store.Tx) string {
	if tx.Dialect == "postgres" {
		return " FOR NO KEY UPDATE"
	}
	return ""
}

// unlockBins unlocks the bins that a stocktake locked. It is the hook that gives
// back what a document holds.
func unlockBins(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	_, err := tx.SQL.ExecContext(ctx, `UPDATE warehouse_locations SET is_locked = $1, locked_by_id = NULL, version = version + 1, updated_at = $2
WHERE warehouse_id = $3 AND locked_by_id = $4`, false, now, doc.WarehouseID, doc.ID)
	if err != nil {
		return nil, fmt.Errorf("unlock bins: %w", err)
	}
	return nil, nil
}

// checkCounted adds a fault for each bin that may not be counted: somebody else
// locked it, who does not want it touched.
func checkCounted(ctx context.Context, tx store.Tx, doc *ent.Document, bins map[int64]fault.Path, faults *fault.List) error {
	ids := make([]int64, 0, len(bins))
	for id := range bins {
		ids = append(ids, id)
	}
	rows, err := tx.Ent.Location.Query().Where(page.In(entlocation.FieldID, ids), entlocation.IsLocked(true)).Order(ent.Asc(entlocation.FieldID)).All(ctx)
	for _, b := range rows {
		if b.LockedByID == nil || *b.LockedByID != doc.ID {
			faults.Add(fault.Locked, bins[b.ID], "location %s is locked: it is counted once it is unlocked with locationUpdate, or once what locked it has ended", b.Code)
		}
	}
	return err
}
