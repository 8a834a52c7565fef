package hub

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AuditChange is one field that a change altered. From is nil if there was nothing before, To if there is nothing now.
type AuditChange struct {
	Path string          `json:"p"` // dotted, as the field is called in the schema: "settings.base_url"
	From json.RawMessage `json:"f,omitempty"`
	To   json.RawMessage `json:"t,omitempty"`
}

// Bounds of what one entry keeps. Fields beyond them are counted, values beyond them are cut.
const (
	maxAuditChanges = 128
	maxAuditValue   = 16 << 10 // bytes
)

// What an entry says of a secret: that it is there, or that it became another one. Never more.
const (
	secretSet     = "set"
	secretChanged = "changed"
)

// Facts is what the audit log compares of an object: its fields by the names that they have in the schema. A nil one is an
// object that there is not.
type Facts map[string]any

// Audited is what the audit log compares of a group.
func (g *Group) Audited() Facts {
	if g == nil {
		return nil
	}
	return Facts{"version": g.Version, "description": g.Description, "note": g.Note, "readOnly": g.ReadOnly, "grants": g.Grants}
}

// Audited is what the audit log compares of a consumer. That a secret was replaced is said by AuditSecret.
func (c *Consumer) Audited() Facts {
	if c == nil {
		return nil
	}
	return Facts{"version": c.Version, "name": c.Name, "description": c.Description, "group": ID(KindGroup, c.GroupKey), "hubEnabled": c.HubEnabled,
		"enabled": c.Enabled, "clientId": c.ClientID, "expiresAt": c.ExpiresAt, "oldSecretUntil": c.OldSecretUntil,
		"rateLimit": c.RateLimit, "costBudget": c.CostBudget}
}

// Audited is what the audit log compares of an integration, without its secrets.
func (i *Integration) Audited() Facts {
	if i == nil {
		return nil
	}
	return Facts{"version": i.Version, "connector": i.Connector, "name": i.Name, "settings": i.Settings, "state": i.State,
		"pause": i.Pause.Audited(), "maxInFlight": numberOrNone(i.MaxInFlight)}
}

// Audited is what the audit log compares of a flow.
func (f *Flow) Audited() Facts {
	if f == nil {
		return nil
	}
	facts := Facts{"version": f.Version, "enabled": f.Enabled, "description": f.Description, "trigger": f.Definition.Trigger,
		"schedule": f.Definition.Schedule, "filter": f.Definition.Filter, "settings": f.Definition.Settings, "paused": f.Paused != nil, "pause": f.Pause.Audited(),
		"archived": f.ArchivedAt != nil}
	if s := f.Definition.Source; s != nil {
		source := Facts{"module": s.Module, "consumer": idOrNone(KindConsumer, s.ConsumerKey), "action": s.Action, "parameters": s.Parameters, "rows": s.Rows}
		if s.Fetch != nil {
			source["fetch"] = Facts{"integration": idOrNone(KindIntegration, s.Fetch.IntegrationKey), "action": s.Fetch.Action, "parameters": s.Fetch.Parameters, "about": s.Fetch.About,
				"mapping": s.Fetch.Mapping}
		}
		facts["source"] = source
	}
	targets := make([]Facts, len(f.Definition.Targets))
	for i, t := range f.Definition.Targets {
		targets[i] = Facts{"integration": idOrNone(KindIntegration, t.IntegrationKey), "action": t.Action, "parameters": t.Parameters,
			"recipient": t.Recipient, "mapping": t.Mapping, "followUp": t.FollowUp.audited()}
	}
	facts["targets"] = targets
	return facts
}

// Audited is what the audit log compares of an event.
func (e *Event) Audited() Facts {
	if e == nil {
		return nil
	}
	runs := make([]string, len(e.FlowKeys))
	for i, key := range e.FlowKeys {
		runs[i] = ID(KindFlow, key)
	}
	return Facts{"version": e.Version, "enabled": e.Enabled, "description": e.Description, "type": e.Type, "terms": e.Terms, "flows": runs,
		"archived": e.ArchivedAt != nil}
}

// Audited is what the audit log compares of how long the hub keeps things.
func (r *Retention) Audited() Facts {
	return Facts{"version": r.Version, "history": durationOrNone(r.History), "payloads": durationOrNone(r.Payloads), "unmatched": durationOrNone(r.Unmatched),
		"audit": durationOrNone(r.Audit), "beginsAt": r.BeginsAt}
}

// Audited is what the audit log compares of how long a flow's history is kept.
func (f *FlowRetention) Audited() Facts {
	return Facts{"retention": Facts{"ownHistory": durationOrNone(f.OwnHistory), "ownPayloads": durationOrNone(f.OwnPayloads)}}
}

// durationOrNone writes a duration as the API does; nil for none.
func durationOrNone(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return ISODuration(d)
}

