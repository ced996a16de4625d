//go:build unix

package servers

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldestPostgres is the first major version with everything we use.
const oldestPostgres = 15

// programs says where the servers are. Empty means not found.
type programs struct {
	postgres string // folder with postgres and initdb
	redis    string // the program
	tooOld   []string
}

func (p programs) complete() bool { return p.postgres != "" && p.redis != "" }

// find looks for the programs. A PostgreSQL on the PATH was put there by
// somebody and wins; else the newest that the distribution installed outside
// the PATH, as Debian and Red Hat do to keep versions side by side.
func find(ctx context.Context) programs {
	var p programs
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			p.redis = path
			break
		}
	}
	var onPath []string
	if path, err := exec.LookPath("postgres"); err == nil {
		// Behind a symbolic link are the programs that belong together.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		onPath = append(onPath, filepath.Dir(path))
	}
	for _, group := range [][]string{onPath, installed("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")} {
		best := 0
		for _, bin := range group {
			version := postgresVersion(ctx, bin)
			switch {
			case version >= oldestPostgres && version > best:
				best, p.postgres = version, bin
			case version > 0 && version < oldestPostgres:
				p.tooOld = append(p.tooOld, fmt.Sprintf("%s (version %d)", bin, version))
			}
		}
		if p.postgres != "" {
			break
		}
	}
	return p
}

func installed(patterns ...string) []string {
	var dirs []string
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern)
		dirs = append(dirs, matches...)
	}
	slices.Sort(dirs)
	return dirs
}

var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// postgresVersion is the major version of the server in bin, or 0 when bin
// does not hold a server that can be set up.
func postgresVersion(ctx context.Context, bin string) int {
	if _, err := exec.LookPath(filepath.Join(bin, "initdb")); err != nil {
		return 0
	}
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	match := versionNumber.FindSubmatch(out)
	if match == nil {
		return 0
	}
	version, _ := strconv.Atoi(string(match[1]))
	return version
}
