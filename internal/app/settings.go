package app

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// Settings make kong read flags by their setting tag: from the command line,
// else the environment, else the config file, else the default. An empty
// variable counts as none, for that is how compose files pass what is not set.
//
// kong's own env tag is not used: it would go behind the config file, and read
// the environment of the process, which parallel tests cannot change.
func Settings(environ func(string) (string, bool)) []kong.Option {
	r := &settings{environ: environ}
	return []kong.Option{kong.Resolvers(r), kong.ValueFormatter(describe)}
}

func describe(v *kong.Value) string {
	if name := v.Tag.Get("setting"); name != "" {
		return v.OrigHelp + " [" + name + "]"
	}
	return v.OrigHelp
}

type settings struct {
	environ func(string) (string, bool)
	loaded  bool
	file    map[string]string
}

// Validate implements kong.Resolver.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (s *settings) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	name := flag.Tag.Get("setting")
	if name == "" {
		return nil, nil
	}
	if v, ok := s.environ(name); ok && v != "" {
		return v, nil
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if v := s.file[name]; v != "" {
		return v, nil
	}
	return nil, nil
}

// load reads the config file once, when there is one.
func (s *settings) load(ctx *kong.Context) error {
	if s.loaded {
		return nil
	}
	s.loaded = true
	known, path := map[string]bool{}, ""
	for _, f := range ctx.Flags() {
		name := f.Tag.Get("setting")
		known[name] = name != "" && name != settingConfig
		if name == settingConfig {
			path, _ = ctx.FlagValue(f).(string)
		}
	}
	if path == "" {
		path, _ = s.environ(settingConfig)
	}
	if path == "" {
		return nil
	}
	var err error
	s.file, err = readSettings(path, known)
	return err
}

const settingConfig = "ENTREPOT_CONFIG"

// readSettings reads lines of NAME=value. A name that is no setting is refused:
// it is a typing error, and the default it leaves in force a surprise. Values
// are never part of a message, for they may be secret.
func readSettings(path string, known map[string]bool) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	defer f.Close()
	out := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || !known[name] {
			return nil, fmt.Errorf("config file %s, line %d: not a setting and its value", path, n)
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("config file %s, line %d: %s is set twice", path, n, name)
		}
		out[name] = unquote(strings.TrimSpace(value))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	return out, nil
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
