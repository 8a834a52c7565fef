package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

const twilioPath = "/2010-04-01/Accounts/" + sandbox.DefaultAccountSID + "/Messages.json"

type twilioAnswer struct {
	status      int
	SID, Status string
	Code        int
	Message     string
}

// tell sends a form to Twilio's side of the sandbox; changes are names and values by turns, an empty value takes the field away.
func tell(tb testing.TB, s *sandbox.Sandbox, changes ...string) twilioAnswer {
	tb.Helper()
	form := url.Values{
		"To": {"whatsapp:+351912345678"}, "From": {"whatsapp:" + sandbox.DefaultSender}, "ContentSid": {sandbox.ContentSID("wo_closed", "pt_BR")},
		"ContentVariables": {`{"1":"OT-1","2":"Ana"}`},
	}
	for i := 0; i < len(changes); i += 2 {
		form[changes[i]] = []string{changes[i+1]}
		if changes[i+1] == "" {
			delete(form, changes[i])
		}
	}
	r, err := http.NewRequest(http.MethodPost, s.URL()+twilioPath, strings.NewReader(form.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return twilioAnswer{}
	}
	defer func() { _ = res.Body.Close() }()
	a := twilioAnswer{status: res.StatusCode}
	var body map[string]any
	_ = json.NewDecoder(res.Body).Decode(&body)
	a.SID, _ = body["sid"].(string)
	a.Status, _ = body["status"].(string)
	code, _ := body["code"].(float64)
	a.Code = int(code)
	a.Message, _ = body["message"].(string)
	return a
}

func TestMessagesThroughTwilio(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	a := tell(t, s)
	m := s.Messages()[0]
	if a.status != 201 || a.SID != m.ID || a.Status != "queued" || m.Provider != "TWILIO" || m.Text != "A ordem de serviço *OT-1* foi encerrada por Ana." || len(m.Samples) > 0 {
		t.Errorf("%+v %+v", a, m)
	}
	if a := tell(t, s, "From", "", "MessagingServiceSid", sandbox.DefaultMessagingServiceSID); a.Status != "accepted" {
		t.Errorf("a service takes the message over first: %+v", a)
	}
	tell(t, s, "ContentVariables", `{"1":"OT-1"}`)
	if m := s.Messages()[2]; len(m.Samples) != 1 || m.Values[1] != "Sample_2" {
		t.Errorf("a variable that is left out gets its sample, silently, as at Twilio: %+v", m)
	}
}

func TestRefusalsOfTwilio(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for name, c := range map[string]struct {
		changes []string
		code    int
	}{
		"no recipient":               {[]string{"To", ""}, 21604},
		"a recipient without prefix": {[]string{"To", "+351912345678"}, 21211},
		"a recipient without plus":   {[]string{"To", "whatsapp:351912345678"}, 21211},
		"no sender":                  {[]string{"From", ""}, 21603},
		"another sender":             {[]string{"From", "whatsapp:+15550000000"}, 63007},
		"a sender without prefix":    {[]string{"From", sandbox.DefaultSender}, 21910},
		"another service":            {[]string{"MessagingServiceSid", "MG00000000000000000000000000000000"}, 21701},
		"the sender itself":          {[]string{"To", "whatsapp:" + sandbox.DefaultSender}, 63031},
		"no content at all":          {[]string{"ContentSid", "", "ContentVariables", ""}, 21619},
		"variables alone":            {[]string{"ContentSid", ""}, 21654},
		"a text":                     {[]string{"ContentSid", "", "ContentVariables", "", "Body", "hi"}, 63016},
		"another content":            {[]string{"ContentSid", sandbox.ContentSID("x", "y")}, 21655},
		"variables that are none":    {[]string{"ContentVariables", "nope"}, 21656},
		"a variable that is null":    {[]string{"ContentVariables", `{"1":"a","2":null}`}, 21656},
		"a variable that is empty":   {[]string{"ContentVariables", `{"1":"a","2":""}`}, 21656},
		"a variable too many":        {[]string{"ContentVariables", `{"1":"a","2":"b","3":"c"}`}, 21656},
		"a newline":                  {[]string{"ContentVariables", `{"1":"a\nb","2":"b"}`}, 63013},
		"a text too long":            {[]string{"ContentVariables", `{"1":"` + strings.Repeat("x", 1020) + `","2":"b"}`}, 63021},
		"a callback that is no URL":  {[]string{"StatusCallback", "nowhere"}, 21609},
		"an underscore in the host":  {[]string{"StatusCallback", "https://my_hub.example/x"}, 21609},
		"a field of wrong spelling":  {[]string{"ContentSID", "x"}, 20001},
		"a paused template":          {[]string{"ContentSid", sandbox.ContentSID("wo_paused", "pt_BR"), "ContentVariables", `{"1":"a"}`}, 63041},
	} {
		if a := tell(t, s, c.changes...); a.status < 400 || a.Code != c.code || a.Message == "" {
			t.Errorf("%s: want %d: %+v", name, c.code, a)
		}
	}
	if n := s.Stats().Accepted; n != 0 {
		t.Errorf("%d messages were accepted", n)
	}
	if a := call(t, s, http.MethodPost, twilioPath, "", ""); a.Status != 401 {
		t.Errorf("without credentials: %d %s", a.Status, a.Body)
	}
}

func TestTwiliosLimits(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{PairRate: true, Callbacks: sandbox.Callbacks{Sent: time.Millisecond, Delivered: time.Millisecond, Read: -1}})
	for range 46 {
		if a := tell(t, s); a.status != 201 {
			t.Fatalf("%+v", a)
		}
	}
	if err := s.Wait(t.Context(), func(all []sandbox.Message) bool { return all[45].Last() == "undelivered" }); err != nil {
		t.Fatal(err)
	}
	if st := s.Messages()[45].Statuses; st[0].Code != 63018 {
		t.Errorf("the 46th message at once to one person fails afterwards: %+v", st)
	}
}

