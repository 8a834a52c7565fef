package sdk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
)

// fill puts a text into every string of a value: of structs, lists and maps in it too, and into JSON. Words of the contract stay out.
func fill(v reflect.Value, text string) {
	switch {
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		raw, _ := json.Marshal(map[string]any{text: []any{text, "a " + text + " b"}})
		v.SetBytes(raw)
	case v.Type() == reflect.TypeFor[string]():
		v.SetString(text)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case v.Type() == reflect.TypeFor[map[string]string]():
		v.Set(reflect.ValueOf(map[string]string{text: text, "trace": "a " + text}))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	}
}

func filled[T any](text string) T {
	var v T
	fill(reflect.ValueOf(&v).Elem(), text)
	return v
}

func TestNoTextThatIsToldHasASecretInItWhateverItsField(t *testing.T) {
	t.Parallel()
	const secret = `EAAB"secret"<1>`
	clean := func(text string) string { return strings.ReplaceAll(text, secret, "***") }
	outcome, lookup := filled[sdk.Outcome](secret), filled[sdk.LookupAnswer](secret)
	outcome.DeliveryID, lookup.DeliveryID = "", "" // the hub's own words
	for name, told := range map[string]any{
		"outcome": outcome.Told(clean), "receipt": filled[sdk.Receipt](secret).Told(clean), "notice": filled[sdk.Notice](secret).Told(clean),
		"problem": filled[sdk.Problem](secret).Told(clean), "preview": filled[sdk.Preview](secret).Told(clean), "lookup": lookup.Told(clean),
	} {
		if text := shown(told); strings.Contains(text, "secret") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if n := (sdk.Notice{Parameters: json.RawMessage(`{"pin":123456,"a":1.50}`)}).Told(func(text string) string { return strings.ReplaceAll(text, "123456", "***") }); string(n.Parameters) != `{"a":1.50,"pin":"***"}` {
		t.Errorf("a number that is a secret becomes %s", n.Parameters)
	}
}

// shown writes raw JSON as text.
func shown(v any) string {
	text, _ := json.Marshal(v)
	plain := fmt.Sprintf("%+v", v)
	return plain + strings.NewReplacer(`\"`, `"`, `\u003c`, "<", `\u003e`, ">").Replace(string(text))
}

func TestWhatIsToldKeepsToItsBounds(t *testing.T) {
	t.Parallel()
	same := func(text string) string { return text }
	long := strings.Repeat("ö", 8<<20)
	o := filled[sdk.Outcome](long)
	for i := range 1000 {
		o.Detail[fmt.Sprint(i)] = "x"
		o.Adjusted = append(o.Adjusted, o.Adjusted[0])
	}
	o.Message = ""
	told := o.Told(same)
	if told.ProviderID != "" || !strings.Contains(told.Message, "id of the message was left out") {
		t.Errorf("an id that is too long is %d bytes long; the message is %s", len(told.ProviderID), told.Message)
	}
	if len(told.Detail) != sdk.MaxDetails || len(told.Adjusted) != sdk.MaxAdjusted || len([]rune(told.NextStep)) != sdk.MaxText+1 || len([]rune(told.Path)) != sdk.MaxWord+1 {
		t.Errorf("%d details, %d adjusted, %d characters of the next step, %d of the path", len(told.Detail), len(told.Adjusted), len([]rune(told.NextStep)), len([]rune(told.Path)))
	}
	if len(o.Detail) < 1000 || len(o.Adjusted[0].Sent) != len(long) {
		t.Error("what its author may share is changed")
	}
	r := filled[sdk.Receipt](long).Told(same)
	if all := fmt.Sprintf("%+v", r); len(all) > 100_000 {
		t.Errorf("a receipt has %d bytes", len(all))
	}
	back := sdk.Outcome{Kind: sdk.Retry, Detail: map[string]string{sdk.DetailNotStarted: "true"}}
	for i := range 100 {
		back.Detail[fmt.Sprint(i)] = "x"
	}
	if back = back.Told(same); !back.NotStarted() {
		t.Error("that it was not started is among what is left out")
	}
}

func TestManyLargeOutcomesEndNoStream(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3<<20)
	values := make([]sdk.Adjustment, 200)
	for i := range values {
		values[i] = sdk.Adjustment{Path: "values[1]", Reason: sdk.Shortened, Sent: long}
	}
	s := open(t, sending(256, func(context.Context, sdk.Delivery) sdk.Outcome {
		return sdk.Outcome{Kind: sdk.Accepted, ProviderID: "p", Message: long, Adjusted: values}
	}), sdk.Integration{})
	var ids []string
	for i := range 200 {
		ids = append(ids, fmt.Sprint("d", i))
	}
	send(t, s, ids...)
	for id, o := range receive(t, s, len(ids)) {
		if o.Kind != sdk.Accepted || o.ProviderID != "p" || len(o.Message) > 2*sdk.MaxText {
			t.Fatalf("%s is %s with %d bytes", id, o.Kind, len(o.Message))
		}
	}
}
