package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Example is what the suite cannot know from a description: how to use the connector so that it works, and how not to.
type Example struct {
	// Integration works, against something local that behaves like the provider.
	Integration sdk.Integration
	// Bad cannot work, each for its own reason that can be seen without sending.
	Bad map[string]sdk.Integration
	// Delivery makes the n-th delivery of a kind that is accepted. The suite sets ID, Attempt and Deadline. Nil: there is none.
	Delivery func(n int) sdk.Delivery
	// Sent counts what the provider has accepted. Nil: the suite looks at its own provider and at the connector's directory.
	Sent func() (int, error)
	// Callback gives a genuine callback about the message of an outcome. Nil: there is none.
	Callback func(ctx context.Context, o sdk.Outcome) (sdk.Callback, error)
	// Forged are callbacks that nobody may believe.
	Forged map[string]sdk.Callback
	// Queries are uses of a source that have rows.
	Queries []sdk.Query
	// Cases are answers of the suite's provider, and what the connector has to make of them.
	Cases []Case
}

// Case is one answer of the suite's provider and the outcomes that are right for it.
type Case struct {
	Name string `json:"name"`
	Answer
	// Kinds are the outcome kinds that are right.
	Kinds []sdk.OutcomeKind `json:"kinds"`
	// Path, if given, is what the outcome has to point at.
	Path string `json:"path,omitempty"`
	// RetryAfterMs, if given, is the least that the outcome has to say.
	RetryAfterMs int64 `json:"retryAfterMs,omitempty"`
}

// FromFile makes the example of a description, a file and where the session takes place. Nil is an empty file.
func FromFile(f *File) func(*sdk.Description, *Place) (*Example, error) {
	return func(d *sdk.Description, p *Place) (*Example, error) {
		if f == nil {
			f = &File{}
		}
		return f.example(d, p)
	}
}

func (f *File) example(d *sdk.Description, p *Place) (*Example, error) {
	if err := f.prepare(p); err != nil {
		return nil, err
	}
	words := strings.NewReplacer("{provider}", p.Provider.URL(), "{dir}", p.Directory, "{callbacks}", p.Callbacks.url)
	in, err := f.integration(d, words)
	if err != nil {
		return nil, err
	}
	e := &Example{Integration: in, Bad: f.bad(d, in, words), Forged: f.forged(), Cases: f.cases()}
	if isDestination(d) {
		if e.Delivery, err = f.delivery(d, words); err != nil {
			return nil, err
		}
	}
	if isSource(d) {
		if e.Queries, err = f.queries(d, words); err != nil {
			return nil, err
		}
	}
	if f.Sent != nil {
		e.Sent = f.Sent.counter(words)
	}
	if e.Callback, err = f.callback(in, p); err != nil {
		return nil, err
	}
	return e, nil
}

// split makes an integration of settings and secrets as one object: which is which, the schema says.
func split(d *sdk.Description, all map[string]any) (sdk.Integration, error) {
	in := sdk.Integration{ID: "int_suite", Name: "suite", Language: "en", Version: 1, Secrets: map[string]string{}}
	settings := map[string]any{}
	for name, value := range all {
		if !writeOnly(d.Settings, name) {
			settings[name] = value
			continue
		}
		text, ok := value.(string)
		if !ok {
			return in, fmt.Errorf("settings.%s: a secret must be a string", name)
		}
		in.Secrets[name] = text
	}
	var err error
	in.Settings, err = json.Marshal(settings)
	return in, err
}

func writeOnly(s sdk.Schema, name string) bool {
	var o object
	_ = json.Unmarshal(s.JSON, &o)
	return o.Properties[name].WriteOnly
}

func (f *File) integration(d *sdk.Description, words *strings.Replacer) (sdk.Integration, error) {
	all, err := exampleObject(d.Settings.JSON, "settings", f.Settings, words)
	if err != nil {
		return sdk.Integration{}, err
	}
	in, err := split(d, all)
	in.CallbackURL = words.Replace("{callbacks}")
	if f.CallbackURL != "" {
		in.CallbackURL = words.Replace(f.CallbackURL)
	}
	return in, err
}

