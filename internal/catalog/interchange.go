package catalog

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"entrepot/ent"
	"entrepot/ent/interchangegroup"
	"entrepot/ent/interchangemember"
	"entrepot/ent/product"
	"entrepot/internal/auth"
	"entrepot/internal/command"
	"entrepot/internal/fault"
	"entrepot/internal/page"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

const (
	maxMembers  = 100
	maxPriority = 1_000_000
)

// InterchangeInput makes or changes an interchange group. What is nil stays;
// Members replaces all members.
type InterchangeInput struct {
	command.Intent
	Code            string        `json:"code,omitempty"`
	ExpectedVersion *int64        `json:"expectedVersion,omitempty"`
	Name            *string       `json:"name,omitempty"`
	Status          *stock.Status `json:"status,omitempty"`
	Members         []MemberInput `json:"members,omitzero"`
}

// MemberInput is a part of a group.
type MemberInput struct {
	SKU       string                     `json:"sku,omitempty"`
	Direction stock.InterchangeDirection `json:"direction,omitempty"`
	Priority  int64                      `json:"priority,omitempty"`
}

// EditedInterchange is what a command did to a group.
type EditedInterchange struct {
	command.Edited[ent.InterchangeGroup]
	// Members are those of the group, by group.
	Members map[int64][]*ent.InterchangeMember
}

// CreateInterchange makes a group. It needs product:edit and returns REQUIRED,
// INVALID, TOO_MANY and TAKEN, for members NOT_FOUND and ARCHIVED.
func (s *Service) CreateInterchange(ctx context.Context, in InterchangeInput) (EditedInterchange, error) {
	return s.interchange(ctx, "interchangeGroupCreate", command.Create, in)
}

// UpdateInterchange changes a group. Beside CreateInterchange's faults it returns
// NOT_FOUND and STALE_VERSION.
func (s *Service) UpdateInterchange(ctx context.Context, in InterchangeInput) (EditedInterchange, error) {
	return s.interchange(ctx, "interchangeGroupUpdate", command.Update, in)
}

func (s *Service) interchange(ctx context.Context, operation string, mode command.Mode, in InterchangeInput) (EditedInterchange, error) {
	in.Code = SKU(in.Code)
	e := groupEditor{in: &in}
	done, err := command.Edit[ent.InterchangeGroup]{
		Table: groups, Operation: operation, Needs: auth.ProductEdit, Import: command.Import{Intent: in.Intent, Mode: mode}, Input: &in,
		Rows: 1, At: func(int) fault.Path { return fault.Input }, KeyField: "code",
		Name:     func(int) string { return "interchange group " + command.Short(in.Code) },
		Expected: func(int) *int64 { return in.ExpectedVersion },
		Check:    func(faults *fault.List, _ int) { in.check(faults) },
		Find: func(ctx context.Context, tx store.Tx) (map[int]*ent.InterchangeGroup, error) {
			e.group = nil
			row, err := tx.Ent.InterchangeGroup.Query().Where(interchangegroup.Code(in.Code), store.Lock).Only(ctx)
			if ent.IsNotFound(err) {
				return nil, nil
			}
			e.group = row
			return map[int]*ent.InterchangeGroup{0: row}, err
		},
		Look: e.look, Merge: e.merge, Finish: e.finish, Show: e.show,
	}.Run(ctx, s.db, s.now)
	if row := done.One(); row != nil && row.ID == 0 { // a group that a dry run would make has no id
		for _, members := range e.shown {
			e.shown = map[int64][]*ent.InterchangeMember{0: members}
		}
	}
	return EditedInterchange{done, e.shown}, err
}

