package auth_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"entrepot/ent"
	"entrepot/ent/role"
	"entrepot/ent/user"
	"entrepot/internal/auth"
	"entrepot/internal/fault"
	"entrepot/internal/stock"
	"entrepot/internal/store"
	"entrepot/internal/testdb"
)

const (
	secret   = "0123456789abcdef0123456789abcdef"
	password = "correct horse battery"
)

// clock is a time that a test moves by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type bundle struct {
	db    *store.DB
	clock *clock
	*auth.Service
}

func setup(t *testing.T, db *store.DB) *bundle {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	s, err := auth.New(db, []byte(secret), time.Hour, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{db, c, s}
}

func (b *bundle) bootstrap(t *testing.T) auth.Session {
	t.Helper()
	if _, err := b.Bootstrap(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	s, err := b.Login(t.Context(), auth.LoginInput{Username: "admin", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bundle) changeAdmin(t *testing.T, change func(*ent.UserUpdate)) {
	t.Helper()
	err := b.db.InTx(t.Context(), func(tx store.Tx) error {
		q := tx.Ent.User.Update().Where(user.Username(auth.AdminUsername))
		change(q)
		return q.Exec(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBootstrap(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		t.Run("the generated password signs in and is told once", func(t *testing.T) {
			b := setup(t, db)
			if _, err := b.Bootstrap(t.Context(), "short"); err == nil {
				t.Error("a short password was accepted")
			}
			generated, err := b.Bootstrap(t.Context(), "")
			if err != nil || len(generated) < 20 {
				t.Fatalf("generated %d characters, %v", len(generated), err)
			}
			if _, err := b.Login(t.Context(), auth.LoginInput{Username: " Admin ", Password: generated}); err != nil {
				t.Error(err)
			}
			for _, given := range []string{"", password} {
				if again, err := b.Bootstrap(t.Context(), given); again != "" || err != nil {
					t.Errorf("second start: %q, %v", again, err)
				}
			}
			if _, err := b.Login(t.Context(), auth.LoginInput{Username: "admin", Password: password}); err == nil {
				t.Error("a later start changed the password")
			}
		})
		t.Run("built-in roles follow the binary, others stay", func(t *testing.T) {
			b := setup(t, db)
			ctx := t.Context()
			err := db.InTx(ctx, func(tx store.Tx) error {
				if err := tx.Ent.Role.Update().Where(role.Name(auth.RoleAnalyst)).SetPermissions([]string{"user:manage"}).Exec(ctx); err != nil {
					return err
				}
				return tx.Ent.Role.Create().SetName("auditor").SetPermissions([]string{"cost:view"}).
					SetCreatedAt(b.clock.now()).SetUpdatedAt(b.clock.now()).Exec(ctx)
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Bootstrap(ctx, ""); err != nil {
				t.Fatal(err)
			}
			analyst := db.Ent().Role.Query().Where(role.Name(auth.RoleAnalyst)).OnlyX(ctx)
			if slices.Contains(analyst.Permissions, "user:manage") || !slices.Contains(analyst.Permissions, "stock:view") {
				t.Errorf("analyst has %v", analyst.Permissions)
			}
			if n := db.Ent().Role.Query().CountX(ctx); n != len(auth.BuiltinRoles())+1 {
				t.Errorf("%d roles", n)
			}
		})
	})
}

func TestReplicasBootstrapAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		const replicas = 4
		generated, errs := make([]string, replicas), make([]error, replicas)
		var wg sync.WaitGroup
		for i := range replicas {
			b := setup(t, db)
			wg.Go(func() { generated[i], errs[i] = b.Bootstrap(t.Context(), "") })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		generated = slices.DeleteFunc(generated, func(s string) bool { return s == "" })
		if len(generated) != 1 {
			t.Fatalf("%d of them believe that they made the user", len(generated))
		}
		if _, err := setup(t, db).Login(t.Context(), auth.LoginInput{Username: "admin", Password: generated[0]}); err != nil {
			t.Error(err)
		}
	})
}

func TestLoginGivesOneAnswerToEveryWrongAttempt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		b.bootstrap(t)
		wrong := func(username, pass string) fault.Fault {
			_, err := b.Login(t.Context(), auth.LoginInput{Username: username, Password: pass})
			var l fault.List
			if !errors.As(err, &l) || len(l) != 1 {
				t.Fatalf("%s: %v", username, err)
			}
			return l[0]
		}
		first := wrong("admin", "not the password")
		if first.Code != fault.BadCredentials || !slices.Equal(first.Field, []string{"input", "password"}) {
			t.Errorf("got %+v", first)
		}
		unknown := wrong("nobody", password)
		long := wrong("admin", string(make([]byte, 5000)))
		b.changeAdmin(t, func(u *ent.UserUpdate) { u.SetStatus(stock.StatusArchived) })
		archived := wrong("admin", password)
		for name, f := range map[string]fault.Fault{"unknown": unknown, "long": long, "archived": archived} {
			if f.Message != first.Message || f.Code != first.Code || !slices.Equal(f.Field, first.Field) {
				t.Errorf("%s: %+v differs from %+v", name, f, first)
			}
		}

		_, err := b.Login(t.Context(), auth.LoginInput{Username: " "})
		var l fault.List
		if !errors.As(err, &l) || len(l) != 2 || l[0].Code != fault.Required {
			t.Errorf("empty input: %v", err)
		}
	})
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *store.DB) {
		b := setup(t, db)
		s := b.bootstrap(t)
		signedIn := func() bool {
			t.Helper()
			p, err := b.Authenticate(t.Context(), s.AccessToken)
			var stop *fault.Error
			if err != nil && (!errors.As(err, &stop) || stop.Code != fault.Unauthenticated) {
				t.Fatal(err)
			}
			return err == nil && p.UserID == s.UserID && p.Can(auth.UserManage)
		}
		if !signedIn() || s.ExpiresAt.Sub(b.clock.now()) != time.Hour {
			t.Fatalf("a fresh session does not work: %+v", s)
		}

		b.changeAdmin(t, func(u *ent.UserUpdate) { u.SetStatus(stock.StatusArchived) })
		b.clock.advance(5 * time.Second)
		if signedIn() {
			t.Error("an archived user is still signed in after five seconds")
		}
		b.changeAdmin(t, func(u *ent.UserUpdate) { u.SetStatus(stock.StatusActive) })
		b.Forget(s.UserID)
		if !signedIn() {
			t.Error("Forget did not take effect at once")
		}
		b.changeAdmin(t, func(u *ent.UserUpdate) { u.AddTokenVersion(1) })
		b.Forget(s.UserID)
		if signedIn() {
			t.Error("an ended session still works")
		}

		s, err := b.IssueToken(t.Context(), "admin", time.Minute)
		if err != nil || !signedIn() {
			t.Fatalf("a new session does not work: %v", err)
		}
		b.clock.advance(time.Minute)
		if signedIn() {
			t.Error("an expired token works")
		}
	})
}

func TestTokensSurviveARestart(t *testing.T) {
	t.Parallel()
	db := testdb.SQLite(t)
	s := setup(t, db).bootstrap(t)
	if _, err := setup(t, db).Authenticate(t.Context(), s.AccessToken); err != nil {
		t.Error(err)
	}
}

func TestADatabaseThatDoesNotAnswerIsNotASignOut(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.SQLite(t))
	s := b.bootstrap(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Authenticate(ctx, s.AccessToken)
	var stop *fault.Error
	if err == nil || errors.As(err, &stop) {
		t.Errorf("got %v", err)
	}
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.SQLite(t))
	b.bootstrap(t)
	b.changeAdmin(t, func(u *ent.UserUpdate) { u.SetStatus(stock.StatusArchived) })
	for name, c := range map[string]struct {
		username string
		ttl      time.Duration
		code     fault.Code
	}{
		"an unknown user":  {"nobody", time.Hour, fault.NotFound},
		"an archived user": {"ADMIN", time.Hour, fault.Archived},
		"no life":          {"admin", 0, fault.Invalid},
		"life in the past": {"admin", -time.Hour, fault.Invalid},
	} {
		_, err := b.IssueToken(t.Context(), c.username, c.ttl)
		var l fault.List
		if !errors.As(err, &l) || l[0].Code != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
