package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestClientCredentialsBecomeAToken(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{TTL: time.Hour})
	id, secret := h.consumer.ClientID, h.secret
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}.Encode()
	for name, c := range map[string]struct {
		form   string
		change func(*http.Request)
	}{
		"by HTTP Basic":                          {"grant_type=client_credentials", basic(id, secret)},
		"by HTTP Basic, with client_id as well":  {"grant_type=client_credentials&client_id=" + id, basic(id, secret)},
		"by the form":                            {form, nil},
		"with parameters that nobody knows":      {form + "&resource=x", nil},
		"with an empty scope, which is left out": {form + "&scope=", nil},
		"with a charset": {form, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
		}},
		"with a scheme in lower case": {"grant_type=client_credentials", func(r *http.Request) {
			r.Header.Set("Authorization", "basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			before := time.Now().Truncate(time.Second)
			w := ask(h.Auth, c.form, c.change)
			var answer map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if answer["token_type"] != "Bearer" || answer["expires_in"] != 3600.0 || len(answer) != 3 {
				t.Errorf("the answer is %v", answer)
			}
			if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Pragma") != "no-cache" {
				t.Errorf("the answer may be cached: %v", w.Header())
			}
			token := answer["access_token"].(string)
			claims, err := h.Verify(token)
			if err != nil || claims.ConsumerKey != h.consumer.Key || claims.ID == "" {
				t.Errorf("got %+v, %v", claims, err)
			}
			if claims.ExpiresAt.Before(before.Add(time.Hour)) || claims.ExpiresAt.After(time.Now().Add(time.Hour)) {
				t.Errorf("it expires at %s, asked at %s", claims.ExpiresAt, before)
			}
		})
	}
}

func TestATokenSaysWhatItsProfileAsksFor(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{Audience: "https://hub.example.org/api"})
	first, second := h.token(t, h.Auth), h.token(t, h.Auth)
	header, claims := part(t, first, 0), part(t, first, 1)
	if header["typ"] != "at+jwt" || header["alg"] != "ES256" || header["kid"] != publicKeys(t, h.Auth)[0]["kid"] {
		t.Errorf("the header is %v", header)
	}
	if claims["iss"] != issuer || fmt.Sprint(claims["aud"]) != "[https://hub.example.org/api]" || claims["sub"] != h.consumer.ID() ||
		claims["client_id"] != h.consumer.ClientID {
		t.Errorf("the claims are %v", claims)
	}
	if life := claims["exp"].(float64) - claims["iat"].(float64); life != auth.DefaultTTL.Seconds() {
		t.Errorf("it lives for %v s", life)
	}
	if claims["jti"] == part(t, second, 1)["jti"] {
		t.Error("two tokens have the same jti")
	}
}

func TestABadTokenRequestIsAnsweredAsTheStandardHasIt(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	id, secret := h.consumer.ClientID, h.secret
	grant := "grant_type=client_credentials"
	form := grant + "&client_id=" + id + "&client_secret=" + secret
	authorization := func(value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", value) }
	}
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for i, c := range []struct {
		name, form string
		change     func(*http.Request)
		status     int
		code       string
	}{
		{"no grant type", "client_id=" + id + "&client_secret=" + secret, nil, 400, "invalid_request"},
		{"another grant type", "grant_type=password&username=a&password=b", basic(id, secret), 400, "unsupported_grant_type"},
		{"a grant type that stands twice", form + "&grant_type=client_credentials", nil, 400, "invalid_request"},
		{"an unknown parameter that stands twice", form + "&x=1&x=2", nil, 400, "invalid_request"},
		{"a scope", form + "&scope=all", nil, 400, "invalid_scope"},
		{"no client", grant, nil, 401, "invalid_client"},
		{"no secret", grant + "&client_id=" + id, nil, 401, "invalid_client"},
		{"a wrong secret in the form", grant + "&client_id=" + id + "&client_secret=x", nil, 401, "invalid_client"},
		{"a wrong secret by HTTP Basic", grant, basic(id, "x"), 401, "invalid_client"},
		{"an unknown client", grant, basic("nobody", secret), 401, "invalid_client"},
		{"the secret with more behind it", grant, basic(id, secret+"x"), 401, "invalid_client"},
		{"the hash of the secret", grant, basic(id, string(hub.HashSecret(secret))), 401, "invalid_client"},
		{"a client that is endless", grant, basic(strings.Repeat("a", 5000), secret), 401, "invalid_client"},
		{"two proofs", form, basic(id, secret), 400, "invalid_request"},
		{"two clients", grant + "&client_id=other", basic(id, secret), 400, "invalid_request"},
		{"two Authorization headers", grant, func(r *http.Request) {
			basic(id, secret)(r)
			r.Header.Add("Authorization", "Basic x")
		}, 400, "invalid_request"},
		{"credentials in the URL", grant, func(r *http.Request) {
			r.URL.RawQuery = "client_id=" + id + "&client_secret=" + secret
		}, 400, "invalid_request"},
		{"a bearer token", grant, authorization("Bearer abc"), 401, "invalid_client"},
		{"HTTP Basic that is not base64", grant, authorization("Basic %%%"), 401, "invalid_client"},
		{"HTTP Basic without a colon", grant, authorization("Basic " + encoded(id)), 401, "invalid_client"},
		{"HTTP Basic that is not form-urlencoded", grant, authorization("Basic " + encoded("%zz:"+secret)), 401, "invalid_client"},
		{"JSON", `{"grant_type":"client_credentials"}`, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, 400, "invalid_request"},
		{"no content type", form, func(r *http.Request) { r.Header.Del("Content-Type") }, 400, "invalid_request"},
		{"a body that is no form", "grant_type=%zz", nil, 400, "invalid_request"},
		{"a body over the limit", form + "&x=" + strings.Repeat("a", 16<<10), nil, 400, "invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(h.Auth, c.form, func(r *http.Request) {
				r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", i) // so that nobody is slowed down for another's failures
				if c.change != nil {
					c.change(r)
				}
			})
			var answer map[string]string
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			if w.Code != c.status || answer["error"] != c.code || answer["error_description"] == "" || answer["access_token"] != "" {
				t.Errorf("got %d %v, want %d %s", w.Code, answer, c.status, c.code)
			}
			if challenged := strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic "); challenged != (c.status == 401) {
				t.Errorf("WWW-Authenticate is %q", w.Header().Get("WWW-Authenticate"))
			}
			if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("the header is %v", w.Header())
			}
			if strings.Contains(w.Body.String(), secret) {
				t.Error("the answer repeats the secret")
			}
		})
	}
	if strings.Contains(h.log.String(), secret) {
		t.Error("the log holds the secret")
	}
}

