package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// columns is how wide the story is at most: as wide as a terminal that nobody has made wider.
const columns = 80

// screen writes plain text. The way of a message grows on one line, as long as nothing else is written meanwhile.
type screen struct {
	out  io.Writer
	open string // of whose way the last line tells; empty: the line is ended
	at   int    // how long the open line is
}

// raw writes a line as it is, however long.
func (s *screen) raw(format string, args ...any) {
	s.end()
	fmt.Fprintf(s.out, format+"\n", args...)
}

// line writes a line, broken between words where the screen ends; what goes on is indented a little further. It gives back
// what it says.
func (s *screen) line(format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	body := strings.TrimLeft(text, " ")
	indent := len(text) - len(body)
	s.hanging(text[:indent], indent+3, body)
	return body
}

// fact writes what there is under a label, in a column of its own.
func (s *screen) fact(label, format string, args ...any) {
	const column = 18
	s.hanging(fmt.Sprintf("   %-*s", column-3, label), column, fmt.Sprintf(format, args...))
}

// hanging writes text after a lead, its further lines indented by so many columns.
func (s *screen) hanging(lead string, indent int, text string) {
	s.end()
	lines := wrap(text, columns-max(indent, utf8.RuneCountInString(lead)))
	fmt.Fprintln(s.out, strings.TrimRight(lead+lines[0], " "))
	for _, l := range lines[1:] {
		fmt.Fprintln(s.out, strings.Repeat(" ", indent)+l)
	}
}

func (s *screen) end() {
	if s.open != "" {
		fmt.Fprintln(s.out)
		s.open = ""
	}
}

// part begins a part of the story.
func (s *screen) part(format string, args ...any) { s.title("═", fmt.Sprintf(format, args...)) }

// chapter begins a chapter of a part.
func (s *screen) chapter(format string, args ...any) { s.title("─", fmt.Sprintf(format, args...)) }

func (s *screen) title(rule, text string) {
	s.end()
	lines := wrap(text, columns-6)
	last := len(lines) - 1
	lines[last] += " " + strings.Repeat(rule, max(2, columns-4-utf8.RuneCountInString(lines[last])))
	fmt.Fprintln(s.out)
	for i, l := range lines {
		lead := strings.Repeat(rule, 2) + " "
		if i > 0 {
			lead = "   "
		}
		fmt.Fprintln(s.out, lead+l)
	}
}

// step adds a state to the way of something; since is when its way began, at when this state came.
func (s *screen) step(whose, name, state string, since, at time.Time) {
	if s.open != whose {
		s.end()
		text := fmt.Sprintf("   %s  %s  %s", name, at.Local().Format("15:04:05.000"), state)
		fmt.Fprint(s.out, text)
		s.open, s.at = whose, utf8.RuneCountInString(text)
		return
	}
	text := " → " + state
	if late := at.Sub(since); late > 0 {
		text += fmt.Sprintf(" +%d ms", late.Milliseconds())
	}
	if width := utf8.RuneCountInString(text); s.at+width > columns {
		const indent = "      "
		fmt.Fprint(s.out, "\n"+indent)
		text, s.at = text[1:], len(indent)-1
	}
	fmt.Fprint(s.out, text)
	s.at += utf8.RuneCountInString(text)
}

// phone draws a message as the phone shows it.
func (s *screen) phone(to, text string) {
	lines := wrap(text, 60)
	width := utf8.RuneCountInString(to) + 12
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l))
	}
	pad := func(text, fill string) string { return text + strings.Repeat(fill, width-utf8.RuneCountInString(text)) }
	s.raw("      ╭─%s─╮", pad("─ WhatsApp "+to+" ", "─"))
	for _, l := range lines {
		s.raw("      │ %s │", pad(l, " "))
	}
	s.raw("      ╰─%s─╯", pad("", "─"))
}

// wrap breaks lines between words, where they are longer than width characters. There is one line at least.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.SplitSeq(paragraph, " ") {
			switch {
			case line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
				lines = append(lines, line)
				line = word
			case line == "":
				line = word
			default:
				line += " " + word
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}
