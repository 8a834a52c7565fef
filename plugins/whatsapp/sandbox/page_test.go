package sandbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// shown is an event of the page's stream.
type shown struct {
	id       string
	data     string
	Reset    bool
	Messages []struct {
		ID, To, Text, Provider string
		Statuses               []sandbox.Status
	}
	Incoming  []sandbox.Incoming
	Refusals  []sandbox.Refusal
	Stats     *sandbox.Stats
	Faults    *[]json.RawMessage
	Templates []struct{ Name, Status string }
	Webhooks  *[]struct{ URL string }
}

// watch opens the stream; each call of the result is the next event.
func watch(t *testing.T, s *sandbox.Sandbox, lastEventID string) func() shown {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/sandbox/stream", nil)
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 8<<20)
	return func() shown {
		t.Helper()
		var e shown
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case name == "id":
				e.id = value
			case name == "data":
				e.data = value
				if err := json.Unmarshal([]byte(value), &e); err != nil {
					t.Fatalf("%v: %s", err, value)
				}
			case name == "" && e.data != "":
				return e
			case name != "" && name != ":":
				t.Fatalf("a line that is none of the stream: %q", lines.Text())
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return e
	}
}

// until reads events until one is enough, and joins their messages by id.
func until(t *testing.T, next func() shown, enough func(shown) bool) shown {
	t.Helper()
	for {
		if e := next(); enough(e) {
			return e
		}
	}
}

func TestTheStreamShowsWhatThereIsAndWhatHappens(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Sent: time.Millisecond, Delivered: 2 * time.Millisecond, Read: 3 * time.Millisecond}})
	hostile := "</script><script>alert(1)</script>\u2028\u0007\\\"'data: x"
	text, _ := json.Marshal(hostile)
	send(t, s, message(`"Ana"`, string(text)))
	send(t, s, message("wo_closed", "wo_paused"))
	next := watch(t, s, "")

	first := next()
	if !first.Reset || len(first.Messages) != 1 || !strings.Contains(first.Messages[0].Text, hostile) || len(first.Refusals) != 1 || first.Refusals[0].Code != 132015 ||
		first.Refusals[0].To != "+351912345678" || len(first.Templates) < 60 || first.Stats.Accepted != 1 || len(*first.Faults) != 0 || len(*first.Webhooks) != 0 {
		t.Errorf("%s", first.data)
	}
	if strings.Contains(first.data, "<script>") {
		t.Errorf("what a browser might run is not escaped: %s", first.data)
	}

	tell(t, s, "To", "whatsapp:+351912345670")
	read := until(t, next, func(e shown) bool {
		return len(e.Messages) > 0 && e.Messages[len(e.Messages)-1].Provider == "TWILIO" && len(e.Messages[len(e.Messages)-1].Statuses) == 3
	})
	if read.Reset || read.Templates != nil {
		t.Errorf("only what changed comes: %s", read.data)
	}
	call(t, s, http.MethodPost, "/sandbox/faults", "", `{"code":131056}`)
	until(t, next, func(e shown) bool { return e.Faults != nil && len(*e.Faults) == 1 })
	call(t, s, http.MethodPost, "/sandbox/templates", "", `{"name":"wo_closed","language":"pt_BR","status":"PAUSED"}`)
	until(t, next, func(e shown) bool { return strings.Contains(fmt.Sprint(e.Templates), "{wo_closed PAUSED}") })
	call(t, s, http.MethodPost, "/sandbox/incoming", "", `{"from":"+351912345670","text":"STOP"}`)
	last := until(t, next, func(e shown) bool { return len(e.Incoming) == 1 })
	if in := last.Incoming[0]; in.Text != "STOP" || in.OptOut != "STOP" || in.From != "+351912345670" {
		t.Errorf("%+v", in)
	}

	t.Run("and goes on where it was", func(t *testing.T) {
		send(t, s, message("wo_closed", "wo_paused"))
		again := watch(t, s, last.id)()
		if again.Reset || len(again.Messages) != 0 || len(again.Incoming) != 0 || len(again.Refusals) != 1 || again.Templates == nil {
			t.Errorf("%s", again.data)
		}
	})
	t.Run("but not where another sandbox was", func(t *testing.T) {
		for _, id := range []string{"1234-1", "nonsense", last.id + "x", strings.Split(last.id, "-")[0]} {
			if e := watch(t, s, id)(); !e.Reset || len(e.Messages) != 2 {
				t.Errorf("%s: %s", id, e.data)
			}
		}
	})
}

