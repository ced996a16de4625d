package group_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"entrepot/internal/fault"
	"entrepot/internal/group"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// desk is a queue whose first command is held back until the test lets it go, so
// that the others come to wait.
type desk struct {
	t       *testing.T
	queue   *group.Queue[int, string]
	holding chan struct{} // closed when the first command has begun
	release chan struct{}
	clients sync.WaitGroup

	mu      sync.Mutex
	batches [][]int
	lone    []int
}

func open(t *testing.T, work func(batch []*group.Member[int, string]) error) *desk {
	t.Helper()
	d := &desk{t: t, holding: make(chan struct{}), release: make(chan struct{})}
	d.queue = group.New(testdb.SQLite(t), func(_ context.Context, _ store.Tx, batch []*group.Member[int, string]) error {
		var plans []int
		for _, m := range batch {
			plans = append(plans, m.Plan)
		}
		d.mu.Lock()
		d.batches = append(d.batches, plans)
		d.mu.Unlock()
		return work(batch)
	})
	d.clients.Go(func() {
		_, _ = d.queue.Do(t.Context(), 0, func() (string, error) {
			close(d.holding)
			<-d.release
			return "", nil
		})
	})
	<-d.holding
	return d
}

// client sends command n and waits until it stands in the queue.
func (d *desk) client(ctx context.Context, n int, then func(string, error)) {
	d.t.Helper()
	d.clients.Go(func() {
		then(d.queue.Do(ctx, n, func() (string, error) {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			d.mu.Lock()
			d.lone = append(d.lone, n)
			d.mu.Unlock()
			return fmt.Sprintf("%d alone", n), nil
		}))
	})
	d.until(n)
}

// until returns when n commands stand in the queue.
func (d *desk) until(n int) {
	for d.t.Context().Err() == nil {
		if _, waiting := d.queue.State(); waiting >= n {
			return
		}
		runtime.Gosched()
	}
}

func (d *desk) end() {
	close(d.release)
	d.clients.Wait()
	slices.Sort(d.lone)
}

func (d *desk) wants(n int, answer string, failed error) func(string, error) {
	return func(got string, err error) {
		if got != answer || !errors.Is(err, failed) {
			d.t.Errorf("%d was answered %q, %v; want %q, %v", n, got, err, answer, failed)
		}
	}
}

func answerAll(batch []*group.Member[int, string]) error {
	for _, m := range batch {
		m.Answer(fmt.Sprintf("%d together", m.Plan))
	}
	return nil
}

func TestThoseWhoWaitAreAnsweredTogetherInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	d := open(t, answerAll)
	for n := 1; n <= 5; n++ {
		d.client(t.Context(), n, d.wants(n, fmt.Sprintf("%d together", n), nil))
	}
	d.end()
	if len(d.batches) != 1 || !slices.Equal(d.batches[0], []int{1, 2, 3, 4, 5}) || len(d.lone) > 0 {
		t.Errorf("%v together, %v alone", d.batches, d.lone)
	}
}

var errRefused = errors.New("refused")

func TestOfABatchSomeAreRefusedAndSomeGoAlone(t *testing.T) {
	t.Parallel()
	d := open(t, func(batch []*group.Member[int, string]) error {
		batch[0].Answer("yes")
		batch[1].Refuse(errRefused)
		return nil
	})
	d.client(t.Context(), 1, d.wants(1, "yes", nil))
	d.client(t.Context(), 2, d.wants(2, "", errRefused))
	d.client(t.Context(), 3, d.wants(3, "3 alone", nil))
	d.end()
	if !slices.Equal(d.lone, []int{3}) {
		t.Errorf("%v alone", d.lone)
	}
}

func TestABatchThatFailsGoesOneByOne(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]error{
		"apart": group.ErrApart, "a fault": fault.New(fault.Invalid, fault.Input, "no"), "an error": errors.New("broken"), "rolled back": store.Rollback(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, func(batch []*group.Member[int, string]) error {
				_ = answerAll(batch)
				return end
			})
			for n := 1; n <= 3; n++ {
				d.client(t.Context(), n, d.wants(n, fmt.Sprintf("%d alone", n), nil))
			}
			d.end()
			if !slices.Equal(d.lone, []int{1, 2, 3}) {
				t.Errorf("%v alone", d.lone)
			}
		})
	}
}

