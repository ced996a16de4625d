package app

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"entrepot/ent"
	"entrepot/ent/scheduleslot"
	"entrepot/graph/graphtest"
	"entrepot/internal/auth"
	"entrepot/internal/demo"
	"entrepot/internal/report"
	"entrepot/internal/schedule"
	"entrepot/internal/snapshot"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

var update = flag.Bool("update", false, "write the answers of docs/queries.md")

const questions = "../../docs/queries.md"

// loaded is when the demo company of the questions was loaded, a Friday.
var loaded = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// question is a section of the page.
type question struct{ title, query, variables, answer string }

var fence = regexp.MustCompile("(?s)```(graphql|json variables|json answer)\n(.*?)```\n")

func readQuestions(t *testing.T) (out []question) {
	t.Helper()
	text, err := os.ReadFile(questions)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "\n## ")[1:] {
		title, body, _ := strings.Cut(part, "\n")
		q := question{title: title}
		for _, f := range fence.FindAllStringSubmatch(body, -1) {
			*map[string]*string{"graphql": &q.query, "json variables": &q.variables, "json answer": &q.answer}[f[1]] = f[2]
		}
		out = append(out, q)
	}
	return out
}

// The page shows questions and what the demo company answers: those are asked
// through the graph, a day after it was loaded, and the answers are those.
func TestTheQuestionsOfThePageAreAnsweredAsItSays(t *testing.T) {
	t.Parallel()
	db := testdb.SQLite(t)
	ctx := company(t, db)
	deps := graphtest.New(t, db).Deps
	deps.Reports = report.New(db, "CNY", func() time.Time { return loaded })
	g := graphtest.Over(deps)
	all := readQuestions(t)
	first, err := db.Ent().StockMovement.Query().Order(ent.Asc("id")).First(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// How many days after it was loaded work was entered, by the clocks of Shanghai.
	entered := int(first.RecordedAt.Add(8*time.Hour).Truncate(24*time.Hour).Sub(loaded.Truncate(24*time.Hour)) / (24 * time.Hour))
	if len(all) != 20 {
		t.Errorf("%d questions", len(all))
	}
	for i, q := range all {
		// Days are taken by when work was entered, and that is now: a question with
		// days in it tells of the day of the company as if it were that one.
		days := 0
		if asked := shift(q.variables, entered); asked != q.variables {
			q.variables, days = asked, entered
		}
		vars := map[string]any{}
		if q.variables != "" {
			if err := json.Unmarshal([]byte(q.variables), &vars); err != nil {
				t.Fatalf("%s: variables: %v", q.title, err)
			}
		}
		r := g.Exec(ctx, q.query, vars)
		if len(r.Errors) > 0 {
			t.Errorf("%s: %v", q.title, r.Errors)
			continue
		}
		got := shift(printed(t, r.Data), -days)
		if got != q.answer && !*update {
			t.Errorf("%s: the page says\n%s\nthe answer is\n%s", q.title, q.answer, got)
		}
		all[i].answer = got
	}
	if *update {
		write(t, all)
	}
}

// company loads the demo company, and lets a day go by.
func company(t *testing.T, db *store.DB) context.Context {
	t.Helper()
	users, err := auth.New(db, []byte(strings.Repeat("questions-secret", 2)), time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := users.Bootstrap(t.Context(), "questions-password"); err != nil {
		t.Fatal(err)
	}
	still := func() time.Time { return loaded }
	services := demo.New(db, "CNY", still)
	if _, err := demo.Load(t.Context(), services); err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return time.Now().Add(24 * time.Hour) }
	if _, err := snapshot.New(db, later).Take(t.Context(), later(), nil); err != nil {
		t.Fatal(err)
	}
	sweep(t, db)
	return auth.With(t.Context(), &auth.Principal{UserID: 1, Username: "admin", Permissions: auth.Permissions()})
}

// sweep lets the sweep of the ledger run by the clock.
func sweep(t *testing.T, db *store.DB) {
	t.Helper()
	jobs := jobsOf(db, "CNY", slog.New(slog.DiscardHandler), time.Now)
	jobs = slices.DeleteFunc(jobs, func(j schedule.Job) bool { return j.Name != "ledger-sweep" })
	clock := clockwork.NewFakeClockAt(loaded)
	runner, err := schedule.New(schedule.Options{DB: db, Jobs: jobs, Log: slog.New(slog.DiscardHandler), Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !db.Ent().ScheduleSlot.Query().Where(scheduleslot.OutcomeEQ("DONE")).ExistX(t.Context()); {
		if time.Now().After(deadline) {
			t.Fatal("the sweep does not end")
		}
		clock.Advance(time.Second)
	}
	if err := runner.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// shift moves the days of a question by a number of days.
func shift(text string, days int) string {
	return regexp.MustCompile(`"\d{4}-\d\d-\d\d"`).ReplaceAllStringFunc(text, func(day string) string {
		d, err := time.Parse(`"`+time.DateOnly+`"`, day)
		if err != nil {
			return day
		}
		return d.AddDate(0, 0, days).Format(`"` + time.DateOnly + `"`)
	})
}

func printed(t *testing.T, data json.RawMessage) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	return compact(b.String()) + "\n"
}

// compact puts an object or a list without another one inside on one line.
func compact(text string) string {
	flat := regexp.MustCompile(`\{[^{}\[\]]*\}|\[[^{}\[\]]*\]`)
	spaces := regexp.MustCompile(`\s*\n\s*`)
	return flat.ReplaceAllStringFunc(text, func(s string) string { return spaces.ReplaceAllString(s, " ") })
}

func write(t *testing.T, all []question) {
	t.Helper()
	text, err := os.ReadFile(questions)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n## ")
	for i, q := range all {
		body, _, _ := strings.Cut(parts[i+1], "\n```json answer\n")
		parts[i+1] = strings.TrimRight(body, "\n") + "\n\n```json answer\n" + q.answer + "```\n"
	}
	if err := os.WriteFile(questions, []byte(strings.Join(parts, "\n## ")), 0o644); err != nil {
		t.Fatal(err)
	}
}
