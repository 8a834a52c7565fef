package mapping

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// How many digits a phone number has, its country code included. ITU-T E.164 sets the
// upper bound; the lower one keeps out extensions and short codes, which no country code leads to.
const (
	minDigits = 7
	maxDigits = 15
)

// maxWritten is how many bytes a number may take with everything that people put between its digits.
const maxWritten = 100

// E164 normalises an international phone number to the form of ITU-T E.164: "+" and
// 7 to 15 digits, the first of which is not 0, for example +5511999991234.
//
// The country code must be there, with or without "+". Spaces, tabs, dashes, dots, parentheses
// and the invisible marks that contact lists copy along are dropped. Refused are letters, digits
// other than 0 to 9, a line break (two numbers in one field would become one), a second number, a leading
// 0 or 00, and "(0)", which is dialled only within a country. The errors say what
// is wrong and what to do; none of them repeats the number, which is personal data.
func E164(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", errors.New("the phone number is empty: give it with its country code, such as +5511999991234")
	}
	if len(s) > maxWritten {
		return "", fmt.Errorf("the phone number has %d bytes, more than any can have: give one number only", len(s))
	}
	if strings.Contains(s, "(0)") {
		return "", errors.New(`the phone number has "(0)" in it: leave out this 0, it is dialled only within the country`)
	}
	digits, err := digitsOf(s)
	if err != nil {
		return "", err
	}
	return checked(digits)
}

// E164In normalises a phone number as E164 does, and takes one without a country code for one of a country (ISO 3166-1
// alpha-2), by the numbering plans of libphonenumber: in BR, 011 99999-1234 is +5511999991234.
//
// A number with "+" is international. Digits alone are read as the country's own where its plan has such a number, else as
// international: 5511999991234 is +5511999991234 in every country. Without a country it is E164.
func E164In(s, country string) (string, error) {
	international, err := E164(s)
	trimmed := strings.TrimLeftFunc(s, separates)
	if country == "" || strings.HasPrefix(trimmed, "+") || strings.Contains(s, "(0)") || len(s) > maxWritten {
		return international, err
	}
	digits, stray := digitsOf(s)
	if stray != nil || digits == "" {
		return international, err
	}
	n, notNational := phonenumbers.Parse(digits, country)
	if notNational == nil && phonenumbers.IsValidNumber(n) {
		return E164(phonenumbers.Format(n, phonenumbers.E164))
	}
	if err == nil && valid(international) {
		return international, nil
	}
	// A plan may be older than the number: what has the length of one of the country's is taken for one.
	if notNational == nil && phonenumbers.IsPossibleNumber(n) {
		if national, short := E164(phonenumbers.Format(n, phonenumbers.E164)); short == nil {
			return national, nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("the phone number is none of %s, and none with a country code: write it such as +5511999991234", country)
	}
	return international, nil
}

func valid(international string) bool {
	n, err := phonenumbers.Parse(international, phonenumbers.UNKNOWN_REGION)
	return err == nil && phonenumbers.IsValidNumber(n)
}

// digitsOf returns the digits of s with nothing between them.
func digitsOf(s string) (string, error) {
	var digits strings.Builder
	begun := false // a digit or the plus sign was seen
	position := 0
	for _, r := range s {
		position++
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
			begun = true
		case r == '+' && !begun:
			begun = true
		case separates(r):
		default:
			return "", strayRune(r, position)
		}
	}
	return digits.String(), nil
}

func separates(r rune) bool {
	switch r {
	case '\t', '.', '(', ')', '−':
		return true
	}
	return unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf)
}

func strayRune(r rune, position int) error {
	switch {
	case unicode.IsLetter(r):
		return fmt.Errorf("the phone number has the letter %q as its character %d: give digits only", r, position)
	case unicode.IsDigit(r):
		return fmt.Errorf("the phone number has the digit %q as its character %d: write it with 0 to 9", r, position)
	case r == '+':
		return fmt.Errorf("the phone number has a second %q as its character %d, or one after a digit: it may only come first, and only one number can be given", r, position)
	}
	return fmt.Errorf("the phone number has %q as its character %d: give one number, in digits", r, position)
}

func checked(digits string) (string, error) {
	switch n := len(digits); {
	case strings.HasPrefix(digits, "0"):
		return "", errors.New("the phone number begins with 0: begin with the country code, without 0 or 00, such as +5511999991234")
	case n < minDigits:
		return "", fmt.Errorf("the phone number has too few digits, %d: it needs %d to %d, with its country code", n, minDigits, maxDigits)
	case n > maxDigits:
		return "", fmt.Errorf("the phone number has too many digits, %d: it needs %d to %d, with its country code", n, minDigits, maxDigits)
	}
	return "+" + digits, nil
}