func (in *InterchangeInput) check(faults *fault.List) {
	at := fault.Input
	command.CheckCode(faults, at.At("code"), in.Code, "a code of a group", "-_.", 32)
	if in.Name != nil {
		*in.Name = strings.TrimSpace(*in.Name)
		command.CheckLine(faults, at.At("name"), *in.Name, "a name", 100)
	}
	if len(in.Members) > maxMembers {
		faults.Add(fault.TooMany, at.At("members"), "a group has at most %d members, not %d", maxMembers, len(in.Members))
		return
	}
	first := map[string]bool{}
	for j := range in.Members {
		m, at := &in.Members[j], at.At("members").At(strconv.Itoa(j))
		m.SKU = SKU(m.SKU)
		switch {
		case m.SKU == "":
			faults.Add(fault.Required, at.At("sku"), "give the SKU of the member")
		case first[m.SKU]:
			faults.Add(fault.Invalid, at.At("sku"), "SKU %s is in the list twice", command.Short(m.SKU))
		}
		first[m.SKU] = true
		if m.Priority < 0 || m.Priority > maxPriority {
			faults.Add(fault.Invalid, at.At("priority"), "a priority is 0 (first) to %d, not %d", maxPriority, m.Priority)
		}
	}
}

// groupEditor holds the input of a command and what its transaction read for it.
type groupEditor struct {
	in         *InterchangeInput
	group      *ent.InterchangeGroup // nil: it is new
	products   map[string]*ent.Product
	gone, come []*ent.InterchangeMember
	shown      map[int64][]*ent.InterchangeMember
}

// look holds the products of the members: none becomes a sales kit meanwhile.
func (e *groupEditor) look(ctx context.Context, tx store.Tx) error {
	skus := make([]string, len(e.in.Members))
	for i, m := range e.in.Members {
		skus[i] = m.SKU
	}
	found, err := tx.Ent.Product.Query().Where(page.In(product.FieldSku, skus), store.Hold).Order(ent.Asc(product.FieldSku)).All(ctx)
	e.products = make(map[string]*ent.Product, len(found))
	for _, p := range found {
		e.products[p.Sku] = p
	}
	e.gone, e.come = nil, nil
	if err != nil || e.group == nil {
		return err
	}
	e.gone, err = tx.Ent.InterchangeMember.Query().Where(interchangemember.GroupID(e.group.ID)).All(ctx)
	return err
}

func (e *groupEditor) merge(faults *fault.List, _ int, row, old *ent.InterchangeGroup) (more bool) {
	in := e.in
	if old == nil {
		row.Code, row.Status = in.Code, stock.StatusActive
	}
	if in.Name != nil {
		row.Name = *in.Name
	}
	if in.Status != nil {
		row.Status = *in.Status
	}
	if in.Members == nil || len(in.Members) > maxMembers { // too many are refused by themselves
		e.gone = nil
		return false
	}
	was := make(map[MemberInput]bool, len(e.gone))
	inGroup := make(map[string]bool, len(e.gone))
	for _, m := range e.gone {
		was[MemberInput{m.Sku, m.Direction, m.Priority}], inGroup[m.Sku] = true, true
	}
	wanted := make(map[MemberInput]bool, len(in.Members))
	for j, m := range in.Members {
		wanted[m] = true
		if was[m] {
			continue
		}
		at := fault.Input.At("members").At(strconv.Itoa(j)).At("sku")
		switch p := e.products[m.SKU]; {
		case p == nil:
			faults.Add(fault.NotFound, at, "there is no SKU %q", command.Short(m.SKU))
		case p.Kind == stock.ProductSalesKit:
			faults.Add(fault.Invalid, at, "SKU %s is a sales kit and never stocked: exchange its components", m.SKU)
		case p.Status == stock.StatusArchived && !inGroup[m.SKU]:
			faults.Add(fault.Archived, at, "SKU %s is archived", m.SKU)
		}
		e.come = append(e.come, &ent.InterchangeMember{Sku: m.SKU, Direction: m.Direction, Priority: m.Priority})
	}
	e.gone = slices.DeleteFunc(e.gone, func(m *ent.InterchangeMember) bool { return wanted[MemberInput{m.Sku, m.Direction, m.Priority}] })
	return len(e.gone)+len(e.come) > 0
}

