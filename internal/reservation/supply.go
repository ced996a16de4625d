package reservation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/internal/catalog"
	"entrepot/internal/fx"
	"entrepot/internal/ledger"
	"entrepot/internal/money"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// supplySQL reads what pairs of warehouse and SKU have: a row for each stock with
// something available, or one without a stock.
func supplySQL(d, pairs string) string {
	return `SELECT k.w, k.s, p.kind, p.allocation_rule, p.min_shelf_life_days, wh.code, wh.currency, wh.time_zone,
  CASE WHEN wh.currency = $3 THEN ` + parity + ` ELSE ` + fx.LatestSQL(d, "wh.currency", "$3", "$4") + ` END,
  coalesce(st.id, 0), coalesce(st.batch_no, ''), coalesce(st.available_quantity, 0), coalesce(st.version, 0), coalesce(b.state, ''), b.expires_on
FROM ` + pairs + ` JOIN products p ON p.sku = k.s JOIN warehouses wh ON wh.id = k.w
LEFT JOIN stocks st ON st.warehouse_id = k.w AND st.sku = k.s AND st.available_quantity > 0
LEFT JOIN batches b ON b.sku = st.sku AND b.batch_no = st.batch_no`
}

var parity = fmt.Sprint(int64(money.ParityRate))

var supplyOf = map[string]string{
	dialect.Postgres: supplySQL(dialect.Postgres, `unnest($1::bigint[], $2::text[]) AS k(w, s)`),
	dialect.SQLite:   supplySQL(dialect.SQLite, zipped([]string{"$1", "$2"}, []string{"w", "s"})+" AS k"),
}

// look reads what there is of the goods that the lines may come from, without a
// lock.
func look(ctx context.Context, tx store.Tx, now time.Time, base string, lines []Want, interchange bool) (*supply, error) {
	s := &supply{
		shelves: map[goods][]*shelf{}, products: map[string]product{}, sites: map[int64]site{},
		components: map[string][]catalog.Component{}, standIns: map[string][]string{},
	}
	for first := true; ; first = false {
		list := s.asked(lines)
		if len(list) == 0 {
			return s, nil
		}
		if err := s.read(ctx, tx, now, base, list); err != nil {
			return nil, err
		}
		if err := s.explode(ctx, tx, list, interchange && first); err != nil {
			return nil, err
		}
	}
}

// explode reads what the kits among the goods consist of and, if asked, which SKUs
// may stand in for them.
func (s *supply) explode(ctx context.Context, tx store.Tx, list []goods, interchange bool) (err error) {
	var kits, all []string
	for _, g := range list {
		if s.products[g.sku].kind == stock.ProductSalesKit && s.components[g.sku] == nil {
			kits = append(kits, g.sku)
		}
		all = append(all, g.sku)
	}
	if len(kits) > 0 {
		found, err := catalog.Components(ctx, tx, unique(kits))
		if err != nil {
			return err
		}
		maps.Copy(s.components, found)
	}
	if interchange {
		s.standIns, err = catalog.StandIns(ctx, tx, unique(all))
	}
	return err
}

func unique[K cmp.Ordered](keys []K) []K {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// asked are the goods that the lines may come from and that were not read yet.
func (s *supply) asked(lines []Want) []goods {
	var list []goods
	for _, w := range lines {
		for _, sku := range s.candidates(w) {
			for _, c := range s.parts(sku) {
				for _, id := range w.Warehouses {
					g := goods{id, c.SKU}
					if _, read := s.shelves[g]; !read {
						s.shelves[g] = nil
						list = append(list, g)
					}
				}
			}
		}
	}
	return list
}

func (s *supply) read(ctx context.Context, tx store.Tx, now time.Time, base string, list []goods) error {
	warehouses, skus := make([]int64, len(list)), make([]string, len(list))
	for i, g := range list {
		warehouses[i], skus[i] = g.warehouse, g.sku
	}
	rows, err := tx.SQL.QueryContext(ctx, supplyOf[tx.Dialect],
		store.IDs(tx.Dialect, warehouses), store.Strings(tx.Dialect, skus), base, fx.Day(now))
	if err != nil {
		return fmt.Errorf("read what there is to promise: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var g goods
		var p product
		var w site
		var zone string
		var rate sql.NullInt64
		var expires store.Time
		sh := new(shelf)
		if err := rows.Scan(&g.warehouse, &g.sku, &p.kind, &p.rule, &p.shelfLife, &w.code, &w.currency, &zone, &rate,
			&sh.stockID, &sh.batchNo, &sh.available, &sh.version, &sh.state, &expires); err != nil {
			return err
		}
		w.rate = money.Rate(rate.Int64)
		if _, known := s.sites[g.warehouse]; !known {
			w.today = today(now, zone)
			s.sites[g.warehouse] = w
		}
		s.products[g.sku] = p
		if !expires.IsZero() {
			day := expires.UTC()
			sh.expiresOn = &day
		}
		if sh.stockID != 0 {
			s.shelves[g] = append(s.shelves[g], sh)
		}
	}
	return rows.Err()
}

// today is the day that the clocks of a zone show, as its midnight in UTC.
func today(now time.Time, zone string) time.Time {
	if l, err := time.LoadLocation(zone); err == nil {
		now = now.In(l)
	}
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// keys are the stocks that something could be taken from, in lock order.
func (s *supply) keys() []ledger.Key {
	var keys []ledger.Key
	for g, shelves := range s.shelves {
		for _, sh := range shelves {
			keys = append(keys, ledger.Key{WarehouseID: g.warehouse, SKU: g.sku, BatchNo: sh.batchNo})
		}
	}
	slices.SortFunc(keys, ledger.Key.Compare)
	return keys
}

// is brings the shelves to what their stocks, now locked, hold.
func (s *supply) is(now map[ledger.Key]ledger.Balance) {
	for g, shelves := range s.shelves {
		for _, sh := range shelves {
			b := now[ledger.Key{WarehouseID: g.warehouse, SKU: g.sku, BatchNo: sh.batchNo}]
			sh.available, sh.version = b.Available, b.Version
		}
	}
}

// keep leaves out the stocks that are not among those that are locked.
func (s *supply) keep(locked map[ledger.Key]ledger.Balance) {
	for g, shelves := range s.shelves {
		s.shelves[g] = slices.DeleteFunc(shelves, func(sh *shelf) bool {
			_, ok := locked[ledger.Key{WarehouseID: g.warehouse, SKU: g.sku, BatchNo: sh.batchNo}]
			return !ok
		})
	}
}

// goods are all that were read.
func (s *supply) goods() []goods { return slices.Collect(maps.Keys(s.shelves)) }

// give brings back to the shelves what a release let go of.
func (s *supply) give(moves []ledger.Move) {
	for _, m := range moves {
		s.put(m.Key, -m.Delta.Allocated)
	}
}

// undo brings back what was chosen for lines that are refused after all.
func (s *supply) undo(chosen [][]portion) {
	for _, line := range chosen {
		for _, p := range line {
			s.put(p.Key, p.quantity)
		}
	}
}

func (s *supply) put(k ledger.Key, n int64) {
	for _, sh := range s.shelves[goods{k.WarehouseID, k.SKU}] {
		if sh.batchNo == k.BatchNo {
			sh.available += n
		}
	}
}
