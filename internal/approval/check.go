package approval

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/approvalrule"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// Ask is a document that somebody is about to approve.
type Ask struct {
	No          string
	Kind        stock.DocumentKind
	WarehouseID int64
	CreatedBy   int64
	// At leads to the field of the input that approves it.
	At fault.Path
	// Value is what the document is worth in the base currency. It is asked for
	// once, and only when a rule depends on it.
	Value func(context.Context) (money.Amount, error)
}

// Check asks whether the person who acts may approve the document: every active
// rule that it comes under must hold. It returns APPROVAL_SEPARATE when whoever
// made the document may not approve it, APPROVAL_ROLE when the approver lacks a
// role, a fault for each rule that does not hold, and what Value returns.
func Check(ctx context.Context, tx store.Tx, ask Ask) error {
	found, err := tx.Ent.ApprovalRule.Query().Where(
		approvalrule.StatusEQ(stock.StatusActive),
		approvalrule.Or(approvalrule.KindIsNil(), approvalrule.KindEQ(ask.Kind)),
		approvalrule.Or(approvalrule.WarehouseIDIsNil(), approvalrule.WarehouseID(ask.WarehouseID)),
	).Order(ent.Asc(approvalrule.FieldCode)).All(ctx)
	if err != nil {
		return err
	}
	var faults fault.List
	var worth *money.Amount
	for _, r := range found {
		if r.MinValue > 0 {
			if worth == nil {
				v, err := ask.Value(ctx)
				if err != nil {
					return err
				}
				worth = &v
			}
			if *worth < r.MinValue {
				continue
			}
		}
		ask.judge(auth.From(ctx), &faults, r)
	}
	return faults.Err()
}

func (a Ask) judge(who *auth.Principal, faults *fault.List, r *ent.ApprovalRule) {
	if r.Separate && who.UserID == a.CreatedBy {
		faults.Add(fault.ApprovalSeparate, a.At, "rule %s, %s: whoever made %s cannot approve it; ask somebody else who may", r.Code, r.Name, a.name())
	}
	if r.Role != "" && !who.Has(r.Role) {
		faults.Add(fault.ApprovalRole, a.At, "rule %s, %s: %s is approved by people with the role %s", r.Code, r.Name, a.name(), r.Role)
	}
}

func (a Ask) name() string {
	if a.No == "" {
		return "the document"
	}
	return "document " + a.No
}
