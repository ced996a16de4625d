//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"reflect"
	"time"
)

// question is what Entrepot and the handler are asked by turns.
type question struct {
	part, work  string
	target      float64
	connections int
	answers     int // by each side in each round
	ask         func(i int) (ours, theirs []byte)
}

// Light questions are answered by key, so that what a server does shows. Of heavy
// ones there are no more at once than small machines have cores.
const (
	lightConnections, lightAnswers = 16, 1000
	heavyConnections               = 2
)

// light is a question whose answer is found by key.
func light(part, work string, ask func(i int) (ours, theirs []byte)) question {
	return question{part, fmt.Sprintf("%s, %d connections", work, lightConnections), 4, lightConnections, lightAnswers, ask}
}

// heavy is a question for which PostgreSQL reads through much, so a few answers
// make a round.
func heavy(part, work string, answers int, ask func(i int) (ours, theirs []byte)) question {
	return question{part, fmt.Sprintf("%s, %d connections", work, heavyConnections), 1.5, heavyConnections, answers, ask}
}

// query is a whole request for an operation.
func (b *bench) query(query string, variables any) []byte {
	raw, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return post("/graphql", b.token, string(raw))
}

// read compares the CPU time, of the server and of PostgreSQL together, that
// answers take with what they take from a handler written for them. It fails the
// row when the two do not answer the same.
func (b *bench) read(ctx context.Context, q question) (*row, error) {
	r := &row{work: q.work, limit: "net/http handler with its own SQL", target: q.target, unit: microseconds}
	handler, err := b.serveHandler(ctx)
	if err != nil {
		return nil, err
	}
	defer handler.stop()
	ours, err := dialAll(b.server.addr, q.connections)
	if err != nil {
		return nil, err
	}
	defer ours.close()
	theirs, err := dialAll(handler.addr, q.connections)
	if err != nil {
		return nil, err
	}
	defer theirs.close()
	for i := range q.answers {
		a, b := q.ask(i)
		ours.requests, theirs.requests = append(ours.requests, a), append(theirs.requests, b)
	}
	if err := same(r, ours, theirs); err != nil {
		return nil, err
	}
	var shares [2][2][]float64 // of us and them: server, PostgreSQL
	side := func(which int, f *fleet, s *server) func() (float64, error) {
		return func() (float64, error) {
			t, err := b.timed(ctx, s, f, q.answers)
			own, db := t.cpu()
			shares[which][0], shares[which][1] = append(shares[which][0], own), append(shares[which][1], db)
			return own + db, err
		}
	}
	if err := r.sides(b.rounds, side(0, ours, b.server), side(1, theirs, handler)); err != nil {
		return nil, err
	}
	r.note("CPU per request, server + PostgreSQL: Entrepot %.0f + %.0f µs, handler %.0f + %.0f µs",
		median(shares[0][0]), median(shares[0][1]), median(shares[1][0]), median(shares[1][1]))
	return r, b.profiled(ctx, q.part, func() error {
		for until := time.Now().Add(profileTime); time.Now().Before(until); {
			if err := ours.run(ctx, int64(q.connections)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) serveHandler(ctx context.Context) (*server, error) {
	binary, err := b.goBuild(ctx, "handler", "./bench/handler", "")
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary)
	// Generic plans, as Entrepot's readers have them, and what it gives to questions
	// that read much.
	cmd.Env = b.environ("DATABASE_URL="+b.db.url+"&plan_cache_mode=force_generic_plan&jit=off&work_mem=32MB", "ADDR="+addr)
	return b.start(ctx, "handler", cmd, addr)
}

// same fails the row when the first answers differ as JSON. It asks over all
// connections by turns: a server hangs up on one that says nothing.
func same(r *row, ours, theirs *fleet) error {
	for i := range min(20, len(ours.requests)) {
		var answers [2]any
		for j, f := range []*fleet{ours, theirs} {
			body, err := f.clients[i%len(f.clients)].do(f.requests[i])
			if err != nil {
				return err
			}
			var whole struct {
				Data   any
				Errors any
			}
			if err := json.Unmarshal(body, &whole); err != nil {
				return err
			}
			if whole.Errors != nil {
				return fmt.Errorf("errors: %.1000s", body)
			}
			answers[j] = whole.Data
		}
		if !reflect.DeepEqual(answers[0], answers[1]) {
			a, _ := json.Marshal(answers[0])
			b, _ := json.Marshal(answers[1])
			r.fail("the answers differ:\n%.1500s\n%.1500s", a, b)
			return nil
		}
	}
	return nil
}
