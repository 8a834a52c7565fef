package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// plainWriter writes what others said for a terminal, which takes control characters for commands: they are written as \u001b, which in JSON
// means the same. Each piece that it is given must end with a whole character.
type plainWriter struct{ to io.Writer }

// Write writes a piece.
func (w plainWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.to, plain(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// plain is a text without control characters, but for the ends of lines and tabs.
func plain(text string) string {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
	if strings.IndexFunc(text, control) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if control(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
