package exchange

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, layout, text, want string }{
		"winter":                               {"Europe/London", "", "2010-12-01 08:26:00", "2010-12-01T08:26:00Z"},
		"summer":                               {"Europe/London", "", "2011-07-01 08:26", "2011-07-01T07:26:00Z"},
		"with slashes":                         {"Asia/Shanghai", "", "2011/07/01 08:26", "2011-07-01T00:26:00Z"},
		"a day":                                {"Asia/Shanghai", "", "2011-07-01", "2011-06-30T16:00:00Z"},
		"a day with slashes":                   {"UTC", "", "2011/07/01", "2011-07-01T00:00:00Z"},
		"a zone of its own":                    {"Europe/London", "", "2011-07-01T08:26:00+08:00", "2011-07-01T00:26:00Z"},
		"UTC of its own":                       {"Europe/London", "", "2011-07-01T08:26:00Z", "2011-07-01T08:26:00Z"},
		"a fraction":                           {"UTC", "", "2011-07-01 08:26:00.5", "2011-07-01T08:26:00.5Z"},
		"the last minute before the gap":       {"Europe/London", "", "2011-03-27 00:59:59", "2011-03-27T00:59:59Z"},
		"the first one after it":               {"Europe/London", "", "2011-03-27 02:00:00", "2011-03-27T01:00:00Z"},
		"of an hour that comes twice, the 1st": {"Europe/London", "", "2011-10-30 01:30:00", "2011-10-30T00:30:00Z"},
		"the same west of Greenwich":           {"America/New_York", "", "2011-11-06 01:30:00", "2011-11-06T05:30:00Z"},
		"a day whose midnight was left out":    {"America/Sao_Paulo", "", "2011-10-16", "2011-10-16T03:00:00Z"},
		"the day first":                        {"Europe/London", "02/01/2006 15:04", "01/02/2010 10:00", "2010-02-01T10:00:00Z"},
		"the month first":                      {"Europe/London", "01/02/2006 15:04", "01/02/2010 10:00", "2010-01-02T10:00:00Z"},
		"of a layout with a zone":              {"Europe/London", "02/01/2006 15:04 -0700", "01/02/2010 10:00 +0100", "2010-02-01T09:00:00Z"},
		"a day of a layout":                    {"America/Sao_Paulo", "02.01.2006", "16.10.2011", "2011-10-16T03:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, err := newClock(c.zone, c.layout)
			if err != nil {
				t.Fatal(err)
			}
			got, err := clock.read(c.text)
			if err != nil || got.UTC().Format(time.RFC3339Nano) != c.want {
				t.Errorf("%s, %v, want %s", got.UTC().Format(time.RFC3339Nano), err, c.want)
			}
		})
	}
}

func TestTimesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct {
		zone string
		is   error
		says string
	}{
		"01/02/2010 10:00":    {"UTC", errAmbiguous, "--time-format"},
		"1.2.10":              {"UTC", errAmbiguous, "--time-format"},
		"2011-03-27 01:00:00": {"Europe/London", errSkipped, "put forward"},
		"2011-12-30":          {"Pacific/Apia", errSkipped, "put forward"}, // a day that Samoa left out
		"2011-13-01":          {"UTC", nil, "2006-01-02"},
		"40513.35":            {"UTC", nil, "2006-01-02"},
		"":                    {"UTC", nil, "none"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			clock, err := newClock(c.zone, "")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time from memory
				if got, err := clock.read(text); err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v %v", got, err)
				}
			}
		})
	}
}

func TestClocksThatAreOfNoUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, layout, says string }{
		{"", "", "--time-zone"},
		{"Local", "", "--time-zone"},
		{"Europe/Londn", "", "Londn"},
		{"UTC", "dd/mm/yyyy", "--time-format"},
		{"UTC", "15:04", "--time-format"},
		{"UTC", "01/2006", "--time-format"},
		{"UTC", "02/01/2006 15:04 MST", "--time-format"},
	} {
		if _, err := newClock(c.zone, c.layout); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q %q: %v", c.zone, c.layout, err)
		}
	}
}
