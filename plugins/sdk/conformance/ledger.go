package conformance

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// ledger is what all outcomes of a session were like. Each rule has a check of its own at the end of the run, so that one mistake is one
// failure, whichever check happened to send the delivery.
type ledger struct {
	kinds map[sdk.OutcomeKind]int
	owner map[string]string   // provider id → the delivery that had it first
	wrong map[string][]string // check → what is wrong
}

func (l *ledger) note(check, format string, args ...any) {
	if l.wrong == nil {
		l.wrong = map[string][]string{}
	}
	l.wrong[check] = append(l.wrong[check], "")
	if n := len(l.wrong[check]); n <= mostProblems {
		l.wrong[check][n-1] = fmt.Sprintf(format, args...)
	}
}

func (l *ledger) total() (n int) {
	for _, k := range l.kinds {
		n += k
	}
	return n
}

// longestRetry is the most that a retryAfter may be: nothing waits longer in the hub.
const longestRetry = 30 * 24 * time.Hour

// judge holds the outcome of a delivery against the rules that hold for each.
func (l *ledger) judge(description *sdk.Description, d *sdk.Delivery, o *sdk.Outcome) {
	if l.kinds == nil {
		l.kinds = map[sdk.OutcomeKind]int{}
	}
	l.kinds[o.Kind]++
	id := o.DeliveryID
	switch o.Kind {
	case sdk.Accepted:
		if o.ProviderID == "" {
			l.note("outcome/provider-id", "%s was accepted without a provider id: no receipt could find it", id)
		} else if first := l.owns(o.ProviderID, id); first != id {
			l.note("outcome/provider-id", "%s was accepted with the provider id %.60q, which %s had: receipts of the one would be taken for the other's", id, o.ProviderID, first)
		}
	default:
		if o.Message == "" {
			l.note("outcome/message", "%s: %s without a message", id, o.Kind)
		}
		if o.Kind == sdk.Misconfigured && o.Scope != sdk.ScopeFlow && o.Scope != sdk.ScopeIntegration {
			l.note("outcome/scope", "%s: MISCONFIGURED with the scope %q: it pauses the flow or the integration, so it must be FLOW or INTEGRATION", id, o.Scope)
		}
	}
	if o.RetryAfter < 0 || o.RetryAfter > longestRetry {
		l.note("outcome/retry-after", "%s: retry_after_ms is %d: must be 0 to 30 days, in milliseconds from now on", id, o.RetryAfter.Milliseconds())
	}
	if o.Attempt != d.Attempt {
		l.note("outcome/attempt", "%s: the outcome of attempt %d says attempt %d", id, d.Attempt, o.Attempt)
	}
	if o.Limit != "" && !declaresLimit(description, o.Limit) {
		l.note("outcome/limit", "%s: the limit %q is not declared", id, o.Limit)
	}
	if why := pathProblem(description, d, o.Path); why != "" {
		l.note("outcome/path", "%s: path %q: %s", id, o.Path, why)
	}
}

// owns says which delivery had a provider id first: this one, if none had.
func (l *ledger) owns(providerID, delivery string) (first string) {
	if l.owner == nil {
		l.owner = map[string]string{}
	}
	if first, ok := l.owner[providerID]; ok {
		return first
	}
	l.owner[providerID] = delivery
	return delivery
}

func declaresLimit(d *sdk.Description, key string) bool {
	for _, l := range d.Limits {
		if l.Key == key {
			return true
		}
	}
	return false
}

var positioned = regexp.MustCompile(`^values\[(\d+)\]$`)

// pathProblem says why a path points at nothing that there is. A delivery's own values count too.
func pathProblem(description *sdk.Description, d *sdk.Delivery, path string) string {
	if m := positioned.FindStringSubmatch(path); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 1 || n > max(mostValues(description, d.Action), len(d.Values)) {
			return "values are numbered from 1, and there are not so many"
		}
		return ""
	}
	root, name, _ := strings.Cut(path, ".")
	switch root {
	case "", "recipient", "action", "values":
		if root == "values" || name == "" {
			return ""
		}
	case "settings", "secrets":
		return propertyProblem(description.Settings.JSON, root, name)
	case "parameters":
		if a, ok := description.Action(d.Action); ok {
			return propertyProblem(a.Parameters.JSON, root, name)
		}
		return ""
	}
	return "it must begin with settings, secrets, parameters, values, recipient or action"
}

func mostValues(d *sdk.Description, action string) int {
	a, _ := d.Action(action)
	return a.Values.Max
}

// propertyProblem looks for the first part of name in a schema. One that declares no properties, or takes any, may have it.
func propertyProblem(schema json.RawMessage, root, name string) string {
	name, _, _ = strings.Cut(name, ".")
	name, _, _ = strings.Cut(name, "[")
	if name == "" {
		return ""
	}
	var s struct {
		Properties map[string]struct {
			WriteOnly bool `json:"writeOnly"`
		} `json:"properties"`
		AnyOf, OneOf, AllOf []json.RawMessage
	}
	if json.Unmarshal(schema, &s) != nil || len(s.Properties) == 0 || len(s.AnyOf)+len(s.OneOf)+len(s.AllOf) > 0 {
		return ""
	}
	property, ok := s.Properties[name]
	switch {
	case !ok:
		return fmt.Sprintf("there is no property %q", name)
	case root == "settings" && property.WriteOnly:
		return fmt.Sprintf("%q is a secret: say secrets.%s", name, name)
	case root == "secrets" && !property.WriteOnly:
		return fmt.Sprintf("%q is no secret: say settings.%s", name, name)
	}
	return ""
}
