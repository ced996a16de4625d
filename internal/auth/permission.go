package auth

import "slices"

// Permission names one thing a role may allow, as noun:verb.
type Permission string

// The permissions. A role stores them as text, so a name, once released, stays.
const (
	WarehouseView   Permission = "warehouse:view"
	WarehouseEdit   Permission = "warehouse:edit"
	ProductView     Permission = "product:view"
	ProductEdit     Permission = "product:edit"
	StockView       Permission = "stock:view"
	StockAdjust     Permission = "stock:adjust"
	StockReverse    Permission = "stock:reverse"
	DocumentView    Permission = "document:view"
	DocumentCreate  Permission = "document:create"
	DocumentApprove Permission = "document:approve"
	DocumentExecute Permission = "document:execute"
	ReservationView Permission = "reservation:view"
	ReservationEdit Permission = "reservation:edit"
	ApprovalEdit    Permission = "approval:edit"
	CostView        Permission = "cost:view"
	CostEdit        Permission = "cost:edit"
	RateEdit        Permission = "rate:edit"
	JobView         Permission = "job:view"
	JobRun          Permission = "job:run"
	UserManage      Permission = "user:manage"
)

// Permissions lists all of them, sorted.
func Permissions() []Permission {
	return sorted(
		WarehouseView, WarehouseEdit, ProductView, ProductEdit, StockView, StockAdjust, StockReverse,
		DocumentView, DocumentCreate, DocumentApprove, DocumentExecute, ReservationView, ReservationEdit, ApprovalEdit,
		CostView, CostEdit, RateEdit, JobView, JobRun, UserManage,
	)
}

// Role is a named set of permissions.
type Role struct {
	Name        string
	Description string
	Permissions []Permission
}

// The names of the built-in roles.
const (
	RoleAdmin   = "admin"
	RoleManager = "manager"
	RoleKeeper  = "keeper"
	RoleFinance = "finance"
	RoleAnalyst = "analyst"
)

// BuiltinRoles are the roles that every installation has. What they allow
// follows the binary: Bootstrap rewrites the stored ones. A role that should
// differ is a role of its own name.
func BuiltinRoles() []Role {
	views := []Permission{WarehouseView, ProductView, StockView, DocumentView, ReservationView}
	with := func(more ...Permission) []Permission { return sorted(slices.Concat(views, more)...) }
	return []Role{
		{RoleAdmin, "May do everything, user management included.", Permissions()},
		{RoleManager, "Runs the warehouses: master data, stock, promises, approvals and their rules, reversals, cost, and sees what runs in the background.", with(
			WarehouseEdit, ProductEdit, StockAdjust, StockReverse, DocumentCreate, DocumentApprove, DocumentExecute,
			ReservationEdit, ApprovalEdit, CostView, CostEdit, RateEdit, JobView, JobRun)},
		{RoleKeeper, "Works in a warehouse: adjusts stock, creates and executes documents, promises stock; sees no cost.", with(
			StockAdjust, DocumentCreate, DocumentExecute, ReservationEdit, JobRun)},
		{RoleFinance, "Reads everything, cost included; changes exchange rates and landed costs, nothing else.", with(CostView, CostEdit, RateEdit, JobRun)},
		{RoleAnalyst, "Reads everything but cost, and exports it; changes nothing.", with(JobRun)},
	}
}

func sorted(p ...Permission) []Permission {
	p = slices.Clone(p)
	slices.Sort(p)
	return slices.Compact(p)
}
