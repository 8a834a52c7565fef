package hub_test

import (
	"fmt"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestATrailTellsEachStepOfTheWholeOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		steps string // "from>to" of the records, in the order in which they come
		news  string // y or n for each
	}{
		{"the first step is news", "1>2", "y"},
		{"the same step of another record is none", "1>2 1>2 1>2", "ynn"},
		{"each further step is news once", "1>2 1>2 2>3 2>3", "ynyn"},
		{"a record that comes late on its whole way tells nothing", "1>2 2>3 1>2 2>3", "yynn"},
		{"a record that comes late by a short cut tells nothing", "1>2 2>3 1>3", "yyn"},
		{"going back is news, and so is going on again", "1>2 1>2 2>1 2>1 1>2 1>2", "ynynyn"},
		{"a record that comes late and goes where none has been tells it", "1>2 2>3 1>4", "yyy"},
		{"a step to where the record is already is none", "1>1", "n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var trail hub.Trail
			got := ""
			for i := range len(c.news) {
				var from, to string
				if _, err := fmt.Sscanf(c.steps[4*i:], "%1s>%1s", &from, &to); err != nil {
					t.Fatal(err)
				}
				if trail.Step(from, to) {
					got += "y"
				} else {
					got += "n"
				}
			}
			if got != c.news {
				t.Errorf("%s: %s, want %s", c.steps, got, c.news)
			}
		})
	}
}

func TestATrailStaysShort(t *testing.T) {
	t.Parallel()
	var trail hub.Trail
	for i := range 1000 {
		trail.Step(fmt.Sprint(i), fmt.Sprint(i+1))
	}
	if len(trail.Places) > 8 || trail.Steps != 1000 {
		t.Errorf("%d places, %d steps", len(trail.Places), trail.Steps)
	}
}
