package graphqlhttp

import (
	"container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const (
	maxCachedQuery = 16 << 10
	// maxCachedText bounds the cache by text; a parsed document takes some
	// thirty times that.
	maxCachedText = 1 << 20
)

// queryCache keeps parsed and validated documents, least recently used out
// first. It is bounded in bytes: a client that builds a new text for each
// request must not be able to fill the memory.
type queryCache struct {
	mu    sync.Mutex
	bytes int
	order *list.List // of *cached, most recently used first
	byKey map[string]*list.Element
}

type cached struct {
	query string
	doc   *ast.QueryDocument
}

var _ graphql.Cache[*ast.QueryDocument] = (*queryCache)(nil)

func newQueryCache() *queryCache {
	return &queryCache{order: list.New(), byKey: map[string]*list.Element{}}
}

// Get implements graphql.Cache.
func (c *queryCache) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[query]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).doc, true
}

// Add implements graphql.Cache.
func (c *queryCache) Add(_ context.Context, query string, doc *ast.QueryDocument) {
	if len(query) > maxCachedQuery {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[query]; ok {
		return
	}
	c.byKey[query] = c.order.PushFront(&cached{query, doc})
	for c.bytes += len(query); c.bytes > maxCachedText; {
		last := c.order.Remove(c.order.Back()).(*cached)
		delete(c.byKey, last.query)
		c.bytes -= len(last.query)
	}
}
