package reservation_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entrepot/internal/reservation"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// promise is a reservation of one SKU as the model knows it.
type promise struct {
	id                              string
	open, deducted, released, short int64
	expires                         bool
	at                              time.Time
	priority                        int64
}

// books are the plain model of one stock and its reservations.
type books struct {
	physical   int64
	now        time.Time
	made       []*promise
	deductions []deduction
}

type deduction struct {
	of      *promise
	n       int64
	posting string
}

func (b *books) allocated() (n int64) {
	for _, p := range b.made {
		n += p.open
	}
	return n
}

// expire lets go of what has expired, as every taking that comes up short does.
func (b *books) expire() {
	for _, p := range b.made {
		if p.expires && !b.now.Before(p.at) {
			p.released += p.open + p.short
			p.open, p.short = 0, 0
		}
	}
}

// expired is what stands as held and is not.
func (b *books) expired() (n int64) {
	for _, p := range b.made {
		if p.expires && !b.now.Before(p.at) {
			n += p.open
		}
	}
	return n
}

func (b *books) live() (list []*promise) {
	for _, p := range b.made {
		if p.open+p.short > 0 && !(p.expires && !b.now.Before(p.at)) {
			list = append(list, p)
		}
	}
	return list
}

// lose takes n units from what is available, then from promises.
func (b *books) lose(n int64) {
	if n > b.physical-b.allocated() {
		b.expire()
	}
	left := n - min(n, b.physical-b.allocated())
	b.physical -= n
	for left > 0 {
		var first *promise
		for _, p := range b.made { // the lowest priority, the youngest of equals
			if p.open > 0 && (first == nil || p.priority <= first.priority) {
				first = p
			}
		}
		k := min(left, first.open)
		first.open, first.short, left = first.open-k, first.short+k, left-k
	}
}

// Any order of commands, expiries and losses leaves what a plain model says, on
// both databases.
func TestReservationsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		f := setup(t, db, reservation.Alone())
		sku := 0
		rapid.Check(t, func(rt *rapid.T) {
			sku++
			f.play(rt, fmt.Sprintf("P-%d", sku))
		})
		f.verify()
	})
}

func (f *floor) play(t *rapid.T, sku string) {
	f.Products(f.t, sku)
	b := &books{physical: 20, now: f.now()}
	f.receive(sku, "SZ01", 20)
	quantity := rapid.Int64Range(1, 8)
	pick := func() *promise {
		live := b.live()
		if len(live) == 0 {
			t.Skip("no promise") // rapid draws another action; no test is left out
		}
		return rapid.SampledFrom(live).Draw(t, "which")
	}
	named := func(p *promise) vars { return vars{"businessType": "ORDER", "businessId": p.id} }
	t.Repeat(map[string]func(*rapid.T){
		"create": func(t *rapid.T) {
			p := &promise{id: fmt.Sprintf("%s-%d", sku, len(b.made)), open: quantity.Draw(t, "units"), priority: rapid.Int64Range(0, 2).Draw(t, "priority")}
			in := with(order(p.id, line(sku, p.open)), vars{"priority": p.priority})
			if p.expires = rapid.Bool().Draw(t, "expires"); p.expires {
				in["ttlSeconds"] = 1000
			}
			p.at = f.now().Add(1000 * time.Second)
			fits := p.open <= b.physical-b.allocated()
			if !fits && p.open <= b.physical-b.allocated()+b.expired() {
				fits = true
				b.expire() // a refusal lets nothing go
			}
			answer := f.send("reservationCreate", in)
			if fits != (len(answer.UserErrors) == 0) {
				t.Fatalf("%d of %d: %+v", p.open, b.physical-b.allocated(), answer.UserErrors)
			} else if fits {
				b.made = append(b.made, p)
			}
		},
		"deduct": func(t *rapid.T) {
			p, n := pick(), quantity.Draw(t, "units")
			answer := f.send("reservationDeduct", with(named(p), vars{"lines": []vars{line(sku, n)}}))
			if fits := n <= p.open; fits != (len(answer.UserErrors) == 0) {
				t.Fatalf("deduct %d of %+v: %+v", n, p, answer.UserErrors)
			} else if fits {
				p.open, p.deducted, b.physical = p.open-n, p.deducted+n, b.physical-n
				b.deductions = append(b.deductions, deduction{p, n, answer.Posting.ID})
			}
		},
		"rollback": func(t *rapid.T) {
			if len(b.deductions) == 0 {
				t.Skip("no deduction") // another action is drawn
			}
			i := rapid.IntRange(0, len(b.deductions)-1).Draw(t, "deduction")
			d := b.deductions[i]
			b.deductions = append(b.deductions[:i:i], b.deductions[i+1:]...)
			f.must("reservationRollback", vars{"postingId": d.posting})
			d.of.open, d.of.deducted, b.physical = d.of.open+d.n, d.of.deducted-d.n, b.physical+d.n
			if p := d.of; p.expires && !b.now.Before(p.at) { // it comes back too late
				p.released += p.open + p.short
				p.open, p.short = 0, 0
			}
		},
		"release": func(t *rapid.T) {
			p, n := pick(), quantity.Draw(t, "units")
			answer := f.send("reservationRelease", with(named(p), vars{"lines": []vars{line(sku, n)}}))
			if fits := n <= p.open+p.short; fits != (len(answer.UserErrors) == 0) {
				t.Fatalf("release %d of %+v: %+v", n, p, answer.UserErrors)
			} else if fits {
				owed := min(n, p.short)
				p.short, p.open, p.released = p.short-owed, p.open-(n-owed), p.released+n
			}
		},
		"fill": func(t *rapid.T) {
			p := pick()
			there := b.physical - b.allocated()
			answer := f.send("reservationFill", named(p))
			if fits := p.short > 0 && there > 0; fits != (len(answer.UserErrors) == 0) {
				t.Fatalf("fill %+v with %d: %+v", p, there, answer.UserErrors)
			} else if fits {
				n := min(p.short, there)
				p.short, p.open = p.short-n, p.open+n
			}
		},
		"lose": func(t *rapid.T) {
			if b.physical == 0 {
				t.Skip("nothing to lose") // another action is drawn
			}
			n := rapid.Int64Range(1, b.physical).Draw(t, "lost")
			if refused := f.adjust(vars{"sku": sku, "warehouseCode": "SZ01", "delta": -n}, vars{"ifPromised": "SHORTEN_RESERVATIONS"}); refused != nil {
				t.Fatalf("a loss is refused: %v", refused)
			}
			b.lose(n)
		},
		"receive": func(t *rapid.T) {
			n := quantity.Draw(t, "units")
			f.receive(sku, "SZ01", n)
			b.physical += n
		},
		"time passes": func(*rapid.T) {
			f.pass(600 * time.Second)
		},
		"sweep": func(t *rapid.T) {
			if _, err := f.Deps.Reservations.Sweep(f.t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			b.expire()
		},
		"": func(t *rapid.T) {
			b.now = f.now()
			if physical, allocated := f.balance(sku, "SZ01"); physical != b.physical || allocated != b.allocated() {
				t.Fatalf("%d physical, %d allocated, want %d and %d", physical, allocated, b.physical, b.allocated())
			}
		},
	})
}