func TestASecretInPlaceOfTheKeyIsNotLogged(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	if w := ask(h.Auth, "grant_type=client_credentials", basic(h.secret, h.consumer.ClientID)); w.Code != http.StatusUnauthorized {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if log := h.log.String(); !strings.Contains(log, "token refused") || strings.Contains(log, h.secret) {
		t.Errorf("the log is %s", log)
	}
}

func TestADisabledConsumerGetsNoTokenAndItsTokensEnd(t *testing.T) {
	t.Parallel()
	h := open(t, auth.Options{})
	token := h.token(t, h.Auth)
	admin, expires, err := h.Caller(t.Context(), token, "pt-BR")
	if err != nil || admin.Consumer.Key != h.consumer.Key || admin.Locale != "pt-BR" || !expires.After(time.Now()) {
		t.Fatalf("got %+v until %s, %v", admin, expires, err)
	}
	name, disabled := "second", false
	second, err := h.db.ConsumerCreate(t.Context(), admin, hub.ConsumerInput{Name: &name, GroupKey: &h.consumer.GroupKey})
	if err != nil {
		t.Fatal(err)
	}
	h.consumer, h.secret = second.Consumer, second.Secret
	token = h.token(t, h.Auth)
	if _, _, err := h.Caller(t.Context(), token, "en"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.ConsumerUpdate(t.Context(), admin, second.Consumer.Key, 0, hub.ConsumerInput{Enabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Caller(t.Context(), token, "en"); hub.CodeOf(err) != hub.CodeUnauthenticated {
		t.Errorf("a token of a disabled consumer: got %v", err)
	}
	w := ask(h.Auth, "grant_type=client_credentials", basic(h.consumer.ClientID, h.secret))
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "invalid_client") {
		t.Errorf("a disabled consumer: got %d %s", w.Code, w.Body)
	}
}

func from(address string, then func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		r.RemoteAddr = address
		then(r)
	}
}

func TestWhoeverGuessesSecretsIsSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		id, grant := h.consumer.ClientID, "grant_type=client_credentials"
		guess := func(address, client string) int {
			return ask(h.Auth, grant, from(address, basic(client, "wrong"))).Code
		}

		for i := range 10 {
			if code := guess(fmt.Sprintf("192.0.2.%d:1", i), id); code != http.StatusUnauthorized {
				t.Fatalf("guess %d: %d", i, code)
			}
		}
		w := ask(h.Auth, grant, from("192.0.2.99:1", basic(id, "wrong")))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "6" || !strings.Contains(w.Body.String(), "temporarily_unavailable") {
			t.Errorf("an eleventh guess at one client, from everywhere: got %d %v %s", w.Code, w.Header(), w.Body)
		}
		if code := ask(h.Auth, grant, from("192.0.2.99:1", basic(id, h.secret))).Code; code != http.StatusTooManyRequests {
			t.Errorf("the right secret among guesses: got %d, which tells that it was right", code)
		}
		time.Sleep(6 * time.Second)
		if code := guess("192.0.2.99:1", id); code != http.StatusUnauthorized {
			t.Errorf("after six seconds: %d", code)
		}
		if code := guess("192.0.2.99:1", id); code != http.StatusTooManyRequests {
			t.Errorf("and another at once: %d", code)
		}

		for i := range 10 {
			if code := guess("[2001:db8::1]:1", fmt.Sprint("client", i)); code != http.StatusUnauthorized {
				t.Fatalf("guess %d: %d", i, code)
			}
		}
		if code := guess("[2001:db8::2]:1", "another"); code != http.StatusTooManyRequests {
			t.Errorf("a guess from the same IPv6 network: %d", code)
		}
		if code := guess("[2001:db8:1::1]:1", "another"); code != http.StatusUnauthorized {
			t.Errorf("a guess from another IPv6 network: %d", code)
		}
	})
}

