//go:build unix

package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// findOrInstall returns both programs. What is missing is installed where that
// works without asking anybody: with apt-get, as root or through a sudo that
// wants no password. The packages may start services of their own; those keep
// the standard ports, and ours use others.
func findOrInstall(ctx context.Context, log io.Writer) (programs, error) {
	p := find(ctx)
	if p.complete() {
		return p, nil
	}
	apt, why := aptGet(ctx)
	if why == nil {
		fmt.Fprintf(log, "installing %s\n", strings.Join(packages(p), " "))
		why = install(ctx, log, apt, packages(p))
		p = find(ctx)
		if p.complete() {
			return p, nil
		}
	}
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	return p, missing(p, why)
}

// packages are the Debian packages for what was not found.
func packages(p programs) []string {
	var names []string
	if p.postgres == "" {
		names = append(names, "postgresql")
	}
	if p.redis == "" {
		names = append(names, "redis-server")
	}
	return names
}

// aptGet is the command line that begins an unattended apt-get, or why there
// is none.
func aptGet(ctx context.Context) ([]string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, errors.New("there is no apt-get to install it with")
	}
	argv := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"}
	if os.Geteuid() == 0 {
		return argv, nil
	}
	if exec.CommandContext(ctx, "sudo", "-n", "true").Run() != nil {
		return nil, errors.New("installing it needs root, and sudo is missing or asks for a password")
	}
	return append([]string{"sudo", "-n"}, argv...), nil
}

// install runs apt-get. The lists are refreshed first, since a fresh image
// has none; when that fails the installation may still work from old ones.
func install(ctx context.Context, log io.Writer, apt, names []string) error {
	steps := [][]string{
		{"update"},
		append([]string{"install", "--yes", "--no-install-recommends"}, names...),
	}
	var err error
	for _, step := range steps {
		argv := append(append([]string(nil), apt...), step...)
		cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
		cmd.Stdout, cmd.Stderr = log, log
		if err = cmd.Run(); err != nil {
			err = fmt.Errorf("apt-get %s: %w", step[0], err)
			fmt.Fprintln(log, err)
		}
	}
	return err
}

// missing says what to install and how.
func missing(p programs, why error) error {
	var b strings.Builder
	fmt.Fprintf(&b, "this needs a PostgreSQL server (%d or newer) and a Redis server.\n", oldestPostgres)
	if p.postgres == "" {
		fmt.Fprintf(&b, "  PostgreSQL: not found on the PATH or in /usr/lib/postgresql/*/bin\n")
		for _, old := range p.tooOld {
			fmt.Fprintf(&b, "              %s is too old\n", old)
		}
	}
	if p.redis == "" {
		fmt.Fprintf(&b, "  Redis:      no redis-server on the PATH\n")
	}
	if why != nil {
		fmt.Fprintf(&b, "  %v\n", why)
	}
	fmt.Fprintf(&b, "Install on Debian or Ubuntu:\n  sudo apt-get update && sudo apt-get install -y %s\n", strings.Join(packages(p), " "))
	if p.postgres == "" {
		fmt.Fprintf(&b, "Where the distribution's PostgreSQL is older than %d, newer packages are described at https://www.postgresql.org/download/\n", oldestPostgres)
	}
	b.WriteString("On other systems install both by any means and put postgres, initdb and redis-server on the PATH.")
	return errors.New(b.String())
}
