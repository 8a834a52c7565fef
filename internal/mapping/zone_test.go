package mapping_test

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/mapping"
	"github.com/recado-hub/recado/internal/schedule"
)

func TestANumberTellsTheTimeZonesInWhichItMayBe(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+5511999991234":  "America/Sao_Paulo",
		"+5592999991234":  "America/Manaus",
		"+351912345678":   "Atlantic/Azores Europe/Lisbon",
		"+34612345678":    "Europe/Madrid",
		"+12125550123":    "America/New_York",
		"+685 12345":      "",
		"11999991234":     "",
		"jonas@plant.org": "",
		"":                "",
		"+":               "",
		"+999123456":      "",
	} {
		if got := strings.Join(mapping.Zones(number), " "); got != want {
			t.Errorf("%q is in %q, want %q", number, got, want)
		}
	}
	if got := mapping.Zones("+18005550123"); len(got) < 5 {
		t.Errorf("a number of a whole continent is in %v", got)
	}
	for _, number := range []string{"+18005550123", "+79161234567", "+61412345678", "+6851234567", "+56912345678", "+5215512345678", "+862112345678", "+62812345678"} {
		zones := mapping.Zones(number)
		if len(zones) == 0 {
			t.Errorf("nobody can tell where %s is", number)
		}
		for _, name := range zones {
			if schedule.Zone(name) == nil {
				t.Errorf("%s is in %s, which is no zone", number, name)
			}
		}
	}
}
