package auth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

var (
	seeConnections  = hubtest.May(hub.RowAPIConnections, hub.See)
	editConnections = hubtest.May(hub.RowAPIConnections, hub.Edit)
	seeHub          = hubtest.May(hub.RowHub, hub.See)
	editHub         = hubtest.May(hub.RowHub, hub.Edit)
)

// client is a consumer with its secret.
type client struct {
	*hub.Consumer
	secret string
}

// with makes a client that holds these rights and no others.
func (h *house) with(t testing.TB, perms ...hub.Permission) client {
	t.Helper()
	c := hubtest.CallerWith(t, h.db, perms...).Consumer
	rotated, err := h.db.ConsumerSecretRotate(t.Context(), hubtest.Admin(t, h.db), c.Key, 0, hub.SecretRotation{})
	if err != nil {
		t.Fatal(err)
	}
	return client{rotated.Consumer, rotated.Secret}
}

// grant is a token of the client; an empty scope is none.
func (c client) grant(t testing.TB, a *auth.Auth, scope string) string {
	t.Helper()
	return accessToken(t, ask(a, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}.Encode(), basic(c.ClientID, c.secret)))
}

// about sends a form about a token to an endpoint.
func (c client) about(endpoint http.HandlerFunc, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"token": {token}, "token_type_hint": {"refresh_token"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	basic(c.ClientID, c.secret)(r)
	w := httptest.NewRecorder()
	endpoint(w, r)
	return w
}

// introspect is what the hub says of a token.
func (c client) introspect(t testing.TB, a *auth.Auth, token string) map[string]any {
	t.Helper()
	w := c.about(a.Introspect, token)
	var said map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %s: %v", w.Code, w.Header(), w.Body, err)
	}
	if said["active"] != true && len(said) != 1 {
		t.Errorf("of a token that is not active more is said: %v", said)
	}
	return said
}

func (c client) revoke(t testing.TB, a *auth.Auth, token string) {
	t.Helper()
	if w := c.about(a.Revoke, token); w.Code != http.StatusOK || w.Body.Len() > 0 {
		t.Fatalf("revoking is answered %d %s", w.Code, w.Body)
	}
}

func TestIntrospectionSaysWhatATokenIs(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{Audience: "https://hub.example.org/api"})
	c := h.with(t, seeHub, editHub)
	token := c.grant(t, h.Auth, "")
	claims := part(t, token, 1)
	want := map[string]any{"active": true, "scope": "automator/fracttal_hub:SEE automator/fracttal_hub:EDIT", "client_id": c.ClientID, "token_type": "Bearer",
		"exp": claims["exp"], "iat": claims["iat"], "sub": c.ID(), "aud": "https://hub.example.org/api", "iss": issuer, "jti": claims["jti"]}
	if got := c.introspect(t, h.Auth, token); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("it says %v, not %v", got, want)
	}
	if got := c.introspect(t, h.Auth, c.grant(t, h.Auth, "automator/fracttal_hub:EDIT")); got["scope"] != "automator/fracttal_hub:EDIT" {
		t.Errorf("of a narrowed token it says %v", got)
	}
}

func TestIntrospectionTellsNobodyOfTheTokensOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	owner, stranger, overseer := h.with(t, seeHub), h.with(t, editConnections), h.with(t, seeConnections)
	token := owner.grant(t, h.Auth, "")
	for name, c := range map[string]struct {
		asks   client
		active bool
	}{"its owner": {owner, true}, "a stranger": {stranger, false}, "who may see consumers": {overseer, true}} {
		if got := c.asks.introspect(t, h.Auth, token)["active"]; got != c.active {
			t.Errorf("%s is told: active %v", name, got)
		}
	}
	for name, token := range map[string]string{"nothing of ours": "hello", "a flipped one": flip(token)} {
		if got := overseer.introspect(t, h.Auth, token)["active"]; got != false {
			t.Errorf("%s is active: %v", name, got)
		}
	}
}

