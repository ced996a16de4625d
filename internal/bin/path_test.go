package bin_test

import (
	"slices"
	"strings"
	"testing"

	"entrepot/internal/bin"
)

func TestPathGoesUpOddAislesAndDownEvenOnes(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`A-01-01-01 A-01-02-01 A-01-01-02 A-01-01-10 A-02-01-10 A-02-01-02 A-02-03-02 A-02-01-01 A-10-01-01 A-10-x-1 B-01-01-01 RECEIVE`)
	shuffled := slices.Clone(want)
	slices.Reverse(shuffled)
	if got := bin.Path(shuffled, func(s string) string { return s }); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
