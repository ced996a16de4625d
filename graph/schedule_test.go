package graph_test

import (
	"strings"
	"testing"
	"time"

	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

func TestWhatRanByTheClockIsSeen(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		g := graphtest.New(t, db)
		p := g.SignIn(t, auth.RoleManager)
		eight := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			for i, outcome := range []string{"DONE", "", "FAILED", "LOST", "SKIPPED"} {
				at := eight.Add(time.Duration(i) * time.Minute)
				c := tx.Ent.ScheduleSlot.Create().SetJob([]string{"sweep", "snapshot"}[i%2]).SetSlot(at).SetHolder("host/1/x").SetFence(int64(i + 1)).
					SetLeaseUntil(at).SetStartedAt(at).SetOutcome(outcome).SetRowCount(int64(i)).SetError(strings.Repeat("no rate", i/2%2))
				if outcome != "" {
					c.SetFinishedAt(at.Add(time.Second))
				}
				if err := c.Exec(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		r := g.Do(t, p, `{ scheduledRuns(first: 2, filter: {jobs: ["sweep"], to: "2026-11-20T08:03:00Z"}) { totalCount nodes {
			job slot outcome holder attempt startedAt finishedAt rowCount error } } }`, nil)
		want := `{"scheduledRuns":{"totalCount":2,"nodes":[
			{"job":"sweep","slot":"2026-11-20T08:02:00Z","outcome":"FAILED","holder":"host/1/x","attempt":3,"startedAt":"2026-11-20T08:02:00Z","finishedAt":"2026-11-20T08:02:01Z","rowCount":2,"error":"no rate"},
			{"job":"sweep","slot":"2026-11-20T08:00:00Z","outcome":"DONE","holder":"host/1/x","attempt":1,"startedAt":"2026-11-20T08:00:00Z","finishedAt":"2026-11-20T08:00:01Z","rowCount":0,"error":""}]}}`
		if len(r.Errors) > 0 || !same(t, r.Data, want) {
			t.Errorf("%s %v, want %s", r.Data, r.Errors, want)
		}
		for filter, want := range map[string]string{
			``:                           `OTHER LOST FAILED RUNNING DONE`,
			`outcomes: [RUNNING, OTHER]`: `OTHER RUNNING`,
			`outcomes: [DONE]`:           `DONE`,
			`outcomes: [DONE` + strings.Repeat(", LOST", 999) + `]`: `LOST DONE`,
			`outcomes: []`:                   ``,
			`jobs: []`:                       ``,
			`from: "2026-11-20T08:03:00Z"`:   `OTHER LOST`,
			`jobs: ["snapshot", "nonesuch"]`: `LOST RUNNING`,
		} {
			var out struct {
				ScheduledRuns struct{ Nodes []struct{ Outcome string } }
			}
			g.Do(t, p, `{ scheduledRuns(filter: {`+filter+`}) { nodes { outcome } } }`, nil).Into(t, &out)
			var got []string
			for _, n := range out.ScheduledRuns.Nodes {
				got = append(got, n.Outcome)
			}
			if text := strings.Join(got, " "); text != want {
				t.Errorf("{%s}: %s, want %s", filter, text, want)
			}
		}
		if code := g.Do(t, g.SignIn(t, auth.RoleKeeper), `{ scheduledRuns { nodes { job } } }`, nil).Code(); code != "FORBIDDEN" {
			t.Errorf("a keeper: %q", code)
		}
	})
}
