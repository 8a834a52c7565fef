package host

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

func integrationToSDK(in *hub.OpenIntegration) sdk.Integration {
	return sdk.Integration{
		ID: hub.ID(hub.KindIntegration, in.Key), Name: in.Name, Settings: in.Settings, Secrets: in.Secrets,
		CallbackURL: in.CallbackURL, Version: int64(in.Version),
	}
}

// JudgeDescription says why a connector that describes itself like this is not used under a name; nil if it is.
func JudgeDescription(name string, d sdk.Description) error {
	_, err := described(name, d)
	return err
}

// described takes over what the connector of a name describes, if it can be used.
func described(name string, d sdk.Description) (*hub.Connector, error) {
	if d.Name != name {
		return nil, fmt.Errorf("it describes itself as %q; the name of its command and of its description must be the same", hub.Clip(d.Name, 40))
	}
	return describedConnector(d)
}

// describedConnector takes a description over, if it can be used: its schemas must be JSON Schemas of objects, and its actions' keys unique.
func describedConnector(d sdk.Description) (*hub.Connector, error) {
	c := &hub.Connector{Name: d.Name, Version: d.Version, Title: hub.Labels(d.Title), Help: hub.Labels(d.Help)}
	for _, r := range d.Roles {
		c.Roles = append(c.Roles, string(r))
	}
	var err error
	if c.Settings, err = schemaFromSDK("settings", d.Settings); err != nil {
		return nil, err
	}
	for _, a := range d.Actions {
		if a.Role == sdk.RoleSource {
			source, err := sourceFromSDK(c, a)
			if err != nil {
				return nil, err
			}
			c.Sources = append(c.Sources, source)
			continue // the hub's actions are those of destinations
		}
		if c.Action(a.Key) != nil {
			return nil, fmt.Errorf("it describes the action %q twice; the keys of its actions must differ", hub.Clip(a.Key, 80))
		}
		action, err := actionFromSDK(a)
		if err != nil {
			return nil, err
		}
		c.Actions = append(c.Actions, action)
	}
	for _, l := range d.Limits {
		c.Limits = append(c.Limits, hub.Limit{Key: l.Key, Scope: string(l.Scope), PerSecond: l.PerSecond, Burst: l.Burst, Setting: l.Setting, Where: l.Where})
	}
	k := d.Capabilities
	c.Capabilities = hub.Capabilities{
		Receipts: k.Receipts, Lookup: k.Lookup, Preview: k.Preview, Query: k.Query,
		IdempotentSending: k.IdempotentSending, KeyedReceipts: k.KeyedReceipts, InFlight: k.InFlight,
	}
	return c, nil
}

func sourceFromSDK(c *hub.Connector, a sdk.Action) (hub.ConnectorSource, error) {
	if c.Source(a.Key) != nil {
		return hub.ConnectorSource{}, fmt.Errorf("it describes the action %q twice; the keys of its actions must differ", hub.Clip(a.Key, 80))
	}
	parameters, err := schemaFromSDK("the parameters of "+a.Key, a.Parameters)
	return hub.ConnectorSource{Key: a.Key, Title: hub.Labels(a.Title), Help: hub.Labels(a.Help), Category: a.Category, Parameters: parameters}, err
}

func actionFromSDK(a sdk.Action) (hub.ConnectorAction, error) {
	parameters, err := schemaFromSDK("the parameters of "+a.Key, a.Parameters)
	return hub.ConnectorAction{
		Key: a.Key, Title: hub.Labels(a.Title), Help: hub.Labels(a.Help), Category: a.Category, Language: a.Language, Parameters: parameters,
		Values: hub.ValuesSpec{
			Positional: a.Values.Positional, Named: a.Values.Max > 0 && (a.Values.Named || !a.Values.Positional),
			Min: a.Values.Min, Max: a.Values.Max, MaxLength: a.Values.MaxLength,
		},
		Recipient: hub.RecipientSpec{Format: a.Recipient.Format, Title: hub.Labels(a.Recipient.Title), Help: hub.Labels(a.Recipient.Help)},
	}, err
}

