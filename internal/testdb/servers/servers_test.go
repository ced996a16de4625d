//go:build unix

package servers

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// ownerEnv makes the test binary start servers, print their URLs and wait to
// be killed.
const ownerEnv = "ENTREPOT_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerEnv) == "" {
		os.Exit(m.Run())
	}
	s, err := Start(context.Background(), Options{Log: os.Stderr})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.PostgresURL)
	fmt.Println(s.RedisURL)
	select {}
}

func TestTwoRunsSideBySide(t *testing.T) {
	t.Parallel()
	var runs [2]*Servers
	for i := range runs {
		s, err := Start(t.Context(), Options{Durable: i == 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Stop() })
		runs[i] = s
	}
	for _, s := range runs {
		for _, raw := range []string{s.PostgresURL, s.PostgresTCPURL} {
			if err := askPostgres(t, raw); err != nil {
				t.Error(err)
			}
		}
		if err := askRedis(t, s.RedisURL); err != nil {
			t.Error(err)
		}
	}
	for _, s := range runs {
		gone := *s
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if askPostgres(t, gone.PostgresTCPURL) == nil || askRedis(t, gone.RedisURL) == nil {
			t.Error("a server answers after Stop")
		}
		if _, err := os.Stat(gone.folder.path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the folder is still there: %v", err)
		}
	}
}

func TestPortsAskForThePassword(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	for _, raw := range []string{s.PostgresTCPURL, s.RedisURL} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(u.User.Username(), "guess")
		ask := askPostgres
		if u.Scheme == "redis" {
			ask = askRedis
		}
		if ask(t, u.String()) == nil {
			t.Errorf("%s lets strangers in", u.Scheme)
		}
	}
}

func TestKilledOwnerLeavesNothing(t *testing.T) {
	t.Parallel()
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerEnv+"=1")
	owner.Stderr = os.Stderr
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Process.Kill() }()
	lines := bufio.NewScanner(out)
	lines.Scan()
	postgres := lines.Text()
	lines.Scan()
	redis := lines.Text()
	if err := errors.Join(askPostgres(t, postgres), askRedis(t, redis)); err != nil {
		t.Fatal(err)
	}

	_ = owner.Process.Kill()
	_ = owner.Wait()
	deadline := time.Now().Add(20 * time.Second)
	for askPostgres(t, postgres) == nil || askRedis(t, redis) == nil {
		if time.Now().After(deadline) {
			t.Fatal("a server outlived its owner")
		}
		time.Sleep(20 * time.Millisecond) // nothing tells from outside when a server has ended: ask again
	}

	// The next run clears the folder away, once it is not young any more.
	u, err := url.Parse(postgres)
	if err != nil {
		t.Fatal(err)
	}
	dir := u.Query().Get("host")
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, old, old); err != nil {
		t.Fatal(err)
	}
	acct, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	f, err := newFolder(acct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.remove() })
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the killed owner is still there: %v", err)
	}
}

func TestMissingProgramsAreNamed(t *testing.T) {
	t.Parallel()
	err := missing(programs{redis: "/usr/bin/redis-server", tooOld: []string{"/usr/lib/postgresql/14/bin (version 14)"}}, errors.New("no apt-get here"))
	for _, want := range []string{"15 or newer", "version 14", "no apt-get here", "apt-get install -y postgresql\n"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "Redis:  ") {
		t.Errorf("Redis is there, but the message asks for it:\n%v", err)
	}
}

func askPostgres(t *testing.T, raw string) error {
	t.Helper()
	db, err := sql.Open("postgres", raw)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return db.PingContext(t.Context())
}

func askRedis(t *testing.T, raw string) error {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	return pingRedis(t.Context(), u.Host, password)
}
