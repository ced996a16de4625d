//go:build unix

package servers

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	_ "github.com/lib/pq" // to ask whether the server answers
)

// startPostgres makes a cluster with the programs in bin and starts it.
func (s *Servers) startPostgres(ctx context.Context, bin, password string, opts Options) error {
	data := filepath.Join(s.folder.path, "postgres")
	if err := s.initdb(ctx, bin, data, password); err != nil {
		return err
	}
	return retry(ctx, func(port int) error {
		argv := []string{filepath.Join(bin, "postgres"), "-D", data}
		for _, kv := range settings(opts, s.folder.path, port) {
			argv = append(argv, "-c", kv)
		}
		s.PostgresURL, s.PostgresTCPURL = postgresURLs(s.folder.path, port, password)
		db, err := sql.Open("postgres", s.PostgresURL)
		if err != nil {
			return err
		}
		defer db.Close()
		s.postgres, err = launch(ctx, s.folder, server{
			name:   "postgres",
			gentle: []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT}, // fast, then immediate
			onLost: syscall.SIGQUIT,
		}, argv, db.PingContext)
		return err
	})
}

// initdb makes the cluster. C.UTF-8 orders text by bytes, as Go does.
func (s *Servers) initdb(ctx context.Context, bin, data, password string) error {
	pwfile, err := s.folder.write("password", password)
	if err != nil {
		return err
	}
	cmd := s.folder.command(ctx, filepath.Join(bin, "initdb"),
		"--pgdata="+data, "--username=postgres", "--no-sync", "--no-instructions",
		"--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile="+pwfile)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// settings are the server's parameters.
func settings(opts Options, socketDir string, port int) []string {
	connections := opts.MaxConnections
	if connections == 0 {
		connections = max(400, 40*runtime.NumCPU())
	}
	common := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=" + socketDir,
		"max_connections=" + strconv.Itoa(connections),
		"timezone=UTC",
		"log_timezone=UTC",
	}
	if opts.Durable {
		// Large enough that a benchmark measures the code and not checkpoints.
		return append(common, "shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min")
	}
	// The cluster dies with the run: nothing needs to survive a crash.
	return append(common, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
		"wal_level=minimal", "max_wal_senders=0")
}

func postgresURLs(socketDir string, port int, password string) (socket, tcp string) {
	socket = (&url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{
		"host": {socketDir}, "port": {strconv.Itoa(port)}, "user": {"postgres"}, "sslmode": {"disable"},
	}.Encode()}).String()
	tcp = fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", password, port)
	return socket, tcp
}
