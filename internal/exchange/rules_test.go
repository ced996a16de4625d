package exchange

import (
	"strings"
	"testing"
	"time"
)

func testRules(t *testing.T, prefix string) rules {
	t.Helper()
	c, err := newClock("Europe/London", "")
	if err != nil {
		t.Fatal(err)
	}
	return rules{cancelPrefix: prefix, clock: c, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
}

// sold is a line that makes sense, with changes.
func sold(change func(*fields)) fields {
	f := fields{
		fieldOrder: "536365", fieldSKU: "85123a", fieldDescription: "A holder", fieldQuantity: "6", fieldTime: "2010-12-01 08:26:00",
		fieldPrice: "2.55", fieldCustomer: "17850.0", fieldCountry: "United Kingdom",
	}
	change(&f)
	return f
}

func TestALineIsReadAsItIsKept(t *testing.T) {
	t.Parallel()
	got, rejected := testRules(t, "C").judge(sold(func(f *fields) { f[fieldOrder], f[fieldSKU] = " 536365 ", " 85123a " }))
	want := line{
		Order: "536365", SKU: "85123A", Description: "A holder", Quantity: 6, At: time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC),
		Price: 25500, Customer: "17850", Country: "United Kingdom",
	}
	if rejected != nil || !got.At.Equal(want.At) {
		t.Fatalf("%+v %+v", got, rejected)
	}
	if got.At = want.At; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	got, rejected = testRules(t, "C").judge(sold(func(f *fields) { f[fieldOrder], f[fieldQuantity] = "C536365", "-6" }))
	if rejected != nil || !got.Return || got.Quantity != 6 || got.Order != "C536365" {
		t.Errorf("a return: %+v %+v", got, rejected)
	}
}

// It becomes the name of a product, which is one line.
func TestADescriptionIsReadAsOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" A\theart\r\n\n of\u0092 wicker ": "A heart of wicker", "\x01": "", "WHITE  METAL": "WHITE  METAL", "": "",
	} {
		got, rejected := testRules(t, "C").judge(sold(func(f *fields) { f[fieldDescription] = in }))
		if rejected != nil || got.Description != want {
			t.Errorf("%q is %q, want %q (%+v)", in, got.Description, want, rejected)
		}
	}
}

func TestLinesWithoutSenseAreRejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*fields)
		want   Reason // empty: accepted
	}{
		"a plain one is not":                    {func(*fields) {}, ""},
		"no order number":                       {func(f *fields) { f[fieldOrder] = " " }, NoOrder},
		"an order number that is too long":      {func(f *fields) { f[fieldOrder] = strings.Repeat("1", 101) }, OrderTooLong},
		"no SKU":                                {func(f *fields) { f[fieldSKU] = "\t" }, NoSKU},
		"a SKU of 64 bytes is not":              {func(f *fields) { f[fieldSKU] = strings.Repeat("x", 64) }, ""},
		"a SKU of 65 bytes":                     {func(f *fields) { f[fieldSKU] = strings.Repeat("x", 65) }, SKUTooLong},
		"a SKU of 65 bytes in fewer characters": {func(f *fields) { f[fieldSKU] = strings.Repeat("货", 21) + "xx" }, SKUTooLong},
		"a line break in an order number":       {func(f *fields) { f[fieldOrder] = "5363\n65" }, OrderControl},
		"a customer of two lines":               {func(f *fields) { f[fieldCustomer] = "A\nB" }, CustomerBad},
		"a country of a sentence":               {func(f *fields) { f[fieldCountry] = strings.Repeat("x", 61) }, CountryBad},
		"a tab in a SKU":                        {func(f *fields) { f[fieldSKU] = "851\t23A" }, SKUControl},
		"a control character of Windows in one": {func(f *fields) { f[fieldSKU] = "851\u009223A" }, SKUControl},
		"a line break in a description is not":  {func(f *fields) { f[fieldDescription] = "A holder\nof candles" }, ""},
		"the beginning of Unix time":            {func(f *fields) { f[fieldTime] = "1970-01-01 00:00:00" }, TimeRange},
		"the year 2000 is not":                  {func(f *fields) { f[fieldTime] = "2000-01-01 00:00:00" }, ""},
		"a time to come":                        {func(f *fields) { f[fieldTime] = "2026-11-21 00:00:00" }, TimeRange},
		"no quantity":                           {func(f *fields) { f[fieldQuantity] = "" }, QuantityNumber},
		"half a unit":                           {func(f *fields) { f[fieldQuantity] = "1.5" }, QuantityNumber},
		"a thousand, or one":                    {func(f *fields) { f[fieldQuantity] = "1.000" }, QuantityNumber},
		"quantity zero":                         {func(f *fields) { f[fieldQuantity] = "0" }, QuantityZero},
		"the largest quantity is not":           {func(f *fields) { f[fieldQuantity] = "100000" }, ""},
		"a larger one":                          {func(f *fields) { f[fieldQuantity] = "100001" }, QuantityRange},
		"a smaller one":                         {func(f *fields) { f[fieldOrder], f[fieldQuantity] = "C1", "-100001" }, QuantityRange},
		"the smallest of all":                   {func(f *fields) { f[fieldQuantity] = "-9223372036854775808" }, QuantityRange},
		"one beyond 64 bits":                    {func(f *fields) { f[fieldQuantity] = "99999999999999999999" }, QuantityRange},
		"a negative one without the prefix":     {func(f *fields) { f[fieldQuantity] = "-6" }, NegativeSale},
		"a negative one with the prefix is not": {func(f *fields) { f[fieldOrder], f[fieldQuantity] = "C1", "-6" }, ""},
		"a positive one with the prefix":        {func(f *fields) { f[fieldOrder] = "C1" }, PositiveReturn},
		"no time":                               {func(f *fields) { f[fieldTime] = "" }, TimeUnreadable},
		"a time in words":                       {func(f *fields) { f[fieldTime] = "last Tuesday" }, TimeUnreadable},
		"the 30th of February":                  {func(f *fields) { f[fieldTime] = "2011-02-30 10:00" }, TimeUnreadable},
		"a time that the clock left out":        {func(f *fields) { f[fieldTime] = "2011-03-27 01:30:00" }, TimeSkipped},
		"no price":                              {func(f *fields) { f[fieldPrice] = "" }, PriceNumber},
		"a price with a comma":                  {func(f *fields) { f[fieldPrice] = "2,55" }, PriceNumber},
		"a price that is not one":               {func(f *fields) { f[fieldPrice] = "NaN" }, PriceNumber},
		"price zero":                            {func(f *fields) { f[fieldPrice] = "0.0" }, PriceTooLow},
		"a negative price":                      {func(f *fields) { f[fieldPrice] = "-11062.06" }, PriceTooLow},
		"four decimals are not":                 {func(f *fields) { f[fieldPrice] = "0.0010" }, ""},
		"nor are zeros behind them":             {func(f *fields) { f[fieldPrice] = "0.00100000" }, ""},
		"five decimals":                         {func(f *fields) { f[fieldPrice] = "0.00001" }, PriceDecimals},
		"a price beyond all money":              {func(f *fields) { f[fieldPrice] = "1e18" }, PriceDecimals},
		"the quantity goes before the price":    {func(f *fields) { f[fieldQuantity], f[fieldPrice] = "-6", "0" }, NegativeSale},
		"no description, customer, country not": {func(f *fields) { f[fieldDescription], f[fieldCustomer], f[fieldCountry] = "", "", "" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rejected := testRules(t, "C").judge(sold(c.change))
			switch {
			case c.want == "" && rejected != nil:
				t.Errorf("rejected: %+v", rejected)
			case c.want != "" && (rejected == nil || rejected.Reason != c.want || rejected.Words == ""):
				t.Errorf("%+v, want %s", rejected, c.want)
			}
		})
	}
}

func TestARejectedLineTellsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, rejected := testRules(t, "").judge(sold(func(f *fields) { f[fieldSKU], f[fieldQuantity], f[fieldPrice] = "", "-1", "x" }))
	if rejected == nil || rejected.Reason != NoSKU || strings.Count(rejected.Words, ";") != 2 || !strings.Contains(rejected.Words, "--cancel-prefix") {
		t.Errorf("%+v", rejected)
	}
}

func TestOnlyASpreadsheetsDecimalIsTakenOffACustomer(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"17850.0": "17850", " 17850 ": "17850", "17850.00": "17850.00", ".0": ".0", "v1.0": "v1.0", "": ""} {
		if got := customer(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
