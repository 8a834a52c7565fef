//go:build unix

package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// An OAuth library that knows nothing of the hub signs in by what the hub says of itself.
func TestAnIndependentClientSignsInByTheMetadata(t *testing.T) {
	t.Parallel()
	const key, secret = "a_key/with+marks", "a+secret:with%marks&more=less/?"
	hub := run(t, []string{"RECADO_BOOTSTRAP_KEY=" + key, "RECADO_BOOTSTRAP_SECRET=" + secret},
		"serve", "--addr", anyPort, "--data", t.TempDir(), "--log-level", "warn")
	hub.url = hub.wait(t, servesAt)[1]
	answer, err := http.Get(hub.url + "/.well-known/oauth-authorization-server")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var about struct {
		Issuer        string
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&about); err != nil || about.Issuer != hub.url {
		t.Fatalf("the metadata is %+v: %v", about, err)
	}
	for name, c := range map[string]struct {
		style  oauth2.AuthStyle
		scopes []string
		grants int // rows of the matrix; 0: all
	}{
		"by HTTP Basic":            {style: oauth2.AuthStyleInHeader},
		"by the form":              {style: oauth2.AuthStyleInParams},
		"by what it finds out":     {style: oauth2.AuthStyleAutoDetect},
		"with a scope":             {oauth2.AuthStyleInHeader, []string{"automator/fracttal_hub:SEE"}, 1},
		"with a scope of two rows": {oauth2.AuthStyleInParams, []string{"settings/api_connections:SEE", "automator/fracttal_hub:SEE"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := clientcredentials.Config{ClientID: key, ClientSecret: secret, TokenURL: about.TokenEndpoint,
				AuthStyle: c.style, Scopes: c.scopes}
			token, err := config.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if left := time.Until(token.Expiry); token.Type() != "Bearer" || left < 14*time.Minute || left > 15*time.Minute {
				t.Errorf("the token is of type %s and good for %s", token.Type(), left)
			}
			var data struct {
				Viewer struct {
					Grants []struct{ Module, Submodule string }
				}
			}
			(&client{hub.url, token.AccessToken}).ask(t, "{ viewer { grants { module submodule } } }", nil, &data)
			if n := len(data.Viewer.Grants); c.grants != 0 && n != c.grants || n == 0 {
				t.Errorf("it may use %d rows: %v", n, data.Viewer.Grants)
			}
		})
	}
	t.Run("and learns why it gets no token", func(t *testing.T) {
		for code, config := range map[string]clientcredentials.Config{
			"invalid_client": {ClientSecret: "wrong"},
			"invalid_scope":  {ClientSecret: secret, Scopes: []string{"moon/dust:SEE"}},
		} {
			config.ClientID, config.TokenURL, config.AuthStyle = key, about.TokenEndpoint, oauth2.AuthStyleInHeader
			_, err := config.Token(t.Context())
			if refused, ok := err.(*oauth2.RetrieveError); !ok || refused.ErrorCode != code || refused.ErrorDescription == "" {
				t.Errorf("instead of %s: %v", code, err)
			}
		}
	})
}

// holder is a consumer that follows executions.
type holder struct {
	*client
	id, key, secret string
}

func (w *world) newHolder(t *testing.T, group string) holder {
	t.Helper()
	var c made
	w.admin.act(t, `mutation($input: ConsumerCreateInput!) { consumerCreate(input: $input) { consumer { id clientId } secret userErrors { message field } } }`,
		object{"input": object{"name": t.Name()[:min(len(t.Name()), 100)], "group": group}}, &c)
	return holder{signIn(t, w.hub.url, c.Consumer.ClientID, c.Secret), c.Consumer.ID, c.Consumer.ClientID, c.Secret}
}

func (w *world) groupID(t *testing.T) string {
	t.Helper()
	var data struct {
		Viewer struct{ Group struct{ ID string } }
	}
	w.consumer.ask(t, "{ viewer { group { id } } }", nil, &data)
	return data.Viewer.Group.ID
}

