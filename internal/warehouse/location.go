package warehouse

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/ent/locationstock"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// EditedLocations is what a command did to locations.
type EditedLocations = command.Edited[ent.Location]

// CreateLocation makes a location. It returns REQUIRED, INVALID, ARCHIVED and
// NOT_FOUND for its fields and its warehouse, TAKEN for a code that was ever used
// there.
func (s *Service) CreateLocation(ctx context.Context, in LocationInput) (EditedLocations, error) {
	return s.oneLocation(ctx, "locationCreate", command.Create, &in, "")
}

// UpdateLocation changes what is given of a location, locks it or unlocks it.
// Beside CreateLocation's it returns NOT_FOUND and STALE_VERSION.
func (s *Service) UpdateLocation(ctx context.Context, in LocationInput) (EditedLocations, error) {
	return s.oneLocation(ctx, "locationUpdate", command.Update, &in, "")
}

// ArchiveLocation takes a location out of use: INVALID while goods lie there.
// Twice is harmless.
func (s *Service) ArchiveLocation(ctx context.Context, in LocationInput) (EditedLocations, error) {
	return s.oneLocation(ctx, "locationArchive", command.Update, &in, stock.StatusArchived)
}

// RestoreLocation takes a location into use again. Twice is harmless.
func (s *Service) RestoreLocation(ctx context.Context, in LocationInput) (EditedLocations, error) {
	return s.oneLocation(ctx, "locationRestore", command.Update, &in, stock.StatusActive)
}

// ImportLocations makes and changes many locations, as the mode allows.
func (s *Service) ImportLocations(ctx context.Context, in LocationImportInput) (EditedLocations, error) {
	e := binEditor{at: rowAt, rows: in.Rows}
	for i := range in.Rows {
		in.Rows[i].tidy()
	}
	return s.runLocations(ctx, "locationsImport", in.Import, in, &e)
}

func (s *Service) oneLocation(ctx context.Context, operation string, mode command.Mode, in *LocationInput, status stock.Status) (EditedLocations, error) {
	in.tidy()
	e := binEditor{at: func(int) fault.Path { return fault.Input }, rows: []LocationRow{in.LocationRow}, status: status}
	return s.runLocations(ctx, operation, command.Import{Intent: in.Intent, Mode: mode}, in, &e)
}

func (s *Service) runLocations(ctx context.Context, operation string, how command.Import, input any, e *binEditor) (EditedLocations, error) {
	return command.Edit[ent.Location]{
		Table: locations, Operation: operation, Needs: auth.WarehouseEdit, Import: how, Input: input,
		Rows: len(e.rows), At: e.at, KeyField: "code",
		Name: func(i int) string {
			return "location " + command.Short(e.rows[i].Code) + " in warehouse " + command.Short(e.rows[i].WarehouseCode)
		},
		Expected: func(i int) *int64 { return e.rows[i].ExpectedVersion },
		Check:    e.check, Look: e.look, Find: e.find, Merge: e.merge,
	}.Run(ctx, s.db, s.now)
}

func (r *LocationRow) tidy() { r.WarehouseCode, r.Code = Code(r.WarehouseCode), Code(r.Code) }

// binEditor holds the rows of a command and what its transaction read for them.
type binEditor struct {
	at     func(i int) fault.Path
	rows   []LocationRow
	status stock.Status // "" stays

	warehouses map[string]*ent.Warehouse
	units      map[int64]int64 // that lie in locations which may be archived
}

func (e *binEditor) check(faults *fault.List, i int) {
	path, r := e.at(i), e.rows[i]
	if r.WarehouseCode == "" {
		faults.Add(fault.Required, path.At("warehouseCode"), "give the code of the warehouse")
	}
	checkLocationCode(faults, path.At("code"), r.Code)
	checkSize(faults, path, "maxVolumeCm3", r.MaxVolumeCm3, maxVolume)
}

func checkLocationCode(faults *fault.List, path fault.Path, code string) {
	command.CheckCode(faults, path, code, "a location code", "-_./", maxLocationCode)
}

