//go:build unix

package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// renew gives the websocket of a subscription another token, by the mutation; the answer comes between items, which are kept.
func (s *subscription) renew(t *testing.T, token string) (items []seen) {
	t.Helper()
	const mutation = `mutation($in: ViewerRenewInput!) { viewerRenew(input: $in) { expiresAt userErrors { message } } }`
	s.write(t, frame{ID: "renew", Type: "subscribe", Payload: mustJSON(t, object{"query": mutation, "variables": object{"in": object{"token": token}}})})
	for {
		f := s.read(t)
		switch {
		case f.Type == "ping":
			s.write(t, frame{Type: "pong"})
		case f.ID == "renew" && f.Type == "next":
			var answer struct {
				Data struct {
					ViewerRenew struct{ ExpiresAt *time.Time }
				}
			}
			if err := json.Unmarshal(f.Payload, &answer); err != nil || answer.Data.ViewerRenew.ExpiresAt == nil {
				t.Fatalf("viewerRenew answers %s", f.Payload)
			}
		case f.ID == "renew" && f.Type == "complete":
			return items
		case f.ID == "1" && f.Type == "next":
			var item struct {
				Data struct{ ExecutionChanged seen }
			}
			if err := json.Unmarshal(f.Payload, &item); err != nil {
				t.Fatal(err)
			}
			items = append(items, item.Data.ExecutionChanged)
		default:
			t.Fatalf("there came %s %s", f.Type, f.Payload)
		}
	}
}

func TestARenewedConnectionOutlivesItsFirstTokenAndEndsWithTheSecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	h := w.newHolder(t, w.groupID(t))
	watching := h.subscribe(t, "")
	second := signIn(t, h.url, h.key, h.secret).token
	watching.renew(t, second)
	about(t, h.url+"/oauth/revoke", h.key, h.secret, h.token)
	checkDoors(t, h.client, false)

	// Every step of a message is told once, although the token with which the subscription was opened is worth nothing any more.
	execution := w.consumer.settled(t, w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID, "READ")
	told := map[string]int{}
	for _, item := range watching.until(t, "OS-1", "READ") {
		told[item.Cursor]++
	}
	for _, step := range execution.Timeline {
		if told[step.Cursor] != 1 && step.To != "READ" {
			t.Errorf("%s → %s was told %d times", step.From, step.To, told[step.Cursor])
		}
	}

	about(t, h.url+"/oauth/revoke", h.key, h.secret, second)
	began := time.Now()
	if code := watching.refusal(t); code != "UNAUTHENTICATED" || time.Since(began) > time.Second {
		t.Errorf("the subscription ended with %s after %s", code, time.Since(began))
	}
	t.Run("and no token is in the hub's log", func(t *testing.T) {
		for _, token := range []string{h.token, second} {
			if strings.Contains(w.hub.errs.String()+w.hub.out.String(), token) {
				t.Error("it is")
			}
		}
	})
}
