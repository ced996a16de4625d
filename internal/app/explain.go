package app

import (
	"regexp"
	"slices"
	"strings"
)

// Explain is an error as one line for the operator, without passwords and
// secrets, whatever a driver put into its message.
func Explain(c Config, err error) string {
	line := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	secrets := c.secrets()
	// The longest first, or the rest of one that contains another would stay.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, s := range secrets {
		if s != "" {
			line = strings.ReplaceAll(line, s, "***")
		}
	}
	return userInfo.ReplaceAllString(line, "://***@")
}

// userInfo is a name and a password within a URL, also one that is no setting.
var userInfo = regexp.MustCompile(`://[^\s/@:]*:[^\s@]*@`)
