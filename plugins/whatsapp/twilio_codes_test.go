package whatsapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// twilioCodes is what the hub must make of each of Twilio's codes on a first attempt.
var twilioCodes = []struct {
	code     int
	kind     sdk.OutcomeKind
	scope    sdk.Scope
	wait     time.Duration
	suppress time.Duration
	category string
}{
	{20003, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""}, {20404, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""},
	{20429, sdk.Retry, sdk.ScopeIntegration, time.Second, 0, ""}, {20500, sdk.Unknown, sdk.ScopeDelivery, 0, 0, ""}, {20503, sdk.Unknown, sdk.ScopeDelivery, 0, 0, ""},
	{21211, sdk.Rejected, sdk.ScopeRecipient, 0, 0, ""}, {21606, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""}, {21608, sdk.Rejected, sdk.ScopeRecipient, 0, 0, ""},
	{21610, sdk.Rejected, sdk.ScopeRecipient, 0, sdk.SuppressForever, ""}, {21611, sdk.Retry, sdk.ScopeIntegration, time.Minute, 0, ""},
	{21612, sdk.Rejected, sdk.ScopeRecipient, 0, 0, ""}, {21614, sdk.Rejected, sdk.ScopeRecipient, 0, 0, ""}, {21619, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""},
	{21654, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {21655, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {21656, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""},
	{21910, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""}, {30001, sdk.Retry, sdk.ScopeIntegration, time.Minute, 0, ""},
	{63003, sdk.Rejected, sdk.ScopeRecipient, 0, 24 * time.Hour, ""}, {63005, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""}, {63007, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""},
	{63008, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""}, {63012, sdk.Retry, sdk.ScopeDelivery, 2 * time.Second, 0, ""}, {63013, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""},
	{63014, sdk.Rejected, sdk.ScopeRecipient, 0, sdk.SuppressForever, ""}, {63016, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""},
	{63017, sdk.Retry, sdk.ScopeIntegration, time.Second, 0, ""}, {63018, sdk.Retry, sdk.ScopeRecipient, time.Minute, 0, ""}, {63019, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""},
	{63021, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""}, {63023, sdk.Retry, sdk.ScopeDelivery, 10 * time.Second, 0, ""}, {63024, sdk.Rejected, sdk.ScopeRecipient, 0, 24 * time.Hour, ""},
	{63027, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {63028, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {63032, sdk.Rejected, sdk.ScopeRecipient, 0, 0, ""},
	{63038, sdk.Retry, sdk.ScopeIntegration, time.Hour, 0, ""}, {63040, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {63041, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""},
	{63042, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {63049, sdk.Rejected, sdk.ScopeRecipient, 0, 24 * time.Hour, "marketing"},
	{63062, sdk.Misconfigured, sdk.ScopeIntegration, 0, 0, ""}, {92005, sdk.Misconfigured, sdk.ScopeFlow, 0, 0, ""}, {99999, sdk.Rejected, sdk.ScopeDelivery, 0, 0, ""},
}

func TestTheTablesOfTheTestsHaveEveryCode(t *testing.T) {
	walked := map[string]bool{}
	for _, c := range codes {
		walked[fmt.Sprint("Meta ", c.code)] = true
	}
	for _, c := range twilioCodes {
		walked[fmt.Sprint("Twilio ", c.code)] = true
	}
	for _, code := range whatsapp.EveryCode() {
		if !walked[code] && code != "Meta 0" { // which a fault cannot script; see TestErrorsWithMoreToTell
			t.Errorf("nobody tests the code %s", code)
		}
	}
}

func TestEveryErrorCodeOfTwilio(t *testing.T) {
	t.Parallel()
	hook, kept := twilioHook(t)
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Sent: time.Millisecond}})
	in := throughTwilio(box.URL())
	in.CallbackURL = hook
	s := sender(t, in)
	for _, c := range twilioCodes {
		t.Run(fmt.Sprint(c.code), func(t *testing.T) {
			if err := box.AddFaults(sandbox.Fault{Code: c.code, Details: "The number 351912345678 is the trouble"}); err != nil {
				t.Fatal(err)
			}
			before := box.Stats().Accepted
			o := send(t, s, twilioAssignment("dlv_1"))
			if o.Kind != c.kind || o.Scope != c.scope || o.RetryAfter != c.wait || o.Suppress != c.suppress || o.SuppressCategory != c.category {
				t.Errorf("%s %s after %v, suppressed %v %q; want %+v", o.Kind, o.Scope, o.RetryAfter, o.Suppress, o.SuppressCategory, c)
			}
			if o.ProviderCode != fmt.Sprint(c.code) || o.NextStep == "" || !strings.HasSuffix(o.Detail["more_info"], fmt.Sprint(c.code)) {
				t.Errorf("code, next step and where to read more must be there: %+v", o)
			}
			if strings.Contains(o.Message, "351912345678") || !strings.Contains(o.Message, "678 is the trouble") {
				t.Errorf("Twilio's words must be there without the number: %q", o.Message)
			}
			if box.Stats().Accepted != before {
				t.Error("the message was accepted")
			}
		})
		if c.code < 30000 && c.code != 21610 {
			continue // Twilio says these at once, never afterwards
		}
		t.Run(fmt.Sprint(c.code, " afterwards"), func(t *testing.T) {
			if err := box.AddFaults(sandbox.Fault{Code: c.code, Async: true}); err != nil {
				t.Fatal(err)
			}
			if o := send(t, s, twilioAssignment("dlv_2")); o.Kind != sdk.Accepted {
				t.Fatalf("%+v", o)
			}
			select {
			case cb := <-kept:
				r := receive(t, in, cb).Receipts[0]
				if r.Status != sdk.Failed || r.Kind != c.kind || r.Scope != c.scope || r.RetryAfter != c.wait || r.Suppress != c.suppress || r.SuppressCategory != c.category || r.Code != fmt.Sprint(c.code) || r.NextStep == "" {
					t.Errorf("%+v", r)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("no callback came")
			}
		})
	}
}
