package hub

import (
	"strconv"
	"strings"
)

// Path joins names and list indexes into a dotted path: Path("targets", 0, "mapping") is "targets.0.mapping".
func Path(parts ...any) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('.')
		}
		switch p := part.(type) {
		case string:
			b.WriteString(p)
		case int:
			b.WriteString(strconv.Itoa(p))
		}
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
