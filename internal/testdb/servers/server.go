//go:build unix

package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"entrepot/internal/testdb/servers/child"
)

// startAttempts is how often a server is started before giving up: a port that
// was free when asked for can be taken before the server binds it.
const startAttempts = 3

// startTimeout is generous because a loaded machine with one core is slow.
const startTimeout = 60 * time.Second

// server is one running database server.
type server struct {
	name   string
	log    string
	child  *child.Child
	gentle []syscall.Signal // what asks it to end, in order
	onLost syscall.Signal   // what ends it when we are killed
}

// launch starts name in the folder and waits until ready says nil.
func launch(ctx context.Context, f *folder, s server, argv []string, ready func(context.Context) error) (*server, error) {
	s.log = filepath.Join(f.path, s.name+".log")
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()

	cmd := f.command(context.WithoutCancel(ctx), argv...)
	cmd.Stdout, cmd.Stderr = log, log
	// A group of its own, or Ctrl-C in a terminal would reach the server
	// before the tests that still talk to it.
	cmd.SysProcAttr.Setpgid = true
	if s.child, err = child.Start(cmd, s.onLost); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.name, err)
	}
	if err := s.await(ctx, ready); err != nil {
		s.child.Stop(time.Second, s.onLost)
		return nil, fmt.Errorf("start %s: %w\n%s", s.name, err, tail(s.log))
	}
	return &s, nil
}

// await polls ready until it succeeds, the server ends, or time is up.
func (s *server) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.child.Done():
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("%w; last answer: %w", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// stop ends the server. Nil is a server that was never started.
func (s *server) stop() error {
	if s == nil {
		return nil
	}
	if s.child.Ended() {
		return fmt.Errorf("%s ended before it was stopped: %s\n%s", s.name, s.child.State(), tail(s.log))
	}
	s.child.Stop(10*time.Second, s.gentle...)
	return nil
}

// retry runs start with a fresh port each time.
func retry(ctx context.Context, start func(port int) error) (err error) {
	for range startAttempts {
		var port int
		if port, err = freePort(); err != nil {
			return err
		}
		if err = start(port); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// command prepares a program that runs as the servers' account, inside the
// folder, without settings from the caller's environment.
func (f *folder) command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = f.path
	cmd.Env = append(neutralEnv(), "HOME="+f.path, "TMPDIR="+f.path, "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: f.account.credential}
	return cmd
}

// neutralEnv is the environment less what would change a server's defaults.
func neutralEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case strings.HasPrefix(name, "PG"), strings.HasPrefix(name, "LC_"):
		case name == "LANG", name == "LANGUAGE", name == "HOME", name == "TMPDIR", name == "TZ":
		default:
			env = append(env, kv)
		}
	}
	return env
}

// tail is the end of a log, for error messages.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
