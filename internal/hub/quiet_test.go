package hub_test

import (
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestQuietHoursThatMakeNoSenseAreProblemsAndThoseThatCostMessagesWarnings(t *testing.T) {
	t.Parallel()
	week := []hub.Weekday{hub.Monday, hub.Tuesday, hub.Wednesday, hub.Thursday, hub.Friday, hub.Saturday, hub.Sunday}
	for name, c := range map[string]struct {
		settings hub.FlowSettings
		want     string
	}{
		"those of every night": {hub.FlowSettings{TimeZone: "UTC", QuietHours: &hub.QuietHours{From: "22:00", To: "07:00"}}, ""},
		"a whole weekend, if messages may grow that old": {hub.FlowSettings{TimeZone: "UTC", MaxAgeSeconds: 3 * 24 * 60 * 60,
			QuietHours: &hub.QuietHours{From: "00:00", To: "00:00", Days: []hub.Weekday{hub.Saturday, hub.Sunday}}}, ""},
		"a whole weekend": {hub.FlowSettings{TimeZone: "UTC", QuietHours: &hub.QuietHours{From: "00:00", To: "00:00", Days: []hub.Weekday{hub.Saturday, hub.Sunday}}},
			"QUIET_HOURS_TOO_LONG settings.maxAge"},
		"no zone":             {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00"}}, "TIME_ZONE_MISSING settings.timeZone"},
		"no zone needed":      {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietNamed, TimeZone: "Europe/Lisbon"}}, ""},
		"times that are none": {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "24:00", To: "7:00"}}, "SETTING_INVALID settings.quietHours.from, SETTING_INVALID settings.quietHours.to"},
		"a day that is none":  {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00", Days: []hub.Weekday{hub.Monday, "MARDI"}}}, "SETTING_INVALID settings.quietHours.days.1"},
		"a zone that is none": {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietNamed, TimeZone: "Local"}}, "SETTING_INVALID settings.quietHours.timeZone"},
		"a zone too many":     {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00", TimeZone: "UTC"}}, "SETTING_INVALID settings.quietHours.timeZone"},
		"nobody's clock":      {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "22:00", To: "07:00", Zone: "MINE"}}, "SETTING_INVALID settings.quietHours.zone"},
		"always":              {hub.FlowSettings{QuietHours: &hub.QuietHours{From: "07:00", To: "07:00", Days: week}}, "SETTING_INVALID settings.quietHours"},
	} {
		t.Run(name, func(t *testing.T) {
			f, facts := sound()
			f.Definition.Settings = c.settings
			if got := written(hub.FlowProblems(f, facts)); got != c.want {
				t.Errorf("it says %q, want %q", got, c.want)
			}
			if sense := c.want == "" || !strings.Contains(c.want, "INVALID"); (c.settings.Quiet() != nil) != sense {
				t.Errorf("there are quiet hours: %v", c.settings.Quiet() != nil)
			}
		})
	}
}

func TestTheHistoryOfAFlowTellsOfItsQuietHours(t *testing.T) {
	t.Parallel()
	before, after := whole(), whole()
	before.Definition.Settings.QuietHours = &hub.QuietHours{From: "22:00", To: "07:00"}
	after.Definition.Settings.QuietHours = &hub.QuietHours{From: "22:00", To: "08:00", Zone: hub.QuietRecipient, Days: []hub.Weekday{hub.Saturday, hub.Sunday}}
	all := hub.Caller{Consumer: &hub.Consumer{Key: 1, Enabled: true}, Group: &hub.Group{Grants: hub.Grants{hub.RowAPIConnections: hub.ActionSet(hub.See)}}}
	want := `settings quietHours days: ["SUNDAY","MONDAY","TUESDAY","WEDNESDAY","THURSDAY","FRIDAY","SATURDAY"] → ["SUNDAY","SATURDAY"]` + "\n" + `settings quietHours to: "07:00" → "08:00"`
	if got := diff(all, before, after); got != want {
		t.Errorf("it says\n%s", got)
	}
}
