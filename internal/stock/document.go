package stock

import "io"

// DocumentKind is the sort of a stock document.
type DocumentKind string

// The values of DocumentKind.
const (
	DocumentInbound    DocumentKind = "INBOUND"
	DocumentOutbound   DocumentKind = "OUTBOUND"
	DocumentTransfer   DocumentKind = "TRANSFER"
	DocumentAdjustment DocumentKind = "ADJUSTMENT"
	DocumentStocktake  DocumentKind = "STOCKTAKE"
	DocumentAssembly   DocumentKind = "ASSEMBLY"
)

// Values lists every DocumentKind, in the order of the graph's enum.
func (DocumentKind) Values() []string {
	return []string{string(DocumentInbound), string(DocumentOutbound), string(DocumentTransfer), string(DocumentAdjustment), string(DocumentStocktake), string(DocumentAssembly)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v DocumentKind) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *DocumentKind) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// DocumentState is where a document stands in its life.
type DocumentState string

// The values of DocumentState.
const (
	DocumentDraft     DocumentState = "DRAFT"
	DocumentApproved  DocumentState = "APPROVED"
	DocumentExecuting DocumentState = "EXECUTING"
	DocumentCompleted DocumentState = "COMPLETED"
	DocumentCancelled DocumentState = "CANCELLED"
)

// Values lists every DocumentState, in the order of the graph's enum.
func (DocumentState) Values() []string {
	return []string{string(DocumentDraft), string(DocumentApproved), string(DocumentExecuting), string(DocumentCompleted), string(DocumentCancelled)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v DocumentState) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *DocumentState) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }

// DocumentAction is a step in the life of a document.
type DocumentAction string

// The values of DocumentAction.
const (
	DocumentCreate   DocumentAction = "CREATE"
	DocumentUpdate   DocumentAction = "UPDATE"
	DocumentApprove  DocumentAction = "APPROVE"
	DocumentExecute  DocumentAction = "EXECUTE"
	DocumentComplete DocumentAction = "COMPLETE"
	DocumentCancel   DocumentAction = "CANCEL"
	DocumentReverse  DocumentAction = "REVERSE"
	// DocumentReceive and DocumentCloseMissing are steps of a transfer's shipments.
	DocumentReceive      DocumentAction = "RECEIVE"
	DocumentCloseMissing DocumentAction = "CLOSE_MISSING"
	// DocumentCancelShipment called a shipment back.
	DocumentCancelShipment DocumentAction = "CANCEL_SHIPMENT"
	// DocumentCount and DocumentRecount are steps of a stocktake.
	DocumentCount   DocumentAction = "COUNT"
	DocumentRecount DocumentAction = "RECOUNT"
	// DocumentInspect told goods that came back, and were on hold, apart.
	DocumentInspect DocumentAction = "INSPECT"
	// DocumentLandedCost spread a cost over a receipt.
	DocumentLandedCost DocumentAction = "LANDED_COST"
)

// Values lists every DocumentAction, in the order of the graph's enum.
func (DocumentAction) Values() []string {
	return []string{string(DocumentCreate), string(DocumentUpdate), string(DocumentApprove), string(DocumentExecute), string(DocumentComplete), string(DocumentCancel), string(DocumentReverse), string(DocumentReceive), string(DocumentCloseMissing), string(DocumentCancelShipment), string(DocumentCount), string(DocumentRecount), string(DocumentInspect), string(DocumentLandedCost)}
}

// MarshalGQL writes v as a GraphQL enum value.
func (v DocumentAction) MarshalGQL(w io.Writer) { marshal(w, v) }

// UnmarshalGQL accepts the values of the enum only.
func (v *DocumentAction) UnmarshalGQL(in any) error { return unmarshal(v, in, v.Values()) }
