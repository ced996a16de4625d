package job

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"entrepot/internal/store"
)

const (
	// leaseTime is how long the job of a replica that died is left alone.
	leaseTime = time.Minute
	// workers is how many jobs a replica does side by side: an import must not wait for
	// an export, and requests must not wait for either.
	workers = 2
	poll    = time.Second
	// dayLong is River's limit for a job, and a little more of it clears away what dead
	// replicas left in River's tables; our leases take jobs over long before.
	dayLong = 24 * time.Hour
)

// Kind is a kind of work.
type Kind struct {
	// Name is kept with each job: once released, it stays.
	Name string
	// Handle does the work. It begins at the checkpoint, and returns soon after ctx has
	// ended. Faults that it returns end the job as failed; after other errors it is
	// begun again, [MaxAttempts] times at most. ctx acts for the person who asked.
	Handle func(ctx context.Context, r *Run) error
	// Retries says that a new job can take up the rows that one of this kind refused.
	Retries bool
}

// Options are what a [Runner] is made of.
type Options struct {
	DB    *store.DB
	Kinds []Kind
	Log   *slog.Logger
	Now   func() time.Time
	// Lease is how long the job of a replica that died is left alone; 0 is a minute.
	Lease time.Duration
	// Poll is how often a replica looks for work; 0 is a second.
	Poll time.Duration
}

// Runner does the jobs of one replica.
type Runner struct {
	db     *store.DB
	kinds  map[string]Kind
	log    *slog.Logger
	now    func() time.Time
	lease  time.Duration
	poll   time.Duration
	holder string

	queue  *river.Client[*store.QueueTx]
	cancel context.CancelFunc
	watch  sync.WaitGroup
}

// NewRunner makes a Runner that does nothing until it is started.
func NewRunner(o Options) (*Runner, error) {
	r := &Runner{db: o.DB, kinds: map[string]Kind{}, log: o.Log, now: o.Now, lease: o.Lease, poll: o.Poll, holder: holder()}
	if r.lease == 0 {
		r.lease = leaseTime
	}
	if r.poll == 0 {
		r.poll = poll
	}
	for _, k := range o.Kinds {
		if _, twice := r.kinds[k.Name]; twice || k.Name == "" {
			return nil, fmt.Errorf("two kinds of jobs are called %q, or one has no name", k.Name)
		}
		r.kinds[k.Name] = k
	}
	worker := river.NewWorkers()
	river.AddWorker(worker, river.WorkFunc(func(ctx context.Context, j *river.Job[wake]) error { return r.work(ctx, j.Args.JobID) }))
	var err error
	r.queue, err = river.NewClient(o.DB.Queue(), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}}, Workers: worker,
		JobTimeout: dayLong, RescueStuckJobsAfter: dayLong + time.Hour,
		// The queue holds a row for each job under way: there is nothing to reindex, and
		// the role that serves does not own the tables.
		ReindexerIndexNames: []string{},
		FetchPollInterval:   r.poll, FetchCooldown: min(r.poll, river.FetchCooldownDefault), PollOnly: true,
		Logger: slog.New(quiet{o.Log.Handler()}),
	})
	return r, err
}

// holder names this process: people find its log by the host, and no other process
// has the rest.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.60s/%d/%s", host, os.Getpid(), rand.Text()[:8])
}

// Start begins to do jobs. Runs keep the values of ctx and not its end: [Runner.Stop]
// ends them.
func (r *Runner) Start(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if err := r.queue.Start(ctx); err != nil {
		return err
	}
	ctx, r.cancel = context.WithCancel(ctx)
	r.watch.Go(func() {
		look := time.NewTicker(r.lease / 4)
		defer look.Stop()
		for {
			if err := r.takeOver(ctx); err != nil && ctx.Err() == nil {
				r.log.ErrorContext(ctx, "job: cannot look for jobs whose replica vanished", "err", err.Error())
			}
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
		}
	})
	return nil
}

// Stop begins nothing more and breaks off what runs, between two steps: jobs go on
// from their checkpoints, on this replica or another. It waits until ctx ends.
func (r *Runner) Stop(ctx context.Context) error {
	if r.cancel == nil {
		return nil
	}
	r.cancel()
	err := r.queue.StopAndCancel(ctx)
	r.watch.Wait()
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("background jobs did not stop in time; another replica will take them over")
	}
	return err
}
