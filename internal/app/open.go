package app

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"entrepot/internal/store"
)

// openStore opens the database as it is.
func openStore(ctx context.Context, c Config) (*store.DB, error) {
	return store.Open(ctx, storeConfig(c))
}

func storeConfig(c Config) store.Config {
	return store.Config{URL: c.DatabaseURL, ReplicaURL: c.ReplicaURL, Synchronous: c.Synchronous}
}

// openReady opens a database that this binary can work with. The embedded one
// is migrated on the way. A PostgreSQL is not: several replicas start at once,
// and whoever runs it decides when its tables change.
func openReady(ctx context.Context, c Config) (*store.DB, error) {
	return openReadyAs(ctx, c, storeConfig(c))
}

// openLean is openReady for a command that goes through much and comes back to
// little. SQLite is as fast with a small cache; with five large ones, which
// fill as the database grows, memory would grow with what is imported.
func openLean(ctx context.Context, c Config) (*store.DB, error) {
	sc := storeConfig(c)
	sc.CacheKiB = 2048
	return openReadyAs(ctx, c, sc)
}

func openReadyAs(ctx context.Context, c Config, sc store.Config) (_ *store.DB, err error) {
	db, err := store.Open(ctx, sc)
	if err != nil {
		return nil, err
	}
	if c.embedded() {
		err = db.Migrate(ctx)
	} else {
		err = db.CheckVersion(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openRedis makes a client, or none. It connects when it is first used: Redis
// may be away when we start, as at any other time.
func openRedis(c Config) (*redis.Client, error) {
	if c.RedisURL == "" {
		return nil, nil
	}
	opts, err := redis.ParseURL(c.RedisURL)
	if err != nil {
		return nil, errors.New("REDIS_URL is not a valid redis:// URL") // without the URL: it may hold a password
	}
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(opts), nil
}
