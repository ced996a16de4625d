package arch

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const module = "entrepot"

// pkg is a package of the project, named by its folder relative to the root.
type pkg struct {
	name    string
	dir     string
	files   []string // without tests
	ours    []string // imports from the project, as names
	foreign []string // imports from elsewhere
}

// packages reads every Go package of the project for this platform.
func packages(t *testing.T) []pkg {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if path != root && (skipped(root, path) || nested(path)) {
			return fs.SkipDir
		}
		p, err := read(root, path)
		if noGo := (*build.NoGoError)(nil); errors.As(err, &noGo) {
			return nil
		}
		all = append(all, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// skipped names folders that the go command ignores too, and those at the root
// that hold no sources and may be very large.
func skipped(root, path string) bool {
	name := filepath.Base(path)
	if strings.ContainsAny(name[:1], "._") || name == "testdata" || name == "node_modules" {
		return true
	}
	return filepath.Dir(path) == root && (name == "bin" || name == "data")
}

// nested tells whether another module begins at path.
func nested(path string) bool {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}

func read(root, dir string) (pkg, error) {
	b, err := build.ImportDir(dir, 0)
	if err != nil {
		return pkg{}, err
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return pkg{}, err
	}
	p := pkg{name: filepath.ToSlash(rel), dir: dir, files: append(b.GoFiles, b.CgoFiles...)}
	for _, path := range b.Imports {
		if name, ok := strings.CutPrefix(path, module+"/"); ok {
			p.ours = append(p.ours, name)
		} else {
			p.foreign = append(p.foreign, path)
		}
	}
	return p, nil
}

// matches tells whether name is the package that pattern names, or lies below
// it when pattern ends with "/...".
func matches(pattern, name string) bool {
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == tree || strings.HasPrefix(name, tree+"/")
	}
	return name == pattern
}

func anyMatches(patterns []string, name string) bool {
	for _, p := range patterns {
		if matches(p, name) {
			return true
		}
	}
	return false
}
