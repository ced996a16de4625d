package reservation

import (
	"time"

	"entrepot/ent"
	"entrepot/internal/command"
	"entrepot/internal/group"
	"entrepot/internal/page"
	"entrepot/internal/store"
)

// Limits of time and rank, told in the graph's descriptions.
const (
	// MaxHold is the longest that a reservation may hold from now on.
	MaxHold = 366 * 24 * time.Hour
	// MaxPriority bounds priorities on both sides of 0.
	MaxPriority = 1000

	maxBusinessType = 50
	maxBusinessID   = 100
	maxBusinessLine = 50
	maxNote         = 500
)

// DocumentType is the business type of what documents promise to themselves.
const DocumentType = "DOCUMENT"

// Service runs the commands.
type Service struct {
	db    *store.DB
	base  string
	now   func() time.Time
	queue *group.Queue[*call, Result] // nil: every command goes alone
}

// New is a Service over db with the clock now. Goods that leave are valued in
// baseCurrency at the rate of the day. Small commands that arrive together are
// committed together, unless [Alone] says otherwise.
func New(db *store.DB, baseCurrency string, now func() time.Time, options ...Option) *Service {
	s := &Service{db: db, base: baseCurrency, now: now}
	s.queue = group.New(db, s.together)
	for _, o := range options {
		o(s)
	}
	return s
}

// Option changes how a Service works.
type Option func(*Service)

// Alone commits every command by itself, without group commit.
func Alone() Option { return func(s *Service) { s.queue = nil } }

// IfShort says what becomes of a reservation when there is less than it asks for.
type IfShort string

// The values of IfShort.
const (
	Reject          IfShort = "REJECT"
	TakeWhatIsThere IfShort = "TAKE_WHAT_IS_THERE"
)

// Source says where goods may come from: of a reservation, or of one line.
type Source struct {
	// WarehouseCodes in order of preference.
	WarehouseCodes []string `json:"warehouseCodes,omitempty"`
	// Split lets one line come from several of them.
	Split *bool `json:"split,omitempty"`
	// ShipOn is the day on which the goods are to leave.
	ShipOn *time.Time `json:"shipOn,omitempty"`
}

// CreateInput promises stock to a business object.
type CreateInput struct {
	command.Intent
	Source
	BusinessType       string       `json:"businessType,omitempty"`
	BusinessID         string       `json:"businessId,omitempty"`
	ExpiresAt          *time.Time   `json:"expiresAt,omitempty"`
	TTLSeconds         *int64       `json:"ttlSeconds,omitempty"`
	Priority           int64        `json:"priority,omitempty"`
	IfShort            IfShort      `json:"ifShort,omitempty"`
	IncludeInterchange bool         `json:"includeInterchange,omitempty"`
	Note               string       `json:"note,omitempty"`
	Lines              []CreateLine `json:"lines,omitempty"`
}

// CreateLine asks for one SKU. What of the Source is given replaces that of the
// reservation.
type CreateLine struct {
	Source
	SKU          string `json:"sku,omitempty"`
	BatchNo      string `json:"batchNo,omitempty"`
	Quantity     int64  `json:"quantity,omitempty"`
	BusinessLine string `json:"businessLine,omitempty"`
}

// Which names a reservation: by its id, or by its business object, of which it is
// the active one or else the latest.
type Which struct {
	ID           *page.ID `json:"id,omitempty"`
	BusinessType string   `json:"businessType,omitempty"`
	BusinessID   string   `json:"businessId,omitempty"`
}

// ExtendInput moves the expiry. Neither time given means that it never comes.
type ExtendInput struct {
	command.Intent
	Which
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	TTLSeconds *int64     `json:"ttlSeconds,omitempty"`
	Note       string     `json:"note,omitempty"`
}

// PartInput names a part of a reservation.
type PartInput struct {
	LineNo        *int64  `json:"lineNo,omitempty"`
	SKU           string  `json:"sku,omitempty"`
	BatchNo       *string `json:"batchNo,omitempty"`
	WarehouseCode string  `json:"warehouseCode,omitempty"`
	Quantity      int64   `json:"quantity,omitempty"`
}

// TakeInput deducts or releases parts of a reservation, or all that is open.
type TakeInput struct {
	command.Intent
	Which
	ReasonCode string      `json:"reasonCode,omitempty"`
	Note       string      `json:"note,omitempty"`
	OccurredAt *time.Time  `json:"occurredAt,omitempty"`
	Lines      []PartInput `json:"lines,omitempty"`
}

// RollbackInput takes a deduction back.
type RollbackInput struct {
	command.Intent
	PostingID  page.ID `json:"postingId,omitzero"`
	ReasonCode string  `json:"reasonCode,omitempty"`
	Note       string  `json:"note,omitempty"`
}

// FillInput promises again what a reservation is short of.
type FillInput struct {
	command.Intent
	Which
	Note string `json:"note,omitempty"`
}

// Result tells what a command did, would do (DryRun), or did when it was first
// sent (Replayed).
type Result struct {
	command.Done
	Reservation *ent.Reservation
	// PostingID is 0 when no stock changed.
	PostingID int64
	// Movements are the ledger rows; those of a dry run have no id.
	Movements []*ent.StockMovement
}
