//go:build unix

package servers

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
)

// Options chooses between speed and truth.
type Options struct {
	// Durable leaves PostgreSQL's durability as it is in production, so that
	// benchmarks pay for their commits. Otherwise nothing is ever flushed.
	Durable bool
	// MaxConnections is PostgreSQL's limit; 0 means 400, or more on a machine
	// whose many cores run many tests at once.
	MaxConnections int
	// Log gets the output of an installation, which can take a minute.
	Log io.Writer
}

// Servers is a running pair of servers.
type Servers struct {
	// PostgresURL opens the maintenance database "postgres" as its superuser
	// through the unix socket. lib/pq and psql both accept it.
	PostgresURL string
	// PostgresTCPURL is the same through 127.0.0.1, for programs and proxies
	// that need a port.
	PostgresTCPURL string
	// RedisURL is a redis:// URL with password on 127.0.0.1.
	RedisURL string

	folder          *folder
	postgres, redis *server
}

// Start finds or installs the programs and starts both servers. Both answer
// when it returns. When it fails, or ctx ends first, nothing is left running.
func Start(ctx context.Context, opts Options) (_ *Servers, err error) {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	programs, err := findOrInstall(ctx, opts.Log)
	if err != nil {
		return nil, err
	}
	acct, err := serverAccount()
	if err != nil {
		return nil, err
	}
	s := &Servers{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if s.folder, err = newFolder(acct); err != nil {
		return nil, err
	}
	password := rand.Text()
	if err := s.startRedis(ctx, programs.redis, password); err != nil {
		return nil, err
	}
	if err := s.startPostgres(ctx, programs.postgres, password, opts); err != nil {
		return nil, err
	}
	return s, nil
}

// Stop ends both servers and removes their folder. It returns an error when a
// server had ended by itself before, with the end of its log, because whatever
// failed during the run then failed for that reason.
func (s *Servers) Stop() error {
	err := errors.Join(s.postgres.stop(), s.redis.stop())
	if s.folder != nil {
		err = errors.Join(err, s.folder.remove())
	}
	s.postgres, s.redis, s.folder = nil, nil, nil
	return err
}
