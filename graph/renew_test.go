package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

const renewing = `mutation($in: ViewerRenewInput!) { viewerRenew(input: $in) { expiresAt userErrors { code message field } } }`

// renew asks for another token on the socket, and gives back what the payload says.
func (s *socket) renew(id, token string) reply {
	s.t.Helper()
	s.say("subscribe", id, vars{"query": renewing, "variables": vars{"in": vars{"token": token}}})
	for {
		m := s.hear()
		if m.ID != id {
			continue // items of what else is under way
		}
		r := m.reply(s.t)
		if m := s.hear(); m.Type != "complete" && m.ID == id {
			s.t.Fatalf("after the answer comes %+v", m)
		}
		return r
	}
}

// ping sends a payload and gives back that of the pong.
func (s *socket) ping(payload any) map[string]any {
	s.t.Helper()
	s.say("ping", "", payload)
	for {
		m := s.hear()
		if m.Type != "pong" {
			continue
		}
		var got map[string]any
		if err := json.Unmarshal(m.Payload, &got); err != nil {
			s.t.Fatalf("the pong says %s", m.Payload)
		}
		return got
	}
}

func TestATokenIsRenewedOnTheSameWebsocket(t *testing.T) {
	t.Parallel()
	ways := map[string]func(s *socket, token string) (code string){
		"by the mutation": func(s *socket, token string) string {
			r := s.renew("renewal-of-"+token, token)
			if errs := r.userErrors("viewerRenew"); len(errs) > 0 {
				return errs[0]
			}
			if _, err := time.Parse(time.RFC3339, r.text("viewerRenew", "expiresAt")); err != nil {
				s.t.Error(err)
			}
			return ""
		},
		"by a ping": func(s *socket, token string) string {
			pong := s.ping(bearer(token))
			if fail, ok := pong["error"].(map[string]any); ok {
				if strings.Contains(fmt.Sprint(pong), token) {
					s.t.Errorf("the pong repeats the token: %v", pong)
				}
				ext := fail["extensions"].(map[string]any)
				return strings.TrimSpace(fmt.Sprint(ext["code"]) + " " + strings.Trim(fmt.Sprint(ext["field"]), "[]"))
			}
			if _, err := time.Parse(time.RFC3339, fmt.Sprint(pong["expiresAt"])); err != nil {
				s.t.Error(err)
			}
			return ""
		},
	}
	for name, renew := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See))
			give := func(lives time.Duration) string { return s.tokens.give(c.Consumer.Key, time.Now().Add(lives)) }
			first := give(4 * time.Second) // long enough to be renewed before it ends, on a busy machine too
			w := s.connect(bearer(first))
			w.say("subscribe", "1", vars{"query": watching})
			t.Run("one that is not valid changes nothing", func(t *testing.T) {
				if got := renew(w, "nonsense"); got != "INVALID token" {
					t.Errorf("it is answered with %q", got)
				}
			})
			t.Run("nor does one of another consumer, however much that may do", func(t *testing.T) {
				if got := renew(w, s.admin); got != "INVALID token" {
					t.Errorf("it is answered with %q", got)
				}
			})
			second := give(time.Hour)
			if got := renew(w, second); got != "" {
				t.Fatalf("it is answered with %q", got)
			}
			t.Run("a subscription goes on past the end of the old one", func(t *testing.T) {
				s.tokens.take(first)
				eventually(t, "the old one would have ended", func() bool { return time.Now().After(s.tokens.endOf(first).Add(50 * time.Millisecond)) })
				execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
				if got := w.hear().reply(t).text("executionChanged", "execution", "id"); got != execution {
					t.Errorf("it is about %s", got)
				}
				s.settled(execution)
			})
			t.Run("and ends when the new one is taken back", func(t *testing.T) {
				s.tokens.take(second)
				hubtest.CallerWith(t, s.db) // the hub wakes subscriptions when a token is revoked; here a change of configuration does
				m := w.hear()
				for m.Type == "next" {
					m = w.hear()
				}
				if m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
					t.Errorf("it ends with %s %s", m.Type, m.Payload)
				}
			})
		})
	}
	t.Run("and the subscription ends with the new one's time", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
		w := d.connect(bearer(d.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": watching})
		w.renew("2", d.tokens.give(c.Consumer.Key, time.Now().Add(300*time.Millisecond)))
		if m := w.hear(); m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
			t.Errorf("it ends with %s %s", m.Type, m.Payload)
		}
		t.Run("after which a ping opens the socket again, and the mutation does not", func(t *testing.T) {
			w.say("subscribe", "3", vars{"query": renewing, "variables": vars{"in": vars{"token": d.tokenOf(c)}}})
			if m := w.hear(); m.Type != "error" || m.errorCode(t) != "UNAUTHENTICATED" {
				t.Errorf("it is answered with %s %s", m.Type, m.Payload)
			}
			w.ping(bearer(d.tokenOf(c)))
			w.say("subscribe", "4", vars{"query": "{ viewer { consumer { id } } }"})
			if got := w.hear().reply(t).text("viewer", "consumer", "id"); got != c.Consumer.ID() {
				t.Errorf("it is %s", got)
			}
		})
	})
	t.Run("a narrower one ends a subscription at once that it does not let go on", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(hub.RowEvents, hub.See))
		w := d.connect(bearer(d.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": watching})
		w.say("ping", "", bearer(d.tokens.narrow(c.Consumer.Key, hub.Grants{hub.RowEvents: hub.ActionSet(hub.See)})))
		var kinds []string
		for len(kinds) < 2 {
			m := w.hear()
			kinds = append(kinds, m.Type)
			if m.Type == "error" && m.errorCode(t) != "FORBIDDEN" {
				t.Errorf("it ends with %s", m.Payload)
			}
		}
		if slices.Sort(kinds); !slices.Equal(kinds, []string{"error", "pong"}) {
			t.Errorf("there came %v", kinds)
		}
		t.Run("and a wider one lets it be opened again", func(t *testing.T) {
			w.ping(bearer(d.tokenOf(c)))
			w.say("subscribe", "1", vars{"query": "{ flows { totalCount } }"})
			if r := w.hear().reply(t); len(r.Errors) > 0 {
				t.Errorf("it is answered with %+v", r.Errors)
			}
		})
	})
	t.Run("a narrower one hides at once what it does not let be seen", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		c := hubtest.CallerWith(t, s.db, hubtest.May(hub.RowHub, hub.See), hubtest.May(workOrders, hub.See))
		w := s.connect(bearer(s.tokenOf(c)))
		w.say("subscribe", "1", vars{"query": `subscription { executionChanged { execution { id subject } } }`})
		w.ping(vars{"authorization": "bearer " + s.tokens.narrow(c.Consumer.Key, hub.Grants{hub.RowHub: hub.ActionSet(hub.See)})})
		s.workOrder("OT-1", "jonas")
		if r := w.hear().reply(t); r.at("executionChanged", "execution", "subject") != nil {
			t.Errorf("an item says %v", r.Data)
		}
	})
	t.Run("not outside a websocket", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		r := d.do(d.admin, renewing, vars{"in": vars{"token": d.admin}})
		if errs := r.userErrors("viewerRenew"); !slices.Equal(errs, []string{"CONFLICT"}) || r.at("viewerRenew", "expiresAt") != nil {
			t.Errorf("it is answered with %v", r.Data)
		}
	})
	t.Run("not before the connection is open", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		w, _, err := d.dial(nil, "graphql-transport-ws")
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(w.ping(bearer(d.admin))); !strings.Contains(got, "CONFLICT") {
			t.Errorf("it is answered with %s", got)
		}
		w.say("subscribe", "1", vars{"query": "{ viewer { locale } }"})
		if _, err := w.next(); websocket.CloseStatus(err) != 4401 {
			t.Errorf("a ping with a token opened it: %v", err)
		}
	})
	t.Run("and a ping with another payload is answered with that", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, nil)
		if got := d.connect(bearer(d.admin)).ping(vars{"n": 7}); fmt.Sprint(got) != "map[n:7]" {
			t.Errorf("it is answered with %v", got)
		}
	})
}
