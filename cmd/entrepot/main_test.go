package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const asProgram = "ENTREPOT_TEST_AS_PROGRAM"

// TestMain lets the test binary be the program: signals, exit codes and what
// stands on the terminal can be tested from outside only.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, err := program(t, nil, "version").CombinedOutput()
	if err != nil || string(out) != "dev\n" {
		t.Errorf("%s, %v", out, err)
	}
}

func TestMistakesAreOneLineAndExitOne(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	for name, c := range map[string]struct {
		env  []string
		args []string
		says string
	}{
		"a database that is not there": {[]string{"DATABASE_URL=postgres://u:hunter2@" + nobody + "/d"}, []string{"serve"}, "refused"},
		"prod without a secret":        {[]string{"ENTREPOT_ENV=prod"}, []string{"serve"}, "ENTREPOT_SECRET"},
		"a setting that cannot be":     {[]string{"ENTREPOT_ENV=moon"}, []string{"serve"}, "env"},
		"an unknown command":           {nil, []string{"fly"}, "fly"},
		"a token of nobody":            {nil, []string{"token", "--user", "nobody"}, "nobody"},
		"an import of no file":         {[]string{"ENTREPOT_ADMIN_PASSWORD=mistakes-test"}, []string{"import", "sales", "--file=none.csv", "--warehouse=SZ01", "--currency=GBP", "--time-zone=UTC"}, "none.csv"},
		"partitions on SQLite":         {nil, []string{"migrate", "partition", "SZ01"}, "PostgreSQL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t, c.env, c.args...)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			var exit *exec.ExitError
			if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("exit: %v", err)
			}
			line := errs.String()
			if strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "entrepot: ") || !strings.Contains(line, c.says) || strings.Contains(line, "hunter2") {
				t.Errorf("stderr: %s", line)
			}
			if out.Len() > 0 {
				t.Errorf("stdout: %s", out.String())
			}
		})
	}
}

// serving starts the program and waits until it tells where it is.
func serving(t *testing.T) (cmd *exec.Cmd, base string, log *bufio.Reader) {
	t.Helper()
	cmd = program(t, nil, "serve", "--addr", "127.0.0.1:0", "--log-format", "text")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := regexp.MustCompile(`http://(\S+)/health`).FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return cmd, m[1], bufio.NewReader(errs)
		}
	}
	t.Fatal("it does not tell where it is")
	return nil, "", nil
}

// await reads the log up to the line that says so.
func await(t *testing.T, log *bufio.Reader, says string) {
	t.Helper()
	for {
		line, err := log.ReadString('\n')
		if err != nil {
			t.Fatalf("the log ends before %q", says)
		}
		if strings.Contains(line, says) {
			return
		}
	}
}

func TestASignalStopsItGracefully(t *testing.T) {
	t.Parallel()
	cmd, base, log := serving(t)
	await(t, log, "listening")
	resp, err := http.Get("http://" + base + "/health")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await(t, log, "stopping")
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if info, err := os.Stat(filepath.Join(cmd.Dir, "data", "secret")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secret: %v, %v", info, err)
	}
}

func TestTheSecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	cmd, base, log := serving(t)
	await(t, log, "listening")
	// A body that never comes whole keeps a request running.
	conn, err := net.Dial("tcp", base)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
	if _, err := bufio.NewReader(conn).ReadString('\n'); err != nil { // 100 Continue: the handler reads
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await(t, log, "stopping")
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
				t.Errorf("it ended by itself: %v", err)
			}
			return
		case <-tick.C:
			_ = cmd.Process.Signal(syscall.SIGTERM)
		case <-time.After(20 * time.Second):
			t.Fatal("it goes on")
		}
	}
}
