package graph

import (
	"encoding/json"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// given reads a field of a change that cannot be null: nil if it was left out.
func given[T any](o graphql.Omittable[*T], path string) (*T, error) {
	v, ok := o.ValueOK()
	if ok && v == nil {
		return nil, hub.Invalid(path, "%s cannot be null; leave it out to keep what it is", path)
	}
	return v, nil
}

// cleared reads a field of a change in which null stands for nothing: nil if it was left out.
func cleared[T any](o graphql.Omittable[*T]) *T {
	v, ok := o.ValueOK()
	if ok && v == nil {
		v = new(T)
	}
	return v
}

// values is a list as the hub wants it.
func values[T any](list []*T) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = *v
	}
	return out
}

func groupCreate(in model.GroupCreateInput) hub.GroupInput {
	out := hub.GroupInput{Description: &in.Description, Note: in.Note, ReadOnly: in.ReadOnly}
	if in.Grants != nil {
		grants := values(in.Grants)
		out.Grants = &grants
	}
	return out
}

func groupUpdate(in model.GroupUpdateInput) (out hub.GroupInput, err error) {
	if out.Description, err = given(in.Description, "description"); err != nil {
		return out, err
	}
	if out.ReadOnly, err = given(in.ReadOnly, "readOnly"); err != nil {
		return out, err
	}
	out.Note = cleared(in.Note)
	if list, ok := in.Grants.ValueOK(); ok {
		grants := values(list)
		out.Grants = &grants
	}
	return out, nil
}

func consumerCreate(in model.ConsumerCreateInput) (hub.ConsumerInput, error) {
	group, err := hub.ParseKey(hub.KindGroup, in.Group, "group")
	return hub.ConsumerInput{Name: &in.Name, Description: in.Description, GroupKey: &group,
		HubEnabled: in.HubEnabled, Enabled: in.Enabled}, err
}

func consumerUpdate(in model.ConsumerUpdateInput) (out hub.ConsumerInput, err error) {
	if out.Name, err = given(in.Name, "name"); err != nil {
		return out, err
	}
	if out.HubEnabled, err = given(in.HubEnabled, "hubEnabled"); err != nil {
		return out, err
	}
	if out.Enabled, err = given(in.Enabled, "enabled"); err != nil {
		return out, err
	}
	out.Description = cleared(in.Description)
	group, err := given(in.Group, "group")
	if err != nil || group == nil {
		return out, err
	}
	key, err := hub.ParseKey(hub.KindGroup, *group, "group")
	out.GroupKey = &key
	return out, err
}

func integrationCreate(in model.IntegrationCreateInput) (hub.IntegrationInput, error) {
	out := hub.IntegrationInput{Connector: &in.Connector, Name: &in.Name}
	if in.Settings != nil {
		out.Settings = &in.Settings
	}
	var err error
	out.Secrets, err = secrets(in.Secrets)
	return out, err
}

func integrationUpdate(in model.IntegrationUpdateInput) (out hub.IntegrationInput, err error) {
	if out.Name, err = given(in.Name, "name"); err != nil {
		return out, err
	}
	if settings, ok := in.Settings.ValueOK(); ok {
		if isNull(settings) {
			settings = json.RawMessage("{}")
		}
		out.Settings = &settings
	}
	out.Secrets, err = secrets(in.Secrets)
	return out, err
}

// isNull says whether JSON is absent or null.
func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func secrets(list []*model.SecretInput) (map[string]string, error) {
	out := make(map[string]string, len(list))
	for i, s := range list {
		if _, twice := out[s.Name]; twice {
			return nil, hub.Invalid(hub.Path("secrets", i, "name"), "the secret %q stands twice in the list", hub.Clip(s.Name, 60))
		}
		out[s.Name] = ""
		if s.Value != nil {
			out[s.Name] = *s.Value
		}
	}
	return out, nil
}

func eventCreate(in model.EventCreateInput) (hub.EventInput, error) {
	flows, err := flowKeys(in.Flows)
	return hub.EventInput{Description: in.Description, Type: in.Type, Terms: in.Terms, FlowKeys: &flows}, err
}

func eventUpdate(in model.EventUpdateInput) (hub.EventInput, error) {
	out := hub.EventInput{Description: cleared(in.Description), Type: cleared(in.Type), Terms: cleared(in.Terms)}
	list, ok := in.Flows.ValueOK()
	if !ok {
		return out, nil
	}
	flows, err := flowKeys(list)
	out.FlowKeys = &flows
	return out, err
}

