package schedule

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"

	"entrepot/internal/store"
)

// Options are what a [Runner] is made of.
type Options struct {
	DB   *store.DB
	Jobs []Job
	Log  *slog.Logger
	// Clock is the time, and what wakes at it.
	Clock clockwork.Clock
}

// Runner runs the jobs of one replica.
type Runner struct {
	db     *store.DB
	jobs   []*looked
	log    *slog.Logger
	clock  clockwork.Clock
	holder string
	ticks  gocron.Scheduler

	mu       sync.Mutex
	stopping bool
	looking  sync.WaitGroup
	ctx      context.Context
	cancel   context.CancelCauseFunc
}

// looked is a job and what this replica knows of its slots.
type looked struct {
	Job
	over map[time.Time]bool // of those that are due, which nobody needs to look at again
}

var errStopping = errors.New("the program stops")

// New makes a Runner that does nothing until it is started. The names of the jobs
// must differ.
func New(o Options) (*Runner, error) {
	r := &Runner{db: o.DB, log: o.Log, clock: o.Clock, holder: holder()}
	names := map[string]bool{}
	for _, j := range o.Jobs {
		if names[j.Name] || j.Name == "" {
			return nil, fmt.Errorf("two jobs are called %q, or one has no name", j.Name)
		}
		names[j.Name] = true
		r.jobs = append(r.jobs, &looked{Job: j})
	}
	return r, nil
}

// holder names this process: people find its log by the host, and no other
// process has the rest.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.60s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

// Start begins to look for slots that are due, at once and then at each job's
// cadence. Runs keep the values of ctx and not its end: [Runner.Stop] ends them.
func (r *Runner) Start(ctx context.Context) error {
	r.ctx, r.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	var err error
	if r.ticks, err = gocron.NewScheduler(gocron.WithClock(r.clock), gocron.WithLocation(time.UTC)); err != nil {
		return err
	}
	for _, j := range r.jobs {
		_, err := r.ticks.NewJob(gocron.DurationJob(j.Look), gocron.NewTask(func() { r.look(j) }), gocron.WithName(j.Name),
			gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately()))
		if err != nil {
			return errors.Join(fmt.Errorf("job %s: %w", j.Name, err), r.ticks.Shutdown())
		}
	}
	r.ticks.Start()
	return nil
}

// Stop begins nothing more and lets what runs finish. What still runs when ctx
// ends is cancelled, and its slots are given back for another replica to take.
func (r *Runner) Stop(ctx context.Context) error {
	if r.ticks == nil {
		return nil
	}
	r.mu.Lock()
	r.stopping = true
	r.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		r.looking.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	r.cancel(errStopping)
	<-idle
	return r.ticks.Shutdown()
}

// enter says whether there is still time to begin something; then looking must be
// told when that is done.
func (r *Runner) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopping {
		r.looking.Add(1)
	}
	return !r.stopping
}

func (r *Runner) isStopping() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopping
}

// look runs the slots of a job that are due, oldest first, until one does not end
// well: the others wait until it is looked for again.
func (r *Runner) look(j *looked) {
	if !r.enter() {
		return
	}
	defer r.looking.Done()
	due, err := j.Due(r.ctx, r.clock.Now())
	if err != nil {
		r.log.ErrorContext(r.ctx, "schedule: cannot tell what is due", "job", j.Name, "err", err.Error())
		return
	}
	over := make(map[time.Time]bool, len(due))
	defer func() { j.over = over }()
	for _, slot := range due {
		if over[slot] = j.over[slot]; over[slot] {
			continue
		}
		if r.isStopping() {
			return
		}
		l, done, err := r.claim(r.ctx, j.Name, slot)
		if err != nil {
			r.log.ErrorContext(r.ctx, "schedule: cannot claim", "job", j.Name, "slot", slot, "err", err.Error())
			return
		}
		if l != nil {
			done = r.run(j.Job, l)
			if !done {
				return
			}
		}
		over[slot] = done
	}
}
