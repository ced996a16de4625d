package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entrepot/internal/testdb"
)

const (
	kills   = 20
	clients = 32
)

// The server is killed without warning, again and again, while 32 clients post
// to a handful of stocks. After each death the ledger is whole, and every
// client that sends its key again, whether or not it saw an answer, ends up
// with one effect.
func TestKilledServerLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for name, url := range map[string]func(testing.TB) string{"sqlite": testdb.SQLiteURL, "postgres": testdb.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{t: t, binary: binary, dir: t.TempDir(), env: []string{
				"DATABASE_URL=" + url(t), "ENTREPOT_SECRET=" + strings.Repeat("kill-test-secret", 2), "ENTREPOT_ADMIN_PASSWORD=kill-test-password",
			}}
			s.run("demo")
			before := movements(t, s.run("verify"))
			token := strings.TrimSpace(s.run("token", "--user", "admin", "--ttl", "1h"))
			keys := 0
			for round := range kills {
				s.start()
				l := &load{s: s, token: token, round: round}
				l.until(clients + rand.IntN(400))
				s.kill()
				l.wg.Wait()
				movements(t, s.run("verify"))
				s.start()
				keys += l.sendAllAgain()
				s.kill()
			}
			// every adjustment here is two movements
			if got, want := movements(t, s.run("verify"))-before, 2*keys; got != want {
				t.Errorf("%d keys made %d movements, not %d", keys, got, want)
			}
			if keys == 0 {
				t.Error("no client ever sent anything")
			}
			t.Logf("%d kills, %d keys", kills, keys)
		})
	}
}

// movements reads the last line of verify: "ok: N stocks, M movements".
func movements(t *testing.T, out string) (n int) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var stocks int
	if _, err := fmt.Sscanf(lines[len(lines)-1], "ok: %d stocks, %d movements", &stocks, &n); err != nil {
		t.Fatalf("verify says %s", out)
	}
	return n
}

// load is the clients of one round.
type load struct {
	s     *server
	token string
	round int
	wg    sync.WaitGroup
	mu    sync.Mutex
	sent  map[string][]byte // the body under each key
	seen  map[string]string // the posting that the client was told of
}

// until starts the clients and returns when so many requests were answered.
func (l *load) until(answers int) {
	l.sent, l.seen = map[string][]byte{}, map[string]string{}
	var answered atomic.Int64
	enough := make(chan struct{})
	for c := range clients {
		l.wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(l.round), uint64(c)))
			for n := 0; ; n++ {
				key := fmt.Sprintf("r%d-c%d-n%d", l.round, c, n)
				body := adjustment(key, r)
				l.mu.Lock()
				l.sent[key] = body
				l.mu.Unlock()
				id, err := l.s.post(l.token, body)
				if err != nil {
					return // the server died
				}
				l.mu.Lock()
				l.seen[key] = id
				l.mu.Unlock()
				if answered.Add(1) == int64(answers) {
					close(enough)
				}
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(time.Minute):
		l.s.t.Errorf("only %d of %d answers in a minute", answered.Load(), answers)
	}
}

// sendAllAgain retries every key and returns how many there were.
func (l *load) sendAllAgain() int {
	jobs := make(chan string)
	for range 8 {
		l.wg.Go(func() {
			for key := range jobs {
				id, err := l.s.post(l.token, l.sent[key])
				if err != nil {
					l.s.t.Errorf("retry of %s: %v", key, err)
				} else if told, ok := l.seen[key]; ok && told != id {
					l.s.t.Errorf("%s was posting %s, its retry is %s", key, told, id)
				}
			}
		})
	}
	for key := range l.sent {
		jobs <- key
	}
	close(jobs)
	l.wg.Wait()
	return len(l.sent)
}

// adjustment brings units into two of five stocks, in either order. None is
// ever taken, so that a retry cannot be refused.
func adjustment(key string, r *rand.Rand) []byte {
	skus := []string{"BP-F150-FR", "BP-F150-RR", "BD-GOLF-FR", "OF-UNI-68", "WB-UNI-24"}
	var changes []map[string]any
	for _, i := range r.Perm(len(skus))[:2] {
		changes = append(changes, map[string]any{"sku": skus[i], "warehouseCode": "SZ01", "delta": 1 + r.IntN(3)})
	}
	body, _ := json.Marshal(map[string]any{
		"query":     `mutation($in: StockAdjustInput!) { stockAdjust(input: $in) { posting { id } userErrors { code message } } }`,
		"variables": map[string]any{"in": map[string]any{"idempotencyKey": key, "reasonCode": "FOUND", "changes": changes}},
	})
	return body
}

// server is the real binary over one database.
type server struct {
	t           *testing.T
	binary, dir string
	env         []string
	cmd         *exec.Cmd
	addr        string
	log         bytes.Buffer
}

func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "entrepot")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

func (s *server) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), s.binary, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), s.env...)
	return cmd
}

// run is a command that must succeed; it returns what it printed.
func (s *server) run(args ...string) string {
	s.t.Helper()
	cmd := s.command(args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("entrepot %s: %v\n%s%s", strings.Join(args, " "), err, out, errs.String())
	}
	return string(out)
}

// start begins to serve and returns when the server answers.
func (s *server) start() {
	s.t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.addr = free.Addr().String()
	_ = free.Close()
	s.cmd = s.command("serve")
	s.cmd.Env = append(s.cmd.Env, "ENTREPOT_ADDR="+s.addr)
	s.log.Reset()
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	// In dev it greets once it listens.
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "/graphql") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	_ = s.cmd.Wait()
	s.t.Fatalf("the server did not start: %s", s.log.String())
}

// kill ends the server as a power cut would end the process.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// post sends one adjustment and returns the id of its posting; an error means
// that there was no answer. An answer other than success fails the test.
func (s *server) post(token string, body []byte) (string, error) {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://"+s.addr+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			StockAdjust *struct {
				Posting    *struct{ ID string }
				UserErrors []struct{ Code, Message string }
			}
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Data.StockAdjust == nil || answer.Data.StockAdjust.Posting == nil {
		s.t.Errorf("HTTP %d: %s", res.StatusCode, raw)
		return "", fmt.Errorf("no posting")
	}
	return answer.Data.StockAdjust.Posting.ID, nil
}
