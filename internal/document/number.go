package document

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"entrepot/ent"
	"entrepot/ent/predicate"
	"entrepot/internal/stock"
	"entrepot/internal/store"
)

// site is what a number needs to know of a warehouse.
type site struct {
	id   int64
	code string
	zone *time.Location
}

// series is what numbers are counted by: the day is that of the document's
// business in the warehouse's time zone.
type series struct {
	kind stock.DocumentKind
	day  string
}

func (s site) series(kind stock.DocumentKind, occurred time.Time) series {
	return series{kind, occurred.In(s.zone).Format("20060102")}
}

// numberOf is such as OUT-SZ01-20261120-0042.
func (s site) numberOf(of series, n int64) string {
	return fmt.Sprintf("%s-%s-%s-%04d", kinds[of.kind].prefix, s.code, of.day, n)
}

// number is a document's number as it is kept, from what a person typed.
func number(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// provisional stands for the number of a document that will be rolled back. It
// is its own, or dry runs would wait for each other at the unique key.
func provisional() string { return "DRY-" + rand.Text() }

// draw counts numbers for documents of these series, in their order. It commits
// at once, so that nobody waits for a number until another's document is
// written; a number whose document is never written stays unused.
func (s *Service) draw(ctx context.Context, at site, wanted []series) ([]string, error) {
	counts := map[series]int64{}
	for _, w := range wanted {
		counts[w]++
	}
	order := make([]series, 0, len(counts)) // everybody locks the counters in one order
	for w := range counts {
		order = append(order, w)
	}
	slices.SortFunc(order, func(a, b series) int {
		return strings.Compare(string(a.kind)+a.day, string(b.kind)+b.day)
	})
	next := map[series]int64{}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if tx.Dialect == dialect.Postgres {
			// A crash may lose this commit only together with all later ones, so
			// the documents that bear the numbers are lost with it: no need to wait.
			if _, err := tx.SQL.ExecContext(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
				return err
			}
		}
		for _, w := range order {
			var last int64
			err := tx.SQL.QueryRowContext(ctx, `
INSERT INTO document_numbers AS n (warehouse_id, kind, day, last) VALUES ($1, $2, $3, $4)
ON CONFLICT (warehouse_id, kind, day) DO UPDATE SET last = n.last + excluded.last RETURNING last`,
				at.id, string(w.kind), w.day, counts[w]).Scan(&last)
			if err != nil {
				return fmt.Errorf("draw a document number: %w", err)
			}
			next[w] = last - counts[w] + 1
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	numbers := make([]string, len(wanted))
	for i, w := range wanted {
		numbers[i] = at.numberOf(w, next[w])
		next[w]++
	}
	return numbers, nil
}

func (s *Service) drawOne(ctx context.Context, at site, kind stock.DocumentKind, occurred time.Time) (string, error) {
	numbers, err := s.draw(ctx, at, []series{at.series(kind, occurred)})
	if err != nil {
		return "", err
	}
	return numbers[0], nil
}

// site reads where a document is to be numbered; ok is false when there is no
// such warehouse, which the command tells with all its other faults.
func (s *Service) site(ctx context.Context, which predicate.Warehouse) (at site, ok bool, err error) {
	w, err := s.db.Ent().Warehouse.Query().Where(which).Only(ctx)
	if ent.IsNotFound(err) {
		return site{}, false, nil
	}
	if err != nil {
		return site{}, false, err
	}
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil {
		return site{}, false, fmt.Errorf("warehouse %s: %w", w.Code, err)
	}
	return site{w.ID, w.Code, zone}, true, nil
}
