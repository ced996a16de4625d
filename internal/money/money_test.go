package money_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"entrepot/internal/money"
)

func TestParseKeepsEveryDigitOrRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "12.5": "12.5", "-0.0001": "-0.0001", "922337203685477.5807": "922337203685477.5807", "1e3": "1000", "1.50000000": "1.5",
	} {
		if got, err := money.ParseAmount(in); err != nil || got.String() != want {
			t.Errorf("amount %s: %v %v", in, got, err)
		}
	}
	for _, in := range []string{"0.00001", "922337203685477.5808", "1e30", "1e-30", "99999999999999999999999999999999999999999"} {
		if got, err := money.ParseAmount(in); !errors.Is(err, money.ErrRange) {
			t.Errorf("amount %s: %v %v, want out of range", in, got, err)
		}
	}
	for _, in := range []string{"", "1e999999999", "1e-999999999", "ten", "1,5", "NaN", "0x10"} {
		if got, err := money.ParseAmount(in); err == nil {
			t.Errorf("amount %q is %v", in, got)
		}
	}
	if r, err := money.ParseRate("0.00017"); err != nil || r.String() != "0.00017" {
		t.Errorf("rate: %v %v", r, err)
	}
}

func TestRoundingIsHalfAwayFromZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, n, total, want int64 }{
		{100, 1, 3, 33},
		{200, 1, 3, 67},
		{5, 1, 2, 3},
		{-5, 1, 2, -3},
		{5, -1, 2, -3},
		{-5, -1, 2, 3},
		{7, 3, 3, 7},
		{0, 1, 9, 0},
		{1 << 62, 1 << 40, 1 << 41, 1 << 61}, // leaves 64 bits on the way
	} {
		if got, err := money.Amount(c.a).Share(c.n, c.total); err != nil || int64(got) != c.want {
			t.Errorf("%d of %d/%d: %d %v, want %d", c.a, c.n, c.total, got, err, c.want)
		}
	}
	for _, err := range []error{
		second(money.Amount(1).Share(1, 0)), second(money.Amount(1<<62).Share(3, 1)), second(money.Amount(1 << 62).Times(2)),
		second(money.Amount(1 << 62).Convert(money.ParityRate * 2)), second(money.Amount(1).Cross(1, 0)),
	} {
		if !errors.Is(err, money.ErrRange) {
			t.Errorf("want out of range, got %v", err)
		}
	}
}

func second(_ money.Amount, err error) error { return err }

// Against exact fractions: nothing is ever off by more than half of the last digit.
func TestCrossIsRoundedOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(-1e12, 1e12).Draw(t, "amount")
		from, to := rapid.Int64Range(1, 1e12).Draw(t, "from"), rapid.Int64Range(1e3, 1e12).Draw(t, "to")
		got, err := money.Amount(a).Cross(money.Rate(from), money.Rate(to))
		exact := new(big.Rat).Mul(big.NewRat(a, 1), big.NewRat(from, to))
		off := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(int64(got)))
		if err == nil && off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
			t.Fatalf("%d × %d / %d is %s, not %d", a, from, to, exact.FloatString(3), got)
		}
	})
}