func TestAnInactiveTokenIsOneThatWouldBeRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{TTL: time.Minute})
		overseer := h.with(t, seeConnections)
		admin := hubtest.Admin(t, h.db)
		off := false
		for name, end := range map[string]func(client, string) error{
			"expired": func(client, string) error { time.Sleep(time.Minute); return nil },
			"of a disabled consumer": func(c client, _ string) error {
				_, err := h.db.ConsumerUpdate(t.Context(), admin, c.Key, 0, hub.ConsumerInput{Enabled: &off})
				return err
			},
			"of a deleted consumer": func(c client, _ string) error { return h.db.ConsumerDelete(t.Context(), admin, c.Key, 0) },
			"revoked":               func(c client, token string) error { c.revoke(t, h.Auth, token); return nil },
		} {
			c := h.with(t, seeHub)
			token := c.grant(t, h.Auth, "")
			if overseer.introspect(t, h.Auth, token)["active"] != true {
				t.Fatalf("%s: it was never active", name)
			}
			if err := end(c, token); err != nil {
				t.Fatal(err)
			}
			if overseer.introspect(t, h.Auth, token)["active"] != false {
				t.Errorf("%s: it is active", name)
			}
			if _, _, err := h.Caller(t.Context(), token, "en"); hub.CodeOf(err) != hub.CodeUnauthenticated {
				t.Errorf("%s: it is accepted: %v", name, err)
			}
		}
	})
}

func TestARevokedTokenIsWorthNothingFromThenOn(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	c := h.with(t, seeHub)
	token, other := c.grant(t, h.Auth, ""), c.grant(t, h.Auth, "")
	refused := func(t *testing.T, a *auth.Auth, token string) {
		t.Helper()
		if _, _, err := a.Caller(t.Context(), token, "en"); hub.CodeOf(err) != hub.CodeUnauthenticated || !strings.Contains(err.Error(), "was revoked") {
			t.Errorf("it is answered with %v", err)
		}
	}
	if _, err := h.Verify(token); err != nil { // so that it is remembered as good
		t.Fatal(err)
	}
	c.revoke(t, h.Auth, token)
	refused(t, h.Auth, token)
	if _, _, err := h.Caller(t.Context(), other, "en"); err != nil {
		t.Errorf("another token of the same client ended, too: %v", err)
	}
	t.Run("and revoking it again is answered as the first time", func(t *testing.T) {
		c.revoke(t, h.Auth, token)
		refused(t, h.Auth, token)
	})
	t.Run("also after a restart", func(t *testing.T) {
		if err := h.db.Close(); err != nil {
			t.Fatal(err)
		}
		h.db = hubtest.Open(t, h.dir, nil)
		again := h.again(t, auth.Options{})
		refused(t, again, token)
		if _, _, err := again.Caller(t.Context(), other, "en"); err != nil {
			t.Errorf("the other token: %v", err)
		}
	})
}

