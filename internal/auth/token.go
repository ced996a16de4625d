package auth

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"entrepot/internal/fault"
)

const (
	issuer   = "entrepot"
	maxToken = 4096
	// accessKeyID names the key that signs access tokens. To rotate it, sign
	// with a new id and keep the old one in newTokens until its tokens are over.
	accessKeyID = "access-1"
	minSecret   = 32
)

// deriveKey makes a sub-key of the secret. Label and id set keys of different
// uses and ages apart, so that none can stand in for another and rotating the
// sign-in key leaves everything else readable.
func deriveKey(secret []byte, label, id string) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, "entrepot/"+label+"/"+id, 32)
}

// claims are what an access token says. It carries no permissions: those are
// read for each request, so that taking one away needs no new token.
type claims struct {
	jwt.RegisteredClaims
	// TokenVersion is the user's at the time; raising the user's ends the token.
	TokenVersion int64 `json:"tv"`
}

// tokens signs and verifies access tokens (JWT, HS256).
type tokens struct {
	keys   map[string][]byte
	parser *jwt.Parser
	now    func() time.Time

	mu sync.Mutex
	// genuine are tokens that were verified, so that a client's next request costs
	// no signature. What a token says never changes; until when it counts, and of
	// which version of the user, is asked every time.
	genuine map[string]claims
}

// genuineSize bounds the memory for tokens to a few megabytes.
const genuineSize = 10_000

func newTokens(secret []byte, now func() time.Time) (*tokens, error) {
	if len(secret) < minSecret {
		return nil, fmt.Errorf("the secret has %d bytes, it must have at least %d", len(secret), minSecret)
	}
	key, err := deriveKey(secret, "access-token", accessKeyID)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return &tokens{
		keys: map[string][]byte{accessKeyID: key},
		now:  now, genuine: map[string]claims{},
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer),
			jwt.WithExpirationRequired(),
			jwt.WithTimeFunc(now),
		),
	}, nil
}

func (t *tokens) sign(userID, version int64, issued, expires time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   strconv.FormatInt(userID, 10),
			IssuedAt:  jwt.NewNumericDate(issued),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		TokenVersion: version,
	})
	token.Header["kid"] = accessKeyID
	return token.SignedString(t.keys[accessKeyID])
}

// verify returns the user and the token version of a genuine token. Every other
// one ends the request with fault.Unauthenticated; which check failed is
// not told, except that an expired token says so.
func (t *tokens) verify(raw string) (userID, version int64, err error) {
	if len(raw) > maxToken {
		return 0, 0, errToken
	}
	c, ok := t.known(raw)
	if !ok {
		if c, err = t.parse(raw); err != nil {
			return 0, 0, err
		}
	}
	userID, err = strconv.ParseInt(c.Subject, 10, 64)
	if err != nil {
		return 0, 0, errToken
	}
	return userID, c.TokenVersion, nil
}

// known is what a genuine token says that was verified before and has not
// expired.
func (t *tokens) known(raw string) (claims, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.genuine[raw]
	if ok && !t.now().Before(c.ExpiresAt.Time) {
		delete(t.genuine, raw)
		return claims{}, false
	}
	return c, ok
}

func (t *tokens) parse(raw string) (c claims, err error) {
	_, err = t.parser.ParseWithClaims(raw, &c, func(token *jwt.Token) (any, error) {
		id, _ := token.Header["kid"].(string)
		key, ok := t.keys[id]
		if !ok {
			return nil, errToken
		}
		return key, nil
	})
	switch {
	case isExpired(err):
		return claims{}, errExpired
	case err != nil:
		return claims{}, errToken
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.genuine) >= genuineSize {
		clear(t.genuine)
	}
	t.genuine[strings.Clone(raw)] = c
	return c, nil
}

var (
	errToken   = fault.Stop(fault.Unauthenticated, "the access token is not valid; sign in again")
	errExpired = fault.Stop(fault.Unauthenticated, "the access token has expired; sign in again")
)
