package reservation_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"entrepot/internal/testdb"
)

// asked is what a client did to the one stock: promise n, give n up, take n.
type asked struct {
	op string
	n  int64
}

// told is what it was answered: the version that the stock had after it, or 0 when
// it was refused.
type told struct{ version, available int64 }

// stand is the stock as a model knows it. Clients give up and take only what they
// hold, so that available is all that a refusal depends on.
type stand struct{ version, available int64 }

func model(available int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return stand{1, available} },
		Step: func(state, input, output any) (bool, any) {
			s, in, out := state.(stand), input.(asked), output.(told)
			if in.op == "reserve" && s.available < in.n {
				return out.version == 0, s
			}
			next := s
			next.version++
			switch in.op {
			case "reserve":
				next.available -= in.n
			case "release":
				next.available += in.n
			}
			return out.version == next.version && out.available == next.available, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v -> %v", input, output) },
	}
}

// What eight clients were answered about one SKU can have happened one after the
// other, in an order that agrees with when they asked and were answered.
func TestReserveReleaseAndDeductAreLinearizable(t *testing.T) {
	t.Parallel()
	const clients, operations, stocked = 8, 200, 200
	f := setup(t, testdb.Postgres(t))
	f.receive("BRAKE-1", "SZ01", stocked)
	var mu sync.Mutex
	var history []porcupine.Operation
	each(clients, func(client int) {
		random := rand.New(rand.NewPCG(1, uint64(client)))
		held := map[string]int64{}
		for i := range operations {
			in := asked{"reserve", 1 + random.Int64N(6)}
			id := fmt.Sprintf("A-%d-%d", client, i)
			if len(held) > 5 || len(held) > 0 && random.IntN(2) == 0 {
				for id, in.n = range held {
					break
				}
				in.op = "release"
				if random.IntN(20) == 0 { // seldom, or the stock is gone
					in.op = "deduct"
				}
			}
			call := time.Now()
			var p payload
			object := vars{"businessType": "ORDER", "businessId": id}
			switch in.op {
			case "reserve":
				p = f.send("reservationCreate", order(id, line("BRAKE-1", in.n)))
			case "release":
				p = f.send("reservationRelease", object)
			case "deduct":
				p = f.send("reservationDeduct", object)
			}
			back := time.Now()
			var out told
			if len(p.UserErrors) == 0 {
				out = told{p.Movements[0].StockVersion, p.Movements[0].AvailableAfter}
			} else if p.UserErrors[0].Code != "INSUFFICIENT_STOCK" {
				t.Errorf("%v: %+v", in, p.UserErrors)
			}
			if in.op == "reserve" && out.version > 0 {
				held[id] = in.n
			} else if in.op != "reserve" {
				delete(held, id)
			}
			mu.Lock()
			history = append(history, porcupine.Operation{
				ClientId: client, Input: in, Call: call.UnixNano(), Output: out, Return: back.UnixNano(),
			})
			mu.Unlock()
		}
	})
	if got := porcupine.CheckOperationsTimeout(model(stocked), history, 2*time.Minute); got != porcupine.Ok {
		t.Errorf("the answers are %s, not linearizable", got)
	}
	f.verify()
}
