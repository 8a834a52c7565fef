package mapping_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
)

func TestE164NormalisesWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"digits only, as the product asks for", "5511999991234", "+5511999991234"},
		{"with a plus sign", "+5511999991234", "+5511999991234"},
		{"with parentheses, spaces and a dash", "+55 (11) 99999-1234", "+5511999991234"},
		{"with dots", "351.912.345.678", "+351912345678"},
		{"with spaces around", "  +351 912 345 678\t", "+351912345678"},
		{"with no-break spaces and a typographic dash", "+55\u00a011\u202f99999–1234", "+5511999991234"},
		{"with the invisible marks of a contact list", "\u202a+5511999991234\u202c", "+5511999991234"},
		{"with parentheses before the plus sign", "(+55) 11 99999 1234", "+5511999991234"},
		{"of 7 digits", "2901234", "+2901234"},
		{"of 15 digits", "123456789012345", "+123456789012345"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := mapping.E164(c.in); err != nil || got != c.want {
				t.Errorf("E164(%q) = %q, %v; want %q", c.in, got, err, c.want)
			}
		})
	}
}

func TestE164RefusesWhatIsNoInternationalNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, message string }{
		{"nothing", "", "is empty"},
		{"white space", " \t\n", "is empty"},
		{"letters", "+55 11 CALL-ME", `letter 'C'`},
		{"an extension", "+5511999991234 x12", `letter 'x'`},
		{"a scheme", "whatsapp:+5511999991234", `letter 'w'`},
		{"a leading 0", "011999991234", "begins with 0"},
		{"a leading 00", "005511999991234", "begins with 0"},
		{"a 0 after the plus sign", "+05511999991234", "begins with 0"},
		{"the 0 that is dialled within a country", "+44 (0)20 7946 0018", `"(0)"`},
		{"6 digits", "123456", "too few digits, 6"},
		{"16 digits", "1234567890123456", "too many digits, 16"},
		{"separators only", "+-()", "too few digits, 0"},
		{"a plus sign in the middle", "55+11999991234", "may only come first"},
		{"two plus signs", "++5511999991234", "may only come first"},
		{"two numbers on two lines", "551199999\n123456", `'\n'`},
		{"two numbers with a slash", "5511999991/5511999992", `'/'`},
		{"digits of another script", "٥٥١١٩٩٩٩٩١٢٣٤", "write it with 0 to 9"},
		{"a long text", strings.Repeat("1 ", 51), "102 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := mapping.E164(c.in)
			if err == nil || got != "" || !strings.Contains(err.Error(), c.message) {
				t.Errorf("E164(%q) = %q, %v; want an error with %q", c.in, got, err, c.message)
			}
		})
	}
}

func TestErrorsDoNotRepeatTheNumber(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"+351912345678x", "0351912345678", "351912345678351912345678", "(0)351912345678", "351912345678+"} {
		_, err := mapping.E164(in)
		if err == nil || strings.Contains(err.Error(), "351912345678") {
			t.Errorf("E164(%q): %v", in, err)
		}
	}
}

func TestARecipientIsAConstantOrAField(t *testing.T) {
	t.Parallel()
	r := row{"text": "+55 (11) 99999-1234", "number": json.Number("5511999991234"), "null": nil,
		"object": map[string]any{}}
	for _, c := range []struct {
		name string
		in   mapping.Recipient
		want string
		code string
	}{
		{"a constant", mapping.Recipient{Constant: "55 11 99999 1234"}, "55 11 99999 1234", ""},
		{"a constant beside a field of white space", mapping.Recipient{Constant: "5511999991234", Field: " "}, "5511999991234", ""},
		{"a field with a text, as it was written", mapping.Recipient{Field: "text"}, "+55 (11) 99999-1234", ""},
		{"a field with a number", mapping.Recipient{Field: "number"}, "5511999991234", ""},
		{"a field that the row does not have", mapping.Recipient{Field: "responsible.sms"}, "", mapping.CodeMissing},
		{"an empty field", mapping.Recipient{Field: "null"}, "", mapping.CodeEmpty},
		{"a field with an object", mapping.Recipient{Field: "object"}, "", mapping.CodeNotText},
		{"neither", mapping.Recipient{}, "", mapping.CodeRecipientInvalid},
		{"white space in both", mapping.Recipient{Constant: " ", Field: "\t"}, "", mapping.CodeRecipientInvalid},
		{"both", mapping.Recipient{Constant: "5511999991234", Field: "text"}, "", mapping.CodeRecipientInvalid},
		{"a field of 201 bytes", mapping.Recipient{Field: strings.Repeat("f", 201)}, "", mapping.CodeRecipientInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := c.in.Resolve(r, nil)
			if len(to) != 1 {
				t.Fatalf("%d recipients", len(to))
			}
			got, problem := to[0].Text, to[0].Problem
			if got != c.want || (problem == nil) != (c.code == "") {
				t.Fatalf("Resolve = %q, %v; want %q", got, problem, c.want)
			}
			if problem != nil && (problem.Code != c.code || problem.Position != 0 || problem.Field != c.in.Field || problem.Message == "") {
				t.Errorf("problem %+v, want code %s", problem, c.code)
			}
			if early := c.in.Check(); (early != nil) != (c.code == mapping.CodeRecipientInvalid) {
				t.Errorf("Check = %v: it has to say what needs no row, and nothing else", early)
			}
		})
	}
}

func TestTwoNumbersInOneFieldAreNoPhoneNumber(t *testing.T) {
	t.Parallel()
	for _, two := range []string{"5511999991234, 5511999995678", "5511999991234\n5511999995678", "5511999991234 / 5511999995678"} {
		to := mapping.Recipient{Field: "two"}.Resolve(row{"two": two}, mapping.E164)
		if len(to) != 1 || to[0].Problem == nil || to[0].Text != two {
			t.Errorf("%q became %+v", two, to)
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Whatever people write: the answer is in the form of E.164, has exactly the digits that were
// written, and is its own answer.
func FuzzE164(f *testing.F) {
	for _, seed := range []string{"5511999991234", "+55 (11) 99999-1234", "", "0", "(0)", "+", "٥", "\u202a+1\u202c", "1\n2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := mapping.E164(s)
		if err != nil {
			if got != "" || len(err.Error()) > 250 {
				t.Errorf("E164(%q) = %q, %v", s, got, err)
			}
			return
		}
		if !e164.MatchString(got) {
			t.Errorf("E164(%q) = %q", s, got)
		}
		written := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s)
		if got != "+"+written {
			t.Errorf("E164(%q) = %q loses or makes digits", s, got)
		}
		if again, err := mapping.E164(got); err != nil || again != got {
			t.Errorf("E164(%q) = %q, %v", got, again, err)
		}
	})
}
