package whatsapp

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/recado-hub/recado/plugins/sdk"
)

// maxValue is the most code points of a value. WhatsApp takes 1,024 for the whole text with the values in it, so that a longer value
// can never go out.
const maxValue = 1024

// sendable makes values such as WhatsApp takes. It refuses newlines, tabs and more than four spaces in a row, so every run of white
// space becomes one space, and what surrounds the text goes. Positions must be 1 to n in any order; names must differ. The values
// come back in the order of their positions. The input is not changed.
func sendable(values []sdk.Value) ([]sdk.Value, []sdk.Adjustment, []sdk.Problem) {
	ordered, found := inOrder(values)
	if len(found) > 0 {
		return nil, nil, found
	}
	var adjusted []sdk.Adjustment
	copied := false
	for i, v := range ordered {
		text, reason := collapse(v.Text)
		if reason != "" {
			if !copied {
				ordered, copied = append([]sdk.Value(nil), ordered...), true
			}
			ordered[i].Text = text
			adjusted = append(adjusted, sdk.Adjustment{Path: sdk.ValuePath(v), Reason: reason, Sent: text})
		}
		switch n := len(text); {
		case n == 0:
			found.add("EMPTY", sdk.ValuePath(v), "is empty; WhatsApp refuses empty values", "Map a field that always has a text to it, or give it a default.")
		case n > maxValue && utf8.RuneCountInString(text) > maxValue:
			found.add("TOO_LONG", sdk.ValuePath(v), fmt.Sprintf("has %d characters; a message may have %d in all", utf8.RuneCountInString(text), maxValue), "Map a shorter field to it.")
		}
	}
	return ordered, adjusted, found
}

// inOrder sorts positional values and refuses gaps, repetitions, and a mixture of positions and names.
func inOrder(values []sdk.Value) ([]sdk.Value, problems) {
	var found problems
	sorted := true
	for i, v := range values {
		sorted = sorted && v.Position == i+1
	}
	if sorted {
		return values, nil
	}
	out := make([]sdk.Value, len(values))
	filled := make([]bool, len(values))
	names := make(map[string]bool)
	for i, v := range values {
		switch {
		case v.Position == 0 && v.Name != "" && values[0].Position == 0:
			if names[v.Name] {
				found.add("REPEATED", sdk.ValuePath(v), "is given twice", "Give each variable one value.")
			}
			names[v.Name], out[i] = true, v
		case v.Position < 1 || values[0].Position == 0:
			found.add("INVALID", sdk.ValuePath(v), "must have either a position from 1 or a name, and all values the same of both", "Number the values from 1.")
		case v.Position > len(values):
			found.add("GAP", sdk.ValuePath(v), fmt.Sprintf("leaves a gap: there are %d values", len(values)), "Number the values from 1 without gaps.")
		case filled[v.Position-1]:
			found.add("REPEATED", sdk.ValuePath(v), "is given twice", "Number the values from 1 without repetition.")
		default:
			filled[v.Position-1], out[v.Position-1] = true, v
		}
	}
	return out, found
}

// collapse is the text with its white space made harmless, and why it was changed, if it was.
func collapse(s string) (string, string) {
	if clean(s) {
		return s, ""
	}
	reason := sdk.WhitespaceCollapsed
	if !utf8.ValidString(s) {
		s, reason = strings.ToValidUTF8(s, "\uFFFD"), sdk.InvalidCharactersReplaced
	}
	return strings.Join(strings.FieldsFunc(s, blank), " "), reason
}

// blank tells white space at which a text may be broken, and control characters, which no phone shows. A no-break space is text:
// French puts it into numbers.
func blank(r rune) bool {
	switch r {
	case '\u00a0', '\u2007', '\u202f':
		return false
	}
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// clean tells whether s needs no change; most values do not.
func clean(s string) bool {
	space := true // so that leading space is found
	for i, r := range s {
		switch {
		case r == ' ':
			if space {
				return false
			}
			space = true
			continue
		case blank(r):
			return false
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		space = false
	}
	return s == "" || !space
}
