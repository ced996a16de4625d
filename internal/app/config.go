package app

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// The values of Config.Env.
const (
	EnvDev     = "dev"
	EnvStaging = "staging"
	EnvProd    = "prod"
)

// Config is every setting of the program. Its tags are the flags; the setting
// tag is the name in the environment and in the config file.
type Config struct {
	File           string        `name:"config" setting:"ENTREPOT_CONFIG" placeholder:"FILE" help:"File of settings, one NAME=value in each line, by the names given in brackets here. Flags and the environment go before it."`
	Addr           string        `name:"addr" setting:"ENTREPOT_ADDR" default:":8080" help:"Address to listen on."`
	DatabaseURL    string        `name:"database-url" setting:"DATABASE_URL" default:"sqlite:./data/entrepot.db" help:"Database: sqlite:PATH or a postgres:// URL."`
	ReplicaURL     string        `name:"database-replica-url" setting:"DATABASE_REPLICA_URL" placeholder:"URL" help:"PostgreSQL replica for reads that may lag. None by default."`
	RedisURL       string        `name:"redis-url" setting:"REDIS_URL" placeholder:"URL" help:"Redis, as a redis:// URL; never needed. None by default."`
	Env            string        `name:"env" setting:"ENTREPOT_ENV" default:"dev" enum:"dev,staging,prod" help:"Where it runs: dev, staging or prod. In prod the secret must be given."`
	BaseCurrency   string        `name:"base-currency" setting:"ENTREPOT_BASE_CURRENCY" default:"CNY" help:"ISO 4217 code of the currency that worth is told in. It cannot change once there is stock."`
	AdminPassword  string        `name:"admin-password" setting:"ENTREPOT_ADMIN_PASSWORD" placeholder:"PASSWORD" help:"Password of the user admin, used only when the database has no user; at least 8 characters. By default a random one is made and printed once. Prefer the environment: flags show in the list of processes."`
	Secret         string        `name:"secret" setting:"ENTREPOT_SECRET" placeholder:"SECRET" help:"At least 32 characters that only this installation knows; all keys are derived from it. By default a random one is kept in the secret file. Prefer the environment."`
	SecretFile     string        `name:"secret-file" setting:"ENTREPOT_SECRET_FILE" default:"./data/secret" help:"Where the secret is kept when none is given; made on the first start, readable by its owner only."`
	AccessTokenTTL time.Duration `name:"access-token-ttl" setting:"ENTREPOT_ACCESS_TOKEN_TTL" default:"8h" help:"How long a sign-in lasts. A working day, since a sign-in cannot be renewed yet; archiving a user ends theirs within five seconds."`
	Synchronous    string        `name:"sqlite-synchronous" setting:"ENTREPOT_SQLITE_SYNCHRONOUS" default:"NORMAL" enum:"NORMAL,FULL" help:"Durability of SQLite: with NORMAL a power cut may lose the last commits, with FULL none, at less than half the speed."`
	GroupCommit    bool          `name:"group-commit" setting:"ENTREPOT_GROUP_COMMIT" default:"true" negatable:"" help:"Commit stock adjustments, moves and reservations that arrive together in one transaction, each a posting of its own."`
	RateFeed       string        `name:"rate-feed" setting:"ENTREPOT_RATE_FEED" default:"none" enum:"none,ecb,ecb-sdmx" help:"Where exchange rates come from beside those entered by hand: ecb reads the reference rates of the European Central Bank as XML files, ecb-sdmx the same by its data service; both every four hours. By default none, and nothing is called."`
	RateFeedURL    string        `name:"rate-feed-url" setting:"ENTREPOT_RATE_FEED_URL" placeholder:"URL" help:"Where that feed is found, when it is not at the bank itself."`
	Jobs           bool          `name:"jobs" setting:"ENTREPOT_JOBS" default:"true" negatable:"" help:"Do background jobs (imports, exports, reports) and what happens by the clock: daily snapshots, the sweep of the ledger, housekeeping. At least one replica must; any number may."`
	LogFormat      string        `name:"log-format" setting:"ENTREPOT_LOG_FORMAT" default:"auto" enum:"auto,json,text" help:"Form of the log: json, text, or auto, which is text at a terminal."`
}

// Parse reads a configuration from flags alone, without a command, with the
// environment given as a function such as os.LookupEnv.
func Parse(args []string, environ func(string) (string, bool)) (Config, error) {
	var c Config
	k, err := kong.New(&c, Settings(environ)...)
	if err != nil {
		return Config{}, err
	}
	_, err = k.Parse(args)
	return c, err
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// check collects what is wrong with the settings, by their names. It is not
// called Validate: kong would call that before every command, version included.
func (c Config) check() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Env == EnvProd && c.Secret == "" {
		refuse("ENTREPOT_SECRET must be set in prod: at least %d characters, the same for every replica and every start", minSecret)
	}
	if c.Secret != "" && len(c.Secret) < minSecret {
		refuse("ENTREPOT_SECRET has %d characters, it must have at least %d", len(c.Secret), minSecret)
	}
	if c.AdminPassword != "" && len(c.AdminPassword) < 8 {
		refuse("ENTREPOT_ADMIN_PASSWORD must have at least 8 characters")
	}
	if !currencyCode.MatchString(c.BaseCurrency) {
		refuse("ENTREPOT_BASE_CURRENCY is %q, it must be an ISO 4217 code such as CNY", c.BaseCurrency)
	}
	if u, err := url.Parse(c.RateFeedURL); c.RateFeedURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		refuse("ENTREPOT_RATE_FEED_URL must be an http or https URL")
	}
	if c.AccessTokenTTL < time.Minute || c.AccessTokenTTL > 30*24*time.Hour {
		refuse("ENTREPOT_ACCESS_TOKEN_TTL is %s, it must be between 1m and 720h", c.AccessTokenTTL)
	}
	if c.ReplicaURL != "" && c.embedded() {
		refuse("DATABASE_REPLICA_URL needs a PostgreSQL DATABASE_URL")
	}
	return errors.Join(errs...)
}

// embedded says whether the database is ours alone, so that we may migrate it
// whenever we start.
func (c Config) embedded() bool { return strings.HasPrefix(c.DatabaseURL, "sqlite:") }

// secrets are the texts that must not be printed.
func (c Config) secrets() []string {
	out := []string{c.Secret, c.AdminPassword}
	for _, raw := range []string{c.DatabaseURL, c.ReplicaURL, c.RedisURL} {
		if u, err := url.Parse(raw); err == nil && u.User != nil {
			if password, ok := u.User.Password(); ok {
				out = append(out, password, url.QueryEscape(password), strings.TrimPrefix(url.UserPassword("", password).String(), ":"))
			}
			out = append(out, u.Query().Get("password"))
		} else if err != nil {
			out = append(out, raw)
		}
	}
	return out
}
