package store

import (
	"context"
	"database/sql/driver"
	"sync"
	"sync/atomic"
)

type watchKey struct{}

// CountStatements returns a context under which every statement sent to the
// database, BEGIN and COMMIT aside, is counted. Tests use it to hold the number
// of statements of an operation constant.
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, watchKey{}, func(string, []driver.NamedValue) { n.Add(1) }), n
}

// Statement is one that was sent to the database.
type Statement struct {
	Query string
	Args  []any
}

// RecordStatements returns a context under which those statements are kept, and
// what tells them. Tests use it to look at their plans.
func RecordStatements(ctx context.Context) (context.Context, func() []Statement) {
	var mu sync.Mutex
	var sent []Statement
	record := func(query string, args []driver.NamedValue) {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a.Value
		}
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, Statement{query, values})
	}
	return context.WithValue(ctx, watchKey{}, record), func() []Statement {
		mu.Lock()
		defer mu.Unlock()
		return sent
	}
}

func watch(ctx context.Context, query string, args []driver.NamedValue) {
	if see, ok := ctx.Value(watchKey{}).(func(string, []driver.NamedValue)); ok {
		see(query, args)
	}
}

// unwatched is ctx for what is a part of BEGIN.
func unwatched(ctx context.Context) context.Context {
	return context.WithValue(ctx, watchKey{}, nil)
}
