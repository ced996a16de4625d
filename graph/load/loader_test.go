package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestALoaderFetchesAllThatIsWantedAtOnceAndNothingTwice(t *testing.T) {
	t.Parallel()
	var asked [][]int64
	l := newLoader(func(_ context.Context, keys []int64) (map[int64]string, error) {
		asked = append(asked, keys)
		out := map[int64]string{}
		for _, k := range keys {
			if k != 3 {
				out[k] = fmt.Sprint(k)
			}
		}
		return out, nil
	})
	l.want(1, 2, 2, 3)
	for key, want := range map[int64]string{1: "1", 2: "2", 3: ""} {
		if got, err := l.load(t.Context(), key); got != want || err != nil {
			t.Errorf("%d: %q, %v", key, got, err)
		}
	}
	l.want(2, 4)
	if got, _ := l.load(t.Context(), 4); got != "4" {
		t.Errorf("4: %q", got)
	}
	if len(asked) != 2 || len(asked[0]) != 3 || !slices.Equal(asked[1], []int64{4}) {
		t.Errorf("asked for %v", asked)
	}
}

func TestALoaderTellsAFailureOnce(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fetches := 0
	l := newLoader(func(context.Context, []int64) (map[int64]string, error) { fetches++; return nil, broken })
	l.want(1, 2)
	if _, err := l.load(t.Context(), 1); !errors.Is(err, broken) {
		t.Errorf("first: %v", err)
	}
	for _, key := range []int64{1, 2} {
		if _, err := l.load(t.Context(), key); !errors.Is(err, errRepeated) {
			t.Errorf("%d: %v", key, err)
		}
	}
	if fetches != 1 {
		t.Errorf("%d fetches", fetches)
	}
}

func TestALoaderServesManyAtOnceAndMayWantMoreOfItsOwnKindWhileFetching(t *testing.T) {
	t.Parallel()
	var l *loader[int64, int64]
	l = newLoader(func(_ context.Context, keys []int64) (map[int64]int64, error) {
		out := map[int64]int64{}
		for _, k := range keys {
			out[k] = -k
			l.want(k + 1000)
		}
		return out, nil
	})
	var wg sync.WaitGroup
	for i := range int64(50) {
		wg.Go(func() {
			l.want(i)
			if v, err := l.load(t.Context(), i); v != -i || err != nil {
				t.Errorf("%d: %d, %v", i, v, err)
			}
		})
	}
	wg.Wait()
}