var memberColumns = []store.Column[*ent.InterchangeMember]{
	{Name: interchangemember.FieldGroupID, Type: "bigint", Value: func(m *ent.InterchangeMember) any { return m.GroupID }},
	{Name: interchangemember.FieldSku, Type: "text", Value: func(m *ent.InterchangeMember) any { return m.Sku }},
	{Name: interchangemember.FieldDirection, Type: "text", Value: func(m *ent.InterchangeMember) any { return m.Direction }},
	{Name: interchangemember.FieldPriority, Type: "bigint", Value: func(m *ent.InterchangeMember) any { return m.Priority }},
}

func (e *groupEditor) finish(ctx context.Context, tx store.Tx, _ []int) error {
	ids := make([]int64, len(e.gone))
	for i, m := range e.gone {
		ids[i] = m.ID
	}
	if len(ids) > 0 {
		if _, err := tx.Ent.InterchangeMember.Delete().Where(page.In(interchangemember.FieldID, ids)).Exec(ctx); err != nil {
			return err
		}
	}
	if len(e.come) == 0 {
		return nil
	}
	id, err := tx.Ent.InterchangeGroup.Query().Where(interchangegroup.Code(e.in.Code)).OnlyID(ctx)
	if err != nil {
		return err
	}
	for _, m := range e.come {
		m.GroupID = id
	}
	return store.InsertRows(ctx, tx, interchangemember.Table, memberColumns, e.come)
}

func (e *groupEditor) show(ctx context.Context, tx store.Tx, rows []*ent.InterchangeGroup) error {
	ids := make([]int64, len(rows))
	e.shown = make(map[int64][]*ent.InterchangeMember, len(rows))
	for i, g := range rows {
		ids[i], e.shown[g.ID] = g.ID, nil
	}
	found, err := tx.Ent.InterchangeMember.Query().Where(page.In(interchangemember.FieldGroupID, ids)).All(ctx)
	for id, list := range membersOf(found) {
		e.shown[id] = list
	}
	return err
}

// membersOf are the members of each group: the lowest priority first, equal ones
// by SKU bytes.
func membersOf(rows []*ent.InterchangeMember) map[int64][]*ent.InterchangeMember {
	slices.SortFunc(rows, func(a, b *ent.InterchangeMember) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), strings.Compare(a.Sku, b.Sku))
	})
	out := map[int64][]*ent.InterchangeMember{}
	for _, m := range rows {
		out[m.GroupID] = append(out[m.GroupID], m)
	}
	return out
}

var groups = command.Table[ent.InterchangeGroup]{
	Name: interchangegroup.Table,
	Columns: []store.Column[*ent.InterchangeGroup]{
		{Name: interchangegroup.FieldCode, Type: "text", Once: true, Value: func(g *ent.InterchangeGroup) any { return g.Code }},
		{Name: interchangegroup.FieldCreatedAt, Type: "timestamptz", Once: true, Value: func(g *ent.InterchangeGroup) any { return g.CreatedAt }},
		{Name: interchangegroup.FieldUpdatedAt, Type: "timestamptz", Value: func(g *ent.InterchangeGroup) any { return g.UpdatedAt }},
		{Name: interchangegroup.FieldName, Type: "text", Value: func(g *ent.InterchangeGroup) any { return g.Name }},
		{Name: interchangegroup.FieldStatus, Type: "text", Value: func(g *ent.InterchangeGroup) any { return g.Status }},
	},
	Head: func(g *ent.InterchangeGroup) command.Head {
		return command.Head{ID: &g.ID, Version: &g.Version, CreatedAt: &g.CreatedAt, UpdatedAt: &g.UpdatedAt}
	},
	ByID: func(ctx context.Context, tx store.Tx, ids []int64) ([]*ent.InterchangeGroup, error) {
		return tx.Ent.InterchangeGroup.Query().Where(page.In(interchangegroup.FieldID, ids)).All(ctx)
	},
}
