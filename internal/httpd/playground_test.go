package httpd

import (
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func TestPlaygroundNamesNoOtherHostAndHoldsNoInlineCode(t *testing.T) {
	t.Parallel()
	foreign := regexp.MustCompile(`(?i)(https?:)?//[a-z0-9]+\.[a-z]`)
	inline := regexp.MustCompile(`(?i)<script(>| [^>]*>[^<])|\son[a-z]+=|\sstyle=|javascript:`)
	err := fs.WalkDir(playgroundFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := playgroundFiles.ReadFile(path)
		if m := foreign.Find(text); m != nil {
			t.Errorf("%s: %s", path, m)
		}
		if m := inline.Find(text); m != nil && strings.HasSuffix(path, ".html") {
			t.Errorf("%s: %s", path, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlaygroundOperationsAreOfTheGraph(t *testing.T) {
	t.Parallel()
	f := setup(t)
	samples := f.do(http.MethodGet, "/playground/samples.js", "").Body.String()
	page := f.do(http.MethodGet, "/playground/playground.js", "").Body.String()
	var operations []string
	for _, m := range regexp.MustCompile("(?s)query: `([^`]*)`").FindAllStringSubmatch(samples, -1) {
		operations = append(operations, m[1])
	}
	for _, m := range regexp.MustCompile(`'(mutation SignIn[^']*)'`).FindAllStringSubmatch(page, -1) {
		operations = append(operations, m[1])
	}
	if len(operations) < 6 {
		t.Fatalf("found %d operations", len(operations))
	}
	for _, op := range operations {
		if _, errs := gqlparser.LoadQueryWithRules(f.opts.Schema.Schema(), op, rules.NewDefaultRules()); len(errs) > 0 {
			t.Errorf("%s\n%v", op, errs)
		}
	}
	if all := strings.Join(operations, ""); !strings.Contains(all, "stocks(") || !strings.Contains(all, "stockAdjust(") {
		t.Error("samples of stocks and stockAdjust are missing")
	}
}
