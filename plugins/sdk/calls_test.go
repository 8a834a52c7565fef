package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		g, _ := json.MarshalIndent(got, "", " ")
		w, _ := json.MarshalIndent(want, "", " ")
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

var someIntegration = sdk.Integration{
	ID: "int_1", Name: "whatsapp nt", Settings: json.RawMessage(`{"a":1}`), Secrets: map[string]string{"token": "EAAG-secret"},
	CallbackURL: "https://hub.example/callbacks/int_1", Language: "pt-BR", Version: 3,
}

func TestCallsArriveAsTheyWereMade(t *testing.T) {
	t.Parallel()
	c := &full{}
	client := sdktest.Connect(t, c)
	ctx := t.Context()

	t.Run("Check", func(t *testing.T) {
		got, err := client.Check(ctx, someIntegration)
		same(t, err, nil)
		same(t, got, []sdk.Problem{someProblem})
		same(t, c.asked, []any{someIntegration})
	})
	t.Run("CheckAction", func(t *testing.T) {
		use := sdk.ActionUse{Action: "a", Parameters: json.RawMessage(`{"t":1}`), Positions: 7, Names: []string{"x"}}
		got, err := client.CheckAction(ctx, someIntegration, use)
		same(t, err, nil)
		same(t, got, []sdk.Problem{someProblem})
		same(t, c.asked, []any{someIntegration, use})
	})
	t.Run("Preview", func(t *testing.T) {
		d := someDelivery("dlv_1")
		got, err := client.Preview(ctx, someIntegration, d)
		same(t, err, nil)
		want, _ := c.Preview(ctx, someIntegration, d)
		same(t, got, want)
		same(t, c.asked, []any{someIntegration, d})
	})
	t.Run("Receive", func(t *testing.T) {
		cb := sdk.Callback{
			Method: "POST", URL: "https://hub.example/callbacks/int_1?a=b", Body: []byte("{\"a\":\"\\u00e9\"}\xff"), ReceivedAt: someTime,
			Header: http.Header{"X-Hub-Signature-256": {"sha256=00"}, "X-Twice": {"a", "b"}},
		}
		got, err := client.Receive(ctx, someIntegration, cb)
		same(t, err, nil)
		want, _ := c.Receive(ctx, someIntegration, cb)
		same(t, got, want)
		same(t, c.asked, []any{someIntegration, cb})
	})
	t.Run("Lookup", func(t *testing.T) {
		q := sdk.LookupQuery{Items: []sdk.LookupItem{{DeliveryID: "dlv_1", ProviderID: "p1", Recipient: "r", SentAt: someTime}}}
		got, err := client.Lookup(ctx, someIntegration, q)
		same(t, err, nil)
		want, _ := c.Lookup(ctx, someIntegration, q)
		same(t, got, want)
		same(t, c.asked, []any{someIntegration, q})
	})
	t.Run("Query", func(t *testing.T) {
		q := sdk.Query{
			Action: "rows", Parameters: json.RawMessage(`{}`), Fields: []string{"n"}, Cursor: "c", PageSize: 2, Limit: 3, Since: someTime, Until: someTime,
			Terms: []sdk.QueryTerm{{Field: "n", Operation: "EQUAL", Value: json.RawMessage(`1`)}},
		}
		var pages []sdk.Page
		same(t, client.Query(ctx, someIntegration, q, func(p sdk.Page) error { pages = append(pages, p); return nil }), nil)
		same(t, c.asked, []any{someIntegration, q})
		if len(pages) != 2 || len(pages[0].Rows) != 2 || pages[0].Next != "2" || pages[0].Total != 3 || string(pages[1].Rows[0]) != `{"n":3}` || pages[1].Total != -1 {
			t.Errorf("pages: %+v", pages)
		}
		stop := errors.New("enough")
		if err := client.Query(ctx, someIntegration, q, func(sdk.Page) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("the reader's error came back as %v", err)
		}
	})
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	labels := sdk.Labels{"en": "Title", "pt-BR": "Título"}
	schema := sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`), Labels: map[string]sdk.FieldLabels{"a": {Title: labels, Help: labels}}}
	d := sdk.Description{
		Name: "full", Version: "1.2.3", Title: labels, Help: labels, Settings: schema,
		Actions: []sdk.Action{{
			Key: "a", Role: sdk.RoleSource, Title: labels, Help: labels, Language: "pt-BR", Parameters: schema, Category: "c", Rows: schema,
			Values:    sdk.ValuesSpec{Positional: true, Named: true, Min: 1, Max: 7, MaxLength: 100},
			Recipient: sdk.RecipientSpec{Format: sdk.FormatE164, Parameter: "phone", Title: labels, Help: labels},
		}},
		Limits:       []sdk.Limit{{Key: "pair", Scope: sdk.LimitRecipient, PerSecond: 0.17, Burst: 45, Setting: "a"}},
		Capabilities: sdk.Capabilities{IdempotentSending: true, InFlight: 77},
	}
	c := &full{destination: destination{plain: plain{d}}}
	got, err := sdktest.Connect(t, c).Describe(t.Context())
	same(t, err, nil)
	d.Roles = []sdk.Role{sdk.RoleDestination, sdk.RoleSource}
	d.Capabilities = sdk.Capabilities{
		Receipts: true, Lookup: true, Preview: true, Query: true, Check: true, CheckAction: true, IdempotentSending: true, InFlight: 77,
	}
	same(t, got, d)

	t.Run("an author cannot promise what is not there", func(t *testing.T) {
		boast := plain{sdk.Description{Name: "boast", Roles: []sdk.Role{sdk.RoleSource}, Capabilities: sdk.Capabilities{Receipts: true, Lookup: true, Query: true, InFlight: 9999}}}
		got, err := sdktest.Connect(t, boast).Describe(t.Context())
		same(t, err, nil)
		same(t, got, sdk.Description{Name: "boast", Capabilities: sdk.Capabilities{InFlight: sdk.MaxInFlight}})
	})
}

func TestWhatIsNotOfferedIsUnimplemented(t *testing.T) {
	t.Parallel()
	client := sdktest.Connect(t, plain{})
	ctx := t.Context()
	calls := map[string]func() error{
		"Check":       func() error { _, err := client.Check(ctx, someIntegration); return err },
		"CheckAction": func() error { _, err := client.CheckAction(ctx, someIntegration, sdk.ActionUse{}); return err },
		"Preview":     func() error { _, err := client.Preview(ctx, someIntegration, sdk.Delivery{}); return err },
		"Receive":     func() error { _, err := client.Receive(ctx, someIntegration, sdk.Callback{}); return err },
		"Lookup":      func() error { _, err := client.Lookup(ctx, someIntegration, sdk.LookupQuery{}); return err },
		"Query": func() error {
			return client.Query(ctx, someIntegration, sdk.Query{}, func(sdk.Page) error { return nil })
		},
		"Deliver": func() error { _, err := client.OpenDeliver(ctx, someIntegration); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, sdk.ErrUnimplemented) {
			t.Errorf("%s: %v, want ErrUnimplemented", name, err)
		}
	}
}

type panicky struct{ plain }

func (panicky) Check(context.Context, sdk.Integration) ([]sdk.Problem, error) {
	panic("token EAAG-secret")
}

func TestErrorsOfCalls(t *testing.T) {
	t.Parallel()
	call := func(err error) error {
		_, got := sdktest.Connect(t, &full{err: err}).Check(t.Context(), someIntegration)
		return got
	}
	t.Run("keep their words without the secrets", func(t *testing.T) {
		if err := call(errors.New("GET ?access_token=EAAG-secret: EOF")); err == nil || err.Error() != "GET ?access_token=***: EOF" {
			t.Errorf("%v", err)
		}
	})
	t.Run("carry the problems of unusable settings, secrets taken out", func(t *testing.T) {
		leaky := someProblem
		leaky.Message = "EAAG-secret is refused"
		var se *sdk.SettingsError
		if err := call(&sdk.SettingsError{Problems: []sdk.Problem{leaky}}); !errors.As(err, &se) || se.Problems[0].Message != "*** is refused" {
			t.Errorf("%v", err)
		}
	})
	t.Run("tell the host's own cancellation from a process that is gone", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := sdktest.Connect(t, &full{}).Check(ctx, someIntegration); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	t.Run("of a panic do not repeat its value", func(t *testing.T) {
		_, err := sdktest.Connect(t, panicky{}).Check(t.Context(), someIntegration)
		if err == nil || strings.Contains(err.Error(), "EAAG") || !strings.Contains(err.Error(), "panicked in Check") {
			t.Errorf("%v", err)
		}
	})
}
