package posting_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"pgregory.net/rapid"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/posting"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// sent is one command of a random day.
type sent struct {
	Op    string
	Input vars
}

// Random commands are answered alike, refused with the same faults and leave the
// same books, whether they are committed together or one by one.
func TestTogetherIsAsOneByOne(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": testdb.SQLite, "postgres": testdb.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			together, alone := setup(t, open(t)), setup(t, open(t))
			deps := alone.Deps
			deps.Postings = posting.New(alone.db, "CNY", nil, posting.Alone())
			alone.Graph = graphtest.Over(deps)
			for _, f := range []*floor{together, alone} {
				f.Must(t, f.SignIn(t, auth.RoleAdmin), "exchangeRateSet", "", vars{
					"idempotencyKey": "eur", "fromCurrency": "EUR", "toCurrency": "CNY", "rate": "7.77",
				})
			}
			for _, f := range []*floor{together, alone} {
				f.must("stockAdjust", vars{"changes": []vars{line("BRAKE-1", "SZ01", vars{"batchNo": "B", "delta": 40}), line("LAMP-1", "LA01", vars{"batchNo": "B", "delta": 40})}})
			}
			var day day
			rapid.Check(t, func(rt *rapid.T) {
				commands := day.draw(rt)
				a, b := together.atOnce(commands), alone.inTurn(commands)
				for i, c := range commands {
					if a[i] != b[i] {
						raw, _ := json.Marshal(commands)
						rt.Fatalf("of %s\ncommand %d, %v\n together %s\n    alone %s", raw, i, c, a[i], b[i])
					}
				}
			})
			if a, b := together.books(), alone.books(); !slices.Equal(a, b) {
				t.Errorf("the books differ:\n%v\n%v", a, b)
			}
			together.verify()
			alone.verify()
		})
	}
}

// day draws commands; keys are told apart over all draws.
type day struct {
	keys   int
	before []sent
}

func (d *day) draw(rt *rapid.T) []sent {
	commands := make([]sent, rapid.IntRange(3, 12).Draw(rt, "commands"))
	before := d.before
	for i := range commands {
		if len(before) > 0 && rapid.IntRange(0, 5).Draw(rt, "again") == 0 {
			commands[i], before = before[0], before[1:] // a repetition
			if rapid.Bool().Draw(rt, "reused") {
				commands[i].Input = vars{"idempotencyKey": commands[i].Input["idempotencyKey"], "reasonCode": "OTHER"}
				fill(rt, &commands[i])
			}
			continue
		}
		d.keys++
		commands[i] = sent{
			rapid.SampledFrom([]string{"stockAdjust", "stockAdjust", "stockMove"}).Draw(rt, "op"),
			vars{"idempotencyKey": fmt.Sprint("k", d.keys), "reasonCode": "TEST"},
		}
		fill(rt, &commands[i])
	}
	// Two with one key, the second not in the batch: so it must stand last.
	if rapid.Bool().Draw(rt, "twice at once") {
		commands = append(commands, rapid.SampledFrom(commands).Draw(rt, "twice"))
	}
	d.before = commands
	return commands
}

func fill(rt *rapid.T, c *sent) {
	buckets := rapid.SampledFrom([]string{"AVAILABLE", "AVAILABLE", "DAMAGED", "ON_HOLD"})
	lines := make([]vars, rapid.IntRange(1, 3).Draw(rt, "lines"))
	for i := range lines {
		l := line(rapid.SampledFrom([]string{"BRAKE-1", "BRAKE-1", "BRAKE-2", "LAMP-1", "NONE"}).Draw(rt, "sku"),
			rapid.SampledFrom([]string{"SZ01", "SZ01", "SZ01", "LA01"}).Draw(rt, "warehouse"),
			vars{"batchNo": rapid.SampledFrom([]string{"", "", "B"}).Draw(rt, "batch")})
		if rapid.IntRange(0, 5).Draw(rt, "guarded") == 0 {
			l["expectedVersion"] = rapid.IntRange(0, 9).Draw(rt, "version")
		}
		if c.Op == "stockMove" {
			l["from"], l["to"], l["quantity"] = buckets.Draw(rt, "from"), buckets.Draw(rt, "to"), rapid.IntRange(1, 3).Draw(rt, "quantity")
		} else {
			l["bucket"], l["delta"] = buckets.Draw(rt, "bucket"), rapid.IntRange(-6, 6).Draw(rt, "delta")
			if l["delta"].(int) > 0 {
				delete(l, "batchNo") // what arrives with a batch goes alone, and never comes to stand
			}
			if l["delta"].(int) > 0 && rapid.Bool().Draw(rt, "costs") {
				l["unitCost"] = rapid.SampledFrom([]string{"3.3333", "10", "0.01"}).Draw(rt, "cost")
				if rapid.IntRange(0, 3).Draw(rt, "foreign") == 0 {
					l["currency"] = rapid.SampledFrom([]string{"EUR", "USD"}).Draw(rt, "currency") // of USD there is no rate
				}
			}
		}
		lines[i] = l
	}
	c.Input[map[string]string{"stockAdjust": "changes", "stockMove": "moves"}[c.Op]] = lines
}

func (f *floor) inTurn(commands []sent) []string {
	answers := make([]string, len(commands))
	for i, c := range commands {
		answers[i] = f.told(c)
	}
	return answers
}

// atOnce lets the commands come, in their order, while the first is held back.
func (f *floor) atOnce(commands []sent) []string {
	answers := make([]string, len(commands))
	var clients sync.WaitGroup
	err := f.db.InTx(f.t.Context(), func(tx store.Tx) error {
		if tx.Dialect == dialect.Postgres { // SQLite has one writer, which is us
			if _, err := tx.SQL.ExecContext(f.t.Context(), "SELECT FROM warehouses FOR UPDATE"); err != nil {
				return err
			}
		}
		for i, c := range commands {
			ended := make(chan struct{})
			before := f.Deps.Postings.Came()
			clients.Go(func() {
				defer close(ended)
				answers[i] = f.told(c)
			})
			for f.Deps.Postings.Came() == before && !over(ended) { // refused for what it says, it never comes to stand
				runtime.Gosched()
			}
		}
		return nil
	})
	clients.Wait()
	if err != nil {
		f.t.Error(err)
	}
	return answers
}

func over(ended chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

func (f *floor) told(c sent) string {
	p := f.raw(f.manager, c.Op, c.Input)
	p.Posting = nil
	for i := range p.Movements {
		p.Movements[i].ID = nil
	}
	raw, _ := json.Marshal(p)
	return string(raw)
}

func (f *floor) books() (rows []string) {
	f.t.Helper()
	found, err := f.db.SQL().QueryContext(f.t.Context(), `SELECT warehouse_id, sku, batch_no, kind, quantity_delta, available_delta, damaged_delta,
  physical_after, available_after, damaged_after, hold_after, stock_version, coalesce(unit_cost, -1), value_delta,
  coalesce(cost_quantity_after, -1), coalesce(cost_value_after, -1), coalesce(cost_version, -1)
FROM stock_movements ORDER BY 1, 2, 3, 12`)
	if err != nil {
		f.t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		row := make([]any, 17)
		at := make([]any, len(row))
		for i := range row {
			at[i] = &row[i]
		}
		if err := found.Scan(at...); err != nil {
			f.t.Fatal(err)
		}
		rows = append(rows, fmt.Sprint(row...))
	}
	return rows
}
