package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const minSecret = 32

// prepare checks the settings and finds the secret.
func (c Config) prepare() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return c.secret()
}

// secret is the configured one, or the one kept in the secret file, which is
// made on the first start.
func (c Config) secret() ([]byte, error) {
	if c.Secret != "" {
		return []byte(c.Secret), nil
	}
	kept, err := os.ReadFile(c.SecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSecret(c.SecretFile); err != nil {
			return nil, fmt.Errorf("make the secret file: %w", err)
		}
		kept, err = os.ReadFile(c.SecretFile)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret file: %w", err)
	}
	secret := strings.TrimSpace(string(kept))
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the secret file %s has %d characters, it must have at least %d", c.SecretFile, len(secret), minSecret)
	}
	return []byte(secret), nil
}

// makeSecret writes a whole file aside and links it into place: nobody ever
// reads half of it, and of two that start at once one secret wins for both.
func makeSecret(path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".secret-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails, see crypto/rand
	_, err = f.WriteString(hex.EncodeToString(random) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
