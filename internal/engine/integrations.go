package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// IntegrationCreate sets a connector up for use. Settings and secrets must satisfy the connector's schema. ADD on
// settings/api_connections.
func (e *Engine) IntegrationCreate(ctx context.Context, c hub.Caller, in hub.IntegrationInput, once ...*hub.Once) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Add); err != nil {
		return nil, err
	}
	o := hub.OnceOf(once)
	if was, err := e.db.IntegrationMade(ctx, c, o); err != nil || o.Repeat {
		return was, err
	}
	i := &hub.Integration{}
	if err := i.Apply(in); err != nil {
		return nil, err
	}
	secrets := setSecrets(nil, in.Secrets)
	if err := e.judgeIntegration(i, secrets); err != nil {
		return nil, err
	}
	return e.db.IntegrationCreate(ctx, c, i, secrets, o)
}

// IntegrationUpdate changes an integration. A setting that decides where secrets are sent changes only together with the
// secrets given again, so that nobody can send stored secrets somewhere else. EDIT on settings/api_connections.
func (e *Engine) IntegrationUpdate(ctx context.Context, c hub.Caller, key int64, expectedVersion int, in hub.IntegrationInput) (*hub.Integration, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	defer e.askAnew() // about the flows that send through it
	return e.db.IntegrationUpdate(ctx, c, key, expectedVersion, func(i *hub.Integration, secrets map[string]string) error {
		before := i.Settings
		if err := i.Apply(in); err != nil {
			return err
		}
		if err := e.guardDestination(i, before, secrets, in.Secrets); err != nil {
			return err
		}
		setSecrets(secrets, in.Secrets)
		return e.judgeIntegration(i, secrets)
	})
}

// IntegrationDelete takes an integration away that no flow uses. REMOVE on settings/api_connections.
func (e *Engine) IntegrationDelete(ctx context.Context, c hub.Caller, key int64, expectedVersion int) error {
	err := e.db.IntegrationDelete(ctx, c, key, expectedVersion)
	if err == nil {
		e.breakers.forget(key, time.Now())
	}
	return err
}

// IntegrationCheck asks the connector whether the settings can be used now, and gives back what it finds, warnings as well. Without
// problems that are more than these, an integration that the hub itself paused is resumed, and so are flows that were paused by what a
// connector said, if it finds nothing wrong with them now; what waited for them goes on. One that a person holds back stays so. EDIT on
// settings/api_connections.
func (e *Engine) IntegrationCheck(ctx context.Context, c hub.Caller, key int64) (*hub.Integration, []hub.Problem, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, nil, err
	}
	in, err := e.integration(ctx, e.now(), key)
	if err != nil {
		return nil, nil, err
	}
	if in == nil {
		return nil, nil, hub.NotFound(hub.KindIntegration, key)
	}
	problems, err := e.connectors.Check(ctx, in.open)
	if err != nil {
		return nil, nil, err
	}
	wrong, _ := hub.Apart(problems)
	if len(wrong) == 0 {
		e.breakers.try(key, time.Now())
		e.nudge()
	}
	if len(wrong) == 0 && in.State == hub.IntegrationPaused {
		err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
			return tx.IntegrationResume(c, key, hub.Reason{Code: hub.ReasonCheck, By: c.Consumer.ID()})
		})
		e.nudge()
	}
	if err == nil && len(wrong) == 0 {
		err = e.resumeFlows(ctx, c, key)
	}
	if err != nil {
		return nil, nil, err
	}
	now, err := e.db.IntegrationNow(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	return now, problems, e.db.DiscloseIntegration(ctx, c, now)
}

// setSecrets writes given secrets over the kept ones; an empty text takes one away.
func setSecrets(kept, given map[string]string) map[string]string {
	if kept == nil {
		kept = map[string]string{}
	}
	for name, secret := range given {
		if secret == "" {
			delete(kept, name)
		} else {
			kept[name] = secret
		}
	}
	return kept
}

// schemaProperty is what the hub itself reads of a connector's schema.
type schemaProperty struct {
	WriteOnly   bool `json:"writeOnly"`
	Destination bool `json:"x-recado-secret-destination"`
	Callback    bool `json:"x-recado-callback-secret"`
	Default     any  `json:"default"`
}

func propertiesOf(schema hub.Schema) (map[string]schemaProperty, error) {
	var doc struct {
		Properties map[string]schemaProperty `json:"properties"`
	}
	err := json.Unmarshal(schema.JSON, &doc)
	return doc.Properties, err
}