// bad are those of the file, or the good one without each of the settings without which it does not fit.
func (f *File) bad(d *sdk.Description, good sdk.Integration, words *strings.Replacer) map[string]sdk.Integration {
	bad := map[string]sdk.Integration{}
	for _, b := range f.Bad {
		bad[b.Name] = changed(d, good, b.Settings, words)
	}
	if len(f.Bad) > 0 {
		return bad
	}
	var o object
	_ = json.Unmarshal(d.Settings.JSON, &o)
	for name := range o.Properties {
		without := changed(d, good, map[string]any{name: nil}, words)
		if fits(d.Settings.JSON, merged(without)) != nil {
			bad["without "+name] = without
		}
	}
	return bad
}

// changed is an integration with other settings or secrets; null takes one away.
func changed(d *sdk.Description, in sdk.Integration, with map[string]any, words *strings.Replacer) sdk.Integration {
	settings := map[string]any{}
	_ = json.Unmarshal(in.Settings, &settings)
	in.Secrets = maps.Clone(in.Secrets)
	for name, value := range with {
		value = replaced(value, words)
		text, isText := value.(string)
		switch {
		case value == nil:
			delete(settings, name)
			delete(in.Secrets, name)
		case isText && writeOnly(d.Settings, name):
			in.Secrets[name] = text
		default:
			settings[name] = value
		}
	}
	in.Settings, _ = json.Marshal(settings)
	in.ID = "int_suite_bad"
	return in
}

// forged are callbacks that no provider made, whatever the connector's provider is like.
func (f *File) forged() map[string]sdk.Callback {
	forged := map[string]sdk.Callback{
		"nothing at all":  {},
		"no signature":    {Method: http.MethodPost, Body: []byte(`{"id":"prv_1","status":"delivered"}`), Header: http.Header{"Content-Type": {"application/json"}}},
		"a GET":           {Method: http.MethodGet},
		"another method":  {Method: http.MethodPut, Body: []byte(`{}`)},
		"a body of bytes": {Method: http.MethodPost, Body: []byte("\x00\xff\xfe")},
	}
	if f.Callback == nil || f.Callback.Sign == nil {
		return forged
	}
	s := f.Callback.Sign
	for name, secret := range map[string]string{"a signature with another secret": "another secret", "a signature with an empty secret": ""} {
		cb := sdk.Callback{Method: http.MethodPost, Body: []byte(f.Callback.Body)}
		s.sign(&cb, secret)
		forged[name] = cb
	}
	forged["a signature of nothing"] = sdk.Callback{Method: http.MethodPost, Body: []byte(f.Callback.Body), Header: http.Header{http.CanonicalHeaderKey(s.Header): {s.Prefix}}}
	return forged
}

// callback is made and signed here, or comes from elsewhere.
func (f *File) callback(in sdk.Integration, p *Place) (func(context.Context, sdk.Outcome) (sdk.Callback, error), error) {
	c := f.Callback
	switch {
	case c == nil:
		return nil, nil
	case c.Wait:
		return p.Callbacks.about, nil
	case c.Sign == nil:
		return nil, errors.New("callback: say how it is signed (sign), or that the provider makes it and calls {callbacks} (wait)")
	}
	if err := c.Sign.problem(in); err != nil {
		return nil, err
	}
	return func(_ context.Context, o sdk.Outcome) (sdk.Callback, error) {
		body := strings.NewReplacer("{id}", o.DeliveryID, "{providerId}", o.ProviderID).Replace(c.Body)
		cb := sdk.Callback{Method: http.MethodPost, URL: in.CallbackURL, Body: []byte(body), Header: http.Header{"Content-Type": {"application/json"}}}
		for name, value := range c.Header {
			cb.Header.Set(name, value)
		}
		c.Sign.sign(&cb, in.Secrets[c.Sign.Secret])
		return cb, nil
	}, nil
}
