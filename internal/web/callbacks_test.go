package web_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// callbacks is the path to which a provider calls back.
func (h *house) callbacks() string { return "/callbacks/" + h.integration().ID() }

func TestACallbackReachesItsConnectorAsItCame(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	body := "{\"raw\" :  \"\xff\x00\"}"
	w := h.do(request("POST", path+"?b=2&a=%2F1", body, "X-Signature", "genuine", "X-Twice", "1", "X-Twice", "2"))
	if w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	got := h.courier.got[0]
	if got.Method != "POST" || got.URL != publicURL+path+"?b=2&a=%2F1" || string(got.Body) != body || got.ReceivedAt.IsZero() {
		t.Errorf("got %s %s %q", got.Method, got.URL, got.Body)
	}
	want := map[string][]string{"X-Signature": {"genuine"}, "X-Twice": {"1", "2"}, "Host": {"example.com"}}
	if !reflect.DeepEqual(got.Header, want) {
		t.Errorf("the header is %v, want %v", got.Header, want)
	}
}

func TestACallbackIsAnsweredAsItsConnectorSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	h.courier.say = hub.Reception{Status: 202, Body: []byte("<script>challenge"), Header: map[string]string{
		"content-type": "text/plain", "X-Provider": "yes", "Set-Cookie": "a=b", "access-control-allow-origin": "*", "Location": "/x",
		"content-security-policy": "script-src *"}}
	w := h.do(request("GET", path+"?hub.challenge=1", "", "X-Signature", "genuine"))
	if w.Code != 202 || w.Body.String() != "<script>challenge" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	header := w.Header()
	if header.Get("Content-Type") != "text/plain" || header.Get("X-Provider") != "yes" {
		t.Errorf("what the connector may say is missing: %v", header)
	}
	for _, name := range []string{"Set-Cookie", "Access-Control-Allow-Origin", "Location"} {
		if header.Get(name) != "" {
			t.Errorf("the connector could set %s: %v", name, header)
		}
	}
	if csp := header.Values("Content-Security-Policy"); len(csp) != 1 || !strings.Contains(csp[0], "default-src 'none'") {
		t.Errorf("what a stranger wrote could run in a browser: %v", header)
	}
	if strings.Contains(h.log.String(), "hub.challenge") {
		t.Error("the log holds the query string of a callback")
	}
}

func TestACallbackWithAWrongSignatureIsRefusedAndCounted(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	h.courier.say = hub.Reception{Status: 200, Body: []byte("welcome")}
	w := h.do(request("POST", path, "{}", "X-Signature", "forged"))
	if p := problem(t, w); w.Code != 401 || p["code"] != "UNAUTHENTICATED" || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("got %d %v", w.Code, p)
	}
	if n := h.engine.Stats().CallbacksRefused; n != 1 {
		t.Errorf("%d refusals were counted, want 1", n)
	}
}

func TestACallbackForNobodyOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	for _, unknown := range []string{"/callbacks/" + hub.ID(hub.KindIntegration, 1), "/callbacks/" + hub.ID(hub.KindFlow, 1), "/callbacks/nonsense", "/callbacks/%00"} {
		if w := h.do(request("POST", unknown, "{}", "X-Signature", "genuine")); w.Code != 404 || problem(t, w)["code"] != "NOT_FOUND" {
			t.Errorf("%s: got %d %s", unknown, w.Code, w.Body)
		}
	}
	large := strings.Repeat("a", 3<<20)
	if w := h.do(request("POST", path, large, "X-Signature", "genuine")); w.Code != 200 {
		t.Errorf("3 MiB: got %d %s", w.Code, w.Body)
	}
	if w := h.do(request("POST", path, large+"a", "X-Signature", "genuine")); w.Code != 413 || problem(t, w)["code"] != "TOO_LARGE" {
		t.Errorf("more than 3 MiB: got %d %s", w.Code, w.Body)
	}
	r := request("POST", path, large+"a", "X-Signature", "genuine")
	r.ContentLength = -1
	if w := h.do(r); w.Code != 413 {
		t.Errorf("more than 3 MiB in chunks: got %d %s", w.Code, w.Body)
	}
	if len(h.courier.got) != 1 {
		t.Errorf("the connector got %d callbacks, want the one that was in order", len(h.courier.got))
	}
}

func TestACallbackWhileTheConnectorIsDownIsKeptOrPutOff(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	h.courier.Down()
	if w := h.do(request("POST", path, "{}", "X-Signature", "genuine")); w.Code != http.StatusOK {
		t.Errorf("a message that can be verified later: got %d %s", w.Code, w.Body)
	}
	w := h.do(request("GET", path, "", "X-Signature", "genuine"))
	if p := problem(t, w); w.Code != 503 || p["code"] != "UNAVAILABLE" || w.Header().Get("Retry-After") == "" {
		t.Errorf("a question that only the connector can answer: got %d %v", w.Code, p)
	}
}

func TestAConnectorThatAnswersNonsenseIsOurFault(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	for _, status := range []int{100, 199, 600, -1} {
		h.courier.say = hub.Reception{Status: status}
		if w := h.do(request("POST", path, "{}", "X-Signature", "genuine")); w.Code != 500 || problem(t, w)["code"] != "INTERNAL" {
			t.Errorf("status %d: got %d %s", status, w.Code, w.Body)
		}
	}
	h.courier.say = hub.Reception{}
	if w := h.do(request("POST", path, "{}", "X-Signature", "genuine")); w.Code != 200 {
		t.Errorf("no status: got %d", w.Code)
	}
}

func TestACallbackThatCannotBeStoredIsPutOffSoThatTheProviderRepeatsIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	path := h.callbacks()
	h.courier.say = hub.Reception{Status: 200, Receipts: []hub.Receipt{{ProviderID: "wamid.1", Status: hub.ReceiptRead}}}
	if w := h.do(request("POST", path, "{}", "X-Signature", "genuine")); w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	w := h.do(request("POST", path, "{}", "X-Signature", "genuine"))
	if p := problem(t, w); w.Code != 503 || p["code"] != "UNAVAILABLE" || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %v", w.Code, p)
	}
	h.courier.Down()
	if w := h.do(request("POST", path, "{}", "X-Signature", "genuine")); w.Code != 503 {
		t.Errorf("while its connector is down: got %d %s", w.Code, w.Body)
	}
}
