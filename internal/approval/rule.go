package approval

import (
	"context"
	"strings"
	"time"

	"entrepot/ent"
	"entrepot/ent/approvalrule"
	"entrepot/ent/role"
	entwarehouse "entrepot/ent/warehouse"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/money"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const (
	maxCode = 50
	maxName = 100
)

// Fields is what can be told of a rule and changed later. What is nil stays.
type Fields struct {
	Name     *string       `json:"name,omitempty"`
	MinValue *money.Amount `json:"minValue,omitempty"`
	Separate *bool         `json:"separate,omitempty"`
	// Role is the name of a role; empty asks for none.
	Role   *string       `json:"role,omitempty"`
	Status *stock.Status `json:"status,omitempty"`
}

// CreateInput makes a rule. Which documents it is about stays so for ever.
type CreateInput struct {
	command.Intent
	Code string `json:"code,omitempty"`
	// Kind is nil for every kind, WarehouseCode empty for every warehouse.
	Kind          *stock.DocumentKind `json:"kind,omitempty"`
	WarehouseCode string              `json:"warehouseCode,omitempty"`
	Fields
}

// UpdateInput changes a rule.
type UpdateInput struct {
	command.Intent
	Code            string `json:"code,omitempty"`
	ExpectedVersion *int64 `json:"expectedVersion,omitempty"`
	Fields
}

// Edited is what a command did to a rule.
type Edited = command.Edited[ent.ApprovalRule]

// Service edits rules.
type Service struct {
	db  *store.DB
	now func() time.Time
}

// New is a Service over db with the clock now.
func New(db *store.DB, now func() time.Time) *Service { return &Service{db, now} }

// Create makes a rule; it holds from the next approval on. It needs approval:edit
// and returns REQUIRED and INVALID for its fields, NOT_FOUND for a warehouse or a
// role that is not there, and TAKEN for a code that was ever used.
func (s *Service) Create(ctx context.Context, in CreateInput) (Edited, error) {
	in.Code, in.WarehouseCode = tidy(in.Code), tidy(in.WarehouseCode)
	e := editor{code: in.Code, kind: in.Kind, warehouse: in.WarehouseCode, fields: in.Fields}
	return s.run(ctx, "approvalRuleCreate", command.Create, in.Intent, in, &e)
}

// Update changes what is given of a rule, and takes it out of use or into it
// again. Beside Create's it returns NOT_FOUND and STALE_VERSION.
func (s *Service) Update(ctx context.Context, in UpdateInput) (Edited, error) {
	in.Code = tidy(in.Code)
	e := editor{code: in.Code, expected: in.ExpectedVersion, fields: in.Fields}
	return s.run(ctx, "approvalRuleUpdate", command.Update, in.Intent, in, &e)
}

