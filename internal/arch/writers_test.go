package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owned are tables that few packages may write, through ent or by SQL.
type owned struct {
	entities []string
	write    *regexp.Regexp
	writers  []string
	instead  string
}

var ledgerTables = owned{
	entities: []string{"Stock", "StockCost", "StockMovement", "LocationStock", "LocationMovement", "Posting"},
	// A partition of stocks is stocks.
	write: writes(`stocks(_\w+)?|stock_costs|stock_movements|location_stocks|stock_location_movements|postings`),
	writers: []string{
		"internal/ledger",
		"ent/...",            // generated, serves the ledger
		"internal/store/...", // moves rows between partitions as they are
		"bench/...",          // fills databases of a size, and is the plain SQL beside us
	},
	instead: "only internal/ledger writes this table; post a movement instead",
}

var snapshotTables = owned{
	entities: []string{"WarehouseSnapshot", "StockSnapshot", "CostSnapshot"},
	write:    writes(`warehouse_snapshots|stock_snapshots|cost_snapshots`),
	writers:  []string{"internal/snapshot", "ent/...", "bench/..."},
	instead:  "only internal/snapshot writes this table; what it tells was so when the day ended",
}

var reservationTables = owned{
	entities: []string{"Reservation", "ReservationLine", "ReservationAllocation", "ReservationEvent", "ReservationEntry"},
	write:    writes(`reservations|reservation_lines|reservation_allocations|reservation_events|reservation_entries`),
	writers:  []string{"internal/reservation", "ent/...", "bench/..."},
	instead:  "only internal/reservation writes this table; what stocks have allocated must agree with it",
}

// writes finds SQL that changes rows of one of the tables.
func writes(tables string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)\b(insert\s+(or\s+\w+\s+)?into|replace\s+into|update(\s+or\s+\w+)?|delete\s+from|truncate(\s+table)?|merge\s+into|copy)` +
		`\s+(only\s+)?["` + "`" + `]?(` + tables + `)\b`)
}

// entWrites are the builders of ent that change rows.
var entWrites = []string{
	"Create", "CreateBulk", "MapCreateBulk", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID",
}

func TestOnlyTheLedgerWritesItsTables(t *testing.T) {
	t.Parallel()
	ledgerTables.hold(t)
}

func TestOnlySnapshotWritesItsTables(t *testing.T) {
	t.Parallel()
	snapshotTables.hold(t)
}

func TestOnlyReservationWritesItsTables(t *testing.T) {
	t.Parallel()
	reservationTables.hold(t)
}

func (o owned) hold(t *testing.T) {
	t.Helper()
	for _, p := range packages(t) {
		if anyMatches(o.writers, p.name) {
			continue
		}
		for _, name := range p.files {
			for _, found := range o.writesIn(t, filepath.Join(p.dir, name), nil) {
				t.Errorf("%s: %s", found, o.instead)
			}
		}
	}
}

func TestLedgerWritesAreFound(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		`x("UPDATE stocks SET version = 1")`:                            1,
		"x(`with d as (select 1)\n insert  into\n stock_movements(a)`)": 1,
		`x("insert into location_stocks values (1)")`:                   1,
		`x("insert or replace into stocks values (1)")`:                 1,
		`x("delete from only stocks_default")`:                          1,
		`x("truncate stock_costs")`:                                     1,
		`x("copy postings (id) from stdin")`:                            1,
		`x("select * from stocks for update")`:                          0,
		`x("update stock_counts set a = 1")`:                            0,
		`x("update products set stocks = 1")`:                           0,
		`/* UPDATE stocks is refused */ x()`:                            0,
		`tx.Ent.Stock.Create().Save(ctx)`:                               1,
		"c.Stock.\nUpdate().Where()":                                    1,
		`c.StockMovement.CreateBulk(a, b)`:                              1,
		`c.LocationStock.DeleteOneID(1)`:                                1,
		`c.Stock.Query().All(ctx)`:                                      0,
		`c.Document.Update()`:                                           0,
		`s.Stock.Updated()`:                                             0,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			got := ledgerTables.writesIn(t, "x.go", "package x\nfunc _() { "+source+" }")
			if len(got) != want {
				t.Errorf("found %q, want %d", got, want)
			}
		})
	}
}

// writesIn returns the places in a Go file that write one of the tables.
// Comments may say anything. SQL glued together from pieces escapes it; the
// triggers in the database are the last guard.
func (o owned) writesIn(t *testing.T, path string, src any) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, src, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	ast.Inspect(file, func(n ast.Node) bool {
		what := ""
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				what = strings.Join(strings.Fields(o.write.FindString(n.Value)), " ")
			}
		case *ast.CallExpr:
			what = o.entWrite(n)
		}
		if what != "" {
			found = append(found, files.Position(n.Pos()).String()+": "+what)
		}
		return true
	})
	return found
}

// entWrite is the call as text when it is one such as client.Stock.Create().
func (o owned) entWrite(call *ast.CallExpr) string {
	verb, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(entWrites, verb.Sel.Name) {
		return ""
	}
	entity, ok := verb.X.(*ast.SelectorExpr)
	if !ok || !slices.Contains(o.entities, entity.Sel.Name) {
		return ""
	}
	return entity.Sel.Name + "." + verb.Sel.Name
}
