package group_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"

	"entrepot/internal/group"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

// flight is a queue whose first batch, of 1 to 4, is committed and not ended until
// the test lets it.
type flight struct {
	*desk
	land chan struct{}
}

func takeOff(t *testing.T) flight {
	t.Helper()
	f := flight{&desk{t: t, holding: make(chan struct{}), release: make(chan struct{})}, make(chan struct{})}
	var first sync.Once
	f.queue = group.New(testdb.SQLite(t), func(_ context.Context, tx store.Tx, batch []*group.Member[int, string]) error {
		f.note(batch)
		first.Do(func() { tx.AfterCommit(func(context.Context) { <-f.land }) })
		return answerAll(batch)
	})
	f.holdFirst()
	for n := 1; n <= 4; n++ {
		f.client(t.Context(), n, n, func(string, error) {})
	}
	close(f.release)
	for { // until the first batch has passed the lead on
		if working, waiting := f.queue.State(); !working && waiting == 0 {
			return f
		}
		runtime.Gosched()
	}
}

func TestABatchBeginsWhenAsManyWaitAsAreBeingCommitted(t *testing.T) {
	t.Parallel()
	f := takeOff(t)
	for n := 5; n <= 7; n++ {
		f.client(t.Context(), n, n-4, func(string, error) {})
	}
	f.client(t.Context(), 8, 0, func(string, error) {}) // with it they go
	for {                                               // the second batch ends while the first has not
		f.mu.Lock()
		batches := len(f.batches)
		f.mu.Unlock()
		if batches == 2 {
			break
		}
		runtime.Gosched()
	}
	close(f.land)
	f.clients.Wait()
	if !slices.Equal(f.batches[0], []int{1, 2, 3, 4}) || !slices.Equal(f.batches[1], []int{5, 6, 7, 8}) || len(f.lone) > 0 {
		t.Errorf("%v together, %v alone", f.batches, f.lone)
	}
}

func TestALeaderWithoutCompanyGoesWhenTheBatchBeforeItHasEnded(t *testing.T) {
	t.Parallel()
	f := takeOff(t)
	f.client(t.Context(), 5, 1, func(string, error) {})
	close(f.land)
	f.clients.Wait()
	if len(f.batches) != 1 || !slices.Equal(f.lone, []int{5}) {
		t.Errorf("%v together, %v alone", f.batches, f.lone)
	}
}
