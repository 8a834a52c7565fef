//go:build unix

package examples_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// slack is the part of Slack's Web API that a bot needs: it keeps what was posted, and finds it again.
type slack struct {
	mu     sync.Mutex
	posted map[string]bool // by ts
}

func (s *slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := map[string]any{"ok": true}
	switch {
	case r.Header.Get("Authorization") != "Bearer xoxb-of-the-suite":
		answer = map[string]any{"ok": false, "error": "invalid_auth"}
	case r.URL.Path == "/api/chat.postMessage":
		ts := fmt.Sprintf("1790000000.%06d", len(s.posted)+1)
		s.posted[ts] = true
		answer["channel"], answer["ts"] = "C1", ts
	case r.URL.Path == "/api/conversations.history":
		messages := []map[string]string{}
		if ts := r.URL.Query().Get("latest"); r.URL.Query().Get("channel") == "C1" && s.posted[ts] {
			messages = append(messages, map[string]string{"ts": ts})
		}
		answer["messages"] = messages
	default:
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *slack) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.posted)
}

// reaction is what Slack calls back when somebody reacts to a message, signed over its time and its body.
func reaction(providerID string) sdk.Callback {
	channel, ts, _ := strings.Cut(providerID, ":")
	now := time.Now()
	body := fmt.Sprintf(`{"type":"event_callback","event":{"type":"reaction_added","reaction":"eyes","event_ts":"%d.000200","item":{"type":"message","channel":%q,"ts":%q}}}`,
		now.Unix(), channel, ts)
	mac := hmac.New(sha256.New, []byte("a-signing-secret"))
	_, _ = fmt.Fprintf(mac, "v0:%d:%s", now.Unix(), body)
	cb := sdk.Callback{Method: http.MethodPost, URL: "https://hub.example/callbacks/int_1", Body: []byte(body), ReceivedAt: now, Header: http.Header{}}
	cb.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(now.Unix()))
	cb.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return cb
}

// botSuite has the chat post as a bot, be called back, and be asked.
func botSuite(t *testing.T, exe string) {
	s := &slack{posted: map[string]bool{}}
	server := httptest.NewServer(s)
	defer server.Close()
	in := func(secrets map[string]string) sdk.Integration {
		return sdk.Integration{ID: "int_1", Settings: json.RawMessage(`{"api_url":"` + server.URL + `/api"}`), Secrets: secrets}
	}
	stale := reaction("C1:1790000000.000001")
	stale.ReceivedAt = stale.ReceivedAt.Add(time.Hour)
	(&sdktest.Suite{
		Command: []string{exe}, Integration: in(map[string]string{"bot_token": "xoxb-of-the-suite", "signing_secret": "a-signing-secret"}), Deliveries: 5000,
		BadIntegrations: map[string]sdk.Integration{"no signing secret": in(map[string]string{"bot_token": "xoxb-of-the-suite"}), "nothing": in(nil)},
		Delivery: func(n int) sdk.Delivery {
			return sdk.Delivery{Action: "post", Parameters: json.RawMessage(`{"text":"{1}"}`), Recipient: "workshop", Values: []sdk.Value{{Position: 1, Text: fmt.Sprint("WO-", n)}}}
		},
		Sent:     s.count,
		Callback: func(_ *testing.T, o sdk.Outcome) sdk.Callback { return reaction(o.ProviderID) },
		ForgedCallbacks: map[string]sdk.Callback{
			"no signature": {Method: http.MethodPost, Body: []byte(`{"type":"event_callback"}`)}, "a GET": {Method: http.MethodGet}, "one of an hour ago": stale,
		},
	}).Run(t)
}
