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
		faults.Add(fault.Invalid, path, "a reason code has at most 50 capital letters, digits and underscores; %q has not", Short(code))
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

// Currency is a currency code as it is kept.
func Currency(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// IsCurrency says whether code has the form of a currency code.
func IsCurrency(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// CheckCurrency adds a fault when code is no three-letter currency code.
func CheckCurrency(faults *fault.List, path fault.Path, code string) {
	if !IsCurrency(code) {
		faults.Add(fault.Invalid, path, "%q is no currency code; give three letters such as CNY", Short(code))
	}
}

// CheckCode adds a fault unless code has 1 to limit characters of those that
// allowed lists beside capital letters and digits; what names it, such as "a
// warehouse code".
func CheckCode(faults *fault.List, path fault.Path, code, what, allowed string, limit int) {
	switch {
	case code == "":
		faults.Add(fault.Required, path, "give %s", what)
	case len(code) > limit || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"+allowed) != "":
		faults.Add(fault.Invalid, path, "%s has at most %d characters of A-Z, 0-9 and %s; %q has not",
			what, limit, strings.Join(strings.Split(allowed, ""), " "), Short(code))
	}
}

// CheckLine is [CheckText] for text of one line.
func CheckLine(faults *fault.List, path fault.Path, text, what string, limit int) {
	if strings.ContainsAny(text, "\n\r\t") {
		faults.Add(fault.Invalid, path, "%s is one line without tabs", what)
		return
	}
	CheckText(faults, path, text, what, limit)
}

// Short cuts what somebody typed to a length fit for a message.
func Short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
