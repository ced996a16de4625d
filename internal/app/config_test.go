package app

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got, err := Parse(nil, environment())
	want := Config{
		Addr: ":8080", DatabaseURL: "sqlite:./data/entrepot.db", Env: EnvDev, BaseCurrency: "CNY",
		SecretFile: "./data/secret", AccessTokenTTL: 8 * time.Hour, Synchronous: "NORMAL", GroupCommit: true, RateFeed: "none", Jobs: true, LogFormat: "auto",
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := got.check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestAFlagGoesBeforeTheEnvironmentBeforeTheFileBeforeTheDefault(t *testing.T) {
	t.Parallel()
	path := file(t, "# a comment\n\nENTREPOT_ADDR=:1\nENTREPOT_ENV = staging\nENTREPOT_BASE_CURRENCY=\"USD\"\nDATABASE_URL='postgres://h/d?a=b'\nENTREPOT_ACCESS_TOKEN_TTL=30m\n")
	env := environment("ENTREPOT_ADDR", ":2", "ENTREPOT_ENV", "prod", "ENTREPOT_BASE_CURRENCY", "")
	for name, c := range map[string]struct {
		args []string
		env  func(string) (string, bool)
	}{
		"by flag": {[]string{"--config", path, "--addr", ":3"}, env},
		"by environment": {[]string{"--addr=:3"}, func(n string) (string, bool) {
			if n == "ENTREPOT_CONFIG" {
				return path, true
			}
			return env(n)
		}},
	} {
		got, err := Parse(c.args, c.env)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Addr != ":3" || got.Env != "prod" || got.BaseCurrency != "USD" || got.AccessTokenTTL != 30*time.Minute ||
			got.DatabaseURL != "postgres://h/d?a=b" || got.LogFormat != "auto" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestConfigFilesWithMistakesAreRefusedWithoutShowingValues(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"ENTREPOT_ADDRESS=hunter2": "line 1",
		"\nhunter2":                "line 2",
		"ENTREPOT_SECRET=a\nENTREPOT_SECRET=hunter2": "ENTREPOT_SECRET is set twice",
		"ENTREPOT_CONFIG=hunter2":                    "line 1",
	} {
		_, err := Parse([]string{"--config", file(t, text)}, environment())
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Parse([]string{"--config", "/nowhere/at/all"}, environment()); err == nil {
		t.Error("a config file that is not there was accepted")
	}
}

func TestEverySettingIsInTheHelpAndHasItsNameInTheEnvironment(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	var c Config
	k, err := kong.New(&c, append(Settings(environment()), kong.Writers(&help, &help), kong.Exit(func(int) {}))...)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = k.Parse([]string{"--help"})
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		name := f.Tag.Get("setting")
		if name == "" || f.Tag.Get("help") == "" || !strings.Contains(help.String(), "["+name+"]") {
			t.Errorf("%s: setting %q is not in the help", f.Name, name)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mend func(*Config)
		says string
	}{
		"prod without a secret":      {func(c *Config) { c.Env = EnvProd }, "ENTREPOT_SECRET must be set in prod"},
		"prod with a secret":         {func(c *Config) { c.Env, c.Secret = EnvProd, strings.Repeat("s", 32) }, ""},
		"a short secret":             {func(c *Config) { c.Secret = "hunter2" }, "at least 32"},
		"a short password":           {func(c *Config) { c.AdminPassword = "hunter2" }, "at least 8"},
		"a currency in small":        {func(c *Config) { c.BaseCurrency = "cny" }, "ISO 4217"},
		"tokens without a life":      {func(c *Config) { c.AccessTokenTTL = 0 }, "between"},
		"tokens for ever":            {func(c *Config) { c.AccessTokenTTL = 24 * 365 * time.Hour }, "between"},
		"a replica of SQLite":        {func(c *Config) { c.ReplicaURL = "postgres://h/d" }, "needs a PostgreSQL"},
		"several mistakes, all told": {func(c *Config) { c.BaseCurrency, c.AccessTokenTTL = "", 0 }, "ENTREPOT_ACCESS_TOKEN_TTL"},
	} {
		conf, err := Parse(nil, environment())
		if err != nil {
			t.Fatal(err)
		}
		c.mend(&conf)
		err = conf.check()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the message shows the value", name)
		}
	}
}

func TestExplainIsOneLineWithoutSecrets(t *testing.T) {
	t.Parallel()
	c := Config{
		DatabaseURL: "postgres://entrepot:p%40ss%2Fword@db/x", RedisURL: "redis://:redispw@r/0",
		Secret: "the secret of this installation!", AdminPassword: "adminpw99",
	}
	err := errorText("pq: bad p@ss/word\nin postgres://entrepot:p%40ss%2Fword@db/x and redispw\r\nthe secret of this installation! adminpw99 at postgres://other:unknown@h/d")
	got := Explain(c, err)
	for _, s := range []string{"p@ss/word", "p%40ss", "redispw", "the secret of", "adminpw99", "unknown", "\n", "\r"} {
		if strings.Contains(got, s) {
			t.Errorf("%q is in %q", s, got)
		}
	}
	if !strings.Contains(got, "pq: bad ***; in postgres://") {
		t.Errorf("not readable: %q", got)
	}
}

type errorText string

func (e errorText) Error() string { return string(e) }

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"half of the machine":         {map[string]string{"/proc/meminfo": "MemFree: 5 kB\nMemTotal:       16777216 kB\n"}, 8 * gib},
		"half of the container":       {map[string]string{"/proc/meminfo": "MemTotal: 16777216 kB\n", "/sys/fs/cgroup/memory.max": "2147483648\n"}, gib},
		"a container without a limit": {map[string]string{"/proc/meminfo": "MemTotal: 16777216 kB\n", "/sys/fs/cgroup/memory.max": "max\n"}, 8 * gib},
		"never below the least":       {map[string]string{"/proc/meminfo": "MemTotal: 524288 kB\n"}, minMemoryLimit},
		"an unknown machine":          {nil, assumedMemory / 2},
	} {
		got := memoryLimit(func(path string) ([]byte, error) {
			text, ok := c.files[path]
			if !ok {
				return nil, os.ErrNotExist
			}
			return []byte(text), nil
		})
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