func TestOnlyWhoMayEditConsumersRevokesTheTokensOfOthers(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	owner := h.with(t, seeHub)
	token := owner.grant(t, h.Auth, "")
	w := h.with(t, seeConnections).about(h.Revoke, token)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"unauthorized_client"`) {
		t.Errorf("a stranger is answered %d %s", w.Code, w.Body)
	}
	if _, err := h.Verify(token); err != nil {
		t.Errorf("a stranger took it back: %v", err)
	}
	h.with(t, editConnections).revoke(t, h.Auth, token)
	if _, err := h.Verify(token); err == nil {
		t.Error("who may edit consumers did not take it back")
	}
	t.Run("and what is no token is answered as if it had been one", func(t *testing.T) {
		for _, nothing := range []string{"hello", flip(token), strings.Repeat("a", 5000)} {
			owner.revoke(t, h.Auth, nothing)
		}
	})
}

func TestWhoAsksAboutATokenMustProveWhoItIs(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	token := h.token(t, h.Auth)
	for name, endpoint := range map[string]http.HandlerFunc{"introspection": h.Introspect, "revocation": h.Revoke} {
		for i, c := range []struct {
			form   string
			change func(*http.Request)
			status int
			code   string
		}{
			{"token=" + token, nil, 401, "invalid_client"},
			{"token=" + token, basic(h.consumer.ClientID, "wrong"), 401, "invalid_client"},
			{"token=" + token, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 401, "invalid_client"},
			{"", basic(h.consumer.ClientID, h.secret), 400, "invalid_request"},
			{"token=a&token=b", basic(h.consumer.ClientID, h.secret), 400, "invalid_request"},
		} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(c.form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if c.change != nil {
				c.change(r)
			}
			w := httptest.NewRecorder()
			endpoint(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), `"`+c.code+`"`) || (c.status == 401) != (w.Header().Get("WWW-Authenticate") != "") {
				t.Errorf("%s %d: %d %v %s", name, i, w.Code, w.Header(), w.Body)
			}
		}
	}
	if _, err := h.Verify(token); err != nil {
		t.Errorf("it was taken back by nobody: %v", err)
	}
}

func TestTheMetadataNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	w := httptest.NewRecorder()
	h.Metadata(w, httptest.NewRequest(http.MethodGet, "/.well-known/oauth-authorization-server", nil))
	var said map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	methods := "[client_secret_basic client_secret_post]"
	for name, want := range map[string]string{
		"issuer": issuer, "token_endpoint": issuer + "/oauth/token", "introspection_endpoint": issuer + "/oauth/introspect",
		"revocation_endpoint": issuer + "/oauth/revoke", "jwks_uri": issuer + "/.well-known/jwks.json", "grant_types_supported": "[client_credentials]",
		"response_types_supported": "[]", "token_endpoint_auth_methods_supported": methods, "introspection_endpoint_auth_methods_supported": methods,
		"revocation_endpoint_auth_methods_supported": methods,
	} {
		if got := fmt.Sprint(said[name]); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
	admin := client{h.consumer, h.secret}
	for _, scope := range said["scopes_supported"].([]any) {
		if got := admin.introspect(t, h.Auth, admin.grant(t, h.Auth, scope.(string)))["scope"]; got != scope {
			t.Errorf("the scope %s became %s", scope, got)
		}
	}
	if n := len(said["scopes_supported"].([]any)); n < 81 {
		t.Errorf("%d scopes are named", n)
	}
}

func TestAScopeNarrowsAToken(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	c := h.with(t, seeHub, editHub, seeConnections)
	caller := func(token string) hub.Caller {
		t.Helper()
		got, _, err := h.Caller(t.Context(), token, "en")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w := ask(h.Auth, url.Values{"grant_type": {"client_credentials"}, "scope": {"settings/api_connections:SEE automator/fracttal_hub:SEE settings/api_connections:SEE"}}.Encode(), basic(c.ClientID, c.secret))
	if !strings.Contains(w.Body.String(), `"scope":"automator/fracttal_hub:SEE settings/api_connections:SEE"`) {
		t.Errorf("the answer does not say the scope: %s", w.Body)
	}
	token := accessToken(t, w)
	narrow, wide := caller(token), caller(c.grant(t, h.Auth, ""))
	if narrow.Need(hub.RowHub, hub.See) != nil || narrow.Need(hub.RowAPIConnections, hub.See) != nil || wide.Need(hub.RowHub, hub.Edit) != nil {
		t.Error("what is in the scope is refused")
	}
	err := narrow.Need(hub.RowHub, hub.Edit)
	if hub.CodeOf(err) != hub.CodeForbidden || !strings.Contains(err.Error(), "the scope of the token") {
		t.Errorf("what is outside of it is answered with %v", err)
	}
	if err := narrow.NeedAll(wide.Group.Grants); hub.CodeOf(err) != hub.CodeForbidden {
		t.Errorf("it hands out what is outside of it: %v", err)
	}
	t.Run("and gives nothing that the group loses", func(t *testing.T) {
		less := []hub.Grant{{Module: hub.RowHub.Module, Submodule: hub.RowHub.Submodule, Actions: []hub.Action{hub.See, hub.Edit}}}
		if _, err := h.db.GroupUpdate(t.Context(), hubtest.Admin(t, h.db), c.GroupKey, 0, hub.GroupInput{Grants: &less}); err != nil {
			t.Fatal(err)
		}
		if got := caller(token).Grants().Scope(); got != "automator/fracttal_hub:SEE" {
			t.Errorf("it may %s", got)
		}
	})
	for _, scope := range []string{"automator/fracttal_hub:REMOVE", "moon/dust:SEE", "automator/fracttal_hub:see", "automator/fracttal_hub", "automator:SEE", "/:SEE",
		"automator/fracttal_hub:SEE  automator/fracttal_hub:EDIT", " automator/fracttal_hub:SEE", "automator/fracttal_hub:SEE\tx", `x"\é/y:SEE`,
		strings.Repeat("automator/fracttal_hub:SEE ", 100) + "automator/fracttal_hub:SEE"} {
		w := ask(h.Auth, url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}.Encode(), basic(c.ClientID, c.secret))
		var answer map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusBadRequest || answer["error"] != "invalid_scope" {
			t.Errorf("%q is answered %d %s", scope, w.Code, w.Body)
		}
		if strings.ContainsFunc(answer["error_description"], func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			t.Errorf("%q: the description holds what it may not: %s", scope, answer["error_description"])
		}
	}
}

func BenchmarkVerifyRememberedBesideRevokedTokens(b *testing.B) {
	h := open(b, auth.Options{})
	c := client{h.consumer, h.secret}
	for range 100 {
		c.revoke(b, h.Auth, c.grant(b, h.Auth, ""))
	}
	token := h.token(b, h.Auth)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
