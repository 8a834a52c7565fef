package hub

import "slices"

// maxTrail is how many places a trail remembers.
const maxTrail = 8

// Trail is the way of something that several records tell of, such as the status of a work order, which each of its tasks
// holds. The tasks come one after the other, and each of them goes the same way: the trail says whose step is the news.
type Trail struct {
	Steps  int      `json:"n"` // how often it moved
	Places []string `json:"p"` // the last ones, the newest at the end
}

// Step says whether that one of the records went from one place to another is news, and notes it if so. It is none if the
// whole is there already, nor if the record comes late: it was not where the whole is, and goes where the whole has been.
func (t *Trail) Step(from, to string) bool {
	if len(t.Places) == 0 {
		t.Places = append(t.Places, from)
	}
	here := t.Places[len(t.Places)-1]
	if to == here || from != here && slices.Contains(t.Places, to) {
		return false
	}
	t.Places = append(t.Places, to)
	if over := len(t.Places) - maxTrail; over > 0 {
		t.Places = t.Places[over:]
	}
	t.Steps++
	return true
}
