package document

import "entrepot/internal/stock"

// counting is the life of a stocktake: what is approved is its result.
var counting = life{
	{action: stock.DocumentCount, mutation: "stocktakeCount", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentDraft:     stock.DocumentExecuting,
		stock.DocumentExecuting: stock.DocumentExecuting,
	}},
	{action: stock.DocumentRecount, mutation: "stocktakeRecount", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentExecuting: stock.DocumentExecuting,
	}},
	{action: stock.DocumentApprove, mutation: "stocktakeApprove", leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentExecuting: stock.DocumentCompleted,
		stock.DocumentCompleted: stock.DocumentCompleted,
	}},
	{action: stock.DocumentCancel, mutation: "documentCancel", leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentDraft:     stock.DocumentCancelled,
		stock.DocumentExecuting: stock.DocumentCancelled,
		stock.DocumentCancelled: stock.DocumentCancelled,
	}},
	{action: stock.DocumentReverse, mutation: "documentReverse", again: true, leads: map[stock.DocumentState]stock.DocumentState{
		stock.DocumentCompleted: stock.DocumentCompleted,
	}},
}