func flowKeys(ids []string) ([]int64, error) {
	keys := make([]int64, len(ids))
	for i, id := range ids {
		var err error
		if keys[i], err = hub.ParseKey(hub.KindFlow, id, hub.Path("flows", i)); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func flowCreate(in model.FlowCreateInput) (out hub.FlowInput, err error) {
	out = hub.FlowInput{Description: in.Description, Filter: in.Filter}
	if in.Source != nil {
		if out.Source, err = flowSource(in.Source); err != nil {
			return out, err
		}
	}
	if in.Targets != nil {
		if out.Targets, err = flowTargets(in.Targets); err != nil {
			return out, err
		}
	}
	out.Settings, err = flowSettings(in.Settings)
	return out, err
}

func flowUpdate(in model.FlowUpdateInput) (out hub.FlowInput, err error) {
	out = hub.FlowInput{Description: cleared(in.Description), Filter: cleared(in.Filter)}
	if source, ok := in.Source.ValueOK(); ok {
		if out.Source, err = flowSource(source); err != nil {
			return out, err
		}
	}
	if targets, ok := in.Targets.ValueOK(); ok {
		if out.Targets, err = flowTargets(targets); err != nil {
			return out, err
		}
	}
	if settings, ok := in.Settings.ValueOK(); ok {
		if settings == nil {
			settings = &model.FlowSettingsInput{}
		}
		out.Settings, err = flowSettings(settings)
	}
	return out, err
}

// flowSource reads a source; nil clears it.
func flowSource(in *model.FlowSourceInput) (**hub.FlowSource, error) {
	var source *hub.FlowSource
	if in == nil {
		return &source, nil
	}
	consumer, err := optionalKey(hub.KindConsumer, in.Consumer, "source.consumer")
	source = &hub.FlowSource{Module: in.Module, ConsumerKey: consumer, Rows: in.Rows, Parameters: in.Parameters}
	hub.Assign(&source.Action, in.Action)
	if isNull(source.Parameters) {
		source.Parameters = nil
	}
	return &source, err
}

func flowTargets(list []*model.FlowTargetInput) (*[]hub.FlowTarget, error) {
	targets := make([]hub.FlowTarget, len(list))
	for i, in := range list {
		key, err := optionalKey(hub.KindIntegration, in.Integration, hub.Path("targets", i, "integration"))
		if err != nil {
			return nil, err
		}
		t := hub.FlowTarget{IntegrationKey: key, Parameters: in.Parameters, Mapping: values(in.Mapping)}
		hub.Assign(&t.Action, in.Action)
		hub.Assign(&t.Recipient, in.Recipient)
		if isNull(t.Parameters) {
			t.Parameters = nil
		}
		// What stands in a variable is not judged by the schema's @oneOf.
		if t.Recipient.Constant != "" && t.Recipient.Field != "" {
			return nil, hub.Invalid(hub.Path("targets", i, "recipient"), "the recipient is either a constant or a field, not both")
		}
		targets[i] = t
	}
	return &targets, nil
}

// flowSettings reads settings; what was left out takes its default, which the hub writes as zero.
func flowSettings(in *model.FlowSettingsInput) (*hub.FlowSettings, error) {
	if in == nil {
		return nil, nil
	}
	var out hub.FlowSettings
	hub.Assign(&out.UnknownPolicy, in.UnknownPolicy)
	if in.MaxAttempts != nil {
		if *in.MaxAttempts < 1 {
			return nil, hub.Invalid("settings.maxAttempts", "must be between 1 and %d; leave it out for the default", hub.MaxMaxAttempts)
		}
		out.MaxAttempts = *in.MaxAttempts
	}
	var err error
	if out.MaxAgeSeconds, err = seconds(in.MaxAge, "settings.maxAge"); err != nil {
		return nil, err
	}
	out.UnknownWaitSeconds, err = seconds(in.UnknownWait, "settings.unknownWait")
	return &out, err
}

func seconds(d *time.Duration, path string) (int, error) {
	switch {
	case d == nil:
		return 0, nil
	case *d < time.Second || *d%time.Second != 0:
		return 0, hub.Invalid(path, "must be whole seconds, one at least; leave it out for the default")
	}
	return int(*d / time.Second), nil
}

func occurrencePublish(in model.OccurrencePublishInput) hub.OccurrenceInput {
	out := hub.OccurrenceInput{Source: in.Source, ID: in.ID, Type: in.Type, Records: values(in.Records)}
	hub.Assign(&out.Subject, in.Subject)
	hub.Assign(&out.Time, in.Time)
	return out
}

// ofInput makes the paths of a CloudEvent fit the input of occurrencePublish, where records stand at the top and not in
// data.
func ofInput(errs []*model.UserError) []*model.UserError {
	for _, e := range errs {
		if len(e.Field) > 1 && e.Field[0] == "data" && e.Field[1] == "records" {
			e.Field = e.Field[1:]
		}
	}
	return errs
}