func TestTheStreamIsBounded(t *testing.T) {
	t.Parallel()
	t.Run("to the newest messages, a few events a second", func(t *testing.T) {
		t.Parallel()
		s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
		next := watch(t, s, "")
		next()
		began := time.Now()
		for i := range 900 {
			send(t, s, message("dlv_1", fmt.Sprint(i)))
			if i%3 == 0 {
				send(t, s, message("wo_closed", "wo_paused"))
			}
		}
		events, messages := 0, map[string]bool{}
		until(t, next, func(e shown) bool {
			events++
			for _, m := range e.Messages {
				messages[m.ID] = true
			}
			return e.Stats != nil && e.Stats.Accepted == 900
		})
		if most := int(time.Since(began)/(200*time.Millisecond)) + 2; events > most {
			t.Errorf("%d events in %v", events, time.Since(began))
		}
		if first := watch(t, s, "")(); len(first.Messages) != 500 || len(first.Refusals) != 100 || len(messages) < 500 {
			t.Errorf("%d messages, %d refusals at once; %d messages one after the other", len(first.Messages), len(first.Refusals), len(messages))
		}
	})
	t.Run("to so many who look", func(t *testing.T) {
		t.Parallel()
		s := start(t, sandbox.Options{})
		for range 32 {
			watch(t, s, "")()
		}
		if a := call(t, s, http.MethodGet, "/sandbox/stream", "", ""); a.Status != 503 {
			t.Errorf("%d", a.Status)
		}
	})
	t.Run("by the life of the sandbox", func(t *testing.T) {
		t.Parallel()
		s := start(t, sandbox.Options{})
		res, err := http.Get(s.URL() + "/sandbox/stream")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		_ = s.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			continue // the body ends
		}
	})
}

func TestThePageTakesNothingFromElsewhereAndRunsNoText(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	front := start(t, sandbox.Options{Front: true})
	if a := call(t, s, http.MethodGet, "/", "", ""); a.Status != 400 || a.Error.Code != 2500 {
		t.Errorf("a provider has nothing at /: %d", a.Status)
	}
	if a := call(t, front, http.MethodGet, "/", "", ""); a.Status != 200 || !strings.Contains(string(a.Body), "<title>") {
		t.Errorf("%d", a.Status)
	}
	for path, kind := range map[string]string{"/sandbox": "text/html", "/sandbox/": "text/html", "/sandbox/page.css": "text/css", "/sandbox/page.js": "text/javascript"} {
		res, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		policy := res.Header.Get("Content-Security-Policy")
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || !strings.Contains(policy, "default-src 'none'") ||
			strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
		body := string(call(t, s, http.MethodGet, path, "", "").Body)
		// A text becomes markup or code by one of these, and something is loaded from elsewhere by an address.
		for _, bad := range []string{`innerHTML`, `outerHTML`, `insertAdjacent`, `document\.write`, `eval\(`, `new Function`, `\son\w+="`, `<script>`, `<style`, `\sstyle=`, `@import`, `url\(`, `(src|href)="(https?:|//)`} {
			if found := regexp.MustCompile(bad).FindString(body); found != "" {
				t.Errorf("%s has %q", path, found)
			}
		}
	}
	if a := call(t, s, http.MethodGet, "/sandbox/nothing", "", ""); a.Status != 404 {
		t.Errorf("%d", a.Status)
	}
}
