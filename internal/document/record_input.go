package document

import (
	"time"

	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
)

// RecordInput is documents that happened already, as another system tells them.
type RecordInput struct {
	// Source names the importer, such as "sales".
	Source        string
	WarehouseCode string
	// Currency is that of the unit prices.
	Currency string
	Records  []Record
	// Reserve promises the goods of every outbound record to it before they leave,
	// as a system does that takes orders and ships them later: each record leaves a
	// completed reservation behind.
	Reserve bool
}

// Record is one such document. With the source and the warehouse its kind and
// external number name it for ever: it can be told again, but not booked again.
// The json names make the hash by which another content is noticed.
type Record struct {
	Kind       stock.DocumentKind `json:"kind,omitempty"`
	ReasonCode string             `json:"reasonCode,omitempty"`
	ExternalNo string             `json:"externalNo,omitempty"`
	Party      string             `json:"party,omitempty"`
	Country    string             `json:"country,omitempty"`
	OccurredAt time.Time          `json:"occurredAt,omitempty"`
	Lines      []RecordLine       `json:"lines,omitempty"`
}

// RecordLine is one line of a Record, of a quantity above zero.
type RecordLine struct {
	SKU       string        `json:"sku,omitempty"`
	Quantity  int64         `json:"quantity,omitempty"`
	UnitPrice *money.Amount `json:"unitPrice,omitempty"`
}

// RecordOutcome is what became of a record.
type RecordOutcome string

// The values of RecordOutcome.
const (
	// RecordNew was not booked yet.
	RecordNew RecordOutcome = ""
	// RecordBooked is a document now.
	RecordBooked RecordOutcome = "BOOKED"
	// RecordKnown was booked before with the same content.
	RecordKnown RecordOutcome = "KNOWN"
	// RecordRefused cannot be booked: see the faults.
	RecordRefused RecordOutcome = "REFUSED"
)

// Recorded tells what became of one record.
type Recorded struct {
	Outcome    RecordOutcome
	DocumentID int64
	No         string
	Faults     fault.List
}

// draft is the record as a new document.
func (in RecordInput) draft(r Record) CreateInput {
	c := CreateInput{
		Kind: r.Kind, WarehouseCode: in.WarehouseCode, ReasonCode: r.ReasonCode, ExternalNo: r.ExternalNo, Party: r.Party,
		Country: r.Country, Currency: command.Currency(in.Currency), OccurredAt: &r.OccurredAt, AdvanceTo: stock.DocumentCompleted,
		Lines: make([]LineInput, len(r.Lines)),
	}
	for i, l := range r.Lines {
		c.Lines[i] = LineInput{SKU: l.SKU, Quantity: l.Quantity, UnitPrice: l.UnitPrice}
	}
	c.tidy()
	return c
}
