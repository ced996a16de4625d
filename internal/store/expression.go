package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"entgo.io/ent/dialect"
	"modernc.org/sqlite"

	"entrepot/internal/money"
)

// Unit is a stretch of a calendar.
type Unit string

// The values of Unit. A week begins on Monday, as ISO 8601 has it.
const (
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
)

// LocalDate is an SQL expression: the first day of the unit in which the moment
// at lies, by the calendar of a time zone. at and zone are SQL expressions. It can be
// grouped by; [DateText] shows it.
func LocalDate(d string, u Unit, at, zone string) string {
	if d != dialect.Postgres {
		return "local_date('" + string(u) + "', " + at + ", " + zone + ")"
	}
	local := "(" + at + " AT TIME ZONE " + zone + ")"
	if u == Day {
		return local + "::date"
	}
	return "date_trunc('" + string(u) + "', " + local + ")::date"
}

// DateText is an SQL expression: a date as 2026-11-20.
func DateText(d, date string) string {
	if d != dialect.Postgres {
		return date
	}
	return "to_char(" + date + ", 'YYYY-MM-DD')"
}

// Convert is an SQL expression: an amount in another currency at a rate, both in
// the scales of package money, rounded half away from zero as
// [money.Amount.Convert] does.
func Convert(d, amount, rate string) string {
	if d != dialect.Postgres {
		return "convert_amount(" + amount + ", " + rate + ")"
	}
	// Multiplied, since a quotient of many digits is rounded before round sees it.
	return "round(" + amount + "::numeric * " + rate + " * 0.0000000001)::bigint"
}

// MulDiv is an SQL expression: a × b ÷ c of whole numbers without the rest, as
// [money.MulDiv]: a × b may leave 64 bits; NULL when c is 0.
func MulDiv(d, a, b, c string) string {
	if d != dialect.Postgres {
		return "mul_div(" + a + ", " + b + ", " + c + ")"
	}
	return "div((" + a + ")::numeric * (" + b + "), nullif(" + c + ", 0))::bigint"
}

// sqliteDriver has the functions that PostgreSQL brings along.
var sqliteDriver = func() *sqlite.Driver {
	d := &sqlite.Driver{}
	for name, f := range map[string]struct {
		args int32
		call func([]driver.Value) (driver.Value, error)
	}{
		"local_date":     {3, localDate},
		"convert_amount": {2, convertAmount},
		"mul_div":        {3, mulDiv},
	} {
		d.MustRegisterDeterministicScalarFunction(name, f.args,
			func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) { return f.call(args) })
	}
	return d
}()

var zones sync.Map // of *time.Location, by name: reading one is slow, and there are few

func location(name string) (*time.Location, error) {
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location), nil
	}
	l, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, l)
	}
	return l, err
}

func localDate(args []driver.Value) (driver.Value, error) {
	unit, ok1 := args[0].(string)
	at, ok2 := args[1].(string)
	zone, ok3 := args[2].(string)
	if !ok1 || !ok2 || !ok3 {
		return nil, fmt.Errorf("local_date of %T, %T, %T", args[0], args[1], args[2])
	}
	moment, err := time.Parse(sqliteTime, at)
	if err != nil {
		return nil, err
	}
	l, err := location(zone)
	if err != nil {
		return nil, err
	}
	y, m, day := moment.In(l).Date()
	switch Unit(unit) {
	case Week:
		sinceMonday := (int(moment.In(l).Weekday()) + 6) % 7
		day -= sinceMonday
	case Month:
		day = 1
	}
	return time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), nil
}

func convertAmount(args []driver.Value) (driver.Value, error) {
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	amount, ok1 := args[0].(int64)
	rate, ok2 := args[1].(int64)
	if !ok1 || !ok2 {
		return nil, errors.New("convert_amount takes whole numbers")
	}
	converted, err := money.Amount(amount).Convert(money.Rate(rate))
	return int64(converted), err
}

func mulDiv(args []driver.Value) (driver.Value, error) {
	var n [3]int64
	for i, a := range args {
		v, ok := a.(int64)
		if a == nil || v == 0 && i == 2 {
			return nil, nil
		}
		if !ok {
			return nil, errors.New("mul_div takes whole numbers")
		}
		n[i] = v
	}
	return money.MulDiv(n[0], n[1], n[2])
}
