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
	return store.Open(ctx, store.Config{URL: c.DatabaseURL, ReplicaURL: c.ReplicaURL, Synchronous: c.Synchronous})
}

// openReady opens a database that this binary can work with. The embedded one
// is migrated on the way. A PostgreSQL is not: several replicas start at once,
// and whoever runs it decides when its tables change.
func openReady(ctx context.Context, c Config) (_ *store.DB, err error) {
	db, err := openStore(ctx, c)
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
