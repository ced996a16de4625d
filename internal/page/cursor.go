package page

import (
	"encoding/base64"
	"encoding/json"
	"errors"

	"entrepot/internal/fault"
)

// maxCursor is longer than any cursor that this server makes: of groups by four
// texts of 100 bytes, each six characters in JSON and those eight in base64.
const maxCursor = 4000

// cursor is where row stands: the order's name and the values ordered by, as
// JSON under base64. It knows nothing of the filter, so a client may narrow a
// list and stay where it is.
func (o Order[T]) cursor(row T) string {
	keys := o.keys()
	parts := make([]any, 1, 1+len(keys))
	parts[0] = o.name()
	for _, k := range keys {
		parts = append(parts, k.value(row))
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		panic("page: " + err.Error()) // strings, int64 and times always marshal
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

var errCursor = errors.New("not a cursor of this graph")

// position reads what cursor wrote: the values of the columns ordered by.
func (o Order[T]) position(cursor string) ([]any, error) {
	if len(cursor) > maxCursor {
		return nil, stopCursor(errCursor)
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, stopCursor(errCursor)
	}
	var parts []json.RawMessage
	var name string
	if json.Unmarshal(raw, &parts) != nil || len(parts) == 0 || json.Unmarshal(parts[0], &name) != nil {
		return nil, stopCursor(errCursor)
	}
	if name != o.name() {
		return nil, stopCursor(errors.New("the cursor is from " + printable(name) + ", this list is in the order " + o.name()))
	}
	keys := o.keys()
	if len(parts) != 1+len(keys) {
		return nil, stopCursor(errCursor)
	}
	values := make([]any, len(keys))
	for i, k := range keys {
		if values[i], err = k.parse(parts[1+i]); err != nil {
			return nil, stopCursor(errCursor)
		}
	}
	return values, nil
}

// printable keeps a forged name from putting anything into the message.
func printable(name string) string {
	if len(name) > 40 {
		return "another order"
	}
	for _, r := range name {
		if r != '.' && r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return "another order"
		}
	}
	return "the order " + name
}

func stopCursor(err error) error {
	return fault.Stop(fault.BadRequest, "%s; leave the cursor out to start anew", err)
}
