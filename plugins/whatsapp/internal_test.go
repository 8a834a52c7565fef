package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/recado-hub/recado/plugins/sdk"
)

func TestTheCataloguesAreInOrder(t *testing.T) {
	for name, list := range map[string]catalogue{"Meta": metaCodes, "Twilio": twilioCodes} {
		last := -1
		for _, v := range list {
			if v.from <= last || (v.to != 0 && v.to <= v.from) {
				t.Errorf("%s: code %d comes after %d", name, v.from, last)
			}
			last = max(v.from, v.to)
			if v.what == "" || v.next == "" || v.kind == "" || v.scope == "" {
				t.Errorf("%s: code %d says too little", name, v.from)
			}
			if (v.kind == sdk.Retry) != (len(v.wait) > 0) {
				t.Errorf("%s: code %d: whoever may try again must know when, and nobody else", name, v.from)
			}
			if v.suppress != 0 && v.scope != sdk.ScopeRecipient {
				t.Errorf("%s: code %d leaves a person alone although it is not about the person", name, v.from)
			}
		}
	}
}

func TestE164(t *testing.T) {
	for in, want := range map[string]string{
		"+351912345678": "+351912345678", "351912345678": "+351912345678", " +351 912-345.678 ": "+351912345678", "+1 (631) 555-1234": "+16315551234",
		"(+44) 7700 900123": "+447700900123", "1234567": "+1234567", "123456789012345": "+123456789012345",
		"": "", "+": "", "123456": "", "1234567890123456": "", "0351912345678": "", "+351+912345678": "", "35191234567a": "", "++351912345678": "",
		"351912345678+": "", "٣٥١٩١٢٣٤٥٦٧٨": "",
	} {
		if got, ok := e164(in); got != want || ok != (want != "") {
			t.Errorf("e164(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "no number": "no number", "+351912345678": "+*********678", "a 1234567 b 123456 c": "a ****567 b 123456 c", "1234567": "****567",
	} {
		if got := masked(in); got != want {
			t.Errorf("masked(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCollapse(t *testing.T) {
	for in, want := range map[string]string{
		"a b": "a b", "a  b": "a b", " a": "a", "a ": "a", "a\nb": "a b", "\t": "", "": "", "1\u00a0000": "1\u00a0000", "a\u2028b": "a b", "a\x00b": "a b",
		"\uFFFD": "\uFFFD", "a\r\n\r\n b": "a b", "\u0085x": "x",
	} {
		got, reason := collapse(in)
		if got != want || (reason != "") != (got != in) {
			t.Errorf("collapse(%q) = %q, %q; want %q", in, got, reason, want)
		}
	}
}

func FuzzSendable(f *testing.F) {
	for _, s := range []string{"a  b", "\xff", " \u2028", "x\u00a0 y", "\uFFFD\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, reason := collapse(s)
		if strings.ContainsAny(got, "\n\r\t") || strings.Contains(got, "  ") || strings.TrimSpace(got) != strings.Trim(got, "\u00a0\u2007\u202f \u0085") {
			t.Fatalf("%q became %q", s, got)
		}
		if (reason == "") != (got == s) || !utf8.ValidString(got) {
			t.Fatalf("%q became %q because of %q", s, got, reason)
		}
		if again, why := collapse(got); again != got || why != "" {
			t.Fatalf("%q is not stable: %q", got, again)
		}
	})
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "q\"\\/", "\x00\x1f\n\r\t", "é\u2028\u2029", "\xff\xc3(", "\U0001F6E0", "<&>\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := appendString([]byte("x"), s)[1:]
		var back string
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%q became %s: %v", s, text, err)
		}
		plain, _ := json.Marshal(s)
		var want string
		_ = json.Unmarshal(plain, &want)
		if back != want {
			t.Fatalf("%q became %q, encoding/json makes it %q", s, back, want)
		}
		if strings.ContainsAny(string(text), "\u2028\u2029") {
			t.Fatalf("line separators must be escaped: %s", text)
		}
	})
}

func FuzzReadAccepted(f *testing.F) {
	f.Add(`{"messaging_product":"whatsapp","contacts":[{"input":"+1","wa_id":"1"}],"messages":[{"id":"wamid.x","message_status":"accepted"}]}`)
	f.Add(`{"a":"\"messages\":[{\"id\":\"x\"}]"}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, ok := readAccepted([]byte(body))
		if ok && a.id == "" {
			t.Fatalf("accepted without an id: %s", body)
		}
		_ = metaAnswers{}.judge(400, nil, []byte(body), 1) // must not panic, whatever it is
	})
}

// nowhere is a network without servers.
type nowhere struct{ asked int }

func (n *nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	n.asked++
	return nil, syscall.ECONNREFUSED
}

func TestHeadsAreBounded(t *testing.T) {
	base, _ := url.Parse("https://graph.example")
	m := newMetaSender(&connector{transport: &nowhere{}, templates: newTemplates()}, sdk.Integration{}, &metaSettings{base: base})
	for i := range 5 * mostHeads {
		d := sdk.Delivery{Action: "wo_assignment_it", Parameters: json.RawMessage(fmt.Sprintf(`{"template":"t%d"}`, i))}
		h, failed, found := m.head(t.Context(), &d)
		if failed != nil || len(found) > 0 || !strings.Contains(string(h.text), fmt.Sprintf(`"name":"t%d"`, i)) {
			t.Fatalf("%s, %v, %v", h.text, failed, found)
		}
		again, _, _ := m.head(t.Context(), &d)
		if &again.text[0] != &h.text[0] {
			t.Fatal("the second delivery of a flow read its parameters again")
		}
		if n := len(m.heads.known.Load().of); n > mostHeads {
			t.Fatalf("%d heads are kept", n)
		}
	}
}

func TestSettings(t *testing.T) {
	good := func() sdk.Integration {
		return sdk.Integration{
			Settings: json.RawMessage(`{"phone_number_id":"310654000000003","waba_id":"210987000000002"}`),
			Secrets:  map[string]string{"access_token": "EAAG", "app_secret": "s", "verify_token": "v"},
		}
	}
	s, found := parseMeta(good())
	if len(found) > 0 || s.endpoint("1", "messages").String() != "https://graph.facebook.com/v25.0/1/messages" {
		t.Fatalf("%+v, %v", s, found)
	}
	for base, want := range map[string]string{
		"https://proxy.example/meta/": "https://proxy.example/meta/v25.0/1", "http://localhost:1": "http://localhost:1/v25.0/1", "http://[::1]:1": "http://[::1]:1/v25.0/1",
		"http://proxy.example": "", "ftp://x": "", "https://user:pw@x": "", "https://x?a=b": "", "x": "", "https://": "", ":": "",
	} {
		in := good()
		in.Settings = json.RawMessage(fmt.Sprintf(`{"phone_number_id":"310654000000003","waba_id":"210987000000002","base_url":%q}`, base))
		s, found := parseMeta(in)
		switch {
		case want == "" && (len(found) != 1 || found[0].Path != "settings.base_url"):
			t.Errorf("%s: %v", base, found)
		case want != "" && (len(found) > 0 || s.endpoint("1").String() != want):
			t.Errorf("%s: %v", base, found)
		}
	}
	if _, found := parseMeta(sdk.Integration{}); len(found) != 5 {
		t.Errorf("all that is missing must be told at once: %v", found)
	}
	in := good()
	in.Secrets["access_token"] = "EAAG\r\nX-Other: 1"
	if _, found := parseMeta(in); len(found) != 1 || strings.Contains(fmt.Sprint(found), "EAAG") {
		t.Errorf("a token with a line break: %v", found)
	}
}

func TestLowQualityIsAWarningBeforeWhatsAppPausesATemplate(t *testing.T) {
	for text, want := range map[string]string{
		`{"score":"RED"}`: "low", `{"score":"YELLOW"}`: "medium", `{"score":"GREEN"}`: "", `{"score":"UNKNOWN"}`: "", `{}`: "",
	} {
		var m metaTemplate
		if err := json.Unmarshal([]byte(`{"name":"t","language":"en","status":"APPROVED","quality_score":`+text+`}`), &m); err != nil {
			t.Fatal(err)
		}
		read := m.template()
		found := read.lowQuality()
		if (want == "") != (len(found) == 0) || len(found) > 0 && (found[0].Severity != sdk.SeverityWarning || !strings.Contains(found[0].Message, "is "+want+":")) {
			t.Errorf("%s: %+v", text, found)
		}
	}
}