// about posts a form about a token to an OAuth endpoint, and must be answered 200.
func about(t *testing.T, address, key, secret, token string) (body map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(key), url.QueryEscape(secret))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	_ = json.NewDecoder(answer.Body).Decode(&body) // revoking has no body
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %d %v", address, answer.StatusCode, body)
	}
	return body
}

// refusal reads a subscription up to the error with which it ends.
func (s *subscription) refusal(t *testing.T) string {
	t.Helper()
	for {
		switch f := s.read(t); f.Type {
		case "ping":
			s.write(t, frame{Type: "pong"})
		case "error":
			var errs []struct{ Extensions struct{ Code string } }
			if err := json.Unmarshal(f.Payload, &errs); err != nil || len(errs) != 1 {
				t.Fatalf("it ended with %s", f.Payload)
			}
			return errs[0].Extensions.Code
		case "next":
		default:
			t.Fatalf("it ended without an error: %s %s", f.Type, f.Payload)
		}
	}
}

func TestATokenThatIsTakenBackOpensNoDoorAndEndsWhatItOpened(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	group := w.groupID(t)
	execution := w.consumer.settled(t, w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432")).Executions[0].ID, "READ")
	update := func(t *testing.T, h holder, in object) {
		t.Helper()
		w.admin.act(t, `mutation($id: ID!, $in: ConsumerUpdateInput!) { consumerUpdate(id: $id, input: $in) { userErrors { message field } } }`, object{"id": h.id, "in": in}, &made{})
	}
	for name, end := range map[string]func(t *testing.T, h holder){
		"revoked by its owner": func(t *testing.T, h holder) {
			about(t, h.url+"/oauth/revoke", h.key, h.secret, h.token)
		},
		"revoked by an administrator": func(t *testing.T, h holder) {
			about(t, h.url+"/oauth/revoke", adminKey, adminSecret, h.token)
		},
		"of a consumer whose tokens were taken back with its secret": func(t *testing.T, h holder) {
			w.admin.act(t, `mutation($id: ID!) { consumerSecretRotate(id: $id, input: {revokeTokens: true}) { secret userErrors { message field } } }`, object{"id": h.id}, &made{})
		},
		"of a consumer that was disabled": func(t *testing.T, h holder) { update(t, h, object{"enabled": false}) },
		"of a consumer that was deleted": func(t *testing.T, h holder) {
			w.admin.act(t, `mutation($id: ID!) { consumerDelete(id: $id) { userErrors { message field } } }`, object{"id": h.id}, &made{})
		},
		"of a consumer that expired": func(t *testing.T, h holder) {
			at := time.Now().Add(1500 * time.Millisecond)
			update(t, h, object{"expiresAt": at.Format(time.RFC3339Nano)})
			<-time.After(time.Until(at))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := w.newHolder(t, group)
			watching := h.subscribe(t, execution.Timeline[0].Cursor)
			watching.next(t)
			if said := about(t, h.url+"/oauth/introspect", h.key, h.secret, h.token); said["active"] != true || said["client_id"] != h.key {
				t.Errorf("at first introspection says %v", said)
			}
			end(t, h)
			began := time.Now()
			if code := watching.refusal(t); code != "UNAUTHENTICATED" || time.Since(began) > time.Second {
				t.Errorf("the subscription ended with %s after %s", code, time.Since(began))
			}
			checkDoors(t, h.client, false)
			if said := about(t, h.url+"/oauth/introspect", adminKey, adminSecret, h.token); said["active"] != false || len(said) != 1 {
				t.Errorf("introspection says %v", said)
			}
		})
	}
}

func TestARevokedTokenStaysRevokedAfterTheHubWasKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hub := serve(t, dir, anyPort)
	revoked, kept := signIn(t, hub.url, adminKey, adminSecret), signIn(t, hub.url, adminKey, adminSecret)
	about(t, hub.url+"/oauth/revoke", adminKey, adminSecret, revoked.token)
	hub.kill()
	serve(t, dir, hub.addr())
	checkDoors(t, revoked, false)
	kept.ask(t, "{ viewer { locale } }", nil, &struct{}{})
}