func TestABatchThatIsDoneAgainForgetsWhatItAnswered(t *testing.T) {
	t.Parallel()
	tries := 0
	d := open(t, func(batch []*group.Member[int, string]) error {
		if tries++; tries == 1 {
			_ = answerAll(batch)
			return store.ErrRetry
		}
		batch[1].Answer("2 at last")
		return nil
	})
	d.client(t.Context(), 1, d.wants(1, "1 alone", nil))
	d.client(t.Context(), 2, d.wants(2, "2 at last", nil))
	d.end()
}

func TestAPanicIsTheLeadersAndTheOthersGoAlone(t *testing.T) {
	t.Parallel()
	d := open(t, func([]*group.Member[int, string]) error { panic("broken") })
	var panicked any
	d.clients.Go(func() {
		defer func() { panicked = recover() }()
		_, _ = d.queue.Do(t.Context(), 1, func() (string, error) { return "", nil })
	})
	d.until(1)
	d.client(t.Context(), 2, d.wants(2, "2 alone", nil))
	d.client(t.Context(), 3, d.wants(3, "3 alone", nil))
	d.end()
	if panicked != "broken" {
		t.Errorf("the leader recovered %v", panicked)
	}
	if got, err := d.queue.Do(t.Context(), 4, func() (string, error) { return "goes on", nil }); got != "goes on" || err != nil {
		t.Errorf("afterwards %q, %v", got, err)
	}
}

func TestAClientThatGoesAwayTakesItsCommandAlong(t *testing.T) {
	t.Parallel()
	d := open(t, answerAll)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	d.client(t.Context(), 1, d.wants(1, "1 together", nil))
	d.client(ctx, 2, func(_ string, err error) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the one who went away was answered %v", err)
		}
		close(left)
	})
	d.client(t.Context(), 3, d.wants(3, "3 together", nil))
	cancel()
	<-left
	d.end()
	if len(d.batches) != 1 || !slices.Equal(d.batches[0], []int{1, 3}) || len(d.lone) > 0 {
		t.Errorf("%v together, %v alone", d.batches, d.lone)
	}
}

// The client of the one who does the work of all goes away meanwhile.
func TestALeaderWhoseClientGoesAwayServesTheOthers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := open(t, func(batch []*group.Member[int, string]) error {
		cancel()
		return answerAll(batch)
	})
	d.client(ctx, 1, d.wants(1, "1 together", nil))
	d.client(t.Context(), 2, d.wants(2, "2 together", nil))
	d.end()
}

func TestWithoutAQueueEverybodyGoesAlone(t *testing.T) {
	t.Parallel()
	var q *group.Queue[int, string]
	if got, err := q.Do(t.Context(), 1, func() (string, error) { return "alone", errRefused }); got != "alone" || !errors.Is(err, errRefused) {
		t.Errorf("%q, %v", got, err)
	}
}

// Thousands of commands, some of clients that leave, in batches that fail now and
// then: each is answered once, and done once.
func TestNobodyIsForgotten(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	done, batches := map[int]int{}, 0
	q := group.New(testdb.SQLite(t), func(_ context.Context, _ store.Tx, batch []*group.Member[int, string]) error {
		mu.Lock()
		defer mu.Unlock()
		if batches++; batches%5 == 0 {
			return group.ErrApart
		}
		for _, m := range batch {
			if m.Plan%7 > 0 {
				done[m.Plan]++
				m.Answer(fmt.Sprint(m.Plan))
			}
		}
		return nil
	})
	var clients sync.WaitGroup
	for c := range 32 {
		clients.Go(func() {
			for i := range 100 {
				n := c*100 + i
				ctx, cancel := context.WithCancel(t.Context())
				if n%11 == 0 {
					go cancel()
				}
				got, err := q.Do(ctx, n, func() (string, error) {
					mu.Lock()
					defer mu.Unlock()
					done[n]++
					return fmt.Sprint(n), nil
				})
				cancel()
				if left := errors.Is(err, context.Canceled); !left && got != fmt.Sprint(n) || left && n%11 > 0 {
					t.Errorf("%d was answered %q, %v", n, got, err)
				}
			}
		})
	}
	clients.Wait()
	for n := range 3200 {
		if done[n] > 1 || done[n] == 0 && n%11 > 0 {
			t.Errorf("%d was done %d times", n, done[n])
		}
	}
}
