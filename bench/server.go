//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"entrepot/internal/testdb/servers/child"
)

// server is a running process that answers HTTP: Entrepot or the handler it is
// compared with.
type server struct {
	addr    string
	pid     int
	child   *child.Child
	log     string
	started time.Duration // from exec to the first good answer
}

// secret and password are this run's own.
var secret, password = rand.Text() + rand.Text(), rand.Text()

// build builds what is shipped, the way that make build does.
func (b *bench) build(ctx context.Context) (string, error) {
	overlay := ""
	if b.profile != "" {
		var err error
		if overlay, err = profilingOverlay(b.dir); err != nil {
			return "", err
		}
	}
	return b.goBuild(ctx, "entrepot", "./cmd/entrepot", overlay)
}

func (b *bench) goBuild(ctx context.Context, name, pkg, overlay string) (string, error) {
	path := filepath.Join(b.dir, name)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-o", path}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	if out, err := exec.CommandContext(ctx, "go", append(args, pkg)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s, from the root of the repository: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// command is the binary with the environment of an installation in production.
func (b *bench) command(ctx context.Context, args ...string) *exec.Cmd {
	return b.commandOn(ctx, b.db.url, args...)
}

// commandOn is command for another database.
func (b *bench) commandOn(ctx context.Context, databaseURL string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Env = b.environ("DATABASE_URL=" + databaseURL)
	return cmd
}

// environ is ours without any setting of Entrepot, and with those given.
func (b *bench) environ(settings ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch {
		case strings.HasPrefix(name, "ENTREPOT_"), name == "DATABASE_URL", name == "DATABASE_REPLICA_URL", name == "REDIS_URL",
			name == "GOGC", name == "GOMEMLIMIT", name == "GOMAXPROCS":
		default:
			env = append(env, kv)
		}
	}
	return append(append(env, "ENTREPOT_ENV=prod", "ENTREPOT_SECRET="+secret, "ENTREPOT_ADMIN_PASSWORD="+password), settings...)
}

func (b *bench) accessToken(ctx context.Context) (string, error) {
	cmd := b.command(ctx, "token", "--ttl=24h")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// serve starts Entrepot over a database, without what happens by the clock: that
// would fall into the turn of one side or the other.
func (b *bench) serve(ctx context.Context, databaseURL string, settings ...string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(b.binary, "serve")
	cmd.Env = b.environ(append(settings, "DATABASE_URL="+databaseURL, "ENTREPOT_ADDR="+addr, "ENTREPOT_JOBS=false", pprofEnv+"="+b.pprofSocket())...)
	return b.start(ctx, "entrepot", cmd, addr)
}

// start starts cmd and waits until it answers at /health. Its log goes to a
// file, as it would in production.
func (b *bench) start(ctx context.Context, name string, cmd *exec.Cmd, addr string) (*server, error) {
	log, err := os.CreateTemp(b.dir, name+"-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	began := time.Now()
	c, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	s := &server{addr: addr, pid: cmd.Process.Pid, child: c, log: log.Name()}
	if err := s.awaitHealth(ctx, began); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w\n%s", name, err, s.tail())
	}
	return s, nil
}

func (s *server) awaitHealth(ctx context.Context, began time.Time) error {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for time.Since(began) < 30*time.Second {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case s.child.Ended():
			return errors.New("it ended: " + s.child.State())
		}
		if res, err := client.Get("http://" + s.addr + "/health"); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				s.started = time.Since(began)
				return nil
			}
		}
		time.Sleep(time.Millisecond) // nothing tells from outside when a program listens: ask again
	}
	return errors.New("it did not answer within 30 seconds")
}

// tail is the end of its log.
func (s *server) tail() string {
	raw, _ := os.ReadFile(s.log)
	return string(raw[max(0, len(raw)-2000):])
}

func (s *server) stop() {
	if s != nil {
		s.child.Stop(10*time.Second, syscall.SIGTERM)
	}
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
