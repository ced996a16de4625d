// Package fault is the one vocabulary of errors. A command returns either a
// List of faults, which the person can act on (the payload's userErrors), or
// an *Error, which ends the whole request (errors[].extensions.code), or some
// other error, which is a bug or an outage and is shown to nobody.
package fault

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Code says what went wrong, for a program to branch on.
type Code string

// Codes that a person can act on: they come in userErrors.
const (
	// Invalid: the value breaks a rule that the message names.
	Invalid Code = "INVALID"
	// Required: the field must be given.
	Required Code = "REQUIRED"
	// TooMany: more items than the field takes; the message names the limit.
	TooMany Code = "TOO_MANY"
	// NotFound: there is no such thing, or you may not see it.
	NotFound Code = "NOT_FOUND"
	// Archived: it exists and may no longer be used.
	Archived Code = "ARCHIVED"
	// Locked: it exists and is locked against work for now.
	Locked Code = "LOCKED"
	// Mixing: the bin takes one SKU only, and another one lies there.
	Mixing Code = "MIXING"
	// Capacity: the bin has no room for so much; see currentQuantity for what fits.
	Capacity Code = "CAPACITY"
	// Taken: the code or name is in use.
	Taken Code = "TAKEN"
	// InsufficientStock: a bucket would fall below zero; see currentQuantity and shortBy.
	InsufficientStock Code = "INSUFFICIENT_STOCK"
	// StaleVersion: somebody changed the stock since; see currentVersion.
	StaleVersion Code = "STALE_VERSION"
	// StaleQuantity: the stock is not what was seen; see currentQuantity.
	StaleQuantity Code = "STALE_QUANTITY"
	// IdempotencyKeyReused: the key was used with another input.
	IdempotencyKeyReused Code = "IDEMPOTENCY_KEY_REUSED"
	// AlreadyReversed: a posting is reversed at most once.
	AlreadyReversed Code = "ALREADY_REVERSED"
	// InvalidTransition: the document is not in a state that allows it.
	InvalidTransition Code = "INVALID_TRANSITION"
	// Expired: it held until a moment that has passed.
	Expired Code = "EXPIRED"
	// ExceedsOutstanding: more than is still to be done; see currentQuantity and shortBy.
	ExceedsOutstanding Code = "EXCEEDS_OUTSTANDING"
	// Outstanding: some of it is still to be done; see currentQuantity.
	Outstanding Code = "OUTSTANDING"
	// ApprovalSeparate: a rule says that whoever made the document cannot approve it.
	ApprovalSeparate Code = "APPROVAL_SEPARATE"
	// ApprovalRole: a rule asks for a role that the approver does not have.
	ApprovalRole Code = "APPROVAL_ROLE"
	// RateMissing: no exchange rate holds on the day: there is none, or only stale ones; a rate is never guessed.
	RateMissing Code = "RATE_MISSING"
	// BadCredentials: user name or password is wrong, or the user is archived.
	BadCredentials Code = "BAD_CREDENTIALS"
	// Conflict: others were faster, several times; send it again with the same key.
	Conflict Code = "CONFLICT"
)

// Codes that end the request: they come in errors[].extensions.code.
const (
	// Unauthenticated: sign in first (HTTP 401).
	Unauthenticated Code = "UNAUTHENTICATED"
	// Forbidden: the role does not allow it.
	Forbidden Code = "FORBIDDEN"
	// BadRequest: the operation or a variable is malformed, or asks for too much.
	BadRequest Code = "BAD_REQUEST"
	// Unavailable: the database does not answer; try again later.
	Unavailable Code = "UNAVAILABLE"
	// Timeout: it took longer than an operation may.
	Timeout Code = "TIMEOUT"
	// Internal: a bug; the request id leads to the log.
	Internal Code = "INTERNAL"
)

var userCodes = []Code{
	Invalid, Required, TooMany, NotFound, Archived, Locked, Mixing, Capacity, Taken, InsufficientStock, StaleVersion, StaleQuantity,
	IdempotencyKeyReused, AlreadyReversed, InvalidTransition, Expired, ExceedsOutstanding, Outstanding, ApprovalSeparate, ApprovalRole, RateMissing, BadCredentials, Conflict,
}

// Values lists the codes of userErrors, in the order of the graph's enum.
func (Code) Values() []string {
	out := make([]string, len(userCodes))
	for i, c := range userCodes {
		out[i] = string(c)
	}
	return out
}

// MarshalGQL writes a GraphQL enum value.
func (c Code) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL accepts the codes of userErrors only.
func (c *Code) UnmarshalGQL(in any) error {
	s, ok := in.(string)
	if !ok || !slices.Contains(userCodes, Code(s)) {
		return fmt.Errorf("%v is not an error code", in)
	}
	*c = Code(s)
	return nil
}

// Fault is one thing the person can act on. Field leads from the mutation's
// arguments to the value at fault, such as input, changes, 3, delta.
type Fault struct {
	Code    Code
	Message string
	Field   []string
	// Index is the line of a bulk input that is at fault.
	Index           *int
	CurrentQuantity *int64
	CurrentVersion  *int64
	ShortBy         *int64
}

// Retryable says whether the same input, sent again unchanged, may succeed.
func (f Fault) Retryable() bool { return f.Code == Conflict }

// List is every fault found, as an error. Commands collect before they refuse,
// so that a person mends a form once.
type List []Fault

// Error joins the messages.
func (l List) Error() string {
	msgs := make([]string, len(l))
	for i, f := range l {
		msgs[i] = f.Message
	}
	return strings.Join(msgs, "; ")
}

// Err is nil for an empty list.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Add appends a fault about the field at path.
func (l *List) Add(code Code, path Path, format string, args ...any) *Fault {
	*l = append(*l, Fault{Code: code, Message: fmt.Sprintf(format, args...), Field: path.fields(), Index: path.index})
	return &(*l)[len(*l)-1]
}

// New is a list of one fault.
func New(code Code, path Path, format string, args ...any) List {
	var l List
	l.Add(code, path, format, args...)
	return l
}

// Path leads to a field of the input. It is a value: At and Item return longer ones.
type Path struct {
	names []string
	index *int
}

// Input is the path of a mutation's input argument.
var Input = Path{names: []string{"input"}}

// At goes on to a field.
func (p Path) At(name string) Path {
	return Path{names: append(slices.Clip(p.names), name), index: p.index}
}

// Item goes on to line i of a list field and marks it as the line at fault.
func (p Path) Item(i int) Path {
	return Path{names: append(slices.Clip(p.names), strconv.Itoa(i)), index: &i}
}

func (p Path) fields() []string { return slices.Clone(p.names) }

// Error ends the whole request.
type Error struct {
	Code    Code
	Message string
}

// Error is the message, fit to be shown.
func (e *Error) Error() string { return e.Message }

// Stop is an *Error with a formatted message.
func Stop(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Split parts what a command returned into the payload's userErrors and an
// error that ends the request.
func Split(err error) (List, error) {
	var l List
	if errors.As(err, &l) {
		return l, nil
	}
	return nil, err
}

// Wrap adds where an unexpected error came from and leaves faults as they are.
// Use it deferred at package boundaries: defer fault.Wrap(&err, "ledger.Post").
func Wrap(err *error, format string, args ...any) {
	if *err == nil {
		return
	}
	var l List
	var e *Error
	if errors.As(*err, &l) || errors.As(*err, &e) {
		return
	}
	*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
}
