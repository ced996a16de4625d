// Package model holds the types of the graph that belong to no domain: names
// for the connections, and payloads. Everything else is bound to domain types in
// gqlgen.yml, and nothing is invented by the generator: a type without a binding
// fails to generate.
//
// It stands under internal/ because gqlgen (0.17.95) looks for the methods of an
// alias of an internal type only when the alias is internal too.
package model

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/graph/load"
	"entrepot/internal/abc"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/fx"
	"entrepot/internal/page"
	"entrepot/internal/posting"
	"entrepot/internal/report"
)

// Node is a row that has a global id. The type switch over it in the generated
// code decides which GraphQL type it is.
type Node interface{ GlobalID() page.ID }

// ProductConnection is a page of products.
type ProductConnection = page.Connection[*ent.Product]

// ProductEdge is one of them with its cursor.
type ProductEdge = page.Edge[*ent.Product]

// WarehouseConnection is a page of warehouses.
type WarehouseConnection = page.Connection[*ent.Warehouse]

// WarehouseEdge is one of them with its cursor.
type WarehouseEdge = page.Edge[*ent.Warehouse]

// LocationConnection is a page of locations.
type LocationConnection = page.Connection[*ent.Location]

// LocationEdge is one of them with its cursor.
type LocationEdge = page.Edge[*ent.Location]

// LocationStockConnection is a page of what lies in locations.
type LocationStockConnection = page.Connection[*ent.LocationStock]

// LocationStockEdge is one row of it with its cursor.
type LocationStockEdge = page.Edge[*ent.LocationStock]

// LocationMovementConnection is a page of the locations' journal.
type LocationMovementConnection = page.Connection[*ent.LocationMovement]

// LocationMovementEdge is one row of it with its cursor.
type LocationMovementEdge = page.Edge[*ent.LocationMovement]

// StockConnection is a page of stocks.
type StockConnection = page.Connection[*ent.Stock]

// StockEdge is one of them with its cursor.
type StockEdge = page.Edge[*ent.Stock]

// StockMovementConnection is a page of movements.
type StockMovementConnection = page.Connection[*ent.StockMovement]

// StockMovementEdge is one of them with its cursor.
type StockMovementEdge = page.Edge[*ent.StockMovement]

// ExchangeRateConnection is a page of exchange rates.
type ExchangeRateConnection = page.Connection[*ent.ExchangeRate]

// ExchangeRateEdge is one of them with its cursor.
type ExchangeRateEdge = page.Edge[*ent.ExchangeRate]

// StockGroupEdge is a group of stocks with its cursor.
type StockGroupEdge = page.Edge[*report.StockGroup]

// ExchangeRateSetPayload answers exchangeRateSet.
type ExchangeRateSetPayload struct {
	ExchangeRate     *ent.ExchangeRate
	DryRun, Replayed bool
	UserErrors       []fault.Fault
}

// RateSet makes the payload of exchangeRateSet.
func RateSet(dryRun bool, res fx.SetResult, err error) (*ExchangeRateSetPayload, error) {
	faults, err := fault.Split(err)
	if err != nil || len(faults) > 0 {
		return &ExchangeRateSetPayload{DryRun: dryRun, UserErrors: faults}, err
	}
	return &ExchangeRateSetPayload{ExchangeRate: res.Rate, DryRun: res.DryRun, Replayed: res.Replayed}, nil
}

// LoginPayload answers login: a session or the reasons why not.
type LoginPayload struct {
	AccessToken *string
	ExpiresAt   *time.Time
	User        *ent.User
	UserErrors  []fault.Fault
}

// StockChange is the payload of every command that changes stock.
type StockChange struct {
	Movements  []*ent.StockMovement
	DryRun     bool
	Replayed   bool
	UserErrors []fault.Fault

	postingID int64
}

// Changed makes the payload of what a command returned: faults that a person can
// act on go into it, anything else ends the field.
func Changed(ctx context.Context, dryRun bool, r posting.Result, err error) (*StockChange, error) {
	if err != nil {
		faults, err := fault.Split(err)
		return &StockChange{DryRun: dryRun, UserErrors: faults}, err
	}
	load.Movements(ctx, r.Movements)
	return &StockChange{r.Movements, r.DryRun, r.Replayed, r.UserErrors, r.PostingID}, nil
}

// Posting is what was posted, if anything was.
func (c *StockChange) Posting(ctx context.Context) (*ent.Posting, error) {
	return load.Posting(ctx, c.postingID)
}

// DocumentConnection is a page of documents.
type DocumentConnection = page.Connection[*ent.Document]

// DocumentEdge is one of them with its cursor.
type DocumentEdge = page.Edge[*ent.Document]

// DocumentExecutionConnection is a page of what was done of a line.
type DocumentExecutionConnection = page.Connection[*ent.DocumentExecution]

// DocumentExecutionEdge is one of them with its cursor.
type DocumentExecutionEdge = page.Edge[*ent.DocumentExecution]

// ApprovalRuleConnection is a page of rules of approval.
type ApprovalRuleConnection = page.Connection[*ent.ApprovalRule]