func numberOrNone(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

func idOrNone(kind Kind, key int64) any {
	if key == 0 {
		return nil
	}
	return ID(kind, key)
}

// AuditChanges lists what differs between two states of an object, sorted by path. Objects and lists of objects are followed
// to the fields that differ; a permission matrix is written as what came (grants.added) and what went (grants.removed), not
// as two whole ones.
func AuditChanges(before, after Facts) []AuditChange {
	var was, is Grants
	if before != nil {
		was, _ = before["grants"].(Grants)
	}
	if after != nil {
		is, _ = after["grants"].(Grants)
	}
	list := append(grantChange("grants.added", nil, is.Without(was)), grantChange("grants.removed", was.Without(is), nil)...)
	old, now := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	flatten(before, old)
	flatten(after, now)
	for path, v := range old {
		if !bytes.Equal(v, now[path]) {
			list = append(list, AuditChange{Path: path, From: clipJSON(v), To: clipJSON(now[path])})
		}
	}
	for path, v := range now {
		if _, both := old[path]; !both {
			list = append(list, AuditChange{Path: path, To: clipJSON(v)})
		}
	}
	slices.SortFunc(list, func(a, b AuditChange) int { return strings.Compare(a.Path, b.Path) })
	if more := len(list) - maxAuditChanges; more > 0 {
		list = append(list[:maxAuditChanges:maxAuditChanges], AuditChange{Path: "…", To: quoteJSON("and " + itoa(more) + " more fields")})
	}
	return list
}

// AuditSecrets lists which secrets changed, and nothing of what they are.
func AuditSecrets(before, after map[string]string) (list []AuditChange) {
	names := maps.Clone(before)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := before[name], after[name]
		switch {
		case was == is:
		case was == "":
			list = append(list, AuditSecret("secrets."+name, false))
		case is == "":
			list = append(list, AuditChange{Path: "secrets." + name, From: quoteJSON(secretSet)})
		default:
			list = append(list, AuditSecret("secrets."+name, true))
		}
	}
	return list
}

// AuditSecret says that a secret was set for the first time, or replaced.
func AuditSecret(path string, replaced bool) AuditChange {
	if replaced {
		return AuditChange{Path: path, From: quoteJSON(secretSet), To: quoteJSON(secretChanged)}
	}
	return AuditChange{Path: path, To: quoteJSON(secretSet)}
}

// AuditMove says that a field went from one word to another; an empty one is nothing.
func AuditMove(path, from, to string) AuditChange {
	c := AuditChange{Path: path}
	if from != "" {
		c.From = quoteJSON(from)
	}
	if to != "" {
		c.To = quoteJSON(to)
	}
	return c
}

func grantChange(path string, went, came Grants) []AuditChange {
	if len(went) == 0 && len(came) == 0 {
		return nil
	}
	return []AuditChange{{Path: path, From: grantText(went), To: grantText(came)}}
}

// grantText writes a matrix as module/submodule:ACTION,ACTION, one text for each row; nil if it grants nothing.
func grantText(g Grants) json.RawMessage {
	if len(g) == 0 {
		return nil
	}
	var rows []string
	for _, grant := range g.List() {
		actions := make([]string, len(grant.Actions))
		for i, a := range grant.Actions {
			actions[i] = string(a)
		}
		rows = append(rows, Row{grant.Module, grant.Submodule}.String()+":"+strings.Join(actions, ","))
	}
	return mustJSON(rows)
}

// flatten writes the leaves of an object by their paths. What is null or empty is left out: it says nothing.
func flatten(f Facts, into map[string]json.RawMessage) {
	for name, v := range f {
		if _, isMatrix := v.(Grants); isMatrix {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(mustJSON(v)))
		d.UseNumber() // a number is shown as it was written
		var plain any
		if err := d.Decode(&plain); err != nil {
			panic(err) // it was written a moment ago
		}
		flattenValue(name, plain, into)
	}
}

func flattenValue(path string, v any, into map[string]json.RawMessage) {
	switch v := v.(type) {
	case nil:
		return
	case map[string]any:
		for name, field := range v {
			flattenValue(path+"."+name, field, into)
		}
		return
	case []any:
		if len(v) == 0 {
			return
		}
		if _, objects := v[0].(map[string]any); objects {
			for i, item := range v {
				flattenValue(path+"."+strconv.Itoa(i), item, into)
			}
			return
		}
	case string:
		if v == "" {
			return
		}
	}
	into[path] = mustJSON(v)
}

// clipJSON keeps a value from being longer than an entry can have: of a longer one the beginning is kept, as a text.
func clipJSON(v json.RawMessage) json.RawMessage {
	if len(v) <= maxAuditValue {
		return v
	}
	return quoteJSON(strings.ToValidUTF8(string(v[:maxAuditValue/2]), "") + "…")
}

func quoteJSON(s string) json.RawMessage { return mustJSON(s) }

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is compared has been kept as JSON before, or is made of words
	}
	return b
}
