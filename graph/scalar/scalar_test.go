package scalar

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

func TestLongIsAWholeNumberOf64Bits(t *testing.T) {
	t.Parallel()
	for in, want := range map[any]int64{
		json.Number("9223372036854775807"): 1<<63 - 1, "-9223372036854775808": -1 << 63, int64(5): 5, json.Number("0"): 0,
	} {
		if got, err := UnmarshalLong(in); got != want || err != nil {
			t.Errorf("%v: %d, %v", in, got, err)
		}
	}
	for _, in := range []any{json.Number("1.0"), json.Number("1e3"), 1.0, "1.5", "", " 1", "0x10", "9223372036854775808", true, nil} {
		if got, err := UnmarshalLong(in); err == nil {
			t.Errorf("%v is taken for %d", in, got)
		}
	}
	if got := written(MarshalLong(-1 << 63)); got != "-9223372036854775808" {
		t.Error(got)
	}
}

func TestDateTimeKeepsMicrosecondsInUTC(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-20T08:30:00.123456789+01:00": `"2026-11-20T07:30:00.123456Z"`,
		"2026-11-20T08:30:00Z":                `"2026-11-20T08:30:00Z"`,
		"2026-11-20T08:30:00.100Z":            `"2026-11-20T08:30:00.1Z"`,
	} {
		v, err := UnmarshalDateTime(in)
		if got := written(MarshalDateTime(v)); got != want || err != nil {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []any{
		"2026-11-20T08:30:00", "2026-11-20", "now", "", json.Number("1763627400"), nil,
		"0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
	} {
		if v, err := UnmarshalDateTime(in); err == nil {
			t.Errorf("%v is taken for %s", in, v)
		}
	}
	if got := written(MarshalDateTime(time.Date(2026, 1, 1, 0, 0, 0, 999, time.FixedZone("x", -3600)))); got != `"2026-01-01T01:00:00Z"` {
		t.Error(got)
	}
}

func TestDateIsADay(t *testing.T) {
	t.Parallel()
	v, err := UnmarshalDate("2026-02-28")
	if got := written(MarshalDate(v)); got != `"2026-02-28"` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	for _, in := range []any{"2026-02-30", "2026-2-8", "", nil, "0000-12-31"} {
		if _, err := UnmarshalDate(in); err == nil {
			t.Errorf("%v is taken for a day", in)
		}
	}
}

func TestTextIsWhatBothDatabasesStore(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "plain", `quote " slash \`, "tab\tline\n\x01", "库存 😀 \u2028"} {
		var back string
		if err := json.Unmarshal([]byte(written(MarshalString(s))), &back); err != nil || back != s {
			t.Errorf("%q: %q, %v", s, back, err)
		}
		if got, err := UnmarshalString(s); got != s || err != nil {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, in := range []any{"a\x00b", "\xff", json.Number("1"), true} {
		if _, err := UnmarshalString(in); err == nil {
			t.Errorf("%v is taken for a text", in)
		}
	}
}
