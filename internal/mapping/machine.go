package mapping

import "fmt"

// machine is what an expression runs on: the row, and how much it may still take. It is for one goroutine.
type machine struct {
	row     Row
	style   *Style
	item    any // what var reads inside a list
	stack   []any
	steps   int
	bytes   int
	lookups int
	failed  string // why it cannot go on
	note    string // why something came out as nothing
}

// reset makes the machine ready for the next expression.
func (m *machine) reset() {
	m.item, m.stack, m.steps, m.bytes, m.lookups, m.failed, m.note = nil, m.stack[:0], 0, 0, 0, "", ""
}

// step counts steps; false when there are too many, or when the expression has failed.
func (m *machine) step(n int) bool {
	if m.failed != "" {
		return false
	}
	if m.steps += n; m.steps > MaxSteps {
		m.failed = fmt.Sprintf("the expression needs more than %d steps for this row: make it simpler, or the list or text shorter", MaxSteps)
		return false
	}
	return true
}

// read counts what is read of a text.
func (m *machine) read(s string) bool { return m.step(len(s) >> 10) }

// grow counts memory that is made; false when it is too much.
func (m *machine) grow(n int) bool {
	if m.failed != "" {
		return false
	}
	if m.bytes += n; m.bytes > MaxMemory {
		m.failed = fmt.Sprintf("the expression needs more than %d bytes of memory for this row: make it simpler, or the list or text shorter", MaxMemory)
		return false
	}
	return true
}

// made counts a text that was made.
func (m *machine) made(s string) any {
	if !m.grow(len(s)) {
		return nil
	}
	return s
}

// nothing notes why a value came out as nothing. The first reason is the one that helps.
func (m *machine) nothing(why string) any {
	if m.note == "" {
		m.note = why
	}
	return nil
}

// with runs a part on an element of a list.
func (m *machine) with(item any, run node) any {
	before := m.item
	m.item = item
	v := run(m)
	m.item = before
	return v
}