func tidy(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

func (s *Service) run(ctx context.Context, operation string, mode command.Mode, intent command.Intent, input any, e *editor) (Edited, error) {
	return command.Edit[ent.ApprovalRule]{
		Table: rules, Operation: operation, Needs: auth.ApprovalEdit, Import: command.Import{Intent: intent, Mode: mode}, Input: input,
		Rows: 1, At: func(int) fault.Path { return fault.Input }, KeyField: "code",
		Name:     func(int) string { return "approval rule " + command.Short(e.code) },
		Expected: func(int) *int64 { return e.expected },
		Check:    e.check, Look: e.look, Find: e.find, Merge: e.merge,
	}.Run(ctx, s.db, s.now)
}

var rules = command.Table[ent.ApprovalRule]{
	Name: approvalrule.Table,
	Columns: []store.Column[*ent.ApprovalRule]{
		{Name: approvalrule.FieldCode, Type: "text", Once: true, Value: func(r *ent.ApprovalRule) any { return r.Code }},
		{Name: approvalrule.FieldKind, Type: "text", Once: true, Value: func(r *ent.ApprovalRule) any {
			if r.Kind == nil {
				return nil
			}
			return string(*r.Kind)
		}},
		{Name: approvalrule.FieldWarehouseID, Type: "bigint", Once: true, Value: func(r *ent.ApprovalRule) any { return r.WarehouseID }},
		{Name: approvalrule.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(r *ent.ApprovalRule) any { return r.CreatedAt }},
		{Name: approvalrule.FieldUpdatedAt, Type: "timestamptz", Value: func(r *ent.ApprovalRule) any { return r.UpdatedAt }},
		{Name: approvalrule.FieldName, Type: "text", Value: func(r *ent.ApprovalRule) any { return r.Name }},
		{Name: approvalrule.FieldMinValue, Type: "bigint", Value: func(r *ent.ApprovalRule) any { return int64(r.MinValue) }},
		{Name: approvalrule.FieldSeparate, Type: "boolean", Value: func(r *ent.ApprovalRule) any { return r.Separate }},
		{Name: approvalrule.FieldRole, Type: "text", Value: func(r *ent.ApprovalRule) any { return r.Role }},
		{Name: approvalrule.FieldStatus, Type: "text", Value: func(r *ent.ApprovalRule) any { return r.Status }},
	},
	Head: func(r *ent.ApprovalRule) command.Head {
		return command.Head{ID: &r.ID, Version: &r.Version, CreatedAt: &r.CreatedAt, UpdatedAt: &r.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.ApprovalRule, error) {
		return tx.Ent.ApprovalRule.Query().Where(page.In(approvalrule.FieldID, ids)).All(ctx)
	},
}

// editor holds the row of a command and what its transaction read for it.
type editor struct {
	code      string
	expected  *int64
	kind      *stock.DocumentKind
	warehouse string
	fields    Fields

	warehouseID *int64
	roleKnown   bool
}

func (e *editor) check(faults *fault.List, _ int) {
	command.CheckCode(faults, fault.Input.At("code"), e.code, "a rule's code", "-_.", maxCode)
	if f := &e.fields; f.Name != nil {
		*f.Name = strings.TrimSpace(*f.Name)
		if *f.Name == "" {
			faults.Add(fault.Required, fault.Input.At("name"), "a name is not empty")
		}
		command.CheckLine(faults, fault.Input.At("name"), *f.Name, "a name", maxName)
	}
	if v := e.fields.MinValue; v != nil && *v < 0 {
		faults.Add(fault.Invalid, fault.Input.At("minValue"), "a value is not negative; 0 is every document")
	}
	if r := e.fields.Role; r != nil {
		command.CheckLine(faults, fault.Input.At("role"), *r, "a role", maxCode)
	}
}

func (e *editor) look(ctx context.Context, tx store.Tx) error {
	if r := e.fields.Role; r != nil && *r != "" {
		known, err := tx.Ent.Role.Query().Where(role.Name(*r)).Exist(ctx)
		if err != nil {
			return err
		}
		e.roleKnown = known
	}
	if e.warehouse == "" {
		return nil
	}
	w, err := tx.Ent.Warehouse.Query().Where(entwarehouse.Code(e.warehouse)).Only(ctx)
	if err == nil {
		e.warehouseID = &w.ID
	}
	if ent.IsNotFound(err) {
		return nil
	}
	return err
}

func (e *editor) find(ctx context.Context, tx store.Tx) (map[int]*ent.ApprovalRule, error) {
	row, err := tx.Ent.ApprovalRule.Query().Where(approvalrule.Code(e.code), store.Lock).Only(ctx)
	if err == nil {
		return map[int]*ent.ApprovalRule{0: row}, nil
	}
	if ent.IsNotFound(err) {
		err = nil
	}
	return nil, err
}

func (e *editor) merge(faults *fault.List, _ int, row, old *ent.ApprovalRule) bool {
	if old == nil {
		row.Code, row.Kind, row.WarehouseID, row.Status = e.code, e.kind, e.warehouseID, stock.StatusActive
		if e.warehouse != "" && e.warehouseID == nil {
			faults.Add(fault.NotFound, fault.Input.At("warehouseCode"), "there is no warehouse %q", command.Short(e.warehouse))
		}
		if e.fields.Name == nil {
			faults.Add(fault.Required, fault.Input.At("name"), "give the rule a name: people are told it when it holds them up")
		}
	}
	if r := e.fields.Role; r != nil && *r != "" && !e.roleKnown {
		faults.Add(fault.NotFound, fault.Input.At("role"), "there is no role %q", command.Short(*r))
	}
	set(&row.Name, e.fields.Name)
	set(&row.MinValue, e.fields.MinValue)
	set(&row.Separate, e.fields.Separate)
	set(&row.Role, e.fields.Role)
	set(&row.Status, e.fields.Status)
	if !row.Separate && row.Role == "" {
		faults.Add(fault.Invalid, fault.Input.At("separate"), "a rule that asks for neither another person nor a role holds nobody up; give separate, role or both")
	}
	return false
}

func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}
