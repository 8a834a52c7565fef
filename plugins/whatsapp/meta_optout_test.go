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

// changeIn is a callback's body with one change about a number.
func changeIn(field, phoneNumberID, rest string) string {
	return fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"%s","changes":[{"field":"%s","value":{"messaging_product":"whatsapp",`+
		`"metadata":{"display_phone_number":"553133334400","phone_number_id":"%s"},"contacts":[{"profile":{"name":"Jonas"},"wa_id":"351912345678"}],%s}}]}]}`,
		sandbox.DefaultWABAID, field, phoneNumberID, rest)
}

func wrote(number, text string) string {
	return changeIn("messages", number, fmt.Sprintf(`"messages":[{"from":"351912345678","id":"wamid.1","timestamp":"1751142888","type":"text","text":{"body":%q}}]`, text))
}

func prefers(number, entries string) string {
	return changeIn("user_preferences", number, `"user_preferences":[`+entries+`]`)
}

func TestWhoOptsOutAndInIsANoticeOfTheIntegrationsOwnNumber(t *testing.T) {
	t.Parallel()
	const own, other = sandbox.DefaultPhoneNumberID, "999999999999999"
	const stop = `{"wa_id":"351912345678","detail":"User requested to stop marketing messages","category":"marketing_messages","value":"stop","timestamp":1751142888}`
	at := time.Unix(1751142888, 0).UTC()
	out, in := sdk.RecipientOptedOut, sdk.RecipientOptedIn
	notice := func(kind sdk.NoticeKind, category string) string {
		return fmt.Sprintf("%s +351912345678 %q %s", kind, category, at)
	}
	for name, c := range map[string]struct{ body, want string }{
		"marketing, by WhatsApp's own button":     {prefers(own, stop), notice(out, "marketing")},
		"marketing again":                         {prefers(own, strings.ReplaceAll(stop, `"stop"`, `"resume"`)), notice(in, "marketing")},
		"a preference that is not known":          {prefers(own, strings.ReplaceAll(stop, `"stop"`, `"pause"`)), ""},
		"of a category that is not known":         {prefers(own, strings.ReplaceAll(stop, "marketing_messages", "utility_messages")), notice(out, "utility")},
		"an entry that cannot be read beside one": {prefers(own, `{"wa_id":7},`+stop), notice(out, "marketing")},
		"without a number":                        {prefers(own, `{"user_id":"US.1349","category":"marketing_messages","value":"stop"}`), ""},
		"a time in quotation marks":               {prefers(own, strings.ReplaceAll(stop, "1751142888", `"1751142888"`)), notice(out, "marketing")},
		"of another number":                       {prefers(other, stop), notice(out, "marketing")},
		"in a word":                               {wrote(own, "STOP"), notice(out, "")},
		"in a word to another number":             {wrote(other, "STOP"), notice(out, "")},
		"in lower case with blanks":               {wrote(own, " stop\n"), notice(out, "")},
		"in Portuguese":                           {wrote(own, "Parar"), notice(out, "")},
		"in Spanish":                              {wrote(own, "baja"), notice(out, "")},
		"in French":                               {wrote(own, "arrêt"), notice(out, "")},
		"in Italian":                              {wrote(own, "annulla"), notice(out, "")},
		"in again":                                {wrote(own, "start"), notice(in, "")},
		"in again, in Spanish":                    {wrote(own, "ALTA"), notice(in, "")},
		"in a sentence":                           {wrote(own, "stop the pump"), ""},
		"with a full stop":                        {wrote(own, "stop."), ""},
		"nothing":                                 {wrote(own, ""), ""},
		"something long":                          {wrote(own, strings.Repeat("stop ", 1000)), ""},
		"the text of a button":                    {strings.ReplaceAll(wrote(own, "STOP"), `"type":"text"`, `"type":"button"`), ""},
		"in what is no message":                   {strings.ReplaceAll(wrote(own, "STOP"), `"field":"messages"`, `"field":"message_echoes"`), ""},
		"of another object":                       {strings.ReplaceAll(wrote(own, "STOP"), "whatsapp_business_account", "page"), ""},
		"beside a status": {strings.ReplaceAll(wrote(own, "STOP"), `"messages":[`, `"statuses":[{"id":"wamid.9","status":"read","timestamp":"1751142888"}],"messages":[`),
			notice(out, "") + " and 1 receipts"},
	} {
		r := receive(t, integration(""), signedCallback(c.body))
		var got []string
		for _, n := range r.Notices {
			got = append(got, fmt.Sprintf("%s %s %q %s", n.Kind, n.Recipient, n.Category, n.At))
		}
		if len(r.Receipts) > 0 {
			got[len(got)-1] += fmt.Sprintf(" and %d receipts", len(r.Receipts))
		}
		if !r.Verified || r.Status != 200 || strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if r := receive(t, changed(integration(""), "phone_number_id", nil), signedCallback(wrote("", "STOP"))); len(r.Notices) > 0 {
		t.Errorf("an integration without a number takes everybody's: %+v", r.Notices)
	}
	forged := signedCallback(wrote(own, "STOP"))
	forged.Body = []byte(strings.ReplaceAll(string(forged.Body), "351912345678", "351912345679"))
	if r := receive(t, integration(""), forged); r.Verified || len(r.Notices) > 0 {
		t.Errorf("a forged one is believed: %+v", r)
	}
}

func TestAPersonIsFoundUnderEveryWayOfWritingTheNumber(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"351912345678":  "+351912345678",
		"553188887777":  "+553188887777 +5531988887777", // Belo Horizonte, as WhatsApp writes it and as people do
		"5531988887777": "+5531988887777 +553188887777",
		"553133334400":  "+553133334400", // a landline has no ninth digit
		"5531933334400": "+5531933334400",
		"5215512345678": "+5215512345678 +525512345678",
		"525512345678":  "+525512345678 +5215512345678",
		"5491123456789": "+5491123456789 +541123456789",
		"541123456789":  "+541123456789 +5491123456789",
		"16505551234":   "+16505551234",
		"5531":          "",
		"Jonas":         "",
	} {
		body := strings.ReplaceAll(wrote(sandbox.DefaultPhoneNumberID, "STOP"), `"from":"351912345678"`, `"from":"`+from+`"`)
		var got []string
		for _, n := range receive(t, integration(""), signedCallback(body)).Notices {
			got = append(got, n.Recipient)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", from, got, want)
		}
	}
}

func TestMarketingIsHeldBackFromWhoDoesNotWantItAndNothingElseIs(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"Meta", "Twilio"} {
		box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
		in := integration(box.URL())
		name := func(template, _ string) string { return template }
		if provider == "Twilio" {
			in = throughTwilio(box.URL())
			name = sandbox.ContentSID
		}
		offer := assignment("dlv_1")
		offer.Parameters = []byte(fmt.Sprintf(`{"template":%q}`, name("maintenance_offer", "pt_BR")))
		offer.Values = offer.Values[:1]
		task := assignment("dlv_2")
		task.Parameters = []byte(fmt.Sprintf(`{"template":%q}`, name("wo_assigned", "pt_BR")))
		missing := assignment("dlv_3")
		missing.Parameters = []byte(fmt.Sprintf(`{"template":%q}`, name("is_not_there", "pt_BR")))
		s := sender(t, in)
		c := whatsapp.New().(sdk.Previewer)
		for _, k := range []struct {
			name string
			d    sdk.Delivery
			held []string
			want string // the category for which it is held back
		}{
			{"an offer", offer, []string{"marketing"}, "marketing"},
			{"an offer to who wants no other messages", offer, []string{"utility", "authentication"}, ""},
			{"an offer to anybody", offer, nil, ""},
			{"a task", task, []string{"marketing"}, ""},
			{"a task to who wants none", task, []string{"marketing", "utility"}, "utility"},
			{"a template of which nobody knows the category", missing, []string{"marketing"}, ""},
		} {
			k.d.HeldCategories = k.held
			before := len(box.Messages())
			o := send(t, s, k.d)
			if o.HeldCategory != k.want || (k.want != "") != (o.Kind == sdk.Rejected && o.Scope == sdk.ScopeRecipient && o.ProviderCode == "") {
				t.Errorf("%s, %s: %+v", provider, k.name, o)
			}
			sent := o.Kind == sdk.Accepted // the provider itself refuses the template that is not there
			if n := len(box.Messages()) - before; k.want != "" && n > 0 || sent && n != 1 {
				t.Errorf("%s, %s: %d messages were sent", provider, k.name, n)
			}
			p, err := c.Preview(t.Context(), in, k.d)
			if err != nil || p.HeldCategory != k.want {
				t.Errorf("%s, %s: the preview says %q, %v", provider, k.name, p.HeldCategory, err)
			}
		}
	}
}
