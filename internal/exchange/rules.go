package exchange

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entrepot/internal/catalog"
	"entrepot/internal/command"
	"entrepot/internal/document"
	"entrepot/internal/fault"
	"entrepot/internal/money"
)

// What a line may hold at most: the limits of the books.
const (
	maxOrderNo  = document.MaxNo // bytes, which are never fewer than characters
	maxSKU      = catalog.MaxSKU // bytes
	maxQuantity = 100_000        // units, either way
)

// Reason is why a line is rejected, for a program to branch on. Beside these,
// an order that the books refuse brings the code of its fault.
type Reason string

// The reasons for a line, in the order in which they are looked for: first what
// the line is about, then what it says.
const (
	NoOrder        Reason = "NO_ORDER"
	OrderTooLong   Reason = "ORDER_TOO_LONG"
	OrderControl   Reason = "ORDER_WITH_CONTROL_CHARACTERS"
	NoSKU          Reason = "NO_SKU"
	SKUTooLong     Reason = "SKU_TOO_LONG"
	SKUControl     Reason = "SKU_WITH_CONTROL_CHARACTERS"
	QuantityNumber Reason = "QUANTITY_NOT_A_NUMBER"
	QuantityZero   Reason = "QUANTITY_ZERO"
	QuantityRange  Reason = "QUANTITY_OUT_OF_RANGE"
	NegativeSale   Reason = "NEGATIVE_SALE"
	PositiveReturn Reason = "POSITIVE_RETURN"
	TimeUnreadable Reason = "TIME_UNREADABLE"
	TimeSkipped    Reason = "TIME_SKIPPED"
	TimeRange      Reason = "TIME_OUT_OF_RANGE"
	PriceNumber    Reason = "PRICE_NOT_A_NUMBER"
	PriceDecimals  Reason = "PRICE_OUT_OF_RANGE"
	PriceTooLow    Reason = "PRICE_NOT_ABOVE_ZERO"
	CustomerBad    Reason = "CUSTOMER_NOT_ONE_SHORT_LINE"
	CountryBad     Reason = "COUNTRY_NOT_ONE_SHORT_LINE"
	// OrderTooLarge is a reason for all lines of an order.
	OrderTooLarge Reason = "ORDER_TOO_LARGE"
)

// fields are the texts of one line by what they mean, as they stand in the file.
type fields [fieldCount]string

// line is one accepted line.
type line struct {
	Order, SKU, Description string
	Quantity                int64 // > 0, also of a return
	Return                  bool
	At                      time.Time
	Price                   money.Amount
	Customer, Country       string
}

// rejection is everything that is wrong with a line. The first reason is the
// one that it is counted under.
type rejection struct {
	Reason Reason
	Words  string
}

// rules say which lines make sense.
type rules struct {
	cancelPrefix string
	clock        *clock
	now          time.Time
}

