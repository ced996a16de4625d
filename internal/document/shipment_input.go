package document

import (
	"time"

	"entrepot/internal/command"
	"entrepot/internal/page"
	"entrepot/internal/stock"
)

// DispatchInput sends goods of a transfer on their way.
type DispatchInput struct {
	command.Intent
	Which
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	// Shipment tells how the goods travel.
	Shipment ShipmentInput `json:"shipment,omitzero"`
	// Lines are what goes; none means everything that is outstanding.
	Lines []DispatchLine `json:"lines,omitempty"`
}

// ShipmentInput is what people know of a shipment that leaves.
type ShipmentInput struct {
	Carrier    string     `json:"carrier,omitempty"`
	TrackingNo string     `json:"trackingNo,omitempty"`
	ETA        *time.Time `json:"eta,omitempty"`
	Note       string     `json:"note,omitempty"`
}

// DispatchLine is what of one line goes. BatchNo names the batch to take it from,
// of those that are promised; without it they are taken in the order of the promise.
type DispatchLine struct {
	LineNo       int    `json:"lineNo,omitempty"`
	BatchNo      string `json:"batchNo,omitempty"`
	LocationCode string `json:"locationCode,omitempty"`
	Quantity     int64  `json:"quantity,omitempty"`
}

// WhichShipment names a shipment: by its id, or by its transfer and its number there.
type WhichShipment struct {
	ShipmentID *page.ID `json:"shipmentId,omitempty"`
	TransferNo string   `json:"transferNo,omitempty"`
	ShipmentNo int      `json:"shipmentNo,omitempty"`
	// ExpectedVersion is the shipment's version that the person saw, where that matters.
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
}

// ReceiveInput says what of a shipment came.
type ReceiveInput struct {
	command.Intent
	WhichShipment
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	// Lines are what came; none means everything that is on its way, and that it is good.
	Lines []ReceiveLine `json:"lines,omitempty"`
	// Complete ends the transfer with it, when nothing of it is outstanding.
	Complete bool `json:"complete,omitempty"`
}

// ReceiveLine is what of one line and batch of a shipment came.
type ReceiveLine struct {
	LineNo int `json:"lineNo,omitempty"`
	// BatchNo may be left out when the shipment has one batch of the line.
	BatchNo  string `json:"batchNo,omitempty"`
	Accepted int64  `json:"accepted,omitempty"`
	// Rejected units came damaged: they are still ours, and go to RejectedBucket.
	Rejected       int64        `json:"rejected,omitempty"`
	RejectReason   string       `json:"rejectReason,omitempty"`
	RejectedBucket stock.Bucket `json:"rejectedBucket,omitempty"`
	LocationCode   string       `json:"locationCode,omitempty"`
	// FromMissing says that the units had been given up as missing and turned up.
	FromMissing bool `json:"fromMissing,omitempty"`
}

// CloseMissingInput gives units of a shipment up that never came.
type CloseMissingInput struct {
	command.Intent
	WhichShipment
	ReasonCode string     `json:"reasonCode,omitempty"`
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
	// Lines are what is given up; none means everything that is on its way.
	Lines []MissingLine `json:"lines,omitempty"`
}

// MissingLine is what of one line and batch is given up; Quantity 0 is all of it
// that is on its way.
type MissingLine struct {
	LineNo   int    `json:"lineNo,omitempty"`
	BatchNo  string `json:"batchNo,omitempty"`
	Quantity int64  `json:"quantity,omitempty"`
}

// ShipmentCancelInput calls a shipment back of which nothing came yet.
type ShipmentCancelInput struct {
	command.Intent
	WhichShipment
	ReasonCode string     `json:"reasonCode,omitempty"`
	Note       string     `json:"note,omitempty"`
	OccurredAt *time.Time `json:"occurredAt,omitempty"`
}

// Limits told in the graph's descriptions.
const (
	// MaxCarrier is the most characters of a carrier and of a tracking number.
	MaxCarrier = 100
)
