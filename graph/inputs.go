package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	hub.Assign(&out.SelectAll, in.SelectAll)
	hub.Assign(&out.UnselectAll, in.UnselectAll)
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
	hub.Assign(&out.SelectAll, in.SelectAll)
	hub.Assign(&out.UnselectAll, in.UnselectAll)
	return out, nil
}

func consumerCreate(in model.ConsumerCreateInput, maxCost int) (hub.ConsumerInput, error) {
	group, err := hub.ParseKey(hub.KindGroup, in.Group, "group")
	return hub.ConsumerInput{Name: &in.Name, Description: in.Description, GroupKey: &group,
		HubEnabled: in.HubEnabled, Enabled: in.Enabled, ExpiresAt: &in.ExpiresAt, RateLimit: &in.RateLimit, CostBudget: &in.CostBudget, MaxCost: maxCost}, err
}

func consumerUpdate(in model.ConsumerUpdateInput, maxCost int) (out hub.ConsumerInput, err error) {
	out.MaxCost = maxCost
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
	if at, ok := in.ExpiresAt.ValueOK(); ok {
		out.ExpiresAt = &at
	}
	if n, ok := in.RateLimit.ValueOK(); ok {
		out.RateLimit = &n
	}
	if n, ok := in.CostBudget.ValueOK(); ok {
		out.CostBudget = &n
	}
	group, err := given(in.Group, "group")
	if err != nil || group == nil {
		return out, err
	}
	key, err := hub.ParseKey(hub.KindGroup, *group, "group")
	out.GroupKey = &key
	return out, err
}

func integrationCreate(in model.IntegrationCreateInput) (hub.IntegrationInput, error) {
	out := hub.IntegrationInput{Connector: &in.Connector, Name: &in.Name, MaxInFlight: in.MaxInFlight}
	if in.Settings != nil {
		out.Settings = &in.Settings
	}
	err := mostInFlight("maxInFlight", in.MaxInFlight)
	if err != nil {
		return out, err
	}
	out.Secrets, err = secrets(in.Secrets)
	return out, err
}

// mostInFlight refuses a number that the hub would take for none.
func mostInFlight(path string, n *int) error {
	if n != nil && *n < 1 {
		return hub.Invalid(path, "must be between 1 and %d; leave it out for as many as the connector takes", hub.MaxMaxInFlight)
	}
	return nil
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
	if n, ok := in.MaxInFlight.ValueOK(); ok {
		if err := mostInFlight("maxInFlight", n); err != nil {
			return out, err
		}
		out.MaxInFlight = cleared(in.MaxInFlight)
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

func occurrencePublish(in model.OccurrencePublishInput) (hub.OccurrenceInput, error) {
	out := hub.OccurrenceInput{Source: in.Source, ID: in.ID, Type: in.Type, Records: values(in.Records), Derive: in.Derive}
	hub.Assign(&out.Subject, in.Subject)
	hub.Assign(&out.Time, in.Time)
	return out, extend(&out, in.Extensions)
}

// extend takes the extension attributes of an occurrence.
func extend(in *hub.OccurrenceInput, given json.RawMessage) error {
	if isNull(given) {
		return nil
	}
	var extensions map[string]any
	if err := decode(bytes.NewReader(given), &extensions); err != nil {
		return hub.Invalid("extensions", "this must be a JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(extensions)) {
		err := in.Extend(name, extensions[name])
		if e, ok := errors.AsType[*hub.Error](err); ok {
			e.Path = hub.Path("extensions", e.Path)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

// ofSecrets makes paths that name a secret fit the input of an integration, where secrets are a list: they lead to the secret in
// the list, or to the list if it is missing there.
func ofSecrets(errs []*model.UserError, list []*model.SecretInput) []*model.UserError {
	for _, e := range errs {
		if len(e.Field) < 2 || e.Field[0] != "secrets" {
			continue
		}
		name := strings.Join(e.Field[1:], ".")
		e.Field = e.Field[:1]
		if i := slices.IndexFunc(list, func(s *model.SecretInput) bool { return s.Name == name }); i >= 0 {
			e.Field = []string{"secrets", strconv.Itoa(i), "name"}
		}
	}
	return errs
}

func suppressionAdd(in model.SuppressionAddInput) (out hub.SuppressionInput, err error) {
	out.Recipient, out.Until = in.Recipient, in.Until
	hub.Assign(&out.Category, in.Category)
	hub.Assign(&out.Note, in.Note)
	out.IntegrationKey, err = hub.ParseKey(hub.KindIntegration, in.Integration, "integration")
	return out, err
}
