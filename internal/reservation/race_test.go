package reservation_test

import (
	"fmt"
	"sync"
	"testing"

	"entrepot/internal/reservation"
	"entrepot/internal/testdb"
)

// each runs n clients at once.
func each(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			do(i)
		}()
	}
	wg.Wait()
}

// tally counts answers by the code of their first refusal, "" for none.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) add(p payload) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	code := ""
	if len(p.UserErrors) > 0 {
		code = p.UserErrors[0].Code
	}
	c.n[code]++
}

// 64 clients want more than there is, with and without group commit: exactly what
// there is succeeds.
func TestManyClientsReserveExactlyWhatThereIs(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]reservation.Option{"together": nil, "alone": {reservation.Alone()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, testdb.Postgres(t), options...)
			f.receive("BRAKE-1", "SZ01", 100)
			var done tally
			each(64, func(i int) {
				for n := range 3 {
					done.add(f.send("reservationCreate", order(fmt.Sprintf("A-%d-%d", i, n), line("BRAKE-1", 1))))
				}
			})
			if done.n[""] != 100 || done.n["INSUFFICIENT_STOCK"] != 92 {
				t.Errorf("answered %v", done.n)
			}
			f.stands("BRAKE-1", "SZ01", 100, 100)
			f.verify()
		})
	}
}

// Reservations of two lines in opposite order, taken and given up at once, never
// meet in a deadlock.
func TestReservationsThatCrossNeverDeadlock(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t), reservation.Alone())
	f.receive("BRAKE-1", "SZ01", 1000)
	f.receive("LAMP-1", "SZ01", 1000)
	var done tally
	each(16, func(i int) {
		lines := []vars{line("BRAKE-1", 1), line("LAMP-1", 1)}
		if i%2 == 1 {
			lines[0], lines[1] = lines[1], lines[0]
		}
		for n := range 8 {
			id := fmt.Sprintf("A-%d-%d", i, n)
			done.add(f.send("reservationCreate", order(id, lines...)))
			done.add(f.send("reservationDeduct", vars{"businessType": "ORDER", "businessId": id, "lines": []vars{line("LAMP-1", 1)}}))
			done.add(f.send("reservationRelease", vars{"businessType": "ORDER", "businessId": id}))
		}
	})
	if len(done.n) != 1 || done.n[""] != 16*8*3 {
		t.Errorf("answered %v", done.n)
	}
	var deadlocks int
	if err := f.db.SQL().QueryRowContext(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks); err != nil || deadlocks > 0 {
		t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
	f.stands("LAMP-1", "SZ01", 1000-128, 0)
	f.verify()
}

// Kits and their components are wanted at once: no component goes below zero, and
// nothing is left that would have been enough.
func TestKitsAndComponentsAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.kit("SET-1", map[string]int64{"BRAKE-1": 2, "LAMP-1": 1})
	f.receive("BRAKE-1", "SZ01", 60)
	f.receive("LAMP-1", "SZ01", 200)
	var kits, parts tally
	each(32, func(i int) {
		for n := range 3 {
			id := fmt.Sprintf("A-%d-%d", i, n)
			if i%2 == 0 {
				kits.add(f.send("reservationCreate", order(id, line("SET-1", 1))))
			} else {
				parts.add(f.send("reservationCreate", order(id, line("BRAKE-1", 1))))
			}
		}
	})
	held := int64(2*kits.n[""] + parts.n[""])
	f.stands("BRAKE-1", "SZ01", 60, held)
	f.stands("LAMP-1", "SZ01", 200, int64(kits.n[""]))
	if held < 59 {
		t.Errorf("only %d of 60 are held: kits %v, parts %v", held, kits.n, parts.n)
	}
	f.verify()
}

// The hold of somebody who went away has expired, and everybody wants it at once.
func TestManyClientsTakeWhatHasExpired(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", "SZ01", 20)
	for i := range 4 {
		f.must("reservationCreate", with(order(fmt.Sprintf("GONE-%d", i), line("BRAKE-1", 5)), vars{"ttlSeconds": 1}))
	}
	f.pass(2e9)
	var done tally
	each(32, func(i int) { done.add(f.send("reservationCreate", order(fmt.Sprintf("A-%d", i), line("BRAKE-1", 1)))) })
	if done.n[""] != 20 || done.n["INSUFFICIENT_STOCK"] != 12 {
		t.Errorf("answered %v", done.n)
	}
	f.stands("BRAKE-1", "SZ01", 20, 20)
	f.verify()
}

// The same command under the same key, sent by many at once, happens once.
func TestOneKeySentAtOnceHappensOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", "SZ01", 100)
	var made, taken tally
	each(24, func(int) {
		made.add(f.send("reservationCreate", with(order("A-1", line("BRAKE-1", 3)), vars{"idempotencyKey": "once"})))
	})
	each(24, func(int) {
		taken.add(f.send("reservationDeduct", vars{"businessType": "ORDER", "businessId": "A-1", "idempotencyKey": "once", "lines": []vars{line("BRAKE-1", 1)}}))
	})
	if made.n[""] != 24 || taken.n[""] != 24 {
		t.Errorf("answered %v and %v", made.n, taken.n)
	}
	f.stands("BRAKE-1", "SZ01", 99, 2)
	f.verify()
}
