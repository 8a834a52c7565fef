package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// side is one of the providers, as whoever sends sees it.
type side struct {
	name string
	// send sends to a phone; the result is the provider's code, 0 if it was accepted, -1 if there was no answer and the HTTP
	// status if it came without a code.
	send func(tb testing.TB, s *sandbox.Sandbox, to string) int
	// read reads a template; the result is as that of send.
	read func(tb testing.TB, s *sandbox.Sandbox) int
	// listen starts a webhook; the result lists the statuses that it was told.
	listen func(t *testing.T, s *sandbox.Sandbox) func() string

	refusal, failure, expired, throughput int // codes
	failed                                string
}

func sides() []side {
	var callback string // of Twilio's messages
	meta := side{name: "META", refusal: 131056, failure: 131049, expired: 190, throughput: 130429, failed: "failed"}
	meta.send = func(tb testing.TB, s *sandbox.Sandbox, to string) int {
		r, _ := http.NewRequest(http.MethodPost, s.URL()+sendPath, strings.NewReader(message("+351912345678", to)))
		r.Header.Set("Authorization", "Bearer "+token)
		return codeOf(tb, r)
	}
	meta.read = func(tb testing.TB, s *sandbox.Sandbox) int {
		r, _ := http.NewRequest(http.MethodGet, s.URL()+"/v25.0/"+sandbox.DefaultWABAID+"/message_templates", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		return codeOf(tb, r)
	}
	meta.listen = func(t *testing.T, s *sandbox.Sandbox) func() string {
		h := newHub(t)
		if err := s.Subscribe(t.Context(), sandbox.DefaultAppID, h.URL, sandbox.DefaultVerifyToken); err != nil {
			t.Fatal(err)
		}
		return func() string {
			h.mu.Lock()
			defer h.mu.Unlock()
			return strings.ReplaceAll(strings.Join(h.told, " "), "dlv_1 ", "")
		}
	}
	twilio := side{name: "TWILIO", refusal: 21610, failure: 63049, expired: 20003, throughput: 20429, failed: "undelivered"}
	twilio.send = func(tb testing.TB, s *sandbox.Sandbox, to string) int {
		form := url.Values{"To": {"whatsapp:" + to}, "From": {"whatsapp:" + sandbox.DefaultSender}, "ContentSid": {sandbox.ContentSID("wo_closed", "pt_BR")},
			"ContentVariables": {`{"1":"OT-1","2":"Ana"}`}, "StatusCallback": {callback}}
		r, _ := http.NewRequest(http.MethodPost, s.URL()+twilioPath, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
		return codeOf(tb, r)
	}
	twilio.read = func(tb testing.TB, s *sandbox.Sandbox) int {
		r, _ := http.NewRequest(http.MethodGet, s.URL()+"/v1/Content/"+sandbox.ContentSID("wo_closed", "pt_BR"), nil)
		r.SetBasicAuth(sandbox.DefaultAccountSID, sandbox.DefaultAuthToken)
		return codeOf(tb, r)
	}
	twilio.listen = func(t *testing.T, _ *sandbox.Sandbox) func() string {
		l := &listener{}
		hub := httptest.NewServer(l)
		t.Cleanup(hub.Close)
		callback = hub.URL + "/x"
		return l.statuses
	}
	return []side{meta, twilio}
}

// codeOf sends a request once; the client repeats none that was dropped.
func codeOf(tb testing.TB, r *http.Request) int {
	tb.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(r)
	if err != nil {
		return -1
	}
	defer func() { _ = res.Body.Close() }()
	var body struct {
		Code  int `json:"code"`
		Error struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	readInto(res.Body, &body)
	switch code := max(body.Code, body.Error.Code); {
	case code != 0:
		return code
	case res.StatusCode >= 300:
		return res.StatusCode
	}
	return 0
}

const (
	jonas = "+351912345678"
	maria = "+351912345679"
)

func TestEveryFaultHitsBothProviders(t *testing.T) {
	t.Parallel()
	// Each send is to jonas but for those that name maria.
	for name, c := range map[string]struct {
		fault func(p side) sandbox.Fault
		to    []string
		codes func(p side) []int // of each send
		taken int                // messages accepted
		told  func(p side) string
		slow  time.Duration // at least so long do the sends take
	}{
		"a code, for as often as it says": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Times: 2} },
			[]string{jonas, maria, jonas}, func(p side) []int { return []int{p.refusal, p.refusal, 0} }, 1, usual, 0},
		"a code for one recipient": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Times: -1, Recipient: maria} },
			[]string{jonas, maria}, func(p side) []int { return []int{0, p.refusal} }, 1, usual, 0},
		"a code of one provider": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Times: -1, Provider: other(p)} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 0},
		"a code for one template": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Times: -1, Template: "wo_closed"} },
			[]string{jonas}, func(p side) []int { return []int{p.refusal} }, 0, nothing, 0},
		"a code for another template": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Times: -1, Template: "wo_assigned"} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 0},
		"a code, after the message was accepted": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.refusal, Accept: true} },
			[]string{jonas}, func(p side) []int { return []int{p.refusal} }, 1, usual, 0},
		"a failure after accepting": {
			func(p side) sandbox.Fault { return sandbox.Fault{Code: p.failure, Async: true} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, func(p side) string { return p.failed }, 0},
		"an answer that comes late, after accepting": {
			func(side) sandbox.Fault { return sandbox.Fault{Delay: 120 * time.Millisecond} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 120 * time.Millisecond},
		"a connection that is dropped": {
			func(side) sandbox.Fault { return sandbox.Fault{Drop: true} },
			[]string{jonas}, func(side) []int { return []int{-1} }, 0, nothing, 0},
		"a connection that is dropped after accepting": {
			func(side) sandbox.Fault { return sandbox.Fault{Drop: true, Accept: true} },
			[]string{jonas}, func(side) []int { return []int{-1} }, 1, usual, 0},
		"an HTTP status without a code": {
			func(side) sandbox.Fault { return sandbox.Fault{Status: 502} },
			[]string{jonas}, func(side) []int { return []int{502} }, 0, nothing, 0},
		"an HTTP status after accepting": {
			func(side) sandbox.Fault { return sandbox.Fault{Status: 502, Accept: true} },
			[]string{jonas}, func(side) []int { return []int{502} }, 1, usual, 0},
		"callbacks that come twice": {
			func(side) sandbox.Fault { return sandbox.Fault{Duplicate: 1} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, func(side) string { return "sent sent delivered delivered read read" }, 0},
		"callbacks in the wrong order": {
			func(side) sandbox.Fault { return sandbox.Fault{Reorder: true} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, func(side) string { return "read delivered sent" }, 0},
		"callbacks that come late": {
			func(side) sandbox.Fault { return sandbox.Fault{Late: 150 * time.Millisecond} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 0},
		"callbacks that are lost": {
			func(side) sandbox.Fault { return sandbox.Fault{Lose: true} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, nothing, 0},
		"a callback before the answer": {
			func(side) sandbox.Fault { return sandbox.Fault{Early: true} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 0},
		"an expired token": {
			func(side) sandbox.Fault { return sandbox.Fault{ExpiredToken: true, Times: 1} },
			[]string{jonas, jonas}, func(p side) []int { return []int{p.expired, 0} }, 1, usual, 0},
		"an expired token of the other provider": {
			func(p side) sandbox.Fault { return sandbox.Fault{ExpiredToken: true, Times: -1, Provider: other(p)} },
			[]string{jonas}, func(side) []int { return []int{0} }, 1, usual, 0},
	} {
		for _, p := range sides() {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, sandbox.Options{Callbacks: quick()})
				told := p.listen(t, s)
				fault := c.fault(p)
				if err := s.AddFaults(fault); err != nil {
					t.Fatal(err)
				}
				began, codes := time.Now(), []int{}
				for _, to := range c.to {
					codes = append(codes, p.send(t, s, to))
				}
				if took := time.Since(began); took < c.slow {
					t.Errorf("the answer came after %v", took)
				}
				if fault.Early && !strings.HasPrefix(told(), "sent") {
					t.Errorf("told %q before the answer", told())
				}
				if want := c.codes(p); !slices.Equal(codes, want) || s.Stats().Accepted != int64(c.taken) {
					t.Errorf("answered %v, want %v; %d were accepted, want %d", codes, want, s.Stats().Accepted, c.taken)
				}
				settle(t, s)
				if got, want := told(), c.told(p); got != want {
					t.Errorf("told %q, want %q", got, want)
				}
				if took := time.Since(began); took < fault.Late {
					t.Errorf("the callbacks came after %v", took)
				}
			})
		}
	}
}

func usual(side) string   { return "sent delivered read" }
func nothing(side) string { return "" }

func other(p side) string {
	if p.name == "META" {
		return "TWILIO"
	}
	return "META"
}

// settle waits until no callback is to come.
func settle(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	for s.Stats().CallbacksWaiting > 0 {
		time.Sleep(time.Millisecond) // the counter has nothing to wait for
	}
}

func TestAnExpiredTokenRefusesRequestsOfEveryKindUntilItIsCleared(t *testing.T) {
	t.Parallel()
	for _, p := range sides() {
		t.Run(p.name, func(t *testing.T) {
			s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
			a := call(t, s, http.MethodPost, "/sandbox/faults", "", `{"expired_token":true,"times":-1,"provider":"`+p.name+`"}`)
			if a.Status != 200 {
				t.Fatalf("%s", a.Body)
			}
			if got := fmt.Sprint(p.read(t, s), p.send(t, s, jonas), p.read(t, s)); got != fmt.Sprint(p.expired, p.expired, p.expired) {
				t.Errorf("answered %s", got)
			}
			call(t, s, http.MethodDelete, "/sandbox/faults", "", "")
			if got := fmt.Sprint(p.read(t, s), p.send(t, s, jonas)); got != "0 0" {
				t.Errorf("answered %s when the token was renewed", got)
			}
		})
	}
}

func TestRatesAreEnforcedByBothProviders(t *testing.T) {
	t.Parallel()
	for _, p := range sides() {
		t.Run(p.name, func(t *testing.T) {
			s := start(t, sandbox.Options{Throughput: 0.01, Callbacks: sandbox.Callbacks{Off: true}})
			if got := fmt.Sprint(p.send(t, s, jonas), p.send(t, s, maria)); got != fmt.Sprint(0, p.throughput) {
				t.Errorf("answered %s", got)
			}
		})
	}
}

func TestFaultsThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	for body, want := range map[string]string{
		`{"provider":"SMS"}`:                      "provider",
		`{"recipient":"Jonas"}`:                   "recipient",
		`{"expired_token":true,"code":190}`:       "expired_token",
		`{"expired_token":true,"recipient":"+1"}`: "expired_token",
		`{"duplicate":101}`:                       "duplicate",
		`{"delay_ms":-1}`:                         "delay_ms",
		`{"callback_delay_ms":3600001}`:           "callback_delay_ms",
		``:                                        "JSON",
		`[1]`:                                     "fault",
		"[" + strings.Repeat(`{"code":1},`, 1000) + `{"code":1}]`: "at most 1000",
	} {
		a := call(t, s, http.MethodPost, "/sandbox/faults", "", body)
		if a.Status != 400 || !strings.Contains(string(a.Body), want) {
			t.Errorf("%.60s: %d %s", body, a.Status, a.Body)
		}
	}
}

func TestThePairRateForgetsNobodyWhoIsLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // time stands still
		s := sandbox.New(sandbox.Options{PairRate: true, Keep: -1, Callbacks: sandbox.Callbacks{Off: true}})
		defer func() { _ = s.Close() }()
		send := func(to string) int {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, sendPath, strings.NewReader(message(jonas, to)))
			r.Header.Set("Authorization", "Bearer "+token)
			s.ServeHTTP(w, r)
			return w.Code
		}
		for range 45 {
			send(jonas)
		}
		for i := range 10_100 { // more than are kept without asking who is still limited
			send(fmt.Sprintf("+3519%08d", i))
		}
		if code := send(jonas); code != 400 {
			t.Errorf("the 46th message was answered %d", code)
		}
		time.Sleep(7 * time.Second)
		if code := send(jonas); code != 200 {
			t.Errorf("7 seconds later it was answered %d", code)
		}
	})
}
