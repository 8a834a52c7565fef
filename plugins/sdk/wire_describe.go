package sdk

import (
	"math"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

func descriptionToWire(d Description) *wire.Description {
	return &wire.Description{
		Name: utf8Text(d.Name), Version: utf8Text(d.Version), Title: labelsToWire(d.Title), Help: labelsToWire(d.Help),
		Roles:    each(d.Roles, func(r Role) wire.Role { return wire.Role(roles.number(r)) }),
		Settings: schemaToWire(d.Settings), Actions: each(d.Actions, actionToWire), Limits: each(d.Limits, limitToWire),
		Capabilities: &wire.Capabilities{
			Receipts: d.Capabilities.Receipts, Lookup: d.Capabilities.Lookup, Preview: d.Capabilities.Preview,
			Query: d.Capabilities.Query, Check: d.Capabilities.Check, CheckAction: d.Capabilities.CheckAction,
			IdempotentSending: d.Capabilities.IdempotentSending, InFlight: int32(max(min(d.Capabilities.InFlight, math.MaxInt32), math.MinInt32)),
			KeyedReceipts: d.Capabilities.KeyedReceipts,
		},
	}
}

func descriptionFromWire(w *wire.Description) Description {
	c := w.GetCapabilities()
	d := Description{
		Name: w.GetName(), Version: w.GetVersion(), Title: labelsFromWire(w.GetTitle()), Help: labelsFromWire(w.GetHelp()),
		Settings: schemaFromWire(w.GetSettings()), Actions: each(w.GetActions(), actionFromWire), Limits: each(w.GetLimits(), limitFromWire),
		Capabilities: Capabilities{
			Receipts: c.GetReceipts(), Lookup: c.GetLookup(), Preview: c.GetPreview(), Query: c.GetQuery(), Check: c.GetCheck(),
			CheckAction: c.GetCheckAction(), IdempotentSending: c.GetIdempotentSending(), InFlight: boundInFlight(int(c.GetInFlight())),
			KeyedReceipts: c.GetKeyedReceipts(),
		},
	}
	for _, r := range w.GetRoles() {
		if role := roles.word(int32(r)); role != "" {
			d.Roles = append(d.Roles, role)
		}
	}
	return d
}

func schemaToWire(s Schema) *wire.Schema {
	out := &wire.Schema{Json: s.JSON}
	if len(s.Labels) > 0 {
		out.Labels = make(map[string]*wire.FieldLabels, len(s.Labels))
		for name, l := range s.Labels {
			out.Labels[utf8Text(name)] = &wire.FieldLabels{Title: labelsToWire(l.Title), Help: labelsToWire(l.Help)}
		}
	}
	return out
}

func schemaFromWire(w *wire.Schema) Schema {
	s := Schema{JSON: w.GetJson()}
	if len(w.GetLabels()) > 0 {
		s.Labels = make(map[string]FieldLabels, len(w.GetLabels()))
		for name, l := range w.GetLabels() {
			s.Labels[name] = FieldLabels{Title: labelsFromWire(l.GetTitle()), Help: labelsFromWire(l.GetHelp())}
		}
	}
	return s
}

func actionToWire(a Action) *wire.Action {
	return &wire.Action{
		Key: utf8Text(a.Key), Role: wire.Role(roles.number(a.Role)), Title: labelsToWire(a.Title), Help: labelsToWire(a.Help),
		Language: utf8Text(a.Language), Parameters: schemaToWire(a.Parameters), Category: utf8Text(a.Category), Rows: schemaToWire(a.Rows),
		Values: &wire.ValuesSpec{
			Positional: a.Values.Positional, Min: int32(a.Values.Min), Max: int32(a.Values.Max), MaxLength: int32(a.Values.MaxLength),
			Named: a.Values.Named,
		},
		Recipient: &wire.RecipientSpec{
			Format: utf8Text(a.Recipient.Format), Parameter: utf8Text(a.Recipient.Parameter),
			Title: labelsToWire(a.Recipient.Title), Help: labelsToWire(a.Recipient.Help),
		},
	}
}

func actionFromWire(w *wire.Action) Action {
	v, r := w.GetValues(), w.GetRecipient()
	return Action{
		Key: w.GetKey(), Role: orElse(roles.word(int32(w.GetRole())), RoleDestination), Title: labelsFromWire(w.GetTitle()),
		Help: labelsFromWire(w.GetHelp()), Language: w.GetLanguage(), Parameters: schemaFromWire(w.GetParameters()),
		Category: w.GetCategory(), Rows: schemaFromWire(w.GetRows()),
		Values: ValuesSpec{
			Positional: v.GetPositional(), Min: int(v.GetMin()), Max: int(v.GetMax()), MaxLength: int(v.GetMaxLength()),
			Named: v.GetNamed(),
		},
		Recipient: RecipientSpec{
			Format: r.GetFormat(), Parameter: r.GetParameter(), Title: labelsFromWire(r.GetTitle()), Help: labelsFromWire(r.GetHelp()),
		},
	}
}

func limitToWire(l Limit) *wire.Limit {
	return &wire.Limit{
		Key: utf8Text(l.Key), Scope: wire.LimitScope(limitScopes.number(l.Scope)), PerSecond: l.PerSecond,
		Burst: int32(l.Burst), Setting: utf8Text(l.Setting), Where: utf8Map(l.Where),
	}
}

func limitFromWire(w *wire.Limit) Limit {
	return Limit{
		Key: w.GetKey(), Scope: orElse(limitScopes.word(int32(w.GetScope())), LimitIntegration), PerSecond: w.GetPerSecond(),
		Burst: int(w.GetBurst()), Setting: w.GetSetting(), Where: w.GetWhere(),
	}
}
