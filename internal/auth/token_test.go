package auth

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"entrepot/internal/fault"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func testTokens(t *testing.T, secret string) *tokens {
	t.Helper()
	tk, err := newTokens([]byte(secret), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return tk
}

const testSecret = "0123456789abcdef0123456789abcdef"

func TestGenuineTokenIsAccepted(t *testing.T) {
	t.Parallel()
	tk := testTokens(t, testSecret)
	raw, err := tk.sign(7, 3, noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if id, version, err := tk.verify(raw); id != 7 || version != 3 || err != nil {
		t.Fatalf("got %d, %d, %v", id, version, err)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	tk := testTokens(t, testSecret)
	good := func() claims {
		return claims{RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: "7", ExpiresAt: jwt.NewNumericDate(noon.Add(time.Hour)),
		}, TokenVersion: 1}
	}
	make := func(method jwt.SigningMethod, kid string, key any, mend func(*claims)) string {
		c := good()
		if mend != nil {
			mend(&c)
		}
		token := jwt.NewWithClaims(method, c)
		token.Header["kid"] = kid
		raw, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	key := tk.keys[accessKeyID]
	genuine := make(jwt.SigningMethodHS256, accessKeyID, key, nil)
	if _, _, err := tk.verify(genuine); err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(genuine, ".")
	for name, raw := range map[string]string{
		"empty":             "",
		"no token":          "abc",
		"too long":          strings.Repeat("a", maxToken+1),
		"unsigned":          make(jwt.SigningMethodNone, accessKeyID, jwt.UnsafeAllowNoneSignatureType, nil),
		"another algorithm": make(jwt.SigningMethodHS512, accessKeyID, key, nil),
		"unknown key id":    make(jwt.SigningMethodHS256, "access-0", key, nil),
		"no key id":         make(jwt.SigningMethodHS256, "", key, nil),
		"another secret":    make(jwt.SigningMethodHS256, accessKeyID, []byte(testSecret), nil),
		"another issuer":    make(jwt.SigningMethodHS256, accessKeyID, key, func(c *claims) { c.Issuer = "else" }),
		"no end":            make(jwt.SigningMethodHS256, accessKeyID, key, func(c *claims) { c.ExpiresAt = nil }),
		"no user":           make(jwt.SigningMethodHS256, accessKeyID, key, func(c *claims) { c.Subject = "x" }),
		"changed payload":   head + ".eyJzdWIiOiIxIn0" + rest[strings.IndexByte(rest, '.'):],
		"expired and forged": make(jwt.SigningMethodHS256, accessKeyID, []byte(testSecret), func(c *claims) {
			c.ExpiresAt = jwt.NewNumericDate(noon.Add(-time.Hour))
		}),
	} {
		_, _, err := tk.verify(raw)
		if !errors.Is(err, errToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	expired := make(jwt.SigningMethodHS256, accessKeyID, key, func(c *claims) { c.ExpiresAt = jwt.NewNumericDate(noon) })
	if _, _, err := tk.verify(expired); !errors.Is(err, errExpired) {
		t.Errorf("expired: %v", err)
	}
	var stop *fault.Error
	if !errors.As(errExpired, &stop) || stop.Code != fault.Unauthenticated {
		t.Error("an expired token must send people to sign in")
	}
}

func TestTokensOfAnotherInstallationAreRefused(t *testing.T) {
	t.Parallel()
	raw, err := testTokens(t, "another secret, long enough to do").sign(7, 1, noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := testTokens(t, testSecret).verify(raw); !errors.Is(err, errToken) {
		t.Fatal(err)
	}
}

func TestShortSecretIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := newTokens([]byte("short"), time.Now); err == nil {
		t.Fatal("accepted")
	}
}

func TestATokenThatWasVerifiedBeforeStillExpiresAndIsForgottenInTheEnd(t *testing.T) {
	t.Parallel()
	now := noon
	tk, err := newTokens([]byte(testSecret), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tk.sign(7, 3, noon, noon.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Time{noon, noon.Add(time.Hour - 1)} {
		now = at
		if id, version, err := tk.verify(raw); id != 7 || version != 3 || err != nil {
			t.Errorf("%s: %d, %d, %v", at, id, version, err)
		}
	}
	now = noon.Add(time.Hour)
	if _, _, err := tk.verify(raw); !errors.Is(err, errExpired) || len(tk.genuine) != 0 {
		t.Errorf("at its end: %v, %d kept", err, len(tk.genuine))
	}
	if _, _, err := tk.verify(raw + "x"); !errors.Is(err, errToken) {
		t.Errorf("changed: %v", err)
	}
	now = noon
	for i := range int64(genuineSize + 1) {
		raw, err := tk.sign(i, 1, noon, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if id, _, err := tk.verify(raw); id != i || err != nil {
			t.Fatal(id, err)
		}
	}
	if len(tk.genuine) > genuineSize {
		t.Errorf("%d tokens are kept", len(tk.genuine))
	}
}
