package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entrepot/internal/ledger"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// shelves is a model of what lies where, of one stock: the rules of bins written
// down once more, as plainly as can be.
type shelves struct {
	lies            map[string]int64
	sound, damaged  int64
	locked          map[string]bool
	codes           []string
	inOrder, broken []string // what leaves by itself, in order
}

func newShelves() *shelves {
	return &shelves{
		lies: map[string]int64{}, locked: map[string]bool{}, codes: slices.Sorted(maps.Keys(usual)),
		inOrder: []string{"P-1", "A-1", "A-2", "RECEIVE"}, broken: []string{"DAMAGED", "P-1", "A-1", "A-2", "RECEIVE"},
	}
}

// change is units that come (or go) in a bin, or anywhere.
func (s *shelves) change(n int64, damaged bool, code string) bool {
	dock, order, bucket := "RECEIVE", s.inOrder, &s.sound
	if damaged {
		dock, order, bucket = "DAMAGED", s.broken, &s.damaged
	}
	if *bucket+n < 0 || code != "" && (s.locked[code] || s.lies[code]+n < 0) || code == "" && n > 0 && s.locked[dock] {
		return false
	}
	*bucket += n
	switch {
	case code != "":
		s.lies[code] += n
	case n > 0:
		s.lies[dock] += n
	default:
		for _, c := range order {
			if !s.locked[c] {
				take := min(-n, s.lies[c])
				s.lies[c], n = s.lies[c]-take, n+take
			}
		}
		return n == 0
	}
	return true
}

func (s *shelves) clone() *shelves {
	c := *s
	c.lies, c.locked = maps.Clone(s.lies), maps.Clone(s.locked)
	return &c
}

func (s *shelves) String() string {
	left := maps.Clone(s.lies)
	maps.DeleteFunc(left, func(_ string, n int64) bool { return n == 0 })
	return fmt.Sprint(left)
}

func TestBinsAgreeWithModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		bins := b.bins(0, usual)
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			k := b.key(0, 0, fmt.Sprint(n))
			n++
			model := newShelves()
			defer b.edit("unlock", 0, func(tx store.Tx) error { return tx.Ent.Location.Update().SetIsLocked(false).Exec(b.t.Context()) })
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				next, ok, err := step(t, b, bins, k, model.clone())
				var refused ledger.Refused
				if err != nil && !errors.As(err, &refused) {
					t.Fatal(err)
				}
				if ok != (err == nil) {
					t.Fatalf("the model allows it: %v, the ledger says %v, in %v", ok, err, model)
				}
				if ok {
					model = next
				}
				if got := fmt.Sprint(b.lies(k)); got != model.String() {
					t.Fatalf("%s lies there, want %v", got, model)
				}
			}
		})
		b.verify()
	})
}

// step does one thing both ways.
func step(t *rapid.T, b *bundle, bins map[string]int64, k ledger.Key, m *shelves) (*shelves, bool, error) {
	anywhere := rapid.SampledFrom(append([]string{""}, m.codes...))
	id := func(code string) *int64 {
		if code == "" {
			return nil
		}
		return ptr(bins[code])
	}
	switch rapid.SampledFrom([]string{"come or go", "come or go", "break or mend", "relocate", "lock"}).Draw(t, "what") {
	case "come or go":
		units, damaged, code := rapid.Int64Range(-6, 9).Draw(t, "units"), rapid.Bool().Draw(t, "damaged"), anywhere.Draw(t, "bin")
		if units == 0 {
			units = 1
		}
		bucket := stock.BucketAvailable
		if damaged {
			bucket = stock.BucketDamaged
		}
		move := b.move(k, ledger.In(bucket, units))
		move.LocationID = id(code)
		_, err := b.post(b.t.Context(), b.posting(move))
		return m, m.change(units, damaged, code), err
	case "break or mend":
		units, mend := rapid.Int64Range(1, 5).Draw(t, "units"), rapid.Bool().Draw(t, "mend")
		from, to := anywhere.Draw(t, "from"), anywhere.Draw(t, "to")
		move := b.move(k, ledger.Between(stock.BucketAvailable, stock.BucketDamaged, units))
		if mend {
			move.Delta = move.Delta.Minus()
		}
		move.LocationID, move.ToLocationID = id(from), id(to)
		_, err := b.post(b.t.Context(), b.posting(move))
		came := m.change(units, !mend, to)
		return m, came && m.change(-units, mend, from), err
	case "relocate":
		named := rapid.SampledFrom(m.codes)
		from, to, units := named.Draw(t, "from"), named.Draw(t, "to"), rapid.Int64Range(1, 6).Draw(t, "units")
		if m.sound+m.damaged == 0 || from == to {
			return m, true, nil // refused or nothing, as the tests by hand say
		}
		_, err := b.relocate(b.t.Context(), ledger.RelocationLine{Key: k, From: bins[from], To: bins[to], Quantity: units})
		ok := !m.locked[from] && !m.locked[to] && m.lies[from] >= units
		m.lies[from], m.lies[to] = m.lies[from]-units, m.lies[to]+units
		return m, ok, err
	default:
		code := rapid.SampledFrom(m.codes).Draw(t, "bin")
		m.locked[code] = !m.locked[code]
		err := b.db.InTx(b.t.Context(), func(tx store.Tx) error {
			return tx.Ent.Location.UpdateOneID(bins[code]).SetIsLocked(m.locked[code]).Exec(b.t.Context())
		})
		return m, true, err
	}
}
