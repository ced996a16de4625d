package document

import (
	"strings"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// life is the whole life of a document: the state that each step leads to. A
// step that a state does not list is INVALID_TRANSITION; one that leads to where
// the document is already changes nothing and does no harm, but for those of
// worksAgain.
var life = map[stock.DocumentAction]map[stock.DocumentState]stock.DocumentState{
	stock.DocumentUpdate: {
		stock.DocumentDraft: stock.DocumentDraft,
	},
	stock.DocumentApprove: {
		stock.DocumentDraft:    stock.DocumentApproved,
		stock.DocumentApproved: stock.DocumentApproved,
	},
	stock.DocumentExecute: {
		stock.DocumentApproved:  stock.DocumentExecuting,
		stock.DocumentExecuting: stock.DocumentExecuting,
	},
	stock.DocumentComplete: {
		stock.DocumentExecuting: stock.DocumentCompleted,
		stock.DocumentCompleted: stock.DocumentCompleted,
	},
	stock.DocumentCancel: {
		stock.DocumentDraft:     stock.DocumentCancelled,
		stock.DocumentApproved:  stock.DocumentCancelled,
		stock.DocumentExecuting: stock.DocumentCancelled,
		stock.DocumentCancelled: stock.DocumentCancelled,
	},
	stock.DocumentReverse: {
		stock.DocumentCompleted: stock.DocumentCompleted,
	},
	stock.DocumentLandedCost: {
		stock.DocumentExecuting: stock.DocumentExecuting,
		stock.DocumentCompleted: stock.DocumentCompleted,
	},
}

// verbs name the mutation of a step, for messages that tell the way out.
var verbs = []struct {
	action   stock.DocumentAction
	mutation string
}{
	{stock.DocumentUpdate, "documentUpdate"},
	{stock.DocumentApprove, "documentApprove"},
	{stock.DocumentExecute, "documentExecute"},
	{stock.DocumentComplete, "documentComplete"},
	{stock.DocumentCancel, "documentCancel"},
	{stock.DocumentReverse, "documentReverse"},
	{stock.DocumentLandedCost, "landedCostAdd"},
}

// worksAgain are steps that do their work also where they lead to where the
// document is.
var worksAgain = map[stock.DocumentAction]bool{stock.DocumentExecute: true, stock.DocumentUpdate: true, stock.DocumentReverse: true, stock.DocumentLandedCost: true}

// step is the state that action leads doc to, or the fault INVALID_TRANSITION,
// which names what may be done instead.
func step(doc *ent.Document, action stock.DocumentAction) (stock.DocumentState, error) {
	to, ok := life[action][doc.State]
	if ok {
		return to, nil
	}
	var mutation string
	var may []string
	for _, v := range verbs {
		if v.action == action {
			mutation = v.mutation
		}
		if next, ok := life[v.action][doc.State]; ok && (next != doc.State || worksAgain[v.action]) {
			may = append(may, v.mutation)
		}
	}
	way := "nothing more can be done with it"
	if len(may) > 0 {
		way = "what can be done is " + strings.Join(may, ", ")
	}
	return "", fault.New(fault.InvalidTransition, fault.Input, "document %s is %s, so %s cannot be done; %s", doc.No, doc.State, mutation, way)
}
