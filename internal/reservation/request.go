package reservation

import (
	"time"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/ledger"
)

// Limits told in the graph's descriptions.
const (
	// MaxLines is the most lines of one reservation that a command makes.
	MaxLines = 250
	// MaxQuantity is the most units of one line, and of one of its allocations.
	MaxQuantity = 1<<31 - 1
	// MaxWarehouses is the most warehouses that one line may be taken from.
	MaxWarehouses = 20
)

// Want is one line of what shall be promised.
type Want struct {
	LineNo int
	// BusinessLine is the business object's own name of the line, or empty.
	BusinessLine string
	// SKU may be a sales kit: its components are promised.
	SKU string
	// BatchNo names the batch; empty leaves the choice to the product's rule.
	BatchNo  string
	Quantity int64
	// Warehouses that it may come from, by id, the preferred one first.
	Warehouses []int64
	// Split says that it may come from several of them.
	Split bool
	// ShipOn is the day on which it is to leave, as its midnight in UTC: a batch
	// must live longer than that, by as many days as the product asks for. Zero is
	// today in the warehouse's time zone.
	ShipOn time.Time
	// AnyBatch takes batches that are held, in quarantine or too old as well, for
	// goods that are scrapped or sent back.
	AnyBatch bool
	// At leads to the line in the caller's input, where refusals are told.
	At fault.Path
}

// Request is stock that shall be promised to a business object.
type Request struct {
	// BusinessType and BusinessID name the object. Among active reservations
	// no two have the same.
	BusinessType, BusinessID string
	// ExpiresAt is the instant from which it holds nothing; nil never comes.
	ExpiresAt *time.Time
	// Priority decides who goes short when stock is lost: the lowest first.
	Priority int64
	Note     string
	// Lines are numbered from 1 without a gap.
	Lines []Want
	// Partly takes what is there; otherwise it is every line in full, or nothing.
	Partly bool
	// IncludeInterchange lets other SKUs stand in, in their order of priority.
	IncludeInterchange bool
	// Posting says who, why and by which command, and, if it was drawn, the id.
	// Kind and moves are filled in.
	Posting ledger.Posting
}

// Promised is a reservation that has been written, though not committed yet.
type Promised struct {
	// Reservation has its lines, as Lines, and their allocations, in the order in
	// which they will be taken, as Allocations.
	Reservation *ent.Reservation
	Lines       []*ent.ReservationLine
	Allocations []*ent.ReservationAllocation
	Posted      ledger.Posted
}