// ApprovalRuleEdge is one of them with its cursor.
type ApprovalRuleEdge = page.Edge[*ent.ApprovalRule]

// DocumentLineConnection is a page of the lines of a document.
type DocumentLineConnection = page.Connection[*ent.DocumentLine]

// DocumentLineEdge is one of them with its cursor.
type DocumentLineEdge = page.Edge[*ent.DocumentLine]

// DocumentEventConnection is a page of the events of a document.
type DocumentEventConnection = page.Connection[*ent.DocumentEvent]

// DocumentEventEdge is one of them with its cursor.
type DocumentEventEdge = page.Edge[*ent.DocumentEvent]

// PostingConnection is a page of the postings of a document.
type PostingConnection = page.Connection[*ent.Posting]

// PostingEdge is one of them with its cursor.
type PostingEdge = page.Edge[*ent.Posting]

// DocumentPayload answers every mutation of documents.
type DocumentPayload struct {
	Document         *ent.Document
	Movements        []*ent.StockMovement
	DryRun, Replayed bool
	UserErrors       []fault.Fault
}

// StocktakePayload answers every mutation of stocktakes.
type StocktakePayload struct {
	*DocumentPayload
	Lines []*ent.StocktakeLine
}

// Counted is the payload of a command on a stocktake.
func Counted(ctx context.Context, dryRun bool, res document.Result, err error) (*StocktakePayload, error) {
	p, err := Documented(ctx, dryRun, res, err)
	if err != nil {
		return nil, err
	}
	load.StocktakeLines(ctx, res.Counted)
	return &StocktakePayload{p, res.Counted}, nil
}

// StocktakeLineConnection is a page of the lines of a stocktake.
type StocktakeLineConnection = page.Connection[*ent.StocktakeLine]

// StocktakeLineEdge is one of them with its cursor.
type StocktakeLineEdge = page.Edge[*ent.StocktakeLine]

// StocktakeCountConnection is a page of the counts of a line.
type StocktakeCountConnection = page.Connection[*document.ShownCount]

// StocktakeCountEdge is one of them with its cursor.
type StocktakeCountEdge = page.Edge[*document.ShownCount]

// AbcRankConnection is a page of the goods of a warehouse by the value that left it.
type AbcRankConnection = page.Connection[*abc.Rank]

// AbcRankEdge is one of them with its cursor.
type AbcRankEdge = page.Edge[*abc.Rank]

// Documented is the payload of a command on documents.
func Documented(ctx context.Context, dryRun bool, res document.Result, err error) (*DocumentPayload, error) {
	faults, err := fault.Split(err)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return &DocumentPayload{DryRun: dryRun, UserErrors: faults}, nil
	}
	rows := res.Movements[:min(len(res.Movements), page.MaxSize)]
	load.Documents(ctx, []*ent.Document{res.Document})
	load.Movements(ctx, rows)
	return &DocumentPayload{Document: res.Document, Movements: rows, DryRun: res.DryRun, Replayed: res.Replayed}, nil
}

// ShipmentConnection is a page of shipments.
type ShipmentConnection = page.Connection[*ent.Shipment]

// ShipmentEdge is one of them with its cursor.
type ShipmentEdge = page.Edge[*ent.Shipment]

// ShipmentLineConnection is a page of the lines of a shipment.
type ShipmentLineConnection = page.Connection[*ent.ShipmentLine]

// ShipmentLineEdge is one of them with its cursor.
type ShipmentLineEdge = page.Edge[*ent.ShipmentLine]

// ShipmentEntryConnection is a page of what became of a shipment's line.
type ShipmentEntryConnection = page.Connection[*ent.ShipmentEntry]

// ShipmentEntryEdge is one of them with its cursor.
type ShipmentEntryEdge = page.Edge[*ent.ShipmentEntry]

// ShipmentPayload answers every mutation of shipments.
type ShipmentPayload struct {
	Shipment         *ent.Shipment
	Job              *ent.Job
	Document         *ent.Document
	Movements        []*ent.StockMovement
	DryRun, Replayed bool
	UserErrors       []fault.Fault
}

// Shipped is the payload of a command on shipments.
func Shipped(ctx context.Context, dryRun bool, res document.Result, err error) (*ShipmentPayload, error) {
	p, err := Documented(ctx, dryRun, res, err)
	if err != nil {
		return nil, err
	}
	if res.Shipment != nil {
		load.Shipments(ctx, []*ent.Shipment{res.Shipment})
	}
	if res.Job != nil {
		load.Jobs(ctx, res.Job)
	}
	return &ShipmentPayload{res.Shipment, res.Job, p.Document, p.Movements, p.DryRun, p.Replayed, p.UserErrors}, nil
}

// ServerLimits tells what this server takes at most.
type ServerLimits struct {
	DefaultPageSize         int
	MaxPageSize             int
	MaxOffset               int
	MaxNodes                int
	MaxElements             int
	MaxSkus                 int
	MaxLines                int
	MaxDocumentLines        int
	MaxImportRows           int
	MaxQuantity             int64
	MaxIdempotencyKeyLength int
	IdempotencyDays         int
}
