//go:build unix

// Withservers runs a command beside a private PostgreSQL and Redis:
//
//	go run ./internal/testdb/withservers [-durable] -- COMMAND ARG...
//
// The command finds them in its environment:
//
//	ENTREPOT_TEST_POSTGRES      superuser URL of the maintenance database, unix socket
//	ENTREPOT_TEST_POSTGRES_TCP  the same through 127.0.0.1, for proxies and tools
//	ENTREPOT_TEST_REDIS         redis:// URL
//
// Signals go on to the command, the servers end after it, and its exit code is
// ours. With -durable PostgreSQL flushes its commits, as benchmarks need it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"entrepot/internal/testdb/servers"
	"entrepot/internal/testdb/servers/child"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	flags := flag.NewFlagSet("withservers", flag.ContinueOnError)
	durable := flags.Bool("durable", false, "flush commits to disk, for benchmarks")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: withservers [-durable] -- COMMAND ARG...")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() == 0:
		flags.Usage()
		return 2
	}

	parent := os.Getppid()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	starting, started := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	s, err := servers.Start(starting, servers.Options{Durable: *durable, Log: os.Stderr})
	started()
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		return 1
	}
	code := command(flags.Args(), s, signals, parent)
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		code = max(code, 1)
	}
	return code
}

// command runs argv to its end and returns its exit code.
func command(argv []string, s *servers.Servers, signals <-chan os.Signal, parent int) int {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(),
		"ENTREPOT_TEST_POSTGRES="+s.PostgresURL,
		"ENTREPOT_TEST_POSTGRES_TCP="+s.PostgresTCPURL,
		"ENTREPOT_TEST_REDIS="+s.RedisURL,
	)
	// At a terminal the command stays in our group: it may read the keyboard,
	// and Ctrl-C reaches it and its children without our help. Elsewhere it
	// leads a group of its own, so that what we pass on reaches the children
	// too: the go command does not pass a signal to the tests it runs.
	terminal := foreground()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: !terminal}
	c, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		return 127
	}
	go passOn(c, signals, terminal, parent)
	if err := c.Wait(); cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "withservers:", err)
		return 1
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()) // as shells do
	}
	return cmd.ProcessState.ExitCode()
}

// passOn gives signals to the command, except those that a terminal has given
// it already: many programs take the second Ctrl-C as impatience. When our
// parent disappears, which is all that a killed "go run" or make leaves us to
// see, that counts as SIGTERM. A command that does not heed SIGTERM or SIGHUP
// is killed after a while.
func passOn(c *child.Child, signals <-chan os.Signal, terminal bool, parent int) {
	const patience = 20 * time.Second
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		var sig os.Signal
		select {
		case <-c.Done():
			return
		case sig = <-signals:
		case <-tick.C:
			if os.Getppid() == parent {
				continue
			}
			sig, parent = syscall.SIGTERM, os.Getppid()
		}
		switch sig {
		case syscall.SIGTERM, syscall.SIGHUP:
			go c.Stop(patience, sig.(syscall.Signal))
		default:
			if !terminal {
				c.Signal(sig.(syscall.Signal))
			}
		}
	}
}

// foreground tells whether a terminal has this process in its foreground,
// wherever its input and output lead.
func foreground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
