package fault

import (
	"context"
	"errors"
)

// maxTold bounds the text about a failure that is kept.
const maxTold = 1000

// Tell is what people read of a failure that nobody waited for. A driver's text may
// quote rows, so of what is not a fault they learn the SQLSTATE; the log has the rest.
func Tell(err error) string {
	var list List
	var stop *Error
	var state interface{ SQLState() string }
	text := "an error that the log of its replica tells"
	switch {
	case errors.As(err, &list):
		text = list.Error()
	case errors.As(err, &stop):
		text = stop.Message
	case errors.Is(err, context.DeadlineExceeded):
		text = "it took longer than it may"
	case errors.As(err, &state):
		text = "the database refused it (SQLSTATE " + state.SQLState() + "); the log of its replica tells more"
	}
	if runes := []rune(text); len(runes) > maxTold {
		text = string(runes[:maxTold])
	}
	return text
}
