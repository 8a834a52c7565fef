package host

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// fill puts a text into every string of a value: of structs, lists and maps in it too, and into JSON. Words of the contract stay out.
func fill(v reflect.Value, text string) {
	switch {
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		raw, _ := json.Marshal(map[string]string{text: text})
		v.SetBytes(raw)
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(text)
	case v.Kind() == reflect.Slice && v.Type() != reflect.TypeFor[[]byte]():
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case v.Type() == reflect.TypeFor[map[string]string]():
		v.Set(reflect.ValueOf(map[string]string{text: "a " + text}))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	}
}

func filled[T any](text string) *T {
	v := new(T)
	fill(reflect.ValueOf(v).Elem(), text)
	return v
}

// connectorWith is one that was given a secret.
func connectorWith(secret string) *connector {
	c := &connector{}
	c.redact.learn(&hub.OpenIntegration{Key: 1, Version: 1, Secrets: map[string]string{"token": secret}})
	return c
}

func TestNoFieldOfWhatAConnectorSaysHasASecretInIt(t *testing.T) {
	t.Parallel()
	const secret = "EAAB-a-very-secret-token"
	c := connectorWith(secret)
	outcome := filled[sdk.Outcome](secret)
	reception := sdk.Reception{Verified: true, Receipts: []sdk.Receipt{*filled[sdk.Receipt](secret)}, Notices: []sdk.Notice{*filled[sdk.Notice](secret)}}
	lookup := sdk.Lookup{Answers: []sdk.LookupAnswer{*filled[sdk.LookupAnswer](secret)}}
	lookup.Answers[0].DeliveryID = hub.ID(hub.KindDelivery, 7)
	accepted := *outcome
	accepted.Kind = sdk.Accepted
	for name, told := range map[string]any{
		"an outcome":             c.outcome(outcome, 7, time.Now()),
		"an accepted one":        c.outcome(&accepted, 7, time.Now()),
		"what a callback says":   c.reception(&reception, time.Now()),
		"problems":               c.told([]sdk.Problem{*filled[sdk.Problem](secret)}),
		"an answer to a lookup":  c.answers([]hub.LookupItem{{Key: 7}}, &lookup),
		"a preview":              c.preview(filled[sdk.Preview](secret)),
		"settings that are none": c.misconfigured(&flight{}, &sdk.SettingsError{Problems: []sdk.Problem{*filled[sdk.Problem](secret)}}),
	} {
		text, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), secret) || strings.Contains(fmt.Sprintf("%+v", told), secret) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestWhatAConnectorSaysIsBounded(t *testing.T) {
	t.Parallel()
	c := connectorWith("EAAB-a-very-secret-token")
	long := strings.Repeat("x", 8<<20)
	for name, told := range map[string]any{
		"an outcome": c.outcome(filled[sdk.Outcome](long), 7, time.Now()),
		"receipts":   c.reception(&sdk.Reception{Receipts: []sdk.Receipt{*filled[sdk.Receipt](long)}}, time.Now()),
		"problems":   c.told([]sdk.Problem{*filled[sdk.Problem](long)}),
	} {
		if text, _ := json.Marshal(told); len(text) > 100_000 {
			t.Errorf("%s: %d bytes are kept", name, len(text))
		}
	}
	o := c.outcome(&sdk.Outcome{Kind: sdk.Accepted, ProviderID: long}, 7, time.Now())
	if o.ProviderID != "" || o.Message == "" {
		t.Errorf("an id that is too long has %d bytes, and the message is %q", len(o.ProviderID), o.Message)
	}
}
