package mapping

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Zones are the time zones, by their IANA names, in which whoever has a telephone number may be, by its first digits as libphonenumber
// knows them: several where a country code or an area has several. None for what is not "+" and digits, and where nobody can tell. A
// mobile telephone travels: it is where its number is from, and not where it is today.
func Zones(number string) []string {
	digits, international := strings.CutPrefix(number, "+")
	if !international || strings.Trim(digits, "0123456789") != "" {
		return nil
	}
	zones, err := phonenumbers.GetTimezonesForPrefix(number)
	if err != nil || slices.Contains(zones, phonenumbers.UNKNOWN_TIMEZONE) {
		return nil
	}
	return zones
}
