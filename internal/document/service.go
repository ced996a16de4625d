package document

import (
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/lookup"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Service runs the commands of documents.
type Service struct {
	db           *store.DB
	baseCurrency string
	now          func() time.Time
}

// New is a Service over db. Costs are valued in baseCurrency at the rate of the
// day; now is the clock.
func New(db *store.DB, baseCurrency string, now func() time.Time) *Service {
	return &Service{db: db, baseCurrency: baseCurrency, now: now}
}

// Limits told in the graph's descriptions.
const (
	// MaxLines is the most lines of one document.
	MaxLines = 5000
	// MaxQuantity is the most units of one line.
	MaxQuantity = 1<<31 - 1
	// MaxNo is the most characters of an external number.
	MaxNo = 100
	// MaxParty is the most characters of a party, MaxCountry of its country.
	MaxParty   = 100
	MaxCountry = 60
	maxNote    = 500
)

// CreateInput is a new document. The json names make the hash behind the
// idempotency key, as in all inputs here.
type CreateInput struct {
	command.Intent
	Kind          stock.DocumentKind `json:"kind,omitempty"`
	WarehouseCode string             `json:"warehouseCode,omitempty"`
	// TargetWarehouseCode is where a transfer goes; other kinds have none.
	TargetWarehouseCode string     `json:"targetWarehouseCode,omitempty"`
	ReasonCode          string     `json:"reasonCode,omitempty"`
	ExternalNo          string     `json:"externalNo,omitempty"`
	Party               string     `json:"party,omitempty"`
	Country             string     `json:"country,omitempty"`
	Currency            string     `json:"currency,omitempty"`
	Note                string     `json:"note,omitempty"`
	OccurredAt          *time.Time `json:"occurredAt,omitempty"`
	ExpectedAt          *time.Time `json:"expectedAt,omitempty"`
	// FromReservation is what an outbound document executes from; its lines are
	// those of the reservation when none are given.
	FromReservation *FromReservation `json:"fromReservation,omitempty"`
	// ReturnOf is the number of the outbound document whose goods come back.
	ReturnOf string `json:"returnOf,omitempty"`
	// AdvanceTo is the state to which the document goes at once: DRAFT,
	// APPROVED, or COMPLETED, which executes it whole.
	AdvanceTo stock.DocumentState `json:"advanceTo,omitempty"`
	Lines     []LineInput         `json:"lines,omitempty"`
}

// LineInput is one line of a new document.
type LineInput struct {
	// Scan stands in the place of SKU and Quantity.
	lookup.Scan
	SKU          string       `json:"sku,omitempty"`
	BatchNo      string       `json:"batchNo,omitempty"`
	Bucket       stock.Bucket `json:"bucket,omitempty"`
	LocationCode string       `json:"locationCode,omitempty"`
	// Quantity is above zero, but on an adjustment it is signed.
	Quantity   int64         `json:"quantity,omitempty"`
	UnitCost   *money.Amount `json:"unitCost,omitempty"`
	Currency   string        `json:"currency,omitempty"`
	UnitPrice  *money.Amount `json:"unitPrice,omitempty"`
	ProducedOn *time.Time    `json:"producedOn,omitempty"`
	ExpiresOn  *time.Time    `json:"expiresOn,omitempty"`
}

// Which names one document, by its number or its id, and the version that the
// person saw, where that matters.
type Which struct {
	No              string   `json:"no,omitempty"`
	ID              *page.ID `json:"id,omitempty"`
	ExpectedVersion *int64   `json:"expectedVersion,omitempty"`
}

// UpdateInput changes a draft. What is nil stays; Lines replaces all lines.
type UpdateInput struct {
	command.Intent
	Which
	ReasonCode *string    `json:"reasonCode,omitempty"`
	ExternalNo *string    `json:"externalNo,omitempty"`
	Party      *string    `json:"party,omitempty"`
	Country    *string    `json:"country,omitempty"`
	Currency   *string    `json:"currency,omitempty"`
	Note       *string    `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	ExpectedAt *time.Time `json:"expectedAt,omitempty"`
	// ClearExpectedAt says that nobody knows any more when the goods come or go.
	ClearExpectedAt bool        `json:"clearExpectedAt,omitempty"`
	Lines           []LineInput `json:"lines,omitempty"`
}

// ApproveInput approves a draft.
type ApproveInput struct {
	command.Intent
	Which
	Note string `json:"note,omitempty"`
}

// ExecuteInput says what was done of an approved document.
type ExecuteInput struct {
	command.Intent
	Which
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	// Lines are what was done; none means everything that is outstanding.
	Lines []ExecuteLine `json:"lines,omitempty"`
	// Complete ends the document with it; CloseShort also when some is outstanding.
	Complete   bool `json:"complete,omitempty"`
	CloseShort bool `json:"closeShort,omitempty"`
}

// ExecuteLine is a part of one line that was done: a line that was done in
// several batches, buckets or bins has several. What is nil is as the line plans it.
type ExecuteLine struct {
	LineNo int `json:"lineNo,omitempty"`
	// Quantity moved; on an adjustment too it is above zero, the line knows which way.
	Quantity int64 `json:"quantity,omitempty"`
	// RejectedQuantity came and was refused: it does not enter stock.
	RejectedQuantity int64 `json:"rejectedQuantity,omitempty"`
	// ReasonCode is why units were rejected, or are fewer than planned.
	ReasonCode   string        `json:"reasonCode,omitempty"`
	BatchNo      *string       `json:"batchNo,omitempty"`
	Bucket       *stock.Bucket `json:"bucket,omitempty"`
	LocationCode *string       `json:"locationCode,omitempty"`
	// UnitCost, in Currency, is of goods that arrive.
	UnitCost *money.Amount `json:"unitCost,omitempty"`
	Currency string        `json:"currency,omitempty"`
	// ProducedOn and ExpiresOn are of a batch that is not known yet.
	ProducedOn *time.Time `json:"producedOn,omitempty"`
	ExpiresOn  *time.Time `json:"expiresOn,omitempty"`
}

// InspectInput tells goods apart that came on hold.
type InspectInput struct {
	command.Intent
	Which
	Note       string        `json:"note,omitempty"`
	OccurredAt *time.Time    `json:"occurredAt,omitempty"`
	Lines      []InspectLine `json:"lines,omitempty"`
}

// InspectLine is a part of one line that was inspected.
type InspectLine struct {
	LineNo   int   `json:"lineNo,omitempty"`
	Quantity int64 `json:"quantity,omitempty"`
	// Bucket is AVAILABLE or DAMAGED.
	Bucket stock.Bucket `json:"bucket,omitempty"`
	// BatchNo is nil for the batches of the line in the order in which they came.
	BatchNo    *string `json:"batchNo,omitempty"`
	ReasonCode string  `json:"reasonCode,omitempty"`
}

// CompleteInput ends a document.
type CompleteInput struct {
	command.Intent
	Which
	Note string `json:"note,omitempty"`
	// CloseShort ends it although some of it is outstanding.
	CloseShort bool `json:"closeShort,omitempty"`
}

// CancelInput gives a document up.
type CancelInput struct {
	command.Intent
	Which
	Note string `json:"note,omitempty"`
	// OccurredAt is when the goods went back; nil is now.
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	// KeepExecuted leaves what was executed as it is; without it that is reversed.
	KeepExecuted bool `json:"keepExecuted,omitempty"`
}

// ReverseInput takes a completed document back by a new one.
type ReverseInput struct {
	command.Intent
	Which
	ReasonCode string     `json:"reasonCode,omitempty"`
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
}

// Result tells what a command did.
type Result struct {
	command.Done
	// Document as it is now. That of a dry run carries its lines and events in
	// Edges, since the database does not have them.
	Document *ent.Document
	// Shipment that the command made or changed, if any. That of a dry run carries
	// its lines in Edges.
	Shipment *ent.Shipment
	// Job is what does the command when it is about more than [MaxAtOnce] lines: then
	// Shipment is nil until it has.
	Job *ent.Job
	// Movements are the ledger rows that the command wrote; those of a dry run have no id.
	Movements []*ent.StockMovement
	// Counted are the lines of a stocktake that the command made, counted or
	// posted, at most page.MaxSize of them, as the person may see them.
	Counted []*ent.StocktakeLine
}
