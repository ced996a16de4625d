package page

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"entrepot/internal/fault"
)

type row struct {
	id int64
	at time.Time
	s  string
}

func id(r row) int64 { return r.id }

var (
	byID   = Order[row]{Name: "rows.ID", ID: id}
	byTime = Order[row]{Name: "rows.AT", ID: id, Key: Time("at", func(r row) time.Time { return r.at })}
	byText = Order[row]{Name: "rows.S", ID: id, Key: Text("s", func(r row) string { return r.s })}
)

func list(a Args, o Order[row], rows ...row) (*Connection[row], Slice, error) {
	var asked Slice
	c, err := List(context.Background(), a, o,
		func(_ context.Context, s Slice) ([]row, error) { asked = s; return rows, nil },
		func(context.Context) (int, error) { return 42, nil })
	return c, asked, err
}

func TestArgumentsOutsideTheirLimitsAreRefused(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	cursor := byID.cursor(row{id: 7})
	other := byText.cursor(row{id: 7, s: "x"})
	desc := byID
	desc.Direction = Desc
	flipped := desc.cursor(row{id: 7})
	raw := func(s string) *string { s = base64.RawURLEncoding.EncodeToString([]byte(s)); return &s }
	long := strings.Repeat("A", maxCursor+1)
	junk := "!"
	for name, a := range map[string]Args{
		"first and last":         {First: n(1), Last: n(1)},
		"first below 0":          {First: n(-1)},
		"first above the limit":  {First: n(MaxSize + 1)},
		"last above the limit":   {Last: n(MaxSize + 1)},
		"offset with before":     {Offset: n(1), Before: &cursor},
		"offset with last":       {Offset: n(0), Last: n(1)},
		"offset below 0":         {Offset: n(-1)},
		"offset above the limit": {Offset: n(MaxOffset + 1)},
		"cursor of other order":  {After: &other},
		"cursor of other way":    {After: &flipped},
		"before of other order":  {Before: &other},
		"cursor not base64":      {After: &junk},
		"cursor too long":        {After: &long},
		"cursor not JSON":        {After: raw("x")},
		"cursor empty list":      {After: raw("[]")},
		"cursor without values":  {After: raw(`["rows.ID.ASC"]`)},
		"cursor of a float":      {After: raw(`["rows.ID.ASC",1.5]`)},
		"cursor of a text":       {After: raw(`["rows.ID.ASC","1"]`)},
	} {
		_, _, err := list(a, byID)
		var stop *fault.Error
		if !errors.As(err, &stop) || stop.Code != fault.BadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, a := range map[string]Args{
		"nothing": {}, "first 0": {First: n(0)}, "all of it": {First: n(MaxSize), After: &cursor, Offset: n(MaxOffset)},
		"between two": {After: &cursor, Before: &cursor}, "last": {Last: n(MaxSize), Before: &cursor},
	} {
		if _, _, err := list(a, byID); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACursorForgedForAnotherOrderDoesNotSpeakThroughTheMessage(t *testing.T) {
	t.Parallel()
	forged := base64.RawURLEncoding.EncodeToString([]byte(`["<script>",1]`))
	_, _, err := list(Args{After: &forged}, byID)
	if err == nil || strings.Contains(err.Error(), "script") {
		t.Errorf("got %v", err)
	}
}

func TestACursorKeepsEveryDigit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.FixedZone("x", 3600))
	v, err := byTime.position(byTime.cursor(row{id: 1<<62 + 1, at: at}))
	if err != nil {
		t.Fatal(err)
	}
	if got := v[0].(time.Time); !got.Equal(at) || got.Location() != time.UTC || v[1] != int64(1<<62+1) {
		t.Errorf("got %v", v)
	}
	odd := `"\` + "\u2028 库存 <&>"
	if v, err := byText.position(byText.cursor(row{id: 1, s: odd})); err != nil || v[0] != odd {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestAPageTellsWhetherTheListGoesOnAndCountsOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	two := 2
	c, asked, err := list(Args{First: &two}, byID, row{id: 1}, row{id: 2}, row{id: 3})
	if err != nil || asked.Limit != 3 || len(c.Nodes) != 2 {
		t.Fatalf("%v: asked for %d, got %d", err, asked.Limit, len(c.Nodes))
	}
	info := c.PageInfo()
	if !info.HasNextPage || info.HasPreviousPage || *info.StartCursor != c.Edges()[0].Cursor() || *info.EndCursor != c.Edges()[1].Cursor() {
		t.Errorf("page info %+v", info)
	}
	if n, err := c.TotalCount(); n != 42 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
	c, _, _ = list(Args{Last: &two}, byID, row{id: 3}, row{id: 2}, row{id: 1})
	if info := c.PageInfo(); info.HasNextPage || !info.HasPreviousPage || c.Nodes[0].id != 2 || c.Nodes[1].id != 3 {
		t.Errorf("backward: %+v, %+v", info, c.Nodes)
	}
	c, _, _ = list(Args{}, byID)
	if info := c.PageInfo(); info != (Info{}) {
		t.Errorf("empty page: %+v", info)
	}
}

func TestKeysOfAListAreOneParameter(t *testing.T) {
	t.Parallel()
	if v, err := array[string]([]string{`a`, `b"c\d`, ``, `NULL`, `{,}`}).Value(); err != nil || v != `{"a","b\"c\\d","","NULL","{,}"}` {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := array[int64]([]int64{1, -2}).Value(); err != nil || v != `{1,-2}` {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := jsonList[string](nil).Value(); err != nil || v != `null` {
		t.Errorf("%v, %v", v, err)
	}
}

func TestIDsAreOpaqueAndComeBack(t *testing.T) {
	t.Parallel()
	want := ID{"Stock", 42}
	if got, err := ParseID(want.String()); got != want || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if want.Of("Stock") != 42 || want.Of("Posting") != 0 {
		t.Error("Of does not tell types apart")
	}
	for _, s := range []string{"", "42", "!", base64.RawURLEncoding.EncodeToString([]byte("Stock:-1")), base64.RawURLEncoding.EncodeToString([]byte(":1"))} {
		if _, err := ParseID(s); err == nil {
			t.Errorf("%q is taken for an id", s)
		}
	}
}

type group struct {
	a, b  string
	units int64
}

// The longest texts that groups are known by, of characters that JSON escapes.
func TestACursorOfTheLongestTextsIsTaken(t *testing.T) {
	t.Parallel()
	text := func(group) string { return strings.Repeat("<", 100) }
	o := Order[group]{Name: "groups.UNITS", Key: Int("units", func(group) int64 { return -1 << 62 }), Ties: []Key[group]{
		Text("a", text), Text("b", text), Text("c", text), Text("d", text),
	}}
	if v, err := o.position(o.cursor(group{})); err != nil || len(v) != 5 {
		t.Errorf("got %v, %v", v, err)
	}
}

// Groups have no id: what they are grouped by breaks ties.
func TestAPageOfGroupsIsCutByWhatTheyAreGroupedBy(t *testing.T) {
	t.Parallel()
	o := Order[group]{
		Name: "groups.UNITS", Direction: Desc,
		Key:  Int("units", func(g group) int64 { return g.units }),
		Ties: []Key[group]{Text("a", func(g group) string { return g.a }), Text("b", func(g group) string { return g.b })},
	}
	after := o.cursor(group{"x", "", 7})
	var tail string
	var args []any
	one := 1
	c, err := List(context.Background(), Args{First: &one, After: &after}, o,
		func(_ context.Context, s Slice) ([]group, error) {
			tail = s.Tail(func(v any) string { args = append(args, v); return "?" })
			return []group{{"w", "z", 7}, {"w", "y", 7}}, nil
		}, func(context.Context) (int, error) { return 9, nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := " WHERE (units, a, b) < (?, ?, ?) ORDER BY units DESC, a DESC, b DESC LIMIT ? OFFSET ?"; tail != want {
		t.Errorf("got %s", tail)
	}
	if want := []any{int64(7), "x", "", 2, 0}; !slices.Equal(args, want) {
		t.Errorf("got %v", args)
	}
	if info := c.PageInfo(); !info.HasNextPage || *info.EndCursor != o.cursor(group{"w", "z", 7}) {
		t.Errorf("got %+v", info)
	}
}