// judgeIntegration holds settings and secrets against the connector's schema.
func (e *Engine) judgeIntegration(i *hub.Integration, secrets map[string]string) error {
	connector := e.connectors.Connector(i.Connector)
	if connector == nil {
		return hub.Invalid("connector", "there is no connector %q that ever described itself; see connectors", hub.Clip(i.Connector, 60))
	}
	properties, err := propertiesOf(connector.Settings)
	if err != nil {
		return fmt.Errorf("the settings schema of %s: %w", connector.Name, err)
	}
	whole := map[string]any{}
	if err := json.Unmarshal(i.Settings, &whole); err != nil || whole == nil {
		return hub.Invalid("settings", "the settings must be a JSON object")
	}
	for name := range whole {
		if properties[name].WriteOnly {
			return hub.Invalid("settings."+name, "%s is a secret; give it in secrets, not in settings", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if !properties[name].WriteOnly {
			return hub.Invalid("secrets."+hub.Clip(name, 40), "the connector %s has no secret of this name", connector.Name)
		}
		whole[name] = secrets[name]
	}
	doc, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	problems, err := e.checkObject(connector, "settings", connector.Settings.JSON, doc, hub.ProblemSettingInvalid)
	if err != nil || len(problems) == 0 {
		return err
	}
	for k := range problems {
		head, _, _ := strings.Cut(problems[k].Path, ".")
		place := "settings"
		if properties[head].WriteOnly {
			place = "secrets"
			if _, set := whole[head]; !set { // a door that takes a list of secrets has no path to one that is not in it
				problems[k].Message = fmt.Sprintf("the secret %s is required", head)
			}
		}
		problems[k].Path = strings.TrimSuffix(place+"."+problems[k].Path, ".")
	}
	return hub.WithProblems(problems)
}

// guardDestination refuses a change of where secrets are sent, unless every secret that is set is given again.
func (e *Engine) guardDestination(i *hub.Integration, before json.RawMessage, kept, given map[string]string) error {
	connector := e.connectors.Connector(i.Connector)
	if connector == nil {
		return nil // judgeIntegration says so
	}
	properties, err := propertiesOf(connector.Settings)
	if err != nil {
		return err
	}
	var was, is map[string]any
	if json.Unmarshal(before, &was) != nil || json.Unmarshal(i.Settings, &is) != nil {
		return nil // judgeIntegration says what is wrong
	}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p := properties[name]
		if !p.Destination || same(was[name], is[name], p.Default) {
			continue
		}
		for _, secret := range slices.Sorted(maps.Keys(kept)) {
			if _, again := given[secret]; !again {
				return hub.Invalid("secrets."+secret, "%s decides where secrets are sent; when it changes, give %s again", name, secret)
			}
		}
	}
	return nil
}

func same(a, b, otherwise any) bool {
	if a == nil {
		a = otherwise
	}
	if b == nil {
		b = otherwise
	}
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// schemaKey has the schema itself: a connector may be replaced by another one of the same version.
type schemaKey struct{ connector, part, schema string }

// checkObject holds a JSON object against a connector's schema (JSON Schema 2020-12); problems carry paths inside the
// object. Values never appear in messages: one of them may be a secret.
func (e *Engine) checkObject(c *hub.Connector, part string, schema, object json.RawMessage, code hub.ProblemCode) ([]hub.Problem, error) {
	compiled, err := e.schema(c, part, schema)
	if err != nil {
		return nil, err
	}
	if len(object) == 0 {
		object = json.RawMessage("{}")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(object))
	if err != nil {
		return []hub.Problem{{Code: code, Message: "this must be a JSON object"}}, nil
	}
	var invalid *jsonschema.ValidationError
	switch err := compiled.Validate(doc); {
	case err == nil:
		return nil, nil
	case errors.As(err, &invalid):
		return schemaProblems(invalid, code, nil), nil
	default:
		return nil, err
	}
}

func (e *Engine) schema(c *hub.Connector, part string, schema json.RawMessage) (*jsonschema.Schema, error) {
	key := schemaKey{c.Name, part, string(schema)}
	if s, ok := e.schemas.Load(key); ok {
		return s.(*jsonschema.Schema), nil
	}
	compiled, err := hub.CompileSchema(schema)
	if err != nil {
		return nil, fmt.Errorf("the schema %s of the connector %s: %w", part, c.Name, err)
	}
	e.schemas.Store(key, compiled)
	return compiled, nil
}
