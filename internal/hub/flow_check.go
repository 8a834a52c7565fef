package hub

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// TargetCheck is what a connector last said of how a target of a flow uses its action, held against what the provider has.
type TargetCheck struct {
	FlowKey            int64
	Target             int
	FlowVersion        int
	IntegrationKey     int64
	IntegrationVersion int
	Use                string    // the fingerprint of what was judged; see ActionUse.Fingerprint
	At                 time.Time // when the connector was last asked and answered, or its provider told of it; zero: never
	DueAt              time.Time // when the connector is to be asked again; AtOnce and Never beside times
	Problems           []Problem // with paths as connectors write them: "values[3]"
}

// How soon a connector is asked again what it said of a use.
const (
	CheckEvery = 6 * time.Hour    // while nobody tells of a change
	CheckHeld  = 15 * time.Minute // while what it found holds a flow back
	CheckAgain = 5 * time.Minute  // after it could not be asked
)

// The times of DueAt that are none.
var (
	AtOnce = time.UnixMilli(1).UTC()
	Never  = time.UnixMilli(1 << 52).UTC()
)

// Use is how a target means to use its action.
func (t *FlowTarget) Use() ActionUse {
	u := ActionUse{Action: t.Action, Parameters: t.Parameters}
	for _, m := range t.Mapping {
		if m.Name != "" {
			u.Names = append(u.Names, m.Name)
		} else {
			u.Positions++
		}
	}
	return u
}

