package catalog

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/carrier"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const (
	maxDivisor = 1_000_000
	maxStepG   = 1_000_000
)

// CarrierInput makes or changes a carrier. What is nil stays, or is the least on
// a new one; a new one needs its name and divisor.
type CarrierInput struct {
	command.Intent
	Code              string        `json:"code,omitempty"`
	ExpectedVersion   *int64        `json:"expectedVersion,omitempty"`
	Name              *string       `json:"name,omitempty"`
	VolumetricDivisor *int64        `json:"volumetricDivisor,omitempty"`
	WeightStepG       *int64        `json:"weightStepG,omitempty"`
	Status            *stock.Status `json:"status,omitempty"`
}

// CreateCarrier makes a carrier. It needs product:edit and returns REQUIRED,
// INVALID and TAKEN.
func (s *Service) CreateCarrier(ctx context.Context, in CarrierInput) (command.Edited[ent.Carrier], error) {
	return s.carrier(ctx, "carrierCreate", command.Create, in)
}

// UpdateCarrier changes a carrier. Beside CreateCarrier's faults it returns
// NOT_FOUND and STALE_VERSION.
func (s *Service) UpdateCarrier(ctx context.Context, in CarrierInput) (command.Edited[ent.Carrier], error) {
	return s.carrier(ctx, "carrierUpdate", command.Update, in)
}

func (s *Service) carrier(ctx context.Context, operation string, mode command.Mode, in CarrierInput) (command.Edited[ent.Carrier], error) {
	in.Code = SKU(in.Code)
	return command.Edit[ent.Carrier]{
		Table: carriers, Operation: operation, Needs: auth.ProductEdit, Import: command.Import{Intent: in.Intent, Mode: mode}, Input: in,
		Rows: 1, At: func(int) fault.Path { return fault.Input }, KeyField: "code",
		Name:     func(int) string { return "carrier " + command.Short(in.Code) },
		Expected: func(int) *int64 { return in.ExpectedVersion },
		Check:    func(faults *fault.List, _ int) { in.check(faults) },
		Find: func(ctx context.Context, tx store.Tx) (map[int]*ent.Carrier, error) {
			row, err := tx.Ent.Carrier.Query().Where(carrier.Code(in.Code), store.Lock).Only(ctx)
			if ent.IsNotFound(err) {
				return nil, nil
			}
			return map[int]*ent.Carrier{0: row}, err
		},
		Merge: func(faults *fault.List, _ int, row, old *ent.Carrier) bool { in.merge(faults, row, old); return false },
	}.Run(ctx, s.db, s.now)
}

func (in *CarrierInput) check(faults *fault.List) {
	at := fault.Input
	command.CheckCode(faults, at.At("code"), in.Code, "a carrier code", "-_.", 32)
	if in.Name != nil {
		*in.Name = strings.TrimSpace(*in.Name)
		command.CheckLine(faults, at.At("name"), *in.Name, "a name", 100)
		if *in.Name == "" {
			faults.Add(fault.Required, at.At("name"), "a name is not empty")
		}
	}
	if n := in.VolumetricDivisor; n != nil && (*n < 1 || *n > maxDivisor) {
		faults.Add(fault.Invalid, at.At("volumetricDivisor"), "a divisor is 1 to %d cm³ per kg, such as 5000 or 6000, not %d", maxDivisor, *n)
	}
	if n := in.WeightStepG; n != nil && (*n < 1 || *n > maxStepG) {
		faults.Add(fault.Invalid, at.At("weightStepG"), "a step is 1 to %d grams, not %d", maxStepG, *n)
	}
}

