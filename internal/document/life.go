package document

import (
	"strings"

	"entrepot/ent"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
)

// life is every step that a sort of document may take, in the order in which a
// person is told of them.
type life []passage

// passage is one step: the state that it leads to from each state. A state that
// it does not list is INVALID_TRANSITION; one that leads to where the document is
// already changes nothing and does no harm, unless the step works again there.
type passage struct {
	action stock.DocumentAction
	// mutation names the step in messages that tell the way out.
	mutation string
	leads    map[stock.DocumentState]stock.DocumentState
	// again says that the step does its work also where the document stays in its state.
	again bool
}

// common is the life of documents that are planned, approved and executed.
var common = life{
	{action: stock.DocumentUpdate, mutation: "documentUpdate", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentDraft: stock.DocumentDraft,
	}},
	{action: stock.DocumentApprove, mutation: "documentApprove", leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentDraft:    stock.DocumentApproved,
		stock.DocumentApproved: stock.DocumentApproved,
	}},
	{action: stock.DocumentExecute, mutation: "documentExecute", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentApproved:  stock.DocumentExecuting,
		stock.DocumentExecuting: stock.DocumentExecuting,
	}},
	{action: stock.DocumentComplete, mutation: "documentComplete", leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentExecuting: stock.DocumentCompleted,
		stock.DocumentCompleted: stock.DocumentCompleted,
	}},
	{action: stock.DocumentCancel, mutation: "documentCancel", leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentDraft:     stock.DocumentCancelled,
		stock.DocumentApproved:  stock.DocumentCancelled,
		stock.DocumentExecuting: stock.DocumentCancelled,
		stock.DocumentCancelled: stock.DocumentCancelled,
	}},
	{action: stock.DocumentReverse, mutation: "documentReverse", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentCompleted: stock.DocumentCompleted,
	}},
}

// landing spreads a cost over what a document brought; its bill may come long after.
var landing = passage{action: stock.DocumentLandedCost, mutation: "landedCostAdd", again: true, leads: map[stock.DocumentState]stock.DocumentState{
	stock.DocumentExecuting: stock.DocumentExecuting,
	stock.DocumentCompleted: stock.DocumentCompleted,
}}

// inspection tells apart what came on hold, also long after the document ended.
var inspection = passage{action: stock.DocumentInspect, mutation: "documentInspect", again: true, leads: map[stock.DocumentState]stock.DocumentState{
	stock.DocumentExecuting: stock.DocumentExecuting,
	stock.DocumentCompleted: stock.DocumentCompleted,
}}

// with is the life with further steps behind it, or instead of those of the same action.
func (l life) with(more ...passage) life {
	out := make(life, 0, len(l)+len(more))
	for _, p := range l {
		if _, replaced := life(more).of(p.action); !replaced {
			out = append(out, p)
		}
	}
	return append(out, more...)
}

func (l life) of(action stock.DocumentAction) (passage, bool) {
	for _, p := range l {
		if p.action == action {
			return p, true
		}
	}
	return passage{}, false
}

// step is the state that action leads doc to, or the fault INVALID_TRANSITION,
// which names what may be done instead.
func step(doc *ent.Document, action stock.DocumentAction) (stock.DocumentState, error) {
	steps := kinds[doc.Kind].life
	p, _ := steps.of(action)
	if to, ok := p.leads[doc.State]; ok {
		return to, nil
	}
	var may []string
	for _, p := range steps {
		if to, ok := p.leads[doc.State]; ok && (to != doc.State || p.again) {
			may = append(may, p.mutation)
		}
	}
	way := "nothing more can be done with it"
	if len(may) > 0 {
		way = "what can be done is " + strings.Join(may, ", ")
	}
	what := "this cannot be done with it"
	if p.mutation != "" {
		what = p.mutation + " cannot be done"
	}
	return "", fault.New(fault.InvalidTransition, fault.Input, "document %s is %s, so %s; %s", doc.No, doc.State, what, way)
}