func TestGuessesLockNobodyOutWhoSignedInBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		grant := "grant_type=client_credentials"
		signIn := func() int {
			return ask(h.Auth, grant, from("192.0.2.1:1", basic(h.consumer.ClientID, h.secret))).Code
		}
		if code := signIn(); code != http.StatusOK {
			t.Fatal(code)
		}
		for i := range 100 {
			ask(h.Auth, grant, from(fmt.Sprintf("198.51.100.%d:1", i), basic(h.consumer.ClientID, "wrong")))
			ask(h.Auth, grant, from("192.0.2.1:1", basic(fmt.Sprint("client", i), "wrong")))
		}
		if code := signIn(); code != http.StatusOK {
			t.Errorf("a client was locked out by others' guesses: %d", code)
		}
		for range 10 {
			ask(h.Auth, grant, from("192.0.2.1:1", basic(h.consumer.ClientID, "wrong")))
		}
		if code := signIn(); code != http.StatusTooManyRequests {
			t.Errorf("a client's own failures do not slow it down: %d", code)
		}
	})
}

func TestAConsumerThatExpiredGetsNoToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{TTL: time.Hour})
		c := hubtest.CallerWith(t, h.db).Consumer
		admin := hubtest.Admin(t, h.db)
		rotated, err := h.db.ConsumerSecretRotate(t.Context(), admin, c.Key, 0, hub.SecretRotation{})
		if err != nil {
			t.Fatal(err)
		}
		at := new(time.Now().Add(30 * time.Minute))
		if _, err := h.db.ConsumerUpdate(t.Context(), admin, c.Key, 0, hub.ConsumerInput{ExpiresAt: &at}); err != nil {
			t.Fatal(err)
		}
		w := ask(h.Auth, "grant_type=client_credentials", basic(c.ClientID, rotated.Secret))
		token := accessToken(t, w)
		if _, until, err := h.Caller(t.Context(), token, "en"); err != nil || !until.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("the token is good until %s, the consumer until %s: %v", until, at, err)
		}
		time.Sleep(30 * time.Minute)
		if _, _, err := h.Caller(t.Context(), token, "en"); hub.CodeOf(err) != hub.CodeUnauthenticated || !strings.Contains(err.Error(), "expired") {
			t.Errorf("its token: %v", err)
		}
		if w := ask(h.Auth, "grant_type=client_credentials", basic(c.ClientID, rotated.Secret)); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "invalid_client") {
			t.Errorf("a new token: %d %s", w.Code, w.Body)
		}
	})
}

func TestBothSecretsSignInUntilTheOldOneEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		rotated, err := h.db.ConsumerSecretRotate(t.Context(), hubtest.Admin(t, h.db), h.consumer.Key, 0, hub.SecretRotation{KeepOldFor: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		signIn := func(secret string) int {
			return ask(h.Auth, "grant_type=client_credentials", basic(h.consumer.ClientID, secret)).Code
		}
		if old, fresh := signIn(h.secret), signIn(rotated.Secret); old != http.StatusOK || fresh != http.StatusOK {
			t.Errorf("after the rotation: the old one %d, the new one %d", old, fresh)
		}
		time.Sleep(time.Hour)
		if old, fresh := signIn(h.secret), signIn(rotated.Secret); old != http.StatusUnauthorized || fresh != http.StatusOK {
			t.Errorf("an hour later: the old one %d, the new one %d", old, fresh)
		}
	})
}

func TestAGrantedTokenIsTheLastUseOfItsConsumer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		admin := hubtest.Admin(t, h.db)
		lastUse := func() *time.Time {
			t.Helper()
			synctest.Wait()
			c, err := h.db.Consumer(t.Context(), admin, h.consumer.Key)
			if err != nil {
				t.Fatal(err)
			}
			return c.LastUsedAt
		}
		ask(h.Auth, "grant_type=client_credentials", basic(h.consumer.ClientID, "wrong"))
		if at := lastUse(); at != nil {
			t.Errorf("a refused grant is a use: %s", at)
		}
		start := time.Now().UTC().Truncate(time.Millisecond)
		for _, wait := range []time.Duration{0, 10 * time.Second} {
			time.Sleep(wait)
			h.token(t, h.Auth)
			if at := lastUse(); at == nil || !at.Equal(start) {
				t.Errorf("used at %s, noted at %v", start, at)
			}
		}
		time.Sleep(time.Minute)
		h.token(t, h.Auth)
		if at := lastUse(); at == nil || at.Sub(start) != 70*time.Second {
			t.Errorf("used again 70 s after %s, noted at %v", start, at)
		}
	})
}
