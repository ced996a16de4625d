//go:build linux

package main

import (
	"context"
	_ "embed" // the file that the overlay adds
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	profileTime = 12 * time.Second
	profileSpan = "10" // seconds, within profileTime
	pprofEnv    = "BENCH_PPROF"
)

//go:embed pprof.go.txt
var pprofSource []byte

// profilingOverlay makes a build with one file more, which serves profiles. The
// product has no such door.
func profilingOverlay(dir string) (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	source := filepath.Join(dir, "pprof.go")
	if err := os.WriteFile(source, pprofSource, 0o600); err != nil {
		return "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "cmd/entrepot/bench_pprof.go"): source}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, raw, 0o600)
}

func (b *bench) pprofSocket() string { return filepath.Join(b.dir, "pprof.sock") }

// profiled keeps the server at work, after all that counts, and takes a CPU
// profile meanwhile; when one is wanted.
func (b *bench) profiled(ctx context.Context, part string, work func() error) error {
	if b.profile == "" {
		return nil
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", b.pprofSocket())
	}}}
	defer client.CloseIdleConnections()
	took := make(chan error, 1)
	go func() {
		took <- save(ctx, &client, "/debug/pprof/profile?seconds="+profileSpan, filepath.Join(b.profile, part+".cpu.pprof"))
	}()
	err := work()
	return errors.Join(err, <-took, save(ctx, &client, "/debug/pprof/allocs", filepath.Join(b.profile, part+".allocs.pprof")))
}

func save(ctx context.Context, client *http.Client, path, to string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://pprof"+path, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
