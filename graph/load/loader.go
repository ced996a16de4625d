package load

import (
	"context"
	"sync"

	"entrepot/internal/fault"
)

// loader answers look-ups by key within one request: every key is fetched at
// most once, and all keys wanted so far are fetched together. Lists say what
// their rows may lead to (want) before anybody asks for it (load), so the first
// row that does costs one statement for all rows, in nested lists too.
type loader[K comparable, V any] struct {
	fetch func(context.Context, []K) (map[K]V, error)

	mu    sync.Mutex // held while fetching
	known map[K]result[V]

	wantMu sync.Mutex // rows fetched may lead to more of their own type
	wanted []K
}

type result[V any] struct {
	value V
	err   error
}

func newLoader[K comparable, V any](fetch func(context.Context, []K) (map[K]V, error)) *loader[K, V] {
	return &loader[K, V]{fetch: fetch}
}

// want puts keys on the list of what the next load fetches.
func (l *loader[K, V]) want(keys ...K) {
	l.wantMu.Lock()
	l.wanted = append(l.wanted, keys...)
	l.wantMu.Unlock()
}

// load is the value of a key, or the zero value when there is none. Others who
// ask meanwhile wait: what they want is being fetched too.
func (l *loader[K, V]) load(ctx context.Context, key K) (V, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.known[key]; ok {
		return r.value, r.err
	}
	return l.fetchAll(ctx, key, append(l.takeWanted(), key))
}

// show makes a value known, in place of the one that was.
func (l *loader[K, V]) show(key K, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[K]result[V]{}
	}
	l.known[key] = result[V]{value: value}
}

func (l *loader[K, V]) takeWanted() []K {
	l.wantMu.Lock()
	defer l.wantMu.Unlock()
	keys := l.wanted
	l.wanted = nil
	return keys
}

// errRepeated is what the other keys of a failed fetch get: the error itself is
// presented, and so logged, once.
var errRepeated = fault.Stop(fault.Internal, "internal error")

func (l *loader[K, V]) fetchAll(ctx context.Context, asked K, keys []K) (V, error) {
	if l.known == nil {
		l.known = make(map[K]result[V], len(keys))
	}
	missing := make([]K, 0, len(keys))
	for _, k := range keys {
		if _, ok := l.known[k]; !ok {
			l.known[k] = result[V]{}
			missing = append(missing, k)
		}
	}
	found, err := l.fetch(ctx, missing)
	for _, k := range missing {
		if err != nil {
			l.known[k] = result[V]{err: errRepeated}
		} else {
			l.known[k] = result[V]{value: found[k]}
		}
	}
	return found[asked], err
}
