package document

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	entproduct "entrepot/ent/product"
	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// AssemblyInput is kits to be built from their components, or taken apart again.
type AssemblyInput struct {
	command.Intent
	WarehouseCode string `json:"warehouseCode,omitempty"`
	KitSKU        string `json:"kitSku,omitempty"`
	// BatchNo is the lot of the kits.
	BatchNo   string     `json:"batchNo,omitempty"`
	ExpiresOn *time.Time `json:"expiresOn,omitempty"`
	// LocationCode is the bin that kits go to, or come from.
	LocationCode string `json:"locationCode,omitempty"`
	// Quantity is how many kits.
	Quantity int64 `json:"quantity,omitempty"`
	// Unbuild takes kits apart.
	Unbuild    bool                `json:"unbuild,omitempty"`
	ReasonCode string              `json:"reasonCode,omitempty"`
	ExternalNo string              `json:"externalNo,omitempty"`
	Note       string              `json:"note,omitempty"`
	OccurredAt *time.Time          `json:"occurredAt,omitempty"`
	ExpectedAt *time.Time          `json:"expectedAt,omitempty"`
	AdvanceTo  stock.DocumentState `json:"advanceTo,omitempty"`
}

// CreateAssembly plans kits that are built or taken apart. The first line is the
// kit, each further one a component; their signs tell which way they go. What a
// kit consists of is copied, so that a later change of its components changes no
// document.
//
// It needs the permissions of [Service.Create] and returns its faults, INVALID for a
// SKU that is no assembly kit too.
func (s *Service) CreateAssembly(ctx context.Context, in AssemblyInput) (Result, error) {
	head := CreateInput{
		Intent: in.Intent, Kind: stock.DocumentAssembly, WarehouseCode: in.WarehouseCode, ReasonCode: in.ReasonCode,
		ExternalNo: in.ExternalNo, Note: in.Note, OccurredAt: in.OccurredAt, ExpectedAt: in.ExpectedAt, AdvanceTo: in.AdvanceTo,
		// The kit stands for the whole until its components are read.
		Lines: []LineInput{{SKU: in.KitSKU, BatchNo: in.BatchNo, ExpiresOn: in.ExpiresOn, LocationCode: in.LocationCode, Quantity: in.Quantity}},
	}
	if in.Unbuild {
		head.Lines[0].Quantity = -in.Quantity
		if head.ReasonCode == "" {
			head.ReasonCode = "DISASSEMBLY"
		}
	}
	return s.create(ctx, creation{
		in: head, told: in,
		check: func(faults *fault.List) {
			if in.Quantity <= 0 {
				faults.Add(fault.Invalid, fault.Input.At("quantity"), "give at least one kit; unbuild takes kits apart")
			}
		},
		at:    atKit,
		lines: explode,
	})
}

// atKit leads to the field of the input that a line of an assembly came of: there is
// but one kit.
func atKit(f *fault.Fault) {
	if len(f.Field) < 2 || f.Field[1] != "lines" {
		return
	}
	name := f.Field[len(f.Field)-1]
	switch name {
	case "batchNo", "expiresOn", "locationCode", "quantity":
	default:
		name = "kitSku"
	}
	f.Field, f.Index = []string{"input", name}, nil
}

// explode puts the components of the kit behind its line.
func explode(ctx context.Context, tx store.Tx, in CreateInput) ([]LineInput, error) {
	kit, at := in.Lines[0], fault.Input.At("kitSku")
	p, err := tx.Ent.Product.Query().Where(entproduct.Sku(kit.SKU)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, at, "there is no SKU %q", command.Short(kit.SKU))
	}
	if err != nil {
		return nil, err
	}
	if p.Kind != stock.ProductAssemblyKit {
		return nil, fault.New(fault.Invalid, at, "%s is %s: only an assembly kit is built and stocked", kit.SKU, strings.ReplaceAll(strings.ToLower(string(p.Kind)), "_", " "))
	}
	parts, err := catalog.Components(ctx, tx, []string{kit.SKU})
	if err != nil {
		return nil, err
	}
	if len(parts[kit.SKU]) == 0 {
		return nil, fault.New(fault.Invalid, at, "kit %s has no components yet: give it some", kit.SKU)
	}
	lines := []LineInput{kit}
	for _, c := range parts[kit.SKU] {
		if most := MaxQuantity / c.Quantity; kit.Quantity > most || kit.Quantity < -most {
			return nil, fault.New(fault.Invalid, fault.Input.At("quantity"), "so many kits need more than %d units of %s; make several documents", int64(MaxQuantity), c.SKU)
		}
		lines = append(lines, LineInput{SKU: c.SKU, Bucket: stock.BucketAvailable, Quantity: -kit.Quantity * c.Quantity})
	}
	return lines, nil
}
