package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The argon2id parameters are OWASP's second recommendation (19 MiB, two
// passes, one lane): about 20 ms, and little enough memory for a small machine.
const (
	argonMemory  = 19456
	argonTime    = 2
	argonLanes   = 1
	argonSalt    = 16
	argonKey     = 32
	argonAtOnce  = 2
	maxPassword  = 1024
	minPassword  = 8
	argonMaxCost = 1 << 20
)

var errPHC = errors.New("not an argon2id hash in PHC form")

// hasher computes password hashes, at most two at once: a storm of sign-ins
// waits in line instead of taking 19 MiB each.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{slots: make(chan struct{}, argonAtOnce)} }

// hash is the PHC form of a new salt and the password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	p := phc{memory: argonMemory, time: argonTime, lanes: argonLanes, salt: salt, key: make([]byte, argonKey)}
	key, err := h.derive(ctx, password, p)
	p.key = key
	return p.String(), err
}

// verify says whether the password is the one that was hashed. An unreadable
// hash is an error: it means that the stored row is damaged.
func (h *hasher) verify(ctx context.Context, password, stored string) (bool, error) {
	p, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	key, err := h.derive(ctx, password, p)
	return err == nil && subtle.ConstantTimeCompare(key, p.key) == 1, err
}

func (h *hasher) derive(ctx context.Context, password string, p phc) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.lanes, uint32(len(p.key))), nil
}

// phc is a hash with the parameters it was made with, so that raising them
// leaves older hashes readable.
type phc struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// String is the PHC form, $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.memory, p.time, p.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.key))
}

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errPHC
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.lanes); err != nil {
		return phc{}, errPHC
	}
	if p.memory < 8 || p.memory > argonMaxCost || p.time < 1 || p.time > 100 || p.lanes < 1 {
		return phc{}, errPHC
	}
	b64 := base64.RawStdEncoding
	var err error
	if p.salt, err = b64.DecodeString(parts[4]); err != nil {
		return phc{}, errPHC
	}
	if p.key, err = b64.DecodeString(parts[5]); err != nil || len(p.key) < 16 {
		return phc{}, errPHC
	}
	return p, nil
}
