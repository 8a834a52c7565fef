package whatsapp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestEachDataFlowHasAnActionInEachLanguage(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Keep: 100})
	s := sender(t, integration(box.URL()))
	description, err := whatsapp.New().Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{"pt-BR": "pt_BR", "pt-PT": "pt_PT", "es": "es", "en": "en", "fr": "fr", "it": "it"}
	for kind, template := range map[string]string{
		"wo_assignment": "wo_assigned", "wo_status": "wo_status", "critical_alert": "critical_alert", "request_update": "request_update",
	} {
		for tag, code := range codes {
			key := kind + "_" + code
			t.Run("the action "+key+" sends in its language", func(t *testing.T) {
				action, ok := description.Action(key)
				if !ok || action.Language != tag || !strings.HasSuffix(action.Title["it"], "("+tag+")") {
					t.Fatalf("%v %+v", ok, action)
				}
				d := assignment("dlv_" + key)
				d.Action, d.Parameters, d.Language = key, json.RawMessage(`{"template":"`+template+`"}`), ""
				if kind != "wo_assignment" {
					d.Values = d.Values[:6]
				}
				if o := send(t, s, d); o.Kind != sdk.Accepted {
					t.Fatalf("%+v", o)
				}
				for _, m := range box.Messages() {
					if m.Callback == d.ID && (m.Language != code || m.Template != template) {
						t.Errorf("the phone got %s in %s", m.Template, m.Language)
					}
				}
			})
		}
	}
	if n := len(box.Messages()); n != 24 {
		t.Errorf("%d messages, want one for each of the four data flows in six languages", n)
	}
}
