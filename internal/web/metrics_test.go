package web_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/web"
)

// watched is a house that shows metrics, and counts its requests.
func watched(t *testing.T) (*house, *web.Requests) {
	h, counted := open(t), &web.Requests{}
	h.Handler = web.New(web.Options{Auth: h.auth, Engine: h.engine, GraphQL: http.HandlerFunc(graphQL), PublicURL: publicURL + "/", Requests: counted,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "up 1\n") }),
		Denied:  func(d hub.Denial) { h.denied = append(h.denied, d) }})
	return h, counted
}

func TestTheMetricsAreShownToThisMachineAndToWhoeverMaySeeTheQueue(t *testing.T) {
	t.Parallel()
	h, _ := watched(t)
	token := func(a hub.Action) string {
		group := hubtest.CallerWith(t, h.db, hubtest.May(hub.RowHub, a)).Group
		name := "who may " + string(a)
		made, err := h.db.ConsumerCreate(t.Context(), h.admin, hub.ConsumerInput{Name: &name, GroupKey: &group.Key})
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + h.signIn(made.Consumer.ClientID, made.Secret)
	}
	sees, not := token(hub.See), token(hub.Edit)
	for _, c := range []struct {
		name, from string
		header     []string
		status     int
	}{
		{"this machine", "127.0.0.1:4711", nil, 200},
		{"this machine by IPv6", "[::1]:4711", nil, 200},
		{"this machine by IPv4 in IPv6", "[::ffff:127.0.0.1]:4711", nil, 200},
		{"another machine", "192.0.2.1:4711", nil, 401},
		{"a proxy on this machine", "127.0.0.1:4711", []string{"X-Forwarded-For", "192.0.2.1"}, 401},
		{"a proxy by the standard's header", "127.0.0.1:4711", []string{"Forwarded", "for=192.0.2.1"}, 401},
		{"whoever says that it is this machine", "192.0.2.1:4711", []string{"X-Forwarded-For", "127.0.0.1"}, 401},
		{"who is a stranger", "192.0.2.1:4711", []string{"Authorization", "Bearer made.up.token"}, 401},
		{"who may see the queue", "192.0.2.1:4711", []string{"Authorization", sees}, 200},
		{"who may see the queue, through a proxy", "127.0.0.1:4711", []string{"Authorization", sees, "X-Forwarded-For", "192.0.2.1"}, 200},
		{"who may not see it", "192.0.2.1:4711", []string{"Authorization", not}, 403},
		{"nobody knows where from", "@", nil, 401},
	} {
		r := request("GET", "/metrics", "", c.header...)
		r.RemoteAddr = c.from
		w := h.do(r)
		if w.Code != c.status {
			t.Errorf("%s is answered %d %s", c.name, w.Code, w.Body)
		}
		if c.status == 200 {
			if w.Body.String() != "up 1\n" || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s is answered %q with %v", c.name, w.Body, w.Header())
			}
			continue
		}
		problem(t, w)
	}
	if len(h.denied) != 1 || h.denied[0].Via.Door != hub.DoorMetrics || h.denied[0].Asked != "GET /metrics" {
		t.Errorf("the audit log was told %+v", h.denied)
	}
}

func TestRequestsAreCountedByTheDoorTheyCameTo(t *testing.T) {
	t.Parallel()
	h, counted := watched(t)
	for _, path := range []string{"/healthz", "/healthz", "/callbacks/int_1", "/callbacks/int_2", "/secret-1", "/secret-2", "/secret-3"} {
		h.do(request("GET", path, ""))
	}
	h.do(request("PUT", "/healthz", ""))
	got := map[string]int64{}
	for _, r := range counted.Read() {
		n := int64(0)
		for code, count := range r.Codes {
			got[r.Route+" "+code] = count
			n += count
		}
		if int64(r.Took.Count) != n {
			t.Errorf("%s answered %d, and took its time for %d", r.Route, n, r.Took.Count)
		}
	}
	want := map[string]int64{"/healthz 200": 2, "/healthz 405": 1, "/callbacks/{integration} 404": 2, "other 404": 3}
	for k, n := range want {
		if got[k] != n {
			t.Errorf("%s was counted %d times, not %d", k, got[k], n)
		}
	}
	for k := range got {
		if want[k] == 0 && k != "/oauth/token 200" {
			t.Errorf("%s was counted", k)
		}
	}
}
