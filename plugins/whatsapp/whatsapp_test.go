package whatsapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// meta starts a sandbox that ends with the test.
func meta(tb testing.TB, o sandbox.Options) *sandbox.Sandbox {
	tb.Helper()
	s, err := sandbox.Start("127.0.0.1:0", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// integration is set up for the default world at an address.
func integration(base string) sdk.Integration {
	settings, _ := json.Marshal(map[string]any{
		"phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID, "base_url": base,
	})
	return sdk.Integration{
		ID: "int_1", Name: "whatsapp nt", Settings: settings, Language: "pt-BR", CallbackURL: "https://hub.example/callbacks/int_1",
		Secrets: map[string]string{
			"access_token": sandbox.DefaultAccessToken, "app_secret": sandbox.DefaultAppSecret, "verify_token": sandbox.DefaultVerifyToken,
		},
	}
}

// changed is an integration with one setting or secret changed; nil takes a setting away.
func changed(in sdk.Integration, key string, value any) sdk.Integration {
	if _, secret := in.Secrets[key]; secret {
		secrets := map[string]string{}
		for k, v := range in.Secrets {
			secrets[k] = v
		}
		secrets[key] = value.(string)
		in.Secrets = secrets
		return in
	}
	var settings map[string]any
	_ = json.Unmarshal(in.Settings, &settings)
	settings[key] = value
	if value == nil {
		delete(settings, key)
	}
	in.Settings, _ = json.Marshal(settings)
	return in
}

// assignment is the article's message.
func assignment(id string) sdk.Delivery {
	return sdk.Delivery{
		ID: id, Attempt: 1, Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`), Recipient: "+351912345678",
		Deadline: time.Now().Add(20 * time.Second), FlowID: "flw_1",
		Values: []sdk.Value{
			{Position: 1, Text: "Jonas Campos"}, {Position: 2, Text: "OT-1496"}, {Position: 3, Text: "Trocar o filtro de óleo"},
			{Position: 4, Text: "2026-11-22 09:00"}, {Position: 5, Text: "Ana Prado"}, {Position: 6, Text: "Jonas Campos"}, {Position: 7, Text: "Compressor 3 { CMP-3 }"},
		},
	}
}

// sender opens the connector for an integration, without the wire between.
func sender(tb testing.TB, in sdk.Integration) sdk.Sender {
	tb.Helper()
	s, err := whatsapp.New().(sdk.Destination).Open(tb.Context(), in)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func send(tb testing.TB, s sdk.Sender, d sdk.Delivery) sdk.Outcome {
	tb.Helper()
	ctx, cancel := context.WithDeadline(tb.Context(), d.Deadline)
	defer cancel()
	return s.Send(ctx, d)
}

func receive(tb testing.TB, in sdk.Integration, cb sdk.Callback) sdk.Reception {
	tb.Helper()
	r, err := whatsapp.New().(sdk.Receiver).Receive(tb.Context(), in, cb)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// signedCallback is a POST as Meta would make it.
func signedCallback(body string) sdk.Callback {
	return sdk.Callback{
		Method: http.MethodPost, URL: "https://hub.example/callbacks/int_1", Body: []byte(body), ReceivedAt: time.Now(),
		Header: http.Header{"X-Hub-Signature-256": {sandbox.Sign(sandbox.DefaultAppSecret, []byte(body))}, "Content-Type": {"application/json"}},
	}
}

func TestSuite(t *testing.T) {
	// The suite's callbacks come from the sandbox itself, through a webhook that only keeps them.
	kept := make(chan sdk.Callback, 10_000)
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		cb := sdk.Callback{Method: r.Method, URL: "https://hub.example" + r.URL.String(), Header: r.Header, Body: body, ReceivedAt: time.Now()}
		if r.Method == http.MethodGet {
			answer := receive(t, integration(""), cb)
			w.WriteHeader(answer.Status)
			_, _ = w.Write(answer.Body)
			return
		}
		kept <- cb
	}))
	defer hub.Close()
	box := meta(t, sandbox.Options{})
	if err := box.Subscribe(t.Context(), sandbox.DefaultAppID, hub.URL+"/callbacks/int_1", sandbox.DefaultVerifyToken); err != nil {
		t.Fatal(err)
	}
	good := integration(box.URL())
	suite := sdktest.Suite{
		Connector: whatsapp.New(), Integration: good,
		Delivery: func(n int) sdk.Delivery {
			d := assignment("")
			d.Recipient = fmt.Sprintf("+3519%08d", n)
			return d
		},
		Sent: func() int { return int(box.Stats().Accepted) },
		BadIntegrations: map[string]sdk.Integration{
			"an expired token":       changed(good, "access_token", sandbox.ExpiredAccessToken),
			"a wrong token":          changed(good, "access_token", "EAAG-another-token"),
			"an unknown number":      changed(good, "phone_number_id", "999999999999999"),
			"no number":              changed(good, "phone_number_id", nil),
			"no app secret":          changed(good, "app_secret", ""),
			"a server that is gone":  changed(good, "base_url", "http://127.0.0.1:1"),
			"a plain http server":    changed(good, "base_url", "http://graph.example"),
			"a version of no form":   changed(good, "graph_version", "25"),
			"a number as an integer": changed(good, "phone_number_id", 310654000000003),
		},
		Callback: func(t *testing.T, o sdk.Outcome) sdk.Callback {
			for {
				select {
				case cb := <-kept:
					if strings.Contains(string(cb.Body), o.ProviderID) {
						return cb
					}
				case <-time.After(10 * time.Second):
					t.Fatal("no callback came")
				}
			}
		},
		ForgedCallbacks: map[string]sdk.Callback{
			"nothing at all": {},
			"no signature":   {Method: http.MethodPost, Body: []byte(`{"object":"whatsapp_business_account"}`)},
			"a signature with another secret": {Method: http.MethodPost, Body: []byte(`{}`), Header: http.Header{
				"X-Hub-Signature-256": {sandbox.Sign("another secret", []byte(`{}`))},
			}},
			"a signature of nothing": {Method: http.MethodPost, Body: []byte(`{}`), Header: http.Header{"X-Hub-Signature-256": {"sha256="}}},
			"a wrong verify token":   {Method: http.MethodGet, URL: "https://hub.example/callbacks/int_1?hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong"},
			"no verify token":        {Method: http.MethodGet, URL: "https://hub.example/callbacks/int_1?hub.mode=subscribe&hub.challenge=1"},
			"another method":         {Method: http.MethodPut},
		},
	}
	suite.Run(t)
}
