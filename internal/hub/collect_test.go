package hub_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestHowAFlowCollectsMustMakeSense(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		collect hub.Collect
		want    string
	}{
		"a digest":             {hub.Collect{WindowSeconds: 600}, ""},
		"a debounce":           {hub.Collect{Mode: hub.Debounce, WindowSeconds: 60, AtMostSeconds: 600, Limit: 2}, ""},
		"by a field":           {hub.Collect{By: hub.CollectByField, Field: "folio", WindowSeconds: 600}, ""},
		"by no field":          {hub.Collect{By: hub.CollectByField, WindowSeconds: 600}, "SETTING_INVALID settings.collect.field"},
		"by an unknown field":  {hub.Collect{By: hub.CollectByField, Field: "x", WindowSeconds: 600}, "FIELD_UNKNOWN settings.collect.field"},
		"by what it gathered":  {hub.Collect{By: hub.CollectByField, Field: "collected.count", WindowSeconds: 600}, "FIELD_UNKNOWN settings.collect.field"},
		"by a field it cannot": {hub.Collect{By: hub.CollectByField, Field: "responsible.sms", WindowSeconds: 600}, "PERMISSION_MISSING settings.collect.field"},
		"a field too many":     {hub.Collect{By: hub.CollectByRecord, Field: "folio", WindowSeconds: 600}, "SETTING_INVALID settings.collect.field"},
		"by something":         {hub.Collect{By: "ASSET", WindowSeconds: 600}, "SETTING_INVALID settings.collect.by"},
		"no window":            {hub.Collect{}, "SETTING_INVALID settings.collect.window"},
		"too long a window":    {hub.Collect{WindowSeconds: 8 * 24 * 60 * 60}, "SETTING_INVALID settings.collect.window"},
		"a digest with an end": {hub.Collect{WindowSeconds: 60, AtMostSeconds: 60}, "SETTING_INVALID settings.collect.atMost"},
		"an end in the window": {hub.Collect{Mode: hub.Debounce, WindowSeconds: 60, AtMostSeconds: 59}, "SETTING_INVALID settings.collect.atMost"},
		"another mode":         {hub.Collect{Mode: "BATCH", WindowSeconds: 60}, "SETTING_INVALID settings.collect.mode"},
		"a limit of one":       {hub.Collect{WindowSeconds: 60, Limit: 1}, "SETTING_INVALID settings.collect.limit"},
		"a limit too high":     {hub.Collect{WindowSeconds: 60, Limit: 501}, "SETTING_INVALID settings.collect.limit"},
	} {
		t.Run(name, func(t *testing.T) {
			f, facts := sound()
			f.Definition.Settings.Collect = &c.collect
			if got := written(hub.FlowProblems(f, facts)); got != c.want {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
	t.Run("a flow that the clock runs does not collect", func(t *testing.T) {
		f, facts := sound()
		f.Definition.Trigger, f.Definition.Settings.Collect = hub.TriggerManual, &hub.Collect{WindowSeconds: 60}
		if got := written(hub.FlowProblems(f, facts)); got != "SETTING_INVALID settings.collect" {
			t.Errorf("it says %q", got)
		}
	})
}

func TestWhatWasGatheredIsReadInTheMessageAndNowhereElse(t *testing.T) {
	t.Parallel()
	f, facts := sound()
	d := &f.Definition
	d.Settings.Collect = &hub.Collect{WindowSeconds: 60}
	for _, field := range []string{"collected.count", "collected.occurrences", "collected.first.folio", "collected.last.name", "collected.all.folio"} {
		d.Targets[0].Mapping[0].Field = field
		if got := written(hub.FlowProblems(f, facts)); got != "" {
			t.Errorf("%s: %s", field, got)
		}
	}
	for field, want := range map[string]string{"collected.first.responsible.sms": "PERMISSION_MISSING", "collected.all.x": "FIELD_UNKNOWN", "collected": "FIELD_UNKNOWN", "collected.first": "FIELD_UNKNOWN",
		"collected.first.collected.count": "FIELD_UNKNOWN", "collected.middle.folio": "FIELD_UNKNOWN"} {
		d.Targets[0].Mapping[0].Field = field
		if got := written(hub.FlowProblems(f, facts)); got != want+" targets.0.mapping.0.field" {
			t.Errorf("%s: %s", field, got)
		}
	}
	d.Targets[0].Mapping[0].Field, d.Targets[0].Recipient.Field = "folio", "collected.first.phone"
	d.Filter = hub.Terms{Mode: hub.ModeAll, Terms: []hub.Term{{Field: "collected.count", Operation: hub.Equal, Value: "1"}}}
	if got := written(hub.FlowProblems(f, facts)); !strings.Contains(got, "FIELD_UNKNOWN filter.terms.0.field") || !strings.Contains(got, "FIELD_UNKNOWN targets.0.recipient.field") {
		t.Errorf("the filter and the recipient: %s", got)
	}
}

func TestWhenAWindowCloses(t *testing.T) {
	t.Parallel()
	opened := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	digest, debounce := hub.Collect{WindowSeconds: 60}, hub.Collect{Mode: hub.Debounce, WindowSeconds: 60}
	bounded, week := hub.Collect{Mode: hub.Debounce, WindowSeconds: 60, AtMostSeconds: 90}, hub.Collect{Mode: hub.Debounce, WindowSeconds: 6 * 24 * 60 * 60}
	for _, c := range []struct {
		collect     hub.Collect
		after, want time.Duration
	}{
		{digest, 0, time.Minute}, {digest, 59 * time.Second, time.Minute},
		{debounce, 0, time.Minute}, {debounce, 59 * time.Second, 119 * time.Second}, {debounce, 599 * time.Second, 10 * time.Minute},
		{bounded, 20 * time.Second, 80 * time.Second}, {bounded, 50 * time.Second, 90 * time.Second},
		{week, 5 * 24 * time.Hour, 7 * 24 * time.Hour},
	} {
		if got := c.collect.Closes(opened, opened.Add(c.after)).Sub(opened); got != c.want {
			t.Errorf("%+v closes %s after it was opened, want %s", c.collect, got, c.want)
		}
	}
}

func TestTheHistoryOfAFlowTellsHowItCollects(t *testing.T) {
	t.Parallel()
	before, after := whole(), whole()
	before.Definition.Settings.Collect = &hub.Collect{WindowSeconds: 600}
	after.Definition.Settings.Collect = &hub.Collect{By: hub.CollectByField, Field: "folio", Mode: hub.Debounce, WindowSeconds: 600, Limit: 100}
	all := hub.Caller{Consumer: &hub.Consumer{Key: 1, Enabled: true}, Group: &hub.Group{Grants: hub.Grants{hub.RowAPIConnections: hub.ActionSet(hub.See)}}}
	want := "settings collect atMost:  → \"PT1H40M\"\nsettings collect by: \"FLOW\" → \"FIELD\"\nsettings collect field:  → \"folio\"\nsettings collect mode: \"DIGEST\" → \"DEBOUNCE\""
	if got := diff(all, before, after); got != want {
		t.Errorf("it says\n%s", got)
	}
}