func schemaFromSDK(of string, s sdk.Schema) (hub.Schema, error) {
	out := hub.Schema{JSON: s.JSON, Labels: make(map[string]hub.FieldLabels, len(s.Labels))}
	if len(out.JSON) == 0 {
		out.JSON = json.RawMessage(`{"type":"object"}`)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(out.JSON, &object); err != nil || object == nil {
		return hub.Schema{}, fmt.Errorf("the schema of %s that it describes is no JSON object", hub.Clip(of, 120))
	}
	if err := compiles(out.JSON); err != nil {
		return hub.Schema{}, fmt.Errorf("the schema of %s that it describes is no JSON Schema (draft 2020-12): %s", hub.Clip(of, 120), hub.Clip(strings.Join(strings.Fields(err.Error()), " "), 300))
	}
	for name, l := range s.Labels {
		out.Labels[name] = hub.FieldLabels{Title: hub.Labels(l.Title), Help: hub.Labels(l.Help)}
	}
	return out, nil
}

func callbackToSDK(cb *hub.Callback) sdk.Callback {
	return sdk.Callback{Method: cb.Method, URL: cb.URL, Header: cb.Header, Body: cb.Body, ReceivedAt: cb.ReceivedAt}
}

// reception translates what a callback says, without the secrets of the integration; what its provider is answered stays as it is.
func (c *connector) reception(r *sdk.Reception, receivedAt time.Time) *hub.Reception {
	out := &hub.Reception{Verified: r.Verified, Status: r.Status, Header: r.Header, Body: r.Body}
	for i := range r.Receipts {
		out.Receipts = append(out.Receipts, c.receipt(&r.Receipts[i], receivedAt))
	}
	for i := range r.Notices {
		n := r.Notices[i].Told(c.redact.text)
		out.Notices = append(out.Notices, hub.Notice{Kind: hub.NoticeKind(n.Kind), At: n.At, Recipient: n.Recipient, Category: n.Category,
			Action: n.Action, Parameters: n.Parameters, Problems: c.told(n.Problems), Detail: n.Detail, Settings: n.Settings})
	}
	return out
}

// told translates problems, without secrets; what is only worth knowing is a warning.
func (c *connector) told(list []sdk.Problem) []hub.Problem {
	var out []hub.Problem
	for i := range list {
		p := list[i].Told(c.redact.text)
		q := hub.Problem{Code: hub.ProblemCode(p.Code), Path: p.Path, Message: p.Message, NextStep: p.NextStep}
		if p.Severity == sdk.SeverityWarning || p.Severity == sdk.SeverityInfo {
			q.Severity = hub.SeverityWarning
		}
		out = append(out, q)
	}
	return out
}

func (c *connector) receipt(said *sdk.Receipt, receivedAt time.Time) hub.Receipt {
	r := said.Told(c.redact.text)
	out := hub.Receipt{
		ProviderID: r.ProviderID, Status: hub.ReceiptStatus(r.Status), At: r.At, ReceivedAt: receivedAt, Code: r.Code, Message: r.Message,
		Scope: hub.Scope(r.Scope), Recipient: r.Recipient, Detail: r.Detail, Kind: hub.OutcomeKind(r.Kind), NextStep: r.NextStep,
		RetryAfter: r.RetryAfter, Suppress: r.Suppress, SuppressCategory: r.SuppressCategory, Limit: r.Limit,
		MostAttempts: r.MostAttempts,
	}
	// An id that is none of ours came along from elsewhere: the provider's id may still find the delivery.
	if kind, key, err := hub.ParseID(r.DeliveryID); err == nil && kind == hub.KindDelivery {
		out.DeliveryKey = key
	}
	return out
}
