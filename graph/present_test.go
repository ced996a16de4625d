package graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"entrepot/graph"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/testdb"
)

const secret = "relation \"stocks\" at 10.0.0.7"

// It sets the process's logger, so it does not run beside others.
func TestABugIsToldByRequestIDAloneAndLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)

	g := graphtest.Over(graph.Deps{}) // no database: every read panics
	p := &auth.Principal{UserID: 1, Permissions: auth.Permissions()}
	ctx := fault.WithRequestID(auth.With(t.Context(), p), "req-1")
	r := g.Exec(ctx, `query Broken { stocks { nodes { sku } } }`, nil)
	if len(r.Errors) != 1 || r.Errors[0].Message != "internal error" || r.Errors[0].Extensions["requestId"] != "req-1" || r.Code() != "INTERNAL" {
		t.Errorf("shown: %v %v", r.Errors, r.Errors[0].Extensions)
	}
	if s := log.String(); strings.Count(s, "\n") != 1 || !strings.Contains(s, "req-1") || !strings.Contains(s, "operation=Broken") || !strings.Contains(s, "panic") {
		t.Errorf("logged: %s", s)
	}

	log.Reset()
	for err, code := range map[error]fault.Code{
		errors.New(secret): fault.Internal,
		fmt.Errorf("ledger.Post: %w", &pq.Error{Code: "42P01", Message: secret}):    fault.Internal,
		fmt.Errorf("ledger.Post: %w", &pq.Error{Code: "57P03", Message: secret}):    fault.Unavailable,
		fmt.Errorf("x: %w", context.DeadlineExceeded):                               fault.Timeout,
		fmt.Errorf("x: %w", &pq.Error{Code: "57014", Message: secret}):              fault.Timeout,
		fmt.Errorf("x: %w", fault.Stop(fault.Forbidden, "your roles do not")):       fault.Forbidden,
		fmt.Errorf("x: %w", fault.New(fault.Invalid, fault.Input, "not like that")): fault.BadRequest,
	} {
		shown := graph.Present(ctx, err)
		if shown.Extensions["code"] != string(code) || strings.Contains(shown.Message, secret) {
			t.Errorf("%v: shown as %v %s", err, shown.Extensions, shown.Message)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 3 {
		t.Errorf("%d lines for 3 errors that are ours:\n%s", n, log.String())
	}
}

func TestWhatAClientSentMalformedIsToldAsItIs(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, testdb.SQLite(t))
	p := g.SignIn(t, auth.RoleManager)
	for query, want := range map[string]string{
		`{ stocks { nodes { sku `:    "Expected Name",
		`{ nonsense }`:               "nonsense",
		`{ node(id: "zzz") { id } }`: "not an id",
		`{ stocks(filter: {availableAtLeast: 1.5}) { nodes { sku } } }`:                       "whole number",
		`{ stocks(first: 201) { nodes { sku } } }`:                                            "200",
		`{ stocks(after: "x") { nodes { sku } } }`:                                            "cursor",
		`{ stocks(filter: {skuPrefix: "a\u0000"}) { nodes { sku } } }`:                        "U+0000",
		`{ stockAsOf(sku: "x", warehouseCode: "x", at: "2026-11-20T00:00:00") { physical } }`: "2026-11-20T08:30:00Z",
		`{ product { sku } }`: "exactly one",
		`mutation { stockAdjust(input: {idempotencyKey: "k", reasonCode: "R", changes: [{sku: "x", warehouseCode: "x", delta: 1, bucket: PHYSICAL}]}) { dryRun } }`:              "PHYSICAL",
		`mutation { stockAdjust(input: {idempotencyKey: "k", reasonCode: "R", changes: [{sku: "x", warehouseCode: "x", delta: 1, bucket: IN_TRANSIT}]}) { dryRun } }`:            "IN_TRANSIT",
		`mutation { stockMove(input: {idempotencyKey: "k", reasonCode: "R", moves: [{sku: "x", warehouseCode: "x", quantity: 1, from: AVAILABLE, to: ALLOCATED}]}) { dryRun } }`: "ALLOCATED",
		`mutation { stockAdjust(input: {idempotencyKey: "k", reasonCode: "R", changes: [{sku: "x", warehouseCode: "x", delta: 1, unitCost: "1.23456"}]}) { dryRun } }`:           "1.23456",
		`mutation { stockSet(input: {idempotencyKey: "k", reasonCode: "R", counts: [{sku: "x", warehouseCode: "x", quantity: 1}]}) { dryRun } }`:                                 "expectedQuantity",
	} {
		r := g.Do(t, p, query, nil)
		if r.Code() != "BAD_REQUEST" || !strings.Contains(r.Errors[0].Message, want) {
			t.Errorf("%s: %s %v", query, r.Code(), r.Errors)
		}
	}
	r := g.Do(t, p, `mutation($b: AdjustableBucket!) { stockAdjust(input: {idempotencyKey: "k", reasonCode: "R", changes: [{sku: "x", warehouseCode: "x", delta: 1, bucket: $b}]}) { dryRun } }`,
		map[string]any{"b": "PHYSICAL"})
	if r.Code() != "BAD_REQUEST" {
		t.Errorf("a bucket outside of its enum, as a variable: %s %v", r.Code(), r.Errors)
	}
}

func TestAnOperationEndsWithItsDeadline(t *testing.T) {
	t.Parallel()
	g := graphtest.New(t, testdb.SQLite(t))
	ctx, cancel := context.WithDeadline(auth.With(t.Context(), g.SignIn(t, auth.RoleManager)), time.Now().Add(-time.Second))
	defer cancel()
	if r := g.Exec(ctx, `{ stocks { nodes { sku } } }`, nil); r.Code() != "TIMEOUT" {
		t.Errorf("%s %v", r.Code(), r.Errors)
	}
}

func TestADatabaseThatIsAwayIsToldOnceAndWithoutItsOwnWords(t *testing.T) {
	t.Parallel()
	db := testdb.SQLite(t)
	g := graphtest.New(t, db)
	p := g.SignIn(t, auth.RoleManager)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r := g.Do(t, p, `{ a: stocks { nodes { sku } } serverLimits { maxPageSize } }`, nil)
	if len(r.Errors) != 1 || strings.Contains(r.Errors[0].Message, "sql") || !strings.Contains(string(r.Data), `"maxPageSize":200`) {
		t.Errorf("%s %v", r.Data, r.Errors)
	}
}
