package hub

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FlowChange is a place at which two versions of a flow differ.
type FlowChange struct {
	Path  []string        // from the top of the flow, by the names of the schema
	From  json.RawMessage // nil: there was nothing, or it was left out
	To    json.RawMessage // nil: there is nothing any more, or it was left out
	Needs []Permission    // what was left out would need each of these; nil if nothing was
}

// FlowDiff lists where a version of a flow differs from an earlier one, in the order of the screen; before is nil for the
// first version. Settings are compared as they are in force, so that a default that is written out is no change. An entry
// of a mapping is known by its position or its name, and a term of a filter by its field and its operation, wherever in
// their lists they stand. Ids of objects that the caller may not see are left out, as links to them are: that they changed is
// told all the same.
func FlowDiff(c Caller, before, after *FlowVersion) []FlowChange {
	old, now := leavesOf(before), leavesOf(after)
	list := []FlowChange{}
	for key, leaf := range old {
		if is := now[key]; is == nil || !bytes.Equal(leaf.value, is.value) {
			change := FlowChange{Path: leaf.path, From: leaf.value}
			if is != nil {
				change.To = is.value
			}
			list = append(list, change)
		}
	}
	for key, leaf := range now {
		if old[key] == nil {
			list = append(list, FlowChange{Path: leaf.path, To: leaf.value})
		}
	}
	for i := range list {
		list[i].hide(c)
	}
	slices.SortFunc(list, func(a, b FlowChange) int { return comparePaths(a.Path, b.Path) })
	return list
}

// hide leaves out which consumer or integration it is, if the caller may not see those.
func (c *FlowChange) hide(caller Caller) {
	consumer := slices.Equal(c.Path, []string{"source", "consumer"})
	integration := len(c.Path) == 3 && (c.Path[0] == "targets" || c.Path[1] == "fetch") && c.Path[2] == "integration"
	if (consumer || integration) && !caller.May(RowAPIConnections, See) {
		c.From, c.To, c.Needs = nil, nil, []Permission{RowAPIConnections.Permission(See)}
	}
}

// leaf is a value of a flow at a path.
type leaf struct {
	path  []string
	value json.RawMessage
}

// leaves are the values of a version by their paths. What is null or empty is left out: it says nothing.
type leaves map[string]*leaf

func leavesOf(v *FlowVersion) leaves {
	l := leaves{}
	if v == nil {
		return l
	}
	d := &v.Definition
	l.put(v.Description, "description")
	l.put(cmp.Or(d.Trigger, TriggerEvent), "trigger")
	l.schedule(d.Schedule)
	if s := d.Source; s != nil {
		l.put(s.Module, "source", "module")
		l.put(idOrNone(KindConsumer, s.ConsumerKey), "source", "consumer")
		l.put(s.Action, "source", "action")
		l.follow(s.Parameters, "source", "parameters")
		l.put(s.Rows, "source", "rows")
		if s.Fetch != nil {
			l.put(idOrNone(KindIntegration, s.Fetch.IntegrationKey), "source", "fetch", "integration")
			l.put(s.Fetch.Action, "source", "fetch", "action")
			l.follow(s.Fetch.Parameters, "source", "fetch", "parameters")
			l.put(s.Fetch.About, "source", "fetch", "about")
			l.mapping(s.Fetch.Mapping, "source", "fetch", "mapping")
		}
	}
	l.terms(d.Filter, "filter")
	for i := range d.Targets {
		l.target(&d.Targets[i], "targets", itoa(i))
	}
	l.settings(d.Settings)
	return l
}

func (l leaves) put(v any, path ...string) {
	text := mustJSON(v)
	switch string(text) {
	case "null", `""`, "[]", "{}":
		return
	}
	l[strings.Join(path, "\x00")] = &leaf{path: path, value: text}
}

// unique is a name that no other has in a list: the second of the same gets a number.
func unique(taken map[string]int, name string) string {
	if taken[name]++; taken[name] > 1 {
		return name + " #" + itoa(taken[name])
	}
	return name
}

// follow puts every value of a JSON document: objects by their names, lists of objects by their places, other lists whole.
func (l leaves) follow(doc json.RawMessage, path ...string) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber() // a number is shown as it was written
	var plain any
	if len(doc) > 0 && d.Decode(&plain) == nil {
		l.value(plain, path)
	}
}

func (l leaves) value(v any, path []string) {
	at := func(name string) []string { return append(slices.Clip(path), name) }
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			l.value(v[name], at(name))
		}
		return
	case []any:
		if len(v) > 0 {
			if _, objects := v[0].(map[string]any); objects {
				for i, item := range v {
					l.value(item, at(itoa(i)))
				}
				return
			}
		}
	}
	l.put(v, path...)
}

