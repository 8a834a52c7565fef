package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/recado-hub/recado/plugins/sdk"
)

var (
	namePattern    = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	actionPattern  = regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,79}$`)
	versionPattern = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

// merged is an integration's settings and secrets as the one object that the schema describes.
func merged(in sdk.Integration) []byte {
	all := map[string]any{}
	_ = json.Unmarshal(in.Settings, &all) // what is no object fails against the schema
	for k, v := range in.Secrets {
		all[k] = v
	}
	text, _ := json.Marshal(all)
	return text
}

// fits holds a value against a schema, or against the part of it that steps lead to.
func fits(schema json.RawMessage, instance []byte, steps ...string) error {
	compiled, err := compile(schema, steps...)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(instance))
	if err != nil {
		return err
	}
	return compiled.Validate(value)
}

func compile(schema json.RawMessage, steps ...string) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("no JSON: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(noLoader{})
	if err := c.AddResource("mem:///schema", doc); err != nil {
		return nil, err
	}
	at := "mem:///schema"
	for i, step := range steps {
		if i == 0 {
			at += "#"
		}
		at += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(step))
	}
	return c.Compile(at)
}

// noLoader keeps a description from having files or the network read.
type noLoader struct{}

// Load refuses.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: a schema may not refer to other documents", url)
}

// DescriptionProblem is something wrong with a description.
type DescriptionProblem struct {
	// Kind is names, schemas, labels, values or limits.
	Kind string
	// Text is a sentence for the author.
	Text string
}

// DescriptionProblems says what is wrong with a description.
func DescriptionProblems(d *sdk.Description) []DescriptionProblem {
	var p found
	p.check("names", namePattern.MatchString(d.Name), "name %q: must be lower-case letters, digits, _ and -, at most 40", d.Name)
	p.check("names", versionPattern.MatchString(d.Version), "version %q: must be a semantic version such as 1.0.0", d.Version)
	p.check("names", len(d.Roles) > 0, "roles: a connector must be a destination, a source, or both")
	p.labels("title", d.Title)
	p.schema("settings", d.Settings)
	p.check("names", len(d.Actions) > 0, "actions: a connector without actions can do nothing")
	keys := map[string]bool{}
	for _, a := range d.Actions {
		p.check("names", !keys[a.Key], "actions: %q comes twice", a.Key)
		keys[a.Key] = true
		p.action("actions."+a.Key, &a)
	}
	p.limits(d)
	n := d.Capabilities.InFlight
	p.check("limits", n >= 1 && n <= sdk.MaxInFlight, "capabilities.in_flight: %d: must be 1 to %d", n, sdk.MaxInFlight)
	return p
}

type found []DescriptionProblem

func (p *found) check(kind string, ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, DescriptionProblem{kind, fmt.Sprintf(format, args...)})
	}
}

// labels must be there in every language.
func (p *found) labels(path string, l sdk.Labels) {
	for _, tag := range sdk.Languages() {
		p.check("labels", l[tag] != "", "%s: no text in %s", path, tag)
	}
}

// schema must compile, be of one object, and have words for each of its properties.
func (p *found) schema(path string, s sdk.Schema) {
	if _, err := compile(s.JSON); err != nil {
		p.check("schemas", false, "%s: the JSON Schema does not compile: %v", path, err)
		return
	}
	p.defaults(path, s.JSON)
	var object struct {
		Type       string `json:"type"`
		Properties map[string]struct {
			Type              any  `json:"type"`
			WriteOnly         bool `json:"writeOnly"`
			SecretDestination bool `json:"x-recado-secret-destination"`
			CallbackSecret    bool `json:"x-recado-callback-secret"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(s.JSON, &object); err != nil {
		p.check("schemas", false, "%s: %v", path, err)
		return
	}
	p.check("schemas", object.Type == "object", "%s: the schema must have the type object", path)
	for name, property := range object.Properties {
		at := path + "." + name
		p.labels(at+" (title)", s.Labels[name].Title)
		p.labels(at+" (help)", s.Labels[name].Help)
		p.check("schemas", !property.WriteOnly || property.Type == "string", "%s: a secret must be a string", at)
		p.check("schemas", !property.WriteOnly || !property.SecretDestination, "%s: a secret cannot also decide where secrets are sent", at)
		p.check("schemas", !property.CallbackSecret || property.WriteOnly, "%s: what callbacks are verified with must be a secret (writeOnly)", at)
	}
	for name := range s.Labels {
		_, ok := object.Properties[name]
		p.check("labels", ok, "%s.%s: has labels but is no property", path, name)
	}
}

// defaults must be what their own properties allow: a form that is saved as it is drawn is refused otherwise.
func (p *found) defaults(path string, schema json.RawMessage) {
	var object struct {
		Properties map[string]struct {
			Default json.RawMessage `json:"default"`
		} `json:"properties"`
	}
	if json.Unmarshal(schema, &object) != nil {
		return // reported by schema
	}
	for name, property := range object.Properties {
		if property.Default == nil {
			continue
		}
		if err := fits(schema, property.Default, "properties", name); err != nil {
			p.check("schemas", false, "%s.%s: its default %.60s is not what the property allows: %v", path, name, property.Default, err)
		}
	}
}

func (p *found) action(path string, a *sdk.Action) {
	p.check("names", actionPattern.MatchString(a.Key), "%s: a key must be letters, digits and _ and begin with a small letter", path)
	p.labels(path+" (title)", a.Title)
	p.schema(path+".parameters", a.Parameters)
	if a.Role == sdk.RoleSource {
		if _, err := compile(a.Rows.JSON); err != nil {
			p.check("schemas", false, "%s.rows: the JSON Schema does not compile: %v", path, err)
		}
		return
	}
	v := a.Values
	p.check("values", v.Min >= 0 && v.Max >= v.Min && v.MaxLength >= 0, "%s.values: must be 0 <= min <= max, and max_length from 0: %+v", path, v)
	switch a.Recipient.Format {
	case sdk.FormatE164, sdk.FormatEmail, sdk.FormatText:
	default:
		p.check("values", false, "%s.recipient.format: %q: must be e164, email or text", path, a.Recipient.Format)
	}
	p.check("values", a.Recipient.Parameter != "", "%s.recipient.parameter: forms need a name for the recipient", path)
	p.labels(path+".recipient (title)", a.Recipient.Title)
}

func (p *found) limits(d *sdk.Description) {
	var settings struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	_ = json.Unmarshal(d.Settings.JSON, &settings) // reported by schema
	for i, l := range d.Limits {
		p.check("limits", l.Key != "", "limits: a key must not be empty")
		for _, other := range d.Limits[:i] {
			p.check("limits", l.Key != other.Key || apart(l.Where, other.Where), "limits.%s: the key comes twice, and where does not tell the two apart", l.Key)
		}
		for name := range l.Where {
			p.check("limits", settings.Properties[name] != nil, "limits.%s.where: there is no setting %q", l.Key, name)
		}
		p.check("limits", l.PerSecond > 0, "limits.%s: per_second must be greater than 0", l.Key)
		p.check("limits", l.Burst >= 0, "limits.%s: burst must not be negative", l.Key)
		_, ok := settings.Properties[l.Setting]
		p.check("limits", ok || l.Setting == "", "limits.%s: there is no setting %q", l.Key, l.Setting)
	}
}

// apart tells whether no settings satisfy both conditions of limits.
func apart(a, b map[string]string) bool {
	for name, value := range a {
		if other, ok := b[name]; ok && other != value {
			return true
		}
	}
	return false
}
