package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/quota"
)

func TestAConsumerThatAsksTooOftenIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.Quota = quota.New(2, 0) })
	for range 2 {
		d.do(d.admin, `{ viewer { locale } }`, nil)
	}
	r := d.ask(d.admin, `{ viewer { locale } }`, nil)
	if r.status != http.StatusTooManyRequests || len(r.Errors) != 1 || r.Errors[0].code() != "RATE_LIMITED" || r.Data != nil {
		t.Fatalf("it is answered %d %v %+v", r.status, r.Data, r.Errors)
	}
	if e := r.Errors[0]; e.Extensions["quota"] != "requests" || e.Extensions["retryAfter"] != 30.0 || !strings.Contains(e.Message, "2 requests a minute") {
		t.Errorf("it says %+v", e)
	}
	if h := r.header; h.Get("Retry-After") != "30" || h.Get("RateLimit-Policy") != `"requests";q=2;w=60` || h.Get("RateLimit") != `"requests";r=0;t=60` {
		t.Errorf("the header is %v", h)
	}
	t.Run("in its language", func(t *testing.T) {
		r := d.send("POST", d.url, strings.NewReader(ping), headers("Authorization", "Bearer "+d.admin, "Content-Type", "application/json", "Accept-Language", "es"))
		if !strings.HasPrefix(r.Errors[0].Message, "este consumidor ha preguntado demasiado a menudo") {
			t.Errorf("it says %s", r.Errors[0].Message)
		}
	})
	t.Run("while others are answered", func(t *testing.T) {
		d.do(d.tokenOf(hubtest.CallerWith(t, d.db)), `{ viewer { locale } }`, nil)
	})
	t.Run("on a websocket too, which stays open", func(t *testing.T) {
		w := d.connect(bearer(d.admin))
		for _, id := range []string{"1", "2"} {
			w.say("subscribe", id, vars{"query": `{ viewer { locale } }`})
			if m := w.hear(); m.Type != "error" || m.ID != id || m.errorCode(t) != "RATE_LIMITED" {
				t.Errorf("it is answered %+v", m)
			}
		}
	})
}

func TestAConsumerThatAsksForTooMuchInAMinuteIsToldSo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.MaxCost, o.Quota = 500, quota.New(0, 600) })
	dear := `{ flows(first: 100) { nodes { id description enabled } } }` // 302
	r := d.do(d.admin, dear, nil)
	if c := r.Extra["cost"].(map[string]any); c["requested"] != 302.0 || c["most"] != 500.0 || c["left"] != 298.0 || c["wholeIn"] != 31.0 {
		t.Errorf("it says of its cost %v", c)
	}
	if h := r.header; h.Get("RateLimit") != `"cost";r=298;t=31` {
		t.Errorf("the header is %v", h)
	}
	r = d.ask(d.admin, dear, nil)
	if r.status != http.StatusTooManyRequests || len(r.Errors) != 1 || r.Errors[0].code() != "RATE_LIMITED" || r.Errors[0].Extensions["quota"] != "cost" || r.Errors[0].Extensions["retryAfter"] != 1.0 {
		t.Errorf("the second is answered %d %+v", r.status, r.Errors)
	}
	t.Run("what costs less is answered", func(t *testing.T) {
		d.do(d.admin, `{ viewer { locale } }`, nil)
	})
	t.Run("what costs more than any may is refused for that, and takes nothing", func(t *testing.T) {
		if r := d.ask(d.admin, `{ flows(first: 200) { nodes { id description enabled } } }`, nil); r.Errors[0].code() != "TOO_COSTLY" {
			t.Errorf("it is answered %+v", r.Errors)
		}
		if c := d.do(d.admin, `{ viewer { locale } }`, nil).Extra["cost"].(map[string]any); c["left"].(float64) < 290 {
			t.Errorf("it has left %v", c)
		}
	})
}
