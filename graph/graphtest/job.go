package graphtest

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/internal/auth"
	"entrepot/internal/file"
	"entrepot/internal/job"
)

// RunJobs does background jobs until the test ends.
func (g *Graph) RunJobs(t testing.TB) {
	t.Helper()
	if err := g.Deps.Jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := g.Deps.Jobs.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Upload makes a file of p and returns its id.
func (g *Graph) Upload(t testing.TB, p *auth.Principal, name string, content []byte) string {
	t.Helper()
	f, err := file.Upload(auth.With(t.Context(), p), g.Deps.DB, time.Now, name, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return f.GlobalID().String()
}

// Job is a background job as clients see it.
type Job struct {
	ID, State, Error, Kind, Title string
	Progress                      struct {
		Total        *int64
		Done, Failed int64
	}
	Attempt int
	Errors  struct {
		TotalCount int
		Nodes      []struct {
			Row    int64
			Faults []struct{ Column, Code, Message string }
			Cells  []string
		}
	}
	ErrorFileURL *string
	ResultFiles  []struct {
		ID, Name, URL, Sha256 string
		Size                  int64
	}
	SourceFile *struct{ Name string }
	RetryOf    *struct{ ID string }
	CreatedBy  *struct{ Username string }
}

// JobFields selects a [Job].
const JobFields = `{ id state error kind title attempt progress { total done failed } errorFileUrl createdBy { username }
  errors(first: 200) { totalCount nodes { row faults { column code message } cells } }
  resultFiles { id name url size sha256 } sourceFile { name } retryOf { id } }`

// ReadJob reads a job as p sees it; nil when p sees none.
func (g *Graph) ReadJob(t testing.TB, p *auth.Principal, id string) *Job {
	t.Helper()
	var out struct{ Job *Job }
	g.Do(t, p, `query($id: ID!) { job(id: $id) `+JobFields+` }`, map[string]any{"id": id}).Into(t, &out)
	return out.Job
}

// Await waits until a job has ended.
func (g *Graph) Await(t testing.TB, p *auth.Principal, id string) *Job {
	t.Helper()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		switch j := g.ReadJob(t, p, id); {
		case j == nil:
			t.Fatalf("there is no job %s", id)
		case j.State != "QUEUED" && j.State != "RUNNING":
			return j
		case time.Now().After(deadline):
			t.Fatalf("the job has not ended: %+v", j)
		}
	}
}

// Start runs importStart, exportStart or reportMonthlyStart and returns the job's id,
// or what was refused.
func (g *Graph) Start(t testing.TB, p *auth.Principal, name string, input map[string]any) (id, refused string) {
	t.Helper()
	var out struct {
		P struct {
			Job        *struct{ ID string }
			UserErrors []UserError
		}
	}
	in := strings.ToUpper(name[:1]) + name[1:] + "Input!"
	g.Do(t, p, `mutation($in: `+in+`) { p: `+name+`(input: $in) { job { id } userErrors { code message field } } }`, map[string]any{"in": input}).Into(t, &out)
	if out.P.Job == nil {
		return "", Payload{UserErrors: out.P.UserErrors}.Refused() + ": " + out.P.UserErrors[0].Message
	}
	return out.P.Job.ID, ""
}

// Done is Start for work that succeeds, to its end.
func (g *Graph) Done(t testing.TB, p *auth.Principal, name string, input map[string]any) *Job {
	t.Helper()
	id, refused := g.Start(t, p, name, input)
	if refused != "" {
		t.Fatalf("%s: %s", name, refused)
	}
	j := g.Await(t, p, id)
	if j.State != "COMPLETED" {
		t.Fatalf("%s ended as %s: %s", name, j.State, j.Error)
	}
	return j
}

// Result is the content of the first file that a job made.
func (g *Graph) Result(t testing.TB, p *auth.Principal, j *Job) []byte {
	t.Helper()
	ctx := auth.With(t.Context(), p)
	row, err := g.Deps.DB.Ent().Job.Query().Order(ent.Desc("id")).All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range row {
		if r.GlobalID().String() != j.ID {
			continue
		}
		files, err := file.OfJobs(ctx, g.Deps.DB, []int64{r.ID}, time.Now())
		if err != nil || len(files[r.ID]) == 0 {
			t.Fatalf("the job made no file: %v", err)
		}
		var out bytes.Buffer
		if err := file.Copy(ctx, g.Deps.DB, files[r.ID][0], &out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	t.Fatal("there is no such job")
	return nil
}

// RefusedCSV is what the error file of a job says.
func (g *Graph) RefusedCSV(t testing.TB, p *auth.Principal, id int64) string {
	t.Helper()
	ctx := auth.With(t.Context(), p)
	row, err := job.Find(ctx, g.Deps.DB, id)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := job.WriteRefused(ctx, g.Deps.DB, row, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