func (in *CarrierInput) merge(faults *fault.List, row, old *ent.Carrier) {
	at := fault.Input
	if old == nil {
		row.Code, row.WeightStepG, row.Status = in.Code, 1, stock.StatusActive
		if in.Name == nil {
			faults.Add(fault.Required, at.At("name"), "carrier %s is new: give it a name", command.Short(in.Code))
		}
		if in.VolumetricDivisor == nil {
			faults.Add(fault.Required, at.At("volumetricDivisor"), "carrier %s is new: give the cm³ that weigh as one kilogram with it, such as 5000 or 6000", command.Short(in.Code))
		}
	}
	if in.Name != nil {
		row.Name = *in.Name
	}
	if in.VolumetricDivisor != nil {
		row.VolumetricDivisor = *in.VolumetricDivisor
	}
	if in.WeightStepG != nil {
		row.WeightStepG = *in.WeightStepG
	}
	if in.Status != nil {
		row.Status = *in.Status
	}
}

var carriers = command.Table[ent.Carrier]{
	Name: carrier.Table,
	Columns: []store.Column[*ent.Carrier]{
		{Name: carrier.FieldCode, Type: "text", Once: true, Value: func(c *ent.Carrier) any { return c.Code }},
		{Name: carrier.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(c *ent.Carrier) any { return c.CreatedAt }},
		{Name: carrier.FieldUpdatedAt, Type: "timestamptz", Value: func(c *ent.Carrier) any { return c.UpdatedAt }},
		{Name: carrier.FieldName, Type: "text", Value: func(c *ent.Carrier) any { return c.Name }},
		{Name: carrier.FieldVolumetricDivisor, Type: "bigint", Value: func(c *ent.Carrier) any { return c.VolumetricDivisor }},
		{Name: carrier.FieldWeightStepG, Type: "bigint", Value: func(c *ent.Carrier) any { return c.WeightStepG }},
		{Name: carrier.FieldStatus, Type: "text", Value: func(c *ent.Carrier) any { return c.Status }},
	},
	Head: func(c *ent.Carrier) command.Head {
		return command.Head{ID: &c.ID, Version: &c.Version, CreatedAt: &c.CreatedAt, UpdatedAt: &c.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.Carrier, error) {
		return tx.Ent.Carrier.Query().Where(page.In(carrier.FieldID, ids)).All(ctx)
	},
}

// CarrierFilter narrows ListCarriers. All conditions must hold.
type CarrierFilter struct {
	Codes        []string
	Status       *stock.Status
	UpdatedSince *time.Time
}

// ListCarriers reads a page of carriers by code. Ends with Forbidden without
// product:view, with BadRequest for arguments outside their limits.
func ListCarriers(ctx context.Context, db *store.DB, f *CarrierFilter, a page.Args) (_ *page.Connection[*ent.Carrier], err error) {
	defer fault.Wrap(&err, "catalog.ListCarriers")
	if _, err := auth.Require(ctx, auth.ProductView); err != nil {
		return nil, err
	}
	query := db.Ent().Carrier.Query()
	if f != nil && f.Codes != nil {
		if err := page.Keys("filter.codes", len(f.Codes)); err != nil {
			return nil, err
		}
		query.Where(page.In(carrier.FieldCode, SKUs(f.Codes)))
	}
	if f != nil && f.Status != nil {
		query.Where(carrier.StatusEQ(*f.Status))
	}
	if f != nil && f.UpdatedSince != nil {
		query.Where(carrier.UpdatedAtGTE(store.Moment(*f.UpdatedSince)))
	}
	return page.Read(ctx, a, carriersByCode, query)
}

var carriersByCode = page.Order[*ent.Carrier]{
	Name: "carriers", Key: page.Text(carrier.FieldCode, func(c *ent.Carrier) string { return c.Code }),
	ID: func(c *ent.Carrier) int64 { return c.ID }, Direction: page.Asc,
}

// CarriersByCode finds carriers by code as stored. People without product:view get
// none.
func CarriersByCode(ctx context.Context, db *store.DB, codes []string) (_ []*ent.Carrier, err error) {
	defer fault.Wrap(&err, "catalog.CarriersByCode")
	if !auth.From(ctx).Can(auth.ProductView) {
		return nil, nil
	}
	return db.Ent().Carrier.Query().Where(page.In(carrier.FieldCode, codes)).All(ctx)
}
