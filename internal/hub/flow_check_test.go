package hub_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

func TestTheFingerprintOfAUseIsThatOfWhatItMeans(t *testing.T) {
	t.Parallel()
	use := func(parameters string, positions int, names ...string) hub.ActionUse {
		return hub.ActionUse{Action: "a", Parameters: json.RawMessage(parameters), Positions: positions, Names: names}
	}
	for _, c := range []struct {
		name string
		a, b hub.ActionUse
		same bool
	}{
		{"parameters in another order", use(`{"x":1,"y":"2"}`, 1), use(`{ "y": "2", "x": 1 }`, 1), true},
		{"no parameters and an empty object", use("", 1), use("{}", 1), true},
		{"names in another order", use("{}", 0, "a", "b"), use("{}", 0, "b", "a"), true},
		{"a number that is written as a text", use(`{"x":1}`, 1), use(`{"x":"1"}`, 1), false},
		{"another parameter", use(`{"x":1}`, 1), use(`{"x":2}`, 1), false},
		{"another number of values", use("{}", 1), use("{}", 2), false},
		{"names instead of positions", use("{}", 1), use("{}", 0, "1"), false},
	} {
		if same := c.a.Fingerprint() == c.b.Fingerprint(); same != c.same {
			t.Errorf("%s: the same %v, want %v", c.name, same, c.same)
		}
	}
}

func TestAnObjectIncludesAPartOfIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		whole, part string
		want        bool
	}{
		{`{"a":1,"b":{"c":2}}`, `{"b":{"c":2}}`, true}, {`{"a":1}`, ``, true}, {``, ``, true}, {`{"a":1}`, `{}`, true}, {``, `{}`, true},
		{`{"a":1}`, `{"a":2}`, false}, {`{"a":1}`, `{"a":"1"}`, false}, {`{"a":1}`, `{"b":null}`, false}, {``, `{"a":1}`, false},
		{`{"a":1}`, `[1]`, false}, {`[1]`, `{"a":1}`, false}, {`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, false}, {`{`, `{}`, false},
	} {
		if got := hub.Includes(json.RawMessage(c.whole), json.RawMessage(c.part)); got != c.want {
			t.Errorf("%s includes %s: %v, want %v", c.whole, c.part, got, c.want)
		}
	}
}

func TestAConnectorsPathLeadsIntoTheFlow(t *testing.T) {
	t.Parallel()
	byPosition := &hub.FlowTarget{Mapping: []hub.MappingEntry{{Position: 2}, {Position: 1}}}
	byName := &hub.FlowTarget{Mapping: []hub.MappingEntry{{Name: "folio"}, {Name: "first.name"}}}
	for _, c := range []struct {
		t          *hub.FlowTarget
		path, want string
	}{
		{byPosition, "values[1]", "targets.0.mapping.1"}, {byPosition, "values[3]", "targets.0.mapping"}, {byPosition, "values", "targets.0.mapping"},
		{byPosition, "values[x]", "targets.0.mapping"}, {byName, "values.folio", "targets.0.mapping.0"}, {byName, "values.first.name", "targets.0.mapping.1"},
		{byName, "values[0]", "targets.0.mapping"}, {byName, "values.none", "targets.0.mapping"}, {byName, "parameters.template", "targets.0.parameters.template"},
		{byName, "parameters", "targets.0.parameters"}, {byName, "action", "targets.0.action"}, {byName, "recipient", "targets.0.recipient"},
		{byName, "settings.waba_id", "targets.0.integration"}, {byName, "secrets.access_token", "targets.0.integration"}, {byName, "", ""}, {byName, "valuesless", "valuesless"},
	} {
		if got := hub.PathInTarget(0, c.t, c.path); got != c.want {
			t.Errorf("%q leads to %q, want %q", c.path, got, c.want)
		}
	}
}

func TestWhatAConnectorSaysOfASettingNamesItInTheFlow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, said, want string }{
		{"secrets.access_token", "must be a token without spaces", "access_token: must be a token without spaces"},
		{"settings.waba_id", "must be digits", "waba_id: must be digits"},
		{"secrets.access_token", "the access_token has expired", "the access_token has expired"},
		{"settings", "cannot be used", "cannot be used"}, {"parameters.template", "was deleted", "was deleted"}, {"secrets.key", "", ""},
	} {
		if got := hub.SaidOf(c.path, c.said); got != c.want {
			t.Errorf("%s: %q is shown as %q, want %q", c.path, c.said, got, c.want)
		}
	}
}

func TestWhatIsKnownOfATargetAfterMoreWasSaid(t *testing.T) {
	t.Parallel()
	status := hub.Problem{Code: "PAUSED", Path: "parameters.template"}
	value := hub.Problem{Code: "MISSING", Path: "values[2]"}
	quality := hub.Problem{Code: "QUALITY", Path: "parameters.template", Severity: hub.SeverityWarning}
	unchecked := hub.Problem{Code: hub.ProblemUnchecked, Path: "settings", Severity: hub.SeverityWarning}
	at := func(problems ...hub.Problem) *hub.TargetCheck {
		return &hub.TargetCheck{Use: "u", At: noon, Problems: problems}
	}
	before := func(problems ...hub.Problem) *hub.TargetCheck {
		return &hub.TargetCheck{Use: "u", At: noon.Add(-time.Hour), Problems: problems}
	}
	for _, c := range []struct {
		name string
		got  hub.TargetCheck
		want string
	}{
		{"an answer replaces what was known", at(quality).After(at(status), noon), "QUALITY parameters.template"},
		{"no answer leaves it", at(unchecked).After(at(status, unchecked), noon), "UNCHECKED settings, PAUSED parameters.template"},
		{"of another use nothing is left", (hub.TargetCheck{Use: "v", Problems: []hub.Problem{unchecked}}).After(at(status), noon), "UNCHECKED settings"},
		{"what was told after the question is not forgotten for its answer", before(quality).After(at(status), noon), "PAUSED parameters.template"},
		{"an answer replaces what is of a time to come, because the clock was set back", before(quality).After(at(status), noon.Add(-time.Minute)), "QUALITY parameters.template"},
		{"news come beside it", at(value).Told([]hub.Problem{status}, noon), "MISSING values[2], PAUSED parameters.template"},
		{"news are told once", at(status).Told([]hub.Problem{status}, noon), "PAUSED parameters.template"},
		{"good news leave the values", at(value, status, quality, unchecked).Told(nil, noon), "MISSING values[2]"},
	} {
		if got := written(c.got.Problems); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if old := at(status); !at(unchecked).After(old, noon).At.Equal(old.At) {
		t.Error("a check without answer is no check at that time")
	}
	for _, c := range []struct {
		problem hub.Problem
		stops   bool
		level   hub.Severity
	}{
		{status, true, hub.SeverityError}, {value, true, hub.SeverityError}, {hub.Problem{Path: "action"}, true, hub.SeverityError}, {quality, false, hub.SeverityWarning},
		{unchecked, false, ""}, {hub.Problem{Path: "settings.waba_id"}, false, hub.SeverityError}, {hub.Problem{Path: "secrets.token"}, false, hub.SeverityError},
	} {
		if k := at(c.problem); (k.Stops() != nil) != c.stops || k.Level() != c.level {
			t.Errorf("%+v: stops %v, level %q", c.problem, k.Stops(), k.Level())
		}
	}
	for _, c := range []struct {
		check  *hub.TargetCheck
		paused bool
		want   time.Duration
	}{{at(), false, hub.CheckEvery}, {at(), true, hub.CheckEvery}, {at(status), true, hub.CheckHeld}, {at(status), false, hub.CheckEvery}, {at(unchecked), true, hub.CheckAgain}} {
		if got := c.check.Next(noon, c.paused).Sub(noon); got != c.want {
			t.Errorf("%+v is made again after %s, want %s", c.check.Problems, got, c.want)
		}
	}
}