// listener keeps the statuses that are called back, and refuses the first few.
type listener struct {
	mu     sync.Mutex
	got    []string
	refuse int
	bad    []string
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Header.Get("X-Twilio-Signature") != sandbox.SignTwilio(sandbox.DefaultAuthToken, "http://"+r.Host+r.URL.String(), r.PostForm) {
		l.bad = append(l.bad, r.URL.String())
	}
	l.got = append(l.got, r.PostForm.Get("MessageStatus"))
	if l.refuse > 0 {
		l.refuse--
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func (l *listener) statuses() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.got, " ")
}

func TestCallbacksOfTwilio(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    sandbox.Fault
		refuse   int
		fragment string
		want     string
	}{
		"tell each step, signed":  {sandbox.Fault{}, 0, "", "sent delivered"},
		"come twice":              {sandbox.Fault{Duplicate: 1}, 0, "", "sent sent delivered delivered"},
		"come in the wrong order": {sandbox.Fault{Reorder: true}, 0, "", "delivered sent"},
		"get lost":                {sandbox.Fault{Lose: true}, 0, "", ""},
		"come late":               {sandbox.Fault{Late: 50 * time.Millisecond}, 0, "", "sent delivered"},
		"tell a failure":          {sandbox.Fault{Code: 63024, Async: true}, 0, "", "undelivered"},
		"come although the connection was dropped":      {sandbox.Fault{Accept: true, Drop: true}, 0, "", "sent delivered"},
		"are not repeated when refused":                 {sandbox.Fault{}, 1, "", "sent delivered"},
		"are repeated when refused, if the URL asks so": {sandbox.Fault{}, 1, "#rc=5&rp=all", "sent sent delivered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &listener{refuse: c.refuse}
			hub := httptest.NewServer(l)
			defer hub.Close()
			s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Workers: 1, Sent: time.Millisecond, Delivered: 300 * time.Millisecond, Read: -1, RetryFirst: time.Millisecond}})
			if err := s.AddFaults(c.fault); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			tell(t, s, "StatusCallback", hub.URL+"/x?k=dlv_1"+c.fragment)
			if err := s.Wait(t.Context(), func(all []sandbox.Message) bool {
				return len(all) == 1 && (all[0].Last() == "undelivered" || len(all[0].Statuses) == 2)
			}); err != nil {
				t.Fatal(err)
			}
			for s.Stats().CallbacksWaiting > 0 {
				time.Sleep(time.Millisecond) // the counter has nothing to wait for
			}
			if got := l.statuses(); got != c.want || len(l.bad) > 0 {
				t.Errorf("got %q, want %q; wrong signatures: %v", got, c.want, l.bad)
			}
			if late := time.Since(began); late < c.fault.Late {
				t.Errorf("after %v", late)
			}
		})
	}
}

func TestFaultsHitTwilioToo(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	if a := call(t, s, http.MethodPost, "/sandbox/faults", "", `[{"code":21610,"times":2,"recipient":"+351912345678"},{"code":20503,"accept":true,"recipient":"351912345679","callback_delay_ms":5}]`); a.Status != 200 || !strings.Contains(string(a.Body), `"callback_delay_ms":5`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	got := fmt.Sprint(tell(t, s).Code, tell(t, s, "To", "whatsapp:+351912345670").Code, tell(t, s).Code, tell(t, s).Code, tell(t, s, "To", "whatsapp:+351912345679").Code)
	if got != "21610 0 21610 0 20503" || s.Stats().Accepted != 3 {
		t.Errorf("%s, %d accepted", got, s.Stats().Accepted)
	}
}
