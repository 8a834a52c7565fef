package whatsapp

import "strings"

// e164 normalises a phone number as people write it: digits with or without a leading `+`, with spaces, dashes, dots, slashes and
// parentheses between, to `+` and 7 to 15 digits (ITU-T E.164). Meta prepends the sender's own country code to a number without `+`,
// which would send the message to a stranger.
func e164(s string) (string, bool) {
	b := make([]byte, 1, 16)
	b[0] = '+'
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if len(b) == 16 {
				return "", false
			}
			b = append(b, c)
		case c == '+' && len(b) == 1 && strings.IndexByte(s[:i], '+') < 0:
		case strings.IndexByte(" -./()", c) >= 0:
		default:
			return "", false
		}
	}
	if len(b) < 8 || b[1] == '0' {
		return "", false
	}
	return string(b), true
}

// masked hides every run of 7 or more digits in a text except its last three: that is enough to find a person whom one knows.
func masked(s string) string {
	var out []byte
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if end-i >= 7 {
			if out == nil {
				out = []byte(s)
			}
			for j := i; j < end-3; j++ {
				out[j] = '*'
			}
		}
		i = max(end, i+1)
	}
	if out == nil {
		return s
	}
	return string(out)
}
