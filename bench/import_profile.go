//go:build linux

package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// profileImport takes a CPU profile of one import more, after all that counts,
// when one is wanted: of ten seconds from its start, if it takes that long.
func (b *bench) profileImport(ctx context.Context, files []string) error {
	if b.profile == "" {
		return nil
	}
	d, err := b.books(ctx, "bench_import")
	if err != nil {
		return err
	}
	defer d.close()
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (c net.Conn, err error) {
		for range 500 {
			if c, err = new(net.Dialer).DialContext(ctx, "unix", b.pprofSocket()); err == nil {
				return c, nil
			}
			time.Sleep(time.Millisecond) // nothing tells from outside when a program listens: ask again
		}
		return nil, err
	}}}
	defer client.CloseIdleConnections()
	took := make(chan error, 1)
	go func() {
		took <- save(ctx, &client, "/debug/pprof/profile?seconds="+profileSpan, filepath.Join(b.profile, "import.cpu.pprof"))
	}()
	_, err = b.importInto(ctx, d.url, files...)
	return errors.Join(err, <-took)
}
