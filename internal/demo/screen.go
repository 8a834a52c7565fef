package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// screen writes plain text. The way of a message grows on one line, as long as nothing else is written meanwhile.
type screen struct {
	out  io.Writer
	open string // of whose way the last line tells; empty: the line is ended
}

func (s *screen) line(format string, args ...any) {
	s.end()
	fmt.Fprintf(s.out, format+"\n", args...)
}

func (s *screen) end() {
	if s.open != "" {
		fmt.Fprintln(s.out)
		s.open = ""
	}
}

func (s *screen) chapter(format string, args ...any) {
	title := fmt.Sprintf(format, args...)
	s.line("\n── %s %s", title, strings.Repeat("─", max(3, 92-utf8.RuneCountInString(title))))
}

// step adds a state to the way of something; since is when its way began, at when this state came.
func (s *screen) step(whose, name, state string, since, at time.Time) {
	if s.open != whose {
		s.end()
		fmt.Fprintf(s.out, "   %s  %s  %s", name, at.Local().Format("15:04:05.000"), state)
		s.open = whose
		return
	}
	fmt.Fprintf(s.out, " → %s", state)
	if late := at.Sub(since); late > 0 {
		fmt.Fprintf(s.out, " +%d ms", late.Milliseconds())
	}
}

// phone draws a message as the phone shows it.
func (s *screen) phone(to, text string) {
	lines := wrap(text, 60)
	width := utf8.RuneCountInString(to) + 12
	for _, l := range lines {
		width = max(width, utf8.RuneCountInString(l))
	}
	pad := func(text, fill string) string { return text + strings.Repeat(fill, width-utf8.RuneCountInString(text)) }
	s.line("      ╭─%s─╮", pad("─ WhatsApp "+to+" ", "─"))
	for _, l := range lines {
		s.line("      │ %s │", pad(l, " "))
	}
	s.line("      ╰─%s─╯", pad("", "─"))
}

// wrap breaks lines between words, where they are longer than width characters.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
				lines = append(lines, line)
				line = ""
			}
			line = strings.TrimPrefix(line+" "+word, " ")
		}
		lines = append(lines, line)
	}
	return lines
}
