package command

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entrepot/internal/fault"
)

// clockSlack is for clocks that differ: work may be booked late, but not before
// it is done.
const clockSlack = 2 * time.Minute

var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// CheckOccurred adds a fault unless t is a time at which work can have been done.
func CheckOccurred(faults *fault.List, path fault.Path, t, now time.Time) {
	switch {
	case t.After(now.Add(clockSlack)):
		faults.Add(fault.Invalid, path, "%s is in the future", t.UTC().Format(time.RFC3339))
	case t.Before(earliest):
		faults.Add(fault.Invalid, path, "%s is before the year 2000", t.UTC().Format(time.RFC3339))
	}
}

// CheckReason adds a fault unless code is a reason code.
func CheckReason(faults *fault.List, path fault.Path, code string) {
	if code == "" {
		faults.Add(fault.Required, path, "give a reason code, such as FOUND, LOST, DAMAGED or CORRECTION")
		return
	}
	if len(code) > 50 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		if len(code) > 60 {
			code = strings.ToValidUTF8(code[:60], "") + "…"
		}
		faults.Add(fault.Invalid, path, "a reason code has at most 50 capital letters, digits and underscores; %q has not", code)
	}
}

// CheckText adds a fault when text has more than limit characters or, but for
// line breaks and tabs, control characters; what names it, such as "a note".
func CheckText(faults *fault.List, path fault.Path, text, what string, limit int) {
	if utf8.RuneCountInString(text) > limit {
		faults.Add(fault.Invalid, path, "%s has at most %d characters", what, limit)
		return
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }) {
		faults.Add(fault.Invalid, path, "%s has no control characters", what)
	}
}
