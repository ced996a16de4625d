package testdb

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
)

// RedisURL is the URL of an empty numbered database that no other test uses at
// the same time. Keys are separate; channels of publish and subscribe are not,
// since Redis shares those between its databases.
func RedisURL(t testing.TB) string {
	t.Helper()
	raw := server(t, "ENTREPOT_TEST_REDIS")
	opts, err := redis.ParseURL(raw)
	if err != nil {
		t.Fatalf("ENTREPOT_TEST_REDIS: %v", err)
	}
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatalf("ENTREPOT_TEST_REDIS: %v", err)
	}
	opts.DB = lease(t, opts)
	client := redis.NewClient(opts)
	defer client.Close()
	if err := client.FlushDB(t.Context()).Err(); err != nil {
		t.Fatalf("empty the Redis database: %v", err)
	}
	if u.Scheme == "unix" {
		q := u.Query()
		q.Set("db", strconv.Itoa(opts.DB))
		u.RawQuery = q.Encode()
	} else {
		u.Path = "/" + strconv.Itoa(opts.DB)
	}
	return u.String()
}

// lease takes the next number, counted in database 0 for all test binaries.
func lease(t testing.TB, opts *redis.Options) int {
	t.Helper()
	client := redis.NewClient(&redis.Options{
		Network: opts.Network, Addr: opts.Addr, Username: opts.Username, Password: opts.Password,
	})
	defer client.Close()
	config, err := client.ConfigGet(t.Context(), "databases").Result()
	if err != nil {
		t.Fatalf("reach ENTREPOT_TEST_REDIS: %v", err)
	}
	databases, err := strconv.Atoi(config["databases"])
	if err != nil || databases < 2 {
		t.Fatalf("Redis has %q databases, tests need several", config["databases"])
	}
	n, err := client.Incr(t.Context(), "entrepot:test:databases").Result()
	if err != nil {
		t.Fatalf("lease a Redis database: %v", err)
	}
	return 1 + int(n%int64(databases-1))
}
