package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	h := newHasher()
	stored, err := h.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || len(stored) > 200 {
		t.Errorf("not the expected PHC form: %s", stored)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if ok, err := h.verify(t.Context(), password, stored); ok != want || err != nil {
			t.Errorf("%q: %t, %v", password, ok, err)
		}
	}
	if again, _ := h.hash(t.Context(), "correct horse"); again == stored {
		t.Error("two hashes of one password are equal: the salt is not random")
	}
}

func TestDamagedHashIsAnErrorAndNotAWrongPassword(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{
		"", "plain", "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=18$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
		"$argon2id$v=19$m=19456,t=2,p=1$!$!",
	} {
		if ok, err := newHasher().verify(t.Context(), "x", stored); ok || !errors.Is(err, errPHC) {
			t.Errorf("%q: %t, %v", stored, ok, err)
		}
	}
}

func TestAThirdHashingWaitsForItsTurnOrTheEndOfTheRequest(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for range argonAtOnce {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Fatalf("a third hashing went ahead: %v", err)
	}
	<-h.slots
	if _, err := h.hash(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
}