// judge reads one line. It looks at every field, so that a person who mends a
// rejected line mends it once.
func (r rules) judge(f fields) (line, *rejection) {
	var l line
	var reasons []Reason
	var words []string
	reject := func(reason Reason, format string, args ...any) {
		reasons, words = append(reasons, reason), append(words, fmt.Sprintf(format, args...))
	}
	l.Order, l.SKU = strings.TrimSpace(f[fieldOrder]), catalog.SKU(f[fieldSKU])
	l.Return = r.cancelPrefix != "" && strings.HasPrefix(l.Order, r.cancelPrefix)
	switch {
	case l.Order == "":
		reject(NoOrder, "there is no order number")
	case len(l.Order) > maxOrderNo:
		reject(OrderTooLong, "the order number has %d bytes, more than %d", len(l.Order), maxOrderNo)
	case strings.ContainsFunc(l.Order, unicode.IsControl):
		reject(OrderControl, "the order number %q has a line break or another control character in it", command.Short(l.Order))
	}
	switch {
	case l.SKU == "":
		reject(NoSKU, "there is no SKU")
	case len(l.SKU) > maxSKU:
		reject(SKUTooLong, "the SKU has %d bytes, more than %d", len(l.SKU), maxSKU)
	case strings.ContainsFunc(l.SKU, unicode.IsControl):
		reject(SKUControl, "the SKU %q has a line break or another control character in it", command.Short(l.SKU))
	}
	r.quantity(&l, f[fieldQuantity], reject)
	at, err := r.clock.read(f[fieldTime])
	var outside fault.List
	command.CheckOccurred(&outside, fault.Path{}, at, r.now)
	switch {
	case errors.Is(err, errSkipped):
		reject(TimeSkipped, "%v", err)
	case err != nil:
		reject(TimeUnreadable, "%v", err)
	case len(outside) > 0:
		reject(TimeRange, "the time %v", outside)
	}
	l.At = at
	price(&l, f[fieldPrice], reject)
	l.Description, l.Customer, l.Country = oneLine(f[fieldDescription]), customer(f[fieldCustomer]), strings.TrimSpace(f[fieldCountry])
	if !shortLine(l.Customer, document.MaxParty) {
		reject(CustomerBad, "the customer is more than one line of %d characters", document.MaxParty)
	}
	if !shortLine(l.Country, document.MaxCountry) {
		reject(CountryBad, "the country is more than one line of %d characters", document.MaxCountry)
	}
	if len(reasons) > 0 {
		return line{}, &rejection{reasons[0], strings.Join(words, "; ")}
	}
	return l, nil
}

func shortLine(text string, limit int) bool {
	return utf8.RuneCountInString(text) <= limit && !strings.ContainsFunc(text, unicode.IsControl)
}

func (r rules) quantity(l *line, typed string, reject func(Reason, string, ...any)) {
	typed = strings.TrimSpace(typed)
	n, err := strconv.ParseInt(typed, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (n > maxQuantity || n < -maxQuantity):
		reject(QuantityRange, "the quantity %s is beyond ±%d", command.Short(typed), maxQuantity)
	case err != nil:
		reject(QuantityNumber, "the quantity %q is not a whole number", command.Short(typed))
	case n == 0:
		reject(QuantityZero, "the quantity is zero")
	case n < 0 && !l.Return && r.cancelPrefix == "":
		reject(NegativeSale, "the quantity %d is negative, and no --cancel-prefix tells which orders are returns", n)
	case n < 0 && !l.Return:
		reject(NegativeSale, "the quantity %d is negative, but the order number does not begin with %s as a return's does", n, r.cancelPrefix)
	case n > 0 && l.Return:
		reject(PositiveReturn, "the order number begins with %s as a return's does, but the quantity %d is positive", r.cancelPrefix, n)
	}
	l.Quantity = max(n, -n)
}

func price(l *line, typed string, reject func(Reason, string, ...any)) {
	typed = strings.TrimSpace(typed)
	p, err := money.ParseAmount(typed)
	switch {
	case errors.Is(err, money.ErrRange):
		reject(PriceDecimals, "the price %s has more than %d decimals, or too many digits", command.Short(typed), money.AmountScale)
	case err != nil:
		reject(PriceNumber, "the price %q is not a number", command.Short(typed))
	case p <= 0:
		reject(PriceTooLow, "the price %s is not above zero", p)
	}
	l.Price = p
}

// oneLine is a text as the name of a product can be: each run of line breaks,
// tabs and other control characters, with the blanks around it, is one blank.
func oneLine(typed string) string {
	parts := strings.FieldsFunc(typed, unicode.IsControl)
	kept := parts[:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}

// customer undoes what spreadsheets do to a column of numbers that has gaps:
// customer 17850 becomes 17850.0.
func customer(typed string) string {
	typed = strings.TrimSpace(typed)
	if number, ok := strings.CutSuffix(typed, ".0"); ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return number
	}
	return typed
}
