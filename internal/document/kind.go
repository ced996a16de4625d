package document

import (
	"context"
	"time"

	"entrepot/ent"
	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// kind is what one sort of document has of its own. A new sort is an entry of
// [kinds], and of [hooksOf] when approving or giving up does more than to say so.
type kind struct {
	// prefix begins its numbers.
	prefix string
	// create is the mutation that makes one.
	create string
	// reason stands where none is given; empty when one must be.
	reason string
	// movement is the kind of the postings that executing it makes.
	movement stock.MovementKind
	// signed says that every line tells by its sign which way its goods go, and
	// takes, when it does not, that they leave.
	signed, takes bool
	// life is its steps.
	life life
}

var kinds = map[stock.DocumentKind]kind{
	stock.DocumentInbound: {
		prefix: "IN", create: "inboundCreate", reason: "PURCHASE", movement: stock.MovementInbound, life: common.with(inspection, landing),
	},
	stock.DocumentOutbound: {
		prefix: "OUT", create: "outboundCreate", reason: "SALE", movement: stock.MovementOutbound, takes: true, life: common,
	},
	stock.DocumentAdjustment: {
		prefix: "ADJ", create: "adjustmentCreate", movement: stock.MovementAdjustment, signed: true, life: common,
	},
	stock.DocumentTransfer: {
		prefix: "TRF", create: "transferCreate", reason: "TRANSFER", movement: stock.MovementTransfer, takes: true, life: travelling,
	},
	stock.DocumentStocktake: {
		prefix: "CNT", create: "stocktakeCreate", reason: "STOCKTAKE", movement: stock.MovementStocktake, signed: true, life: counting,
	},
	stock.DocumentAssembly: {
		prefix: "ASM", create: "assemblyCreate", reason: "ASSEMBLY", movement: stock.MovementAssembly, signed: true, life: common,
	},
}

// sign is which way a line's goods go: 1 when they come, -1 when they leave.
func (k kind) sign(quantity int64) int64 {
	if k.takes || k.signed && quantity < 0 {
		return -1
	}
	return 1
}

// arrives says whether a line of the kind brings goods.
func arrives(k stock.DocumentKind, quantity int64) bool { return kinds[k].sign(quantity) > 0 }

// hook is what a step does to stock beside the document. It runs once the
// document and its lines are written, and may change the document in memory.
type hook func(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error)

// hooks are those of one sort of document; nil ones do nothing.
type hooks struct {
	// approve runs when a draft becomes APPROVED, whether by its step or when
	// it is made; not on the way to COMPLETED, where it could only promise what
	// is taken at once.
	approve hook
	// free gives back what approve promised and nobody took: when the document
	// is given up and when it ends short.
	free hook
}

func (h hook) run(ctx context.Context, tx store.Tx, now time.Time, doc *ent.Document) ([]ledger.Posted, error) {
	if h == nil {
		return nil, nil
	}
	return h(ctx, tx, now, doc)
}

// hooksOf are the hooks of a sort of document. They are no part of [kinds],
// which what they run reads.
func (s *Service) hooksOf(k stock.DocumentKind) hooks {
	switch k {
	case stock.DocumentStocktake:
		return hooks{free: unlockBins}
	case stock.DocumentOutbound, stock.DocumentTransfer:
		return hooks{approve: s.promise, free: s.free}
	default:
		return hooks{}
	}
}
