//go:build unix

package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const hookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="

// hook is a stranger's endpoint that takes messages as the standard's own library verifies them.
type hook struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int // of the next requests; then 204
	got     []string
}

func newHook(t *testing.T, answers ...int) *hook {
	verify, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{answers: answers}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = verify.Verify(body, r.Header)
		}
		if err != nil {
			t.Errorf("the library does not take it: %v", err)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got = append(h.got, r.Header.Get("webhook-id")+" "+string(body))
		status := http.StatusNoContent
		if len(h.answers) > 0 {
			status, h.answers = h.answers[0], h.answers[1:]
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(status)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) messages() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.got...)
}

// toHook is a target with a body of the author's own.
var toHook = object{"action": "send_template", "recipient": object{"constant": "workshop"},
	"parameters": object{"template": `{"text": "{{folio}}: {{task}}", "to": "{{recipient}}", "number": "{{number:number}}"}`},
	"mapping":    []object{{"field": "wo_folio", "name": "folio"}, {"field": "description", "name": "task"}, {"field": "id_work_orders_tasks", "name": "number"}}}

func TestAWorkOrderReachesAWebhookSignedAndOnceMoreWhenItFailed(t *testing.T) {
	t.Parallel()
	h := newHook(t, http.StatusServiceUnavailable)
	hub := serve(t, t.TempDir(), anyPort, reaching)
	r := routed(t, hub, "webhook", object{"url": h.URL + "/hook"}, map[string]string{"signing_secret": hookSecret}, toHook)

	e := r.admin.settled(t, r.admin.publish(t, workOrder("OS-7", 7, "")).Executions[0].ID, "ACCEPTED")
	id := e.Deliveries[0].ID
	want := id + ` {"text": "OS-7: Trocar o selo mecânico", "to": "workshop", "number": 7}`
	if got := h.messages(); len(got) != 2 || got[0] != want || got[1] != want {
		t.Errorf("the endpoint got %q, want twice %q", got, want)
	}
	if e.Outcome != "SUCCEEDED" || len(e.Deliveries[0].Attempts) != 2 {
		t.Errorf("%+v", e)
	}
}

func TestAWebhookThatIsGonePausesItsIntegrationAndNothingIsBurned(t *testing.T) {
	t.Parallel()
	h := newHook(t, http.StatusGone)
	hub := serve(t, t.TempDir(), anyPort, reaching)
	r := routed(t, hub, "webhook", object{"url": h.URL + "/hook"}, map[string]string{"signing_secret": hookSecret}, toHook)
	id := r.admin.publish(t, workOrder("OS-7", 7, "")).Executions[0].ID
	eventually(t, "the integration is paused", func() bool { return strings.Contains(r.paused(t), "wants no more messages") })
	if e := r.admin.execution(t, id); e.Deliveries[0].State != "PENDING" {
		t.Errorf("%+v", e.Deliveries)
	}
	if found := checked(t, r.admin, r.integration); len(found) > 0 {
		t.Errorf("%v", found)
	}
	r.admin.settled(t, id, "ACCEPTED")
}

// Whoever may write settings could otherwise ask whatever the hub can reach.
func TestOnlyTheOperatorLetsAWebhookReachTheHubsOwnNetwork(t *testing.T) {
	t.Parallel()
	h := newHook(t)
	hub := serve(t, t.TempDir(), anyPort)
	admin := signIn(t, hub.url, adminKey, adminSecret)
	for _, address := range []string{h.URL, strings.Replace(h.URL, "127.0.0.1", "localhost", 1), "http://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", hub.url + "/graphql"} {
		id := integrated(t, admin, "webhook", object{"url": address}, map[string]string{"signing_secret": hookSecret})
		found := checked(t, admin, id)
		if len(found) != 1 || found[0]["code"] != "ADDRESS_REFUSED" || !strings.Contains(found[0]["nextStep"].(string), "--outbound-allow") {
			t.Errorf("%s: %v", address, found)
		}
	}
	if got := h.messages(); len(got) > 0 {
		t.Errorf("the endpoint got %q", got)
	}
}
