package app

import (
	"context"
	"errors"
)

// Serve is New, Greet, Run and Close: what the command does.
func Serve(ctx context.Context, c Config, d Deps) error {
	a, err := New(ctx, c, d)
	if err != nil {
		return err
	}
	a.Greet()
	return errors.Join(a.Run(ctx), a.Close())
}