func (e *binEditor) look(ctx context.Context, tx store.Tx) (err error) {
	if e.status != stock.StatusArchived {
		return nil
	}
	known, err := e.find(ctx, tx)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(known))
	for _, l := range known {
		ids = append(ids, l.ID)
	}
	var sums []struct {
		LocationID int64 `json:"location_id"`
		Sum        int64 `json:"sum"`
	}
	err = tx.Ent.LocationStock.Query().Where(page.In(locationstock.FieldLocationID, ids), locationstock.QuantityNEQ(0)).
		GroupBy(locationstock.FieldLocationID).Aggregate(ent.Sum(locationstock.FieldQuantity)).Scan(ctx, &sums)
	e.units = make(map[int64]int64, len(sums))
	for _, s := range sums {
		e.units[s.LocationID] = s.Sum
	}
	return err
}

func (e *binEditor) find(ctx context.Context, tx store.Tx) (map[int]*ent.Location, error) {
	places, codes := make([]string, len(e.rows)), make([]string, len(e.rows))
	for i, r := range e.rows {
		places[i], codes[i] = r.WarehouseCode, r.Code
	}
	var err error
	if e.warehouses, err = byCode(ctx, tx, places); err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(e.warehouses))
	for _, w := range e.warehouses {
		ids = append(ids, w.ID)
	}
	// Whoever moves goods there holds the location: what they put is counted, and
	// those who come later find it locked or out of use.
	found, err := tx.Ent.Location.Query().Where(page.In(location.FieldWarehouseID, ids), page.In(location.FieldCode, codes), store.LockAlone).
		Order(ent.Asc(location.FieldID)).All(ctx)
	type key struct {
		warehouse int64
		code      string
	}
	known := make(map[key]*ent.Location, len(found))
	for _, l := range found {
		known[key{l.WarehouseID, l.Code}] = l
	}
	rows := make(map[int]*ent.Location, len(found))
	for i, r := range e.rows {
		if w := e.warehouses[r.WarehouseCode]; w != nil && known[key{w.ID, r.Code}] != nil {
			rows[i] = known[key{w.ID, r.Code}]
		}
	}
	return rows, err
}

func (e *binEditor) merge(faults *fault.List, i int, l, old *ent.Location) bool {
	path, r := e.at(i), e.rows[i]
	if old == nil {
		if w := e.mayHold(faults, path.At("warehouseCode"), r.WarehouseCode); w != nil {
			l.WarehouseID = w.ID
		}
		l.Code, l.Type, l.Status = r.Code, stock.LocationStorage, stock.StatusActive
	}
	r.apply(l)
	if e.status != "" {
		l.Status = e.status
	}
	if units := e.units[l.ID]; old != nil && units > 0 && old.Status != l.Status {
		faults.Add(fault.Invalid, path.At("code"), "location %s holds %s; move them elsewhere first", l.Code, plural(int(units), "unit"))
	}
	return false
}

func (f LocationFields) apply(l *ent.Location) {
	set(&l.Type, f.Type)
	set(&l.IsLocked, f.IsLocked)
	set(&l.AllowMixing, f.AllowMixing)
	set(&l.MaxVolumeCm3, f.MaxVolumeCm3)
}

// mayHold is the warehouse, or a fault when it may not get locations.
func (e *binEditor) mayHold(faults *fault.List, path fault.Path, code string) *ent.Warehouse {
	w := e.warehouses[code]
	switch {
	case code == "": // told by the check
		return nil
	case w == nil:
		faults.Add(fault.NotFound, path, "there is no warehouse %q", command.Short(code))
		return nil
	case w.Status == stock.StatusArchived:
		faults.Add(fault.Archived, path, "warehouse %s is archived", code)
	case !located(w):
		faults.Add(fault.Invalid, path, "warehouse %s is %s: only a physical warehouse that we run ourselves has locations", code, kind(w))
	}
	return w
}

func kind(w *ent.Warehouse) string {
	if w.Category == stock.WarehouseVirtual {
		return "virtual"
	}
	return "run by a third party"
}
