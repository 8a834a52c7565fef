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

// rewritten are the countries in which WhatsApp writes a mobile number in another way than people do: with or without a digit after
// the country code or the area code, which it adds or leaves out.
var rewritten = []struct {
	country string
	area    int // digits between the country code and the digit
	digit   byte
	rest    int    // digits after it
	begins  string // of which the first is one of these; empty: any
}{
	{country: "55", area: 2, digit: '9', rest: 8, begins: "6789"}, // Brazil: mobile numbers had eight digits once, from 6 to 9
	{country: "52", digit: '1', rest: 10},                         // Mexico
	{country: "54", digit: '9', rest: 10},                         // Argentina
}

// waysToWrite are the ways in which a number that WhatsApp writes may be written where messages are sent to; none if it is no number.
func waysToWrite(s string) []string {
	number, ok := e164(s)
	if !ok {
		return nil
	}
	ways := []string{number}
	for _, r := range rewritten {
		rest, ok := strings.CutPrefix(number[1:], r.country)
		if !ok || len(rest) < r.area {
			continue
		}
		area, rest := rest[:r.area], rest[r.area:]
		switch {
		case len(rest) == r.rest && (r.begins == "" || strings.IndexByte(r.begins, rest[0]) >= 0):
			ways = append(ways, "+"+r.country+area+string(r.digit)+rest)
		case len(rest) == r.rest+1 && rest[0] == r.digit && (r.begins == "" || strings.IndexByte(r.begins, rest[1]) >= 0):
			ways = append(ways, "+"+r.country+area+rest[1:])
		}
	}
	return ways
}
