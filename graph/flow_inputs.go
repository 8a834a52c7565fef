package graph

import (
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

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

func eventBacktest(in model.EventBacktestInput) (hub.BacktestInput, error) {
	out := hub.BacktestInput{Type: in.Type, Limit: hub.DefaultBacktest, Samples: hub.DefaultSamples}
	hub.Assign(&out.Terms, in.Terms)
	hub.Assign(&out.Since, in.Since)
	hub.Assign(&out.Until, in.Until)
	hub.Assign(&out.Limit, in.Limit)
	hub.Assign(&out.Samples, in.Samples)
	if out.Limit == 0 {
		return out, hub.Invalid("input.limit", "must be between 1 and %d", hub.MaxBacktest)
	}
	var err error
	out.FlowKeys, err = flowKeys(in.Flows)
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
	out = hub.FlowInput{Description: in.Description, Trigger: in.Trigger, Filter: in.Filter}
	if in.Schedule != nil {
		if out.Schedule, err = flowSchedule(in.Schedule); err != nil {
			return out, err
		}
	}
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
	out = hub.FlowInput{Description: cleared(in.Description), Trigger: cleared(in.Trigger), Filter: cleared(in.Filter)}
	if schedule, ok := in.Schedule.ValueOK(); ok {
		if out.Schedule, err = flowSchedule(schedule); err != nil {
			return out, err
		}
	}
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
	if err == nil && in.Fetch != nil {
		source.Fetch, err = sourceFetch(in.Fetch)
	}
	return &source, err
}

func sourceFetch(in *model.SourceFetchInput) (*hub.SourceFetch, error) {
	key, err := optionalKey(hub.KindIntegration, in.Integration, "source.fetch.integration")
	f := &hub.SourceFetch{IntegrationKey: key, Parameters: in.Parameters, Mapping: mappingEntries(in.Mapping)}
	hub.Assign(&f.Action, in.Action)
	hub.Assign(&f.About, in.About)
	if isNull(f.Parameters) {
		f.Parameters = nil
	}
	return f, err
}

func flowTargets(list []*model.FlowTargetInput) (*[]hub.FlowTarget, error) {
	targets := make([]hub.FlowTarget, len(list))
	for i, in := range list {
		key, err := optionalKey(hub.KindIntegration, in.Integration, hub.Path("targets", i, "integration"))
		if err != nil {
			return nil, err
		}
		t := hub.FlowTarget{IntegrationKey: key, Parameters: in.Parameters, Mapping: mappingEntries(in.Mapping)}
		hub.Assign(&t.Action, in.Action)
		hub.Assign(&t.Recipient, in.Recipient)
		if isNull(t.Parameters) {
			t.Parameters = nil
		}
		if err := oneRecipient(hub.Path("targets", i, "recipient"), t.Recipient); err != nil {
			return nil, err
		}
		if t.FollowUp, err = followUp(hub.Path("targets", i, "followUp"), in.FollowUp); err != nil {
			return nil, err
		}
		targets[i] = t
	}
	return &targets, nil
}

// mappingEntries reads a mapping; an expression that is null is none.
func mappingEntries(in []*hub.MappingEntry) []hub.MappingEntry {
	list := values(in)
	for i := range list {
		if isNull(list[i].Expression) {
			list[i].Expression = nil
		}
	}
	return list
}

func followUp(path string, in *model.FollowUpInput) (*hub.FollowUp, error) {
	if in == nil {
		return nil, nil
	}
	within, err := seconds(in.Within, hub.Path(path, "within"))
	return &hub.FollowUp{Of: in.Of, When: in.When, WithinSeconds: within}, err
}

// oneRecipient holds @oneOf: what stands in a variable is not judged by the schema.
func oneRecipient(path string, r hub.Recipient) error {
	given := 0
	for _, set := range []bool{r.Constant != "", r.Field != "", r.All != nil, r.First != nil} {
		if set {
			given++
		}
	}
	if given > 1 {
		return hub.Invalid(path, "the recipient is either a constant or a field, not both; several stand in all, and a chain in first")
	}
	for i, part := range r.All {
		if err := oneRecipient(hub.Path(path, "all", i), part); err != nil {
			return err
		}
	}
	for i, part := range r.First {
		if err := oneRecipient(hub.Path(path, "first", i), part); err != nil {
			return err
		}
	}
	return nil
}

// flowSettings reads settings; what was left out takes its default, which the hub writes as zero.
func flowSettings(in *model.FlowSettingsInput) (*hub.FlowSettings, error) {
	if in == nil {
		return nil, nil
	}
	var out hub.FlowSettings
	hub.Assign(&out.UnknownPolicy, in.UnknownPolicy)
	hub.Assign(&out.Locale, in.Locale)
	hub.Assign(&out.TimeZone, in.TimeZone)
	hub.Assign(&out.DefaultCountry, in.DefaultCountry)
	hub.Assign(&out.Ordering, in.Ordering)
	hub.Assign(&out.MaxInFlight, in.MaxInFlight)
	if err := mostInFlight("settings.maxInFlight", in.MaxInFlight); err != nil {
		return nil, err
	}
	if in.MaxAttempts != nil {
		if *in.MaxAttempts < 1 {
			return nil, hub.Invalid("settings.maxAttempts", "must be between 1 and %d; leave it out for the default", hub.MaxMaxAttempts)
		}
		out.MaxAttempts = *in.MaxAttempts
	}
	var err error
	out.QuietHours = in.QuietHours
	if out.Collect, err = collect(in.Collect); err != nil {
		return nil, err
	}
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