// Fingerprint is the same for two uses that are the same, in whatever way their parameters are written.
func (u ActionUse) Fingerprint() string {
	names := slices.Sorted(slices.Values(u.Names))
	text, err := json.Marshal([]any{u.Action, canonical(u.Parameters), u.Positions, names})
	if err != nil {
		return "" // parameters are JSON that was stored
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// canonical is a JSON text read so that members come in order when it is written; what is no JSON is its text.
func canonical(text json.RawMessage) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if len(text) > 0 && d.Decode(&v) != nil {
		return string(text)
	}
	if v == nil {
		return map[string]any{}
	}
	return v
}

// Intends is what a flow means to have an integration do at a target, or at [FetchTarget]; ok is false if it has none there.
func (d *FlowDefinition) Intends(target int) (integration int64, use ActionUse, ok bool) {
	switch {
	case target == FetchTarget && d.Source != nil && d.Source.Fetch != nil:
		return d.Source.Fetch.IntegrationKey, d.Source.Fetch.Use(), true
	case target >= 0 && target < len(d.Targets):
		return d.Targets[target].IntegrationKey, d.Targets[target].Use(), true
	}
	return 0, ActionUse{}, false
}

// Judged are the places of a flow that connectors are asked about: what it fetches, and its targets.
func (d *FlowDefinition) Judged() (list []int) {
	if d.Source != nil && d.Source.Fetch != nil {
		list = append(list, FetchTarget)
	}
	for i := range d.Targets {
		list = append(list, i)
	}
	return list
}

// Of says whether the check is of what the flow means to do now at its place.
func (c *TargetCheck) Of(d *FlowDefinition) bool {
	integration, use, ok := d.Intends(c.Target)
	return ok && c.IntegrationKey == integration && c.Use == use.Fingerprint()
}

// Answered says whether the connector could say all there is to say.
func (c *TargetCheck) Answered() bool {
	return !slices.ContainsFunc(c.Problems, func(p Problem) bool { return p.Code == ProblemUnchecked })
}

// After is what holds with this check after the one that was kept. What was known of the same use is not forgotten because the
// provider could not be asked, nor what it told after the connector was asked. What is of a time to come, because the clock was set
// back since, is no such word: it would have the connector asked without end until then.
func (c TargetCheck) After(old *TargetCheck, now time.Time) TargetCheck {
	switch {
	case old == nil || old.Use != c.Use || old.IntegrationKey != c.IntegrationKey:
		return c
	case c.Answered() && old.At.After(c.At) && !old.At.After(now):
		old := *old
		old.FlowVersion, old.DueAt = c.FlowVersion, AtOnce
		return old
	case c.Answered():
		return c
	}
	c.At = old.At
	for _, p := range old.Problems {
		if p.Code != ProblemUnchecked && !slices.ContainsFunc(c.Problems, func(q Problem) bool { return q.Code == p.Code && q.Path == p.Path }) {
			c.Problems = append(c.Problems, p)
		}
	}
	return c
}

// Next is when the connector is to be asked again after a check at a time, of a flow that is enabled or paused.
func (c *TargetCheck) Next(now time.Time, paused bool) time.Time {
	switch {
	case !c.Answered():
		return now.Add(CheckAgain)
	case paused && c.Stops() != nil:
		return now.Add(CheckHeld)
	}
	return now.Add(CheckEvery)
}

// Told is what holds after a provider told of something: problems come beside what was known; none takes back what stood in the
// way, but for the values of the mapping, of which a provider that speaks of a template knows nothing.
func (c TargetCheck) Told(problems []Problem, at time.Time) TargetCheck {
	c.At, c.DueAt = at, AtOnce
	kept := slices.DeleteFunc(slices.Clone(c.Problems), func(p Problem) bool {
		if len(problems) == 0 {
			return !aboutValues(p.Path)
		}
		return slices.ContainsFunc(problems, func(q Problem) bool { return q.Code == p.Code && q.Path == p.Path })
	})
	c.Problems = append(kept, problems...)
	return c
}

func aboutValues(path string) bool {
	return path == "values" || strings.HasPrefix(path, "values[") || strings.HasPrefix(path, "values.")
}

// Stops is the first problem that would make every message fail and lies in the flow: in what it sets or in its template; nil if
// there is none. What lies in the integration is not the flow's fault.
func (c *TargetCheck) Stops() *Problem {
	for i := range c.Problems {
		p := &c.Problems[i]
		if !p.Warning() && p.Code != ProblemUnchecked && (p.Path == "action" || p.Path == "parameters" || strings.HasPrefix(p.Path, "parameters.") || aboutValues(p.Path)) {
			return p
		}
	}
	return nil
}

// Worst is the worst of the problems that were found, of several the first; nil without any.
func (c *TargetCheck) Worst() (worst *Problem) {
	if stops := c.Stops(); stops != nil {
		return stops
	}
	for i := range c.Problems {
		p := &c.Problems[i]
		if p.Code != ProblemUnchecked && (worst == nil || worst.Warning() && !p.Warning()) {
			worst = p
		}
	}
	return worst
}

// Level is how bad the worst of the problems is; empty without any.
func (c *TargetCheck) Level() Severity {
	if worst := c.Worst(); worst != nil {
		return worst.Level()
	}
	return ""
}

// Like says whether two problems are about the same; none is like none.
func (p *Problem) Like(q *Problem) bool {
	if p == nil || q == nil {
		return p == q
	}
	return p.Code == q.Code && p.Path == q.Path && p.Level() == q.Level()
}

// PathIn leads to the place in a flow that a connector means by a path of its own, said of a target or of [FetchTarget].
func (d *FlowDefinition) PathIn(target int, path string) string {
	if target != FetchTarget {
		return PathInTarget(target, &d.Targets[target], path)
	}
	head, rest, _ := strings.Cut(path, ".")
	switch head {
	case "action":
		return "source.fetch.action"
	case "settings", "secrets":
		return "source.fetch.integration"
	}
	for i, m := range d.Source.Fetch.Mapping {
		if head == "parameters" && m.Name == rest {
			return Path("source.fetch.mapping", i)
		}
	}
	if head == "parameters" {
		return joinPath("source.fetch", path)
	}
	return "source.fetch"
}

// SaidOf is what a connector says at a path of its own, as a flow shows it. All settings of an integration are one place in a flow, so what is said
// of one of them names it.
func SaidOf(path, message string) string {
	head, name, _ := strings.Cut(path, ".")
	if name == "" || message == "" || head != "settings" && head != "secrets" || strings.Contains(message, name) {
		return message
	}
	return name + ": " + message
}

// PathInTarget leads to the place in a flow that a connector means by a path of its own: values[3] is the entry of the mapping at
// that position. What is in no place of the flow stays as it is.
func PathInTarget(target int, t *FlowTarget, path string) string {
	head, rest, _ := strings.Cut(path, ".")
	switch {
	case path == "recipient", path == "action", head == "parameters":
		return Path("targets", target, path)
	case head == "settings", head == "secrets":
		return Path("targets", target, "integration")
	case !aboutValues(path):
		return path
	}
	position, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path, "values["), "]"))
	for i, m := range t.Mapping {
		if head == "values" && m.Name != "" && m.Name == rest || err == nil && m.Name == "" && m.Position == position {
			return Path("targets", target, "mapping", i)
		}
	}
	return Path("targets", target, "mapping")
}

// Includes says whether an object has all that another one has, with the same values.
func Includes(whole, part json.RawMessage) bool {
	if len(part) == 0 {
		return true
	}
	has, ok := canonical(whole).(map[string]any)
	wants, is := canonical(part).(map[string]any)
	if !ok || !is {
		return false
	}
	for name, v := range wants {
		a, errA := json.Marshal(has[name])
		b, errB := json.Marshal(v)
		if _, there := has[name]; !there || errA != nil || errB != nil || !bytes.Equal(a, b) {
			return false
		}
	}
	return true
}

// Concerns says whether a notice about an action is about a target.
func (n *Notice) Concerns(t *FlowTarget) bool {
	return n.Kind == NoticeActionChanged && (n.Action == "" || n.Action == t.Action) && Includes(t.Parameters, n.Parameters)
}
