//go:build unix

package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// redisDatabases is how many numbered databases there are: enough to give each
// test its own, which is the cheapest isolation Redis offers.
const redisDatabases = 10_000

// startRedis starts a server that keeps nothing on disk.
func (s *Servers) startRedis(ctx context.Context, program, password string) error {
	return retry(ctx, func(port int) error {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		// A file rather than arguments, which every account could read.
		conf, err := s.folder.write("redis.conf", strings.Join([]string{
			"bind 127.0.0.1",
			"port " + strconv.Itoa(port),
			"requirepass " + password,
			"databases " + strconv.Itoa(redisDatabases),
			`save ""`,
			"appendonly no",
			"",
		}, "\n"))
		if err != nil {
			return err
		}
		s.RedisURL = fmt.Sprintf("redis://default:%s@%s/0", password, addr)
		s.redis, err = launch(ctx, s.folder, server{
			name:   "redis",
			gentle: []syscall.Signal{syscall.SIGTERM},
			onLost: syscall.SIGKILL,
		}, []string{program, conf}, func(ctx context.Context) error { return pingRedis(ctx, addr, password) })
		return err
	})
}

// pingRedis asks whether our own Redis answers at addr; the password tells it
// from a stranger who was faster with the port.
func pingRedis(ctx context.Context, addr, password string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\n", password); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer != "+OK\r\n" {
		return errors.New(strings.TrimSpace(answer))
	}
	return nil
}
