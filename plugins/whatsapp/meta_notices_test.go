package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// told is a callback of Meta with one change of an account.
func told(field, value string) sdk.Callback {
	return signedCallback(fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":%q,"time":1751247548,"changes":[{"field":%q,"value":%s}]}]}`,
		sandbox.DefaultWABAID, field, value))
}

// written writes notices as "KIND action parameters: SEVERITY CODE".
func written(list []sdk.Notice) (out []string) {
	for _, n := range list {
		line := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", n.Kind, n.Action, n.Parameters)), " ") + ":"
		for _, p := range n.Problems {
			severity := p.Severity
			if severity == "" {
				severity = sdk.SeverityError
			}
			line += fmt.Sprintf(" %s %s", severity, p.Code)
		}
		out = append(out, line)
	}
	return out
}

func TestEventsOfTemplatesAreToldToThoseWhoUseThem(t *testing.T) {
	t.Parallel()
	const changed = `ACTION_CHANGED {"template":"t"}: INFO TEMPLATE_CHANGED`
	for event, code := range map[string]string{
		"APPROVED": "", "REINSTATED": "", "PAUSED": "ERROR TEMPLATE_PAUSED", "DISABLED": "ERROR TEMPLATE_DISABLED", "REJECTED": "ERROR TEMPLATE_REJECTED",
		"DELETED": "ERROR TEMPLATE_DELETED", "PENDING_DELETION": "ERROR TEMPLATE_DELETED", "ARCHIVED": "ERROR TEMPLATE_ARCHIVED",
		"PENDING": "ERROR TEMPLATE_PENDING", "IN_APPEAL": "ERROR TEMPLATE_IN_APPEAL", "FLAGGED": "WARNING TEMPLATE_FLAGGED", "LOCKED": "WARNING TEMPLATE_LOCKED",
		"UNARCHIVED": "-", "LIMIT_EXCEEDED": "-", "SOMETHING_NEW": "-",
	} {
		got := receive(t, integration(""), told("message_template_status_update",
			fmt.Sprintf(`{"event":%q,"message_template_id":1,"message_template_name":"t","message_template_language":"pt_BR","reason":"NONE"}`, event)))
		lines := written(got.Notices)
		if code == "-" {
			if !slices.Equal(lines, []string{changed}) {
				t.Errorf("%s: %v", event, lines)
			}
			continue
		}
		var want []string
		for _, use := range []string{`wo_assignment_pt_BR {"template":"t"}`, `wo_status_pt_BR {"template":"t"}`, `critical_alert_pt_BR {"template":"t"}`,
			`request_update_pt_BR {"template":"t"}`, `template {"language":"pt_BR","template":"t"}`} {
			want = append(want, strings.TrimSpace("ACTION_CHANGED "+use+": "+code))
		}
		if code == "" {
			want = append([]string{changed}, want...)
		} else {
			want = append(want, changed)
		}
		if !slices.Equal(lines, want) {
			t.Errorf("%s:\n%s\nwant\n%s", event, strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
		for _, n := range got.Notices {
			if string(n.Settings) != fmt.Sprintf(`{"waba_id":%q}`, sandbox.DefaultWABAID) || !n.At.Equal(time.Unix(1751247548, 0)) || n.Detail["event"] != event || n.Detail["language"] != "pt_BR" {
				t.Errorf("%s: %+v", event, n)
			}
			for _, p := range n.Problems {
				if p.Path != "parameters.template" || !strings.Contains(p.Message, "the template t (pt_BR) ") || p.NextStep == "" || strings.Contains(p.Message, "NONE") {
					t.Errorf("%s: %+v", event, p)
				}
			}
		}
	}
}

func TestOtherChangesAreToldToo(t *testing.T) {
	t.Parallel()
	const of = `"message_template_name":"t","message_template_language":"it"`
	const changed = `ACTION_CHANGED {"template":"t"}: INFO TEMPLATE_CHANGED`
	for _, c := range []struct {
		field, value string
		want         string
	}{
		{"message_template_components_update", `{` + of + `,"message_template_element":"x"}`, changed},
		{"message_template_quality_update", `{` + of + `,"new_quality_score":"RED"}`, changed},
		{"message_template_status_update", `{"event":"PAUSED"}`, ""},
		{"message_template_status_update", `"PAUSED"`, ""},
		{"account_update", `{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"DISABLE","waba_ban_date":"2026-11-22"}}`, "INTEGRATION_CHANGED: ERROR ACCOUNT_DISABLED"},
		{"account_update", `{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"SCHEDULE_FOR_DISABLE"}}`, "INTEGRATION_CHANGED: WARNING ACCOUNT_AT_RISK"},
		{"account_update", `{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"REINSTATE"}}`, "INTEGRATION_CHANGED:"},
		{"account_update", `{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"RESTRICTED_ADD_PHONE_NUMBER_ACTION"}]}`, "INTEGRATION_CHANGED: WARNING ACCOUNT_RESTRICTED"},
		{"account_update", `{"event":"ACCOUNT_RESTRICTION","restriction_info":[{"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING","expiration":1}]}`, "INTEGRATION_CHANGED: ERROR ACCOUNT_RESTRICTED"},
		{"account_update", `{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"SPAM"}}`, "INTEGRATION_CHANGED: WARNING ACCOUNT_VIOLATION"},
		{"account_update", `{"event":"ACCOUNT_DELETED"}`, "INTEGRATION_CHANGED: ERROR ACCOUNT_DELETED"},
		{"account_update", `{"event":"VERIFIED_ACCOUNT","phone_number":"1"}`, ""},
		{"account_update", `[]`, ""},
		{"phone_number_quality_update", `{"event":"FLAGGED","display_phone_number":"16505551111","current_limit":"TIER_10K"}`, "INTEGRATION_CHANGED: WARNING NUMBER_FLAGGED"},
		{"phone_number_quality_update", `{"event":"DOWNGRADE","display_phone_number":"16505551111","current_limit":"TIER_1K"}`, "INTEGRATION_CHANGED: WARNING NUMBER_LIMITED"},
		{"phone_number_quality_update", `{"event":"UNFLAGGED","display_phone_number":"16505551111"}`, "INTEGRATION_CHANGED:"},
		{"phone_number_quality_update", `{"event":"UPGRADE","display_phone_number":"16505551111"}`, ""},
		{"phone_number_quality_update", `7`, ""},
		{"weather_update", `{"event":"RAIN"}`, ""},
	} {
		got := receive(t, integration(""), told(c.field, c.value))
		if lines := strings.Join(written(got.Notices), "; "); lines != c.want || !got.Verified || got.Status != 200 {
			t.Errorf("%s %s: %q, want %q", c.field, c.value, lines, c.want)
		}
		for _, n := range got.Notices {
			if strings.Contains(fmt.Sprint(n.Problems, n.Detail), "6505551") {
				t.Errorf("a number is shown whole: %+v", n)
			}
			for _, p := range n.Problems {
				if p.Path == "" || p.Message == "" || p.NextStep == "" {
					t.Errorf("%+v says too little", p)
				}
			}
		}
	}
}

func TestAForgedEventTellsNothing(t *testing.T) {
	t.Parallel()
	cb := told("message_template_status_update", `{"event":"PAUSED","message_template_name":"t","message_template_language":"it"}`)
	cb.Header.Set("X-Hub-Signature-256", sandbox.Sign("guessed", cb.Body))
	if got := receive(t, integration(""), cb); got.Verified || len(got.Notices) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestATemplateOfWhichAnEventToldIsReadAnew(t *testing.T) {
	t.Parallel()
	g := newGraph(t, "t en: {{1}}")
	in := integration(g.url)
	connector := whatsapp.New()
	s, err := connector.(sdk.Destination).Open(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	d := assignment("dlv_1")
	d.Action, d.Parameters, d.Values = "wo_status_en", json.RawMessage(`{"template":"t"}`), d.Values[:1]
	if o := send(t, s, d); o.Kind != sdk.Accepted {
		t.Fatalf("%+v", o)
	}
	g.have("t en_US: {{1}}")
	// The callback comes for another integration of the same account.
	other := in
	other.ID = "int_2"
	if _, err := connector.(sdk.Receiver).Receive(t.Context(), other, told("message_template_status_update", `{"event":"DELETED","message_template_name":"t","message_template_language":"en"}`)); err != nil {
		t.Fatal(err)
	}
	if o := send(t, s, d); o.Kind != sdk.Accepted || g.box.Load().Messages()[0].Language != "en_US" {
		t.Errorf("%+v", o)
	}
	if n := g.listings.Load(); n != 2 {
		t.Errorf("the templates were listed %d times", n)
	}
}

func TestACheckOfAFlowLooksAtTheTemplateAsItIsNow(t *testing.T) {
	t.Parallel()
	g := newGraph(t, "t en: {{1}}")
	in := integration(g.url)
	connector := whatsapp.New()
	s, err := connector.(sdk.Destination).Open(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	check := func() string {
		found, err := connector.(sdk.ActionChecker).CheckAction(t.Context(), in, sdk.ActionUse{Action: "wo_status_en", Parameters: json.RawMessage(`{"template":"t"}`), Positions: 1})
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, p := range found {
			codes = append(codes, p.Code+" "+string(p.Severity))
		}
		return strings.Join(codes, ", ")
	}
	if got := check(); got != "" {
		t.Errorf("at first: %s", got)
	}
	g.have("t en: {{1}} {{2}}")
	whatsapp.Age(s)
	if got := check(); got != "VALUE_MISSING ERROR" {
		t.Errorf("after a change: %s", got)
	}
	g.deaf.Store(true)
	whatsapp.Age(s)
	if got := check(); got != sdk.CodeUnchecked+" WARNING" {
		t.Errorf("without an answer: %s", got)
	}
}
