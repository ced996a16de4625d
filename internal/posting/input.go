package posting

import (
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// Limits told in the graph's descriptions.
const (
	// MaxLines is the most lines of one command.
	MaxLines = 250
	// MaxQuantity is the most units that one line may move or count.
	MaxQuantity = 1<<31 - 1
	maxKey      = 100
	maxNote     = 500
)

// ErrorPolicy says what becomes of the good lines when others are refused; the
// accepted ones are one posting.
type ErrorPolicy = command.ErrorPolicy

// The values of ErrorPolicy.
const (
	RejectAll        = command.RejectAll
	RejectFailedRows = command.RejectFailedRows
)

// Command is what every command here is told beside its lines. The json names
// and omitempty make the hash behind an idempotency key: a field added later
// leaves the hash of older inputs as it was.
type Command struct {
	IdempotencyKey string      `json:"-"`
	DryRun         bool        `json:"-"`
	ReasonCode     string      `json:"reasonCode,omitempty"`
	Note           string      `json:"note,omitempty"`
	OccurredAt     *time.Time  `json:"occurredAt,omitempty"`
	ErrorPolicy    ErrorPolicy `json:"errorPolicy,omitempty"`
}

// Target names one stock by codes.
type Target = lookup.Target

// IfPromised says what becomes of a line that takes more than is available.
type IfPromised string

// The values of IfPromised.
const (
	// RejectPromised refuses it: what is promised to others is not there to take.
	RejectPromised IfPromised = "REJECT"
	// ShortenReservations records it as a loss, which nobody can refuse: the
	// reservations that held the units go short.
	ShortenReservations IfPromised = "SHORTEN_RESERVATIONS"
)

// AdjustInput changes stocks by deltas.
type AdjustInput struct {
	Command
	// IfPromised is nil for RejectPromised, which keeps the hash of older inputs.
	IfPromised *IfPromised  `json:"ifPromised,omitempty"`
	Changes    []AdjustLine `json:"changes,omitempty"`
}

// AdjustLine changes one bucket of one stock. A delta of AVAILABLE, DAMAGED or
// ON_HOLD changes the physical quantity too: goods came or went, at LocationCode
// where the warehouse keeps its stock by bin.
type AdjustLine struct {
	Target
	// Scan stands in the place of SKU and Delta: packs come, or go when below zero.
	lookup.Scan
	Bucket          stock.Bucket  `json:"bucket,omitempty"`
	Delta           int64         `json:"delta,omitempty"`
	ExpectedVersion *int64        `json:"expectedVersion,omitempty"`
	UnitCost        *money.Amount `json:"unitCost,omitempty"`
	Currency        string        `json:"currency,omitempty"`
	LocationCode    string        `json:"locationCode,omitempty"`
}

// SetInput sets stocks to what was counted.
type SetInput struct {
	Command
	Counts []SetLine `json:"counts,omitempty"`
}

// SetLine sets one bucket to Quantity, provided that it still is ExpectedQuantity.
type SetLine struct {
	Target
	Bucket           stock.Bucket  `json:"bucket,omitempty"`
	Quantity         int64         `json:"quantity,omitempty"`
	ExpectedQuantity int64         `json:"expectedQuantity,omitempty"`
	UnitCost         *money.Amount `json:"unitCost,omitempty"`
	Currency         string        `json:"currency,omitempty"`
	LocationCode     string        `json:"locationCode,omitempty"`
}

// MoveInput moves units between the buckets of stocks.
type MoveInput struct {
	Command
	Moves []MoveLine `json:"moves,omitempty"`
}

// MoveLine moves units from one bucket of a stock to another; the physical
// quantity stays.
type MoveLine struct {
	Target
	From            stock.Bucket `json:"from,omitempty"`
	To              stock.Bucket `json:"to,omitempty"`
	Quantity        int64        `json:"quantity,omitempty"`
	ExpectedVersion *int64       `json:"expectedVersion,omitempty"`
	// LocationCode is where they lie, and ToLocationCode where they go when they
	// become damaged or cease to be.
	LocationCode   string `json:"locationCode,omitempty"`
	ToLocationCode string `json:"toLocationCode,omitempty"`
}

// ReverseInput takes a whole posting back.
type ReverseInput struct {
	Command
	PostingID int64 `json:"postingId,omitempty"`
}

// Result tells what a command did, would do (DryRun), or did when it was first
// sent (Replayed).
type Result struct {
	// PostingID is 0 when nothing was posted.
	PostingID int64
	// Movements are the ledger rows; those of a dry run have no id.
	Movements []*ent.StockMovement
	DryRun    bool
	Replayed  bool
	// UserErrors are the lines refused under REJECT_FAILED_ROWS.
	UserErrors fault.List
}
