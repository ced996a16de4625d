package exporter

import (
	"context"

	"entrepot/ent"
	"entrepot/ent/location"
	"entrepot/ent/posting"
	"entrepot/ent/user"
	"entrepot/internal/catalog"
	"entrepot/internal/page"
	"entrepot/internal/store"
	"entrepot/internal/warehouse"
)

// names are what rows refer to by id. Those of the pages behind are forgotten, but for
// the few that there are of warehouses.
type names struct {
	db         *store.DB
	warehouses map[int64]*ent.Warehouse
	products   map[string]*ent.Product
	postings   map[int64]*ent.Posting
	users      map[int64]string
	bins       map[int64]string
}

func newNames(db *store.DB) *names { return &names{db: db, warehouses: map[int64]*ent.Warehouse{}} }

// missing are ids that are not known yet, each once.
func missing[T any, V any](rows []T, id func(T) int64, known map[int64]V) (ids []int64) {
	seen := map[int64]bool{}
	for _, r := range rows {
		if i := id(r); i != 0 && !seen[i] {
			if _, is := known[i]; !is {
				seen[i] = true
				ids = append(ids, i)
			}
		}
	}
	return ids
}

func lookWarehouses[T any](ctx context.Context, n *names, rows []T, id func(T) int64) error {
	ids := missing(rows, id, n.warehouses)
	if len(ids) == 0 {
		return nil
	}
	found, err := warehouse.ByID(ctx, n.db, ids)
	for _, w := range found {
		n.warehouses[w.ID] = w
	}
	return err
}

func (n *names) warehouse(id int64) string {
	if w := n.warehouses[id]; w != nil {
		return w.Code
	}
	return ""
}

func lookProducts[T any](ctx context.Context, n *names, rows []T, sku func(T) string) error {
	n.products = map[string]*ent.Product{}
	skus, seen := make([]string, 0, len(rows)), make(map[string]bool, len(rows))
	for _, r := range rows {
		if s := sku(r); !seen[s] {
			seen[s] = true
			skus = append(skus, s)
		}
	}
	found, err := catalog.BySKU(ctx, n.db, skus)
	for _, p := range found {
		n.products[p.Sku] = p
	}
	return err
}

func (n *names) product(sku string) string {
	if p := n.products[sku]; p != nil {
		return p.Name
	}
	return ""
}

func lookPostings[T any](ctx context.Context, n *names, rows []T, id func(T) int64) error {
	n.postings = map[int64]*ent.Posting{}
	found, err := n.db.Ent().Posting.Query().Where(page.In(posting.FieldID, missing(rows, id, n.postings))).All(ctx)
	for _, p := range found {
		n.postings[p.ID] = p
	}
	if err != nil {
		return err
	}
	return lookUsers(ctx, n, found, func(p *ent.Posting) int64 { return p.ActorID })
}

func (n *names) posting(id int64) *ent.Posting {
	if p := n.postings[id]; p != nil {
		return p
	}
	return &ent.Posting{}
}

func lookUsers[T any](ctx context.Context, n *names, rows []T, id func(T) int64) error {
	n.users = map[int64]string{}
	found, err := n.db.Ent().User.Query().Where(page.In(user.FieldID, missing(rows, id, n.users))).All(ctx)
	for _, u := range found {
		n.users[u.ID] = u.Username
	}
	return err
}

func lookBins[T any](ctx context.Context, n *names, rows []T, id func(T) int64) error {
	n.bins = map[int64]string{}
	found, err := n.db.Ent().Location.Query().Where(page.In(location.FieldID, missing(rows, id, n.bins))).All(ctx)
	for _, b := range found {
		n.bins[b.ID] = b.Code
	}
	return err
}
