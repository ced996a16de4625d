package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"entrepot/internal/auth"
	"entrepot/internal/store"
)

// openUsers opens the sign-in and sees to it that somebody can sign in. A
// generated password goes to out at once: nobody can read it again.
func openUsers(ctx context.Context, c Config, db *store.DB, secret []byte, now func() time.Time, out io.Writer) (*auth.Service, error) {
	users, err := auth.New(db, secret, c.AccessTokenTTL, now)
	if err != nil {
		return nil, err
	}
	generated, err := users.Bootstrap(ctx, c.AdminPassword)
	if err != nil {
		return nil, err
	}
	if generated != "" {
		fmt.Fprintf(out, "The user %s was created with the password %s\nIt is shown only now: keep it.\n", auth.AdminUsername, generated)
	}
	return users, nil
}
