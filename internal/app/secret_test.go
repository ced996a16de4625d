package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestTheSecretIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	c := Config{SecretFile: filepath.Join(t.TempDir(), "data", "secret")}
	first, err := c.secret()
	if err != nil || len(first) != 64 {
		t.Fatalf("%d characters, %v", len(first), err)
	}
	second, err := c.secret()
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the secret changed: %v", err)
	}
	info, err := os.Stat(c.SecretFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(c.SecretFile))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOfManyThatStartAtOnceAllHaveOneSecret(t *testing.T) {
	t.Parallel()
	c := Config{SecretFile: filepath.Join(t.TempDir(), "data", "secret")}
	got := make([]string, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			s, err := c.secret()
			if err != nil {
				t.Error(err)
			}
			got[i] = string(s)
		})
	}
	wg.Wait()
	for _, s := range got {
		if s != got[0] || s == "" {
			t.Fatal("they differ")
		}
	}
}

func TestAConfiguredSecretMakesNoFile(t *testing.T) {
	t.Parallel()
	c := Config{Secret: strings.Repeat("s", 32), SecretFile: filepath.Join(t.TempDir(), "secret")}
	if s, err := c.secret(); err != nil || string(s) != c.Secret {
		t.Errorf("%s, %v", s, err)
	}
	if _, err := os.Stat(c.SecretFile); !os.IsNotExist(err) {
		t.Error("a file was made")
	}
}

func TestADamagedSecretFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	c := Config{SecretFile: filepath.Join(t.TempDir(), "secret")}
	if err := os.WriteFile(c.SecretFile, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.secret(); err == nil || strings.Contains(err.Error(), "short\n") {
		t.Errorf("%v", err)
	}
	if kept, _ := os.ReadFile(c.SecretFile); string(kept) != "short\n" {
		t.Error("it was replaced")
	}
}
