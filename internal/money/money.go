// Package money holds amounts and exchange rates as integers of a fixed scale,
// in Go and in both databases alike: SQLite turns numeric(20,10) into a float
// and compares decimals kept as text as text, so neither is used there, and one
// representation means one rule for rounding. No float ever touches money.
package money

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/shopspring/decimal"
)

// Digits behind the decimal point.
const (
	AmountScale = 4
	RateScale   = 10
)

// ErrRange says that a number has too many digits, before or behind the point.
var ErrRange = errors.New("number out of range")

// Amount is a sum of money × 10^4 in a currency named beside it. It reaches
// ± 922 million million.
type Amount int64

// Rate is what one unit of a currency is worth in another × 10^10, so that
// 0.00017 keeps its digits. It reaches 922 million.
type Rate int64

// ParityRate is the rate of a currency in itself.
const ParityRate = Rate(10_000_000_000)

// ParseAmount reads a plain decimal such as "12.5". It returns ErrRange for
// more than four digits behind the point: silent rounding would lose money.
func ParseAmount(s string) (Amount, error) {
	n, err := parse(s, AmountScale)
	return Amount(n), err
}

// ParseRate reads a plain decimal with at most ten digits behind the point.
func ParseRate(s string) (Rate, error) {
	n, err := parse(s, RateScale)
	return Rate(n), err
}

func parse(s string, scale int32) (int64, error) {
	if len(s) > 40 {
		return 0, ErrRange
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a decimal number", s)
	}
	// An exponent such as 1e999999999 would build a number of that many digits.
	if e := d.Exponent(); e > 20 || e < -40 {
		return 0, ErrRange
	}
	d = d.Shift(scale)
	if !d.IsInteger() || !d.BigInt().IsInt64() {
		return 0, ErrRange
	}
	return d.IntPart(), nil
}

// String is the plain decimal without trailing zeros.
func (a Amount) String() string { return decimal.New(int64(a), -AmountScale).String() }

// String is the plain decimal without trailing zeros.
func (r Rate) String() string { return decimal.New(int64(r), -RateScale).String() }

// Times is the value of n units that cost a each; ErrRange when it overflows.
func (a Amount) Times(n int64) (Amount, error) {
	return fromBig(new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(n)))
}

// Share is the part of a that n of total units bear, rounded half away from
// zero; all of it when n is total. ErrRange when total is zero or the result
// overflows, which it cannot while n is within total.
func (a Amount) Share(n, total int64) (Amount, error) {
	if total == 0 {
		return 0, ErrRange
	}
	p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(n)) // leaves 64 bits early
	return fromBig(divRound(p, big.NewInt(total)))
}

// Convert turns an amount into the currency that r prices it in, rounded half
// away from zero; ErrRange when it overflows.
func (a Amount) Convert(r Rate) (Amount, error) {
	p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(r)))
	return fromBig(divRound(p, big.NewInt(int64(ParityRate))))
}

// Cross turns an amount of one currency into another by way of a third, in which
// from and to price them, rounded half away from zero, once; ErrRange when it
// overflows or to is zero.
func (a Amount) Cross(from, to Rate) (Amount, error) {
	if to == 0 {
		return 0, ErrRange
	}
	return fromBig(divRound(new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(from))), big.NewInt(int64(to))))
}

// MulDiv is a × b ÷ c without the rest, so cut off towards zero; a × b may leave 64
// bits. ErrRange for c = 0, and when the result overflows.
func MulDiv(a, b, c int64) (int64, error) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	if c == 0 || high >= magnitude(c) {
		return 0, ErrRange
	}
	quotient, _ := bits.Div64(high, low, magnitude(c))
	if quotient > math.MaxInt64 {
		return 0, ErrRange
	}
	if (a < 0) != (b < 0) != (c < 0) {
		return -int64(quotient), nil
	}
	return int64(quotient), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func divRound(p, d *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(p, d, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(d) >= 0 {
		q.Add(q, big.NewInt(int64(p.Sign()*d.Sign())))
	}
	return q
}

func fromBig(b *big.Int) (Amount, error) {
	if !b.IsInt64() {
		return 0, ErrRange
	}
	return Amount(b.Int64()), nil
}

// MarshalGQL writes the Decimal scalar: a string, since a JSON number would
// pass through a float in most clients.
func (a Amount) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(a.String())) }

// UnmarshalGQL reads the Decimal scalar.
func (a *Amount) UnmarshalGQL(in any) (err error) {
	*a, err = unmarshal(in, ParseAmount)
	return err
}

// MarshalGQL writes the Decimal scalar.
func (r Rate) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(r.String())) }

// UnmarshalGQL reads the Decimal scalar.
func (r *Rate) UnmarshalGQL(in any) (err error) {
	*r, err = unmarshal(in, ParseRate)
	return err
}

func unmarshal[T any](in any, parse func(string) (T, error)) (T, error) {
	s, ok := in.(string)
	if !ok {
		s = fmt.Sprint(in) // a bare JSON number arrives as json.Number
	}
	v, err := parse(s)
	if err != nil {
		return v, fmt.Errorf("%v: %w", in, err)
	}
	return v, nil
}
