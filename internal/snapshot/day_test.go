package snapshot

import (
	"testing"
	"time"
)

// zones where days are odd, and some where they are not.
var zones = []string{
	"UTC", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
	"Pacific/Chatham", "Pacific/Kiritimati", "Etc/GMT+12", "Africa/Cairo", "America/Havana", "America/Asuncion", "America/Santiago",
	"America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Asia/Tehran", "Africa/Casablanca",
}

func TestADayEndsWhenTheClocksShowTheNextOne(t *testing.T) {
	t.Parallel()
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		before := endOf(time.Date(2008, 12, 31, 0, 0, 0, 0, time.UTC), zone)
		for day := time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2028; day = next(day) {
			end := endOf(day, zone)
			if shown := dayOf(end, zone); !shown.After(day) {
				t.Fatalf("%s: %s ends at %s, when the clocks show %s", name, day, end, shown)
			}
			// St John's once put its clocks back a minute after midnight: that minute
			// counts as the end of its day, and the hour that came again as the next.
			if shown := dayOf(end.Add(-time.Microsecond), zone); shown.After(day) && name != "America/St_Johns" {
				t.Fatalf("%s: %s ends at %s, a microsecond after the clocks showed %s", name, day, end, shown)
			}
			long := end.Sub(before)
			if left := name == "Pacific/Apia" && day.Equal(time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC)); left != (long == 0) ||
				!left && (long < 22*time.Hour || long > 26*time.Hour) {
				t.Fatalf("%s: %s has %s", name, day, long)
			}
			before = end
		}
	}
}

func TestDaysOfDifferentLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, end string }{
		{"Asia/Shanghai", "2025-11-20", "2025-11-20T16:00:00Z"},
		{"Asia/Kolkata", "2025-11-20", "2025-11-20T18:30:00Z"},
		{"America/New_York", "2025-11-01", "2025-11-02T04:00:00Z"},
		{"America/New_York", "2025-11-02", "2025-11-03T05:00:00Z"}, // 25 hours
		{"America/New_York", "2026-03-08", "2026-03-09T04:00:00Z"}, // 23 hours
		{"Africa/Cairo", "2025-04-24", "2025-04-24T22:00:00Z"},     // 24:00 is 01:00: no midnight
		{"Africa/Cairo", "2025-10-30", "2025-10-30T22:00:00Z"},     // 23:00 comes twice
		{"Australia/Lord_Howe", "2025-10-05", "2025-10-05T13:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := time.Parse(time.DateOnly, c.day)
		if got := endOf(day, zone).Format(time.RFC3339); got != c.end {
			t.Errorf("%s in %s ends at %s, want %s", c.day, c.zone, got, c.end)
		}
	}
}

func TestTheDaysToTake(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	day := func(text string) time.Time { return at(text + "T00:00:00Z") }
	for name, c := range map[string]struct {
		place place
		at    string
		want  []string
	}{
		"no movement yet":   {place{zone: "UTC"}, "2025-11-20T12:00:00Z", nil},
		"nothing has ended": {place{zone: "UTC", since: at("2025-11-20T01:00:00Z")}, "2025-11-20T23:59:59Z", nil},
		"the first day":     {place{zone: "Asia/Shanghai", since: at("2025-11-19T16:00:00Z")}, "2025-11-20T16:00:00Z", []string{"2025-11-20"}},
		"days that were missed": {
			place{zone: "UTC", last: day("2025-11-17"), until: at("2025-11-18T00:00:00Z")},
			"2025-11-20T12:00:00Z",
			[]string{"2025-11-18", "2025-11-19"},
		},
		"at most three": {
			place{zone: "UTC", last: day("2025-11-01"), until: at("2025-11-02T00:00:00Z")},
			"2025-11-20T12:00:00Z",
			[]string{"2025-11-02", "2025-11-03", "2025-11-04"},
		},
		"a day that the zone left out": {
			place{zone: "Pacific/Apia", last: day("2011-12-28"), until: at("2011-12-29T10:00:00Z")},
			"2012-01-01T12:00:00Z",
			[]string{"2011-12-29", "2011-12-31", "2012-01-01"},
		},
		"the warehouse moved from the far west to the far east": {
			place{zone: "Pacific/Kiritimati", last: day("2025-11-17"), until: at("2025-11-18T12:00:00Z")},
			"2025-11-19T12:00:00Z",
			[]string{"2025-11-19"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spans, err := c.place.spans(at(c.at), 3)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, s := range spans {
				got = append(got, s.day.Format(time.DateOnly))
				if i > 0 && !s.after.Equal(spans[i-1].until) || !s.until.After(s.after) {
					t.Errorf("%s is from %s to %s", s.day, s.after, s.until)
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("%q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%q, want %q", got, c.want)
				}
			}
		})
	}
	if _, err := (place{zone: "Nowhere/At_All", since: day("2025-11-20")}).spans(day("2025-11-22"), 3); err == nil {
		t.Error("a zone that there is not")
	}
}