// schedule puts a schedule under the names that its input has in the schema.
func (l leaves) schedule(s *Schedule) {
	if s == nil {
		return
	}
	kind := "instant"
	switch {
	case s.Cron != "":
		kind = "cron"
	case s.Interval != nil:
		kind = "interval"
		l.put(s.Interval.Every, "schedule", kind, "every")
		l.put(s.Interval.Unit, "schedule", kind, "unit")
		l.put(s.Interval.Anchor, "schedule", kind, "anchor")
	case s.Local != "":
		kind = "date"
	}
	l.put(s.Cron, "schedule", kind, "expression")
	l.put(s.Local, "schedule", kind, "local")
	l.put(s.Instant, "schedule", kind, "at")
	l.put(s.TimeZone, "schedule", kind, "timeZone")
	l.put(s.Policy(), "schedule", kind, "missed")
	l.put(s.Start, "schedule", kind, "start")
	l.put(s.End, "schedule", kind, "end")
}

// shownTerm is a term as the schema has it.
type shownTerm struct {
	Field     string    `json:"field"`
	Operation Operation `json:"operation"`
	Value     any       `json:"value"`
}

func (l leaves) terms(t Terms, path ...string) {
	at := func(names ...string) []string { return append(slices.Clip(path), names...) }
	l.put(cmp.Or(t.Mode, ModeNone), at("mode")...)
	taken := map[string]int{}
	for _, term := range t.Terms {
		l.put(shownTerm(term), at("terms", unique(taken, term.Field+" "+string(term.Operation)))...)
	}
	for i, g := range t.Groups {
		l.terms(g, at("groups", itoa(i))...)
	}
}

func (l leaves) target(t *FlowTarget, path ...string) {
	at := func(names ...string) []string { return append(slices.Clip(path), names...) }
	l.put(idOrNone(KindIntegration, t.IntegrationKey), at("integration")...)
	l.put(t.Action, at("action")...)
	l.follow(t.Parameters, at("parameters")...)
	l.follow(mustJSON(t.Recipient), at("recipient")...)
	l.mapping(t.Mapping, at("mapping")...)
	l.followUp(t.FollowUp, path...)
}

// mapping puts each value under its place.
func (l leaves) mapping(entries []MappingEntry, path ...string) {
	at := func(names ...string) []string { return append(slices.Clip(path), names...) }
	taken := map[string]int{}
	for _, m := range entries {
		entry := "position:" + itoa(m.Position)
		if m.Name != "" {
			entry = "name:" + m.Name
		}
		entry = unique(taken, entry)
		l.put(m.Field, at(entry, "field")...)
		l.put(m.Constant, at(entry, "constant")...)
		l.put(m.Expression, at(entry, "expression")...)
		l.put(m.Missing(), at(entry, "missing")...)
		l.put(m.Default, at(entry, "default")...)
	}
}

func (l leaves) settings(s FlowSettings) {
	l.put(s.Retry().MaxAttempts, "settings", "maxAttempts")
	l.put(ISODuration(s.Retry().MaxAge), "settings", "maxAge")
	l.put(s.Unknown(), "settings", "unknownPolicy")
	l.put(ISODuration(s.UnknownWait()), "settings", "unknownWait")
	l.put(s.Locale, "settings", "locale")
	l.put(s.TimeZone, "settings", "timeZone")
	l.put(s.DefaultCountry, "settings", "defaultCountry")
	l.collect(s.Collect)
	l.quiet(s.QuietHours)
	l.put(s.Order(), "settings", "ordering")
	if s.MaxInFlight > 0 {
		l.put(s.MaxInFlight, "settings", "maxInFlight")
	}
}

// ISODuration writes whole seconds by ISO 8601: P1DT12H. Months and years, whose length varies, it never writes: of four weeks or more
// it writes the days.
func ISODuration(d time.Duration) string {
	var date, clock strings.Builder
	left := int64(d / time.Second)
	if days := left / (24 * 60 * 60); days >= 28 {
		fmt.Fprintf(&date, "%dD", days)
		left %= 24 * 60 * 60
	}
	for _, part := range []struct {
		seconds int64
		unit    string
		to      *strings.Builder
	}{{7 * 24 * 60 * 60, "W", &date}, {24 * 60 * 60, "D", &date}, {60 * 60, "H", &clock}, {60, "M", &clock}, {1, "S", &clock}} {
		if n := left / part.seconds; n > 0 {
			fmt.Fprintf(part.to, "%d%s", n, part.unit)
			left %= part.seconds
		}
	}
	switch {
	case clock.Len() > 0:
		return "P" + date.String() + "T" + clock.String()
	case date.Len() > 0:
		return "P" + date.String()
	}
	return "PT0S"
}

// screen is the order of a flow's parts on the screen.
var screen = []string{"description", "trigger", "schedule", "source", "filter", "targets", "settings"}

// comparePaths orders paths by the screen, then by name, in which numbers count as numbers.
func comparePaths(a, b []string) int {
	if order := cmp.Compare(slices.Index(screen, a[0]), slices.Index(screen, b[0])); order != 0 {
		return order
	}
	return slices.CompareFunc(a, b, func(x, y string) int {
		xText, xNumber := numbered(x)
		yText, yNumber := numbered(y)
		return cmp.Or(cmp.Compare(xText, yText), cmp.Compare(xNumber, yNumber))
	})
}

// numbered takes the number off the end of a name: position:10 is position: and 10.
func numbered(s string) (text string, n int) {
	text = strings.TrimRight(s, "0123456789")
	n, err := strconv.Atoi(s[len(text):])
	if err != nil {
		return s, -1
	}
	return text, n
}
