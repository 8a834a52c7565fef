package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// told is what the audit log says, one line for each entry and in the order of the lines, after what it counts was written.
func (h *house) told(t *testing.T, kinds ...hub.AuditKind) (lines []string) {
	t.Helper()
	time.Sleep(2 * sqlite.AuditDelay)
	synctest.Wait()
	l, err := h.db.AuditLog(t.Context(), hubtest.Admin(t, h.db), hub.AuditFilter{Kinds: kinds}, hub.Page{First: hub.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range l.Items {
		who := e.ConsumerName + e.ClientID
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(e.Count, " ", e.Kind, " ", who, " ", e.Reason, " ", e.Asked, " ", e.Via.Door, " ", e.Via.Address, " ", e.Via.Request)), " "))
	}
	slices.Sort(lines)
	return lines
}

func TestTheAuditLogTellsWhichTokensWereGrantedRefusedAndTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		c, form := h.with(t, seeHub), "grant_type=client_credentials"
		name := c.Name
		at := func(address, id string, then func(*http.Request)) func(*http.Request) {
			return from(address, func(r *http.Request) {
				r.Header.Set("X-Request-Id", id)
				then(r)
			})
		}
		for i := range 3 {
			ask(h.Auth, form, at("192.0.2.1:5", fmt.Sprint("r", i), basic(c.ClientID, c.secret)))
		}
		ask(h.Auth, form, at("[2001:db8::7]:5", "r9", basic(c.ClientID, c.secret)))
		ask(h.Auth, form, at("192.0.2.1:5", "r3", basic(c.ClientID, "wrong")))
		ask(h.Auth, form, at("192.0.2.1:5", "r4", basic("a stranger of a long name", "wrong")))
		ask(h.Auth, form, at("192.0.2.1:5", "r5", basic(c.secret, "sent in the wrong place")))
		ask(h.Auth, form+"&scope=nothing", at("192.0.2.1:5", "r6", basic(c.ClientID, c.secret)))
		ask(h.Auth, "grant_type=password", at("192.0.2.1:5", "r7", basic(c.ClientID, c.secret)))
		got := h.told(t, hub.AuditTokenGranted, hub.AuditTokenRefused)
		want := []string{
			"1 TOKEN_GRANTED " + name + " OAUTH 2001:db8::7 r9",
			"1 TOKEN_REFUSED " + c.secret[:8] + "… invalid_client OAUTH 192.0.2.1 r5",
			"1 TOKEN_REFUSED " + name + " invalid_client OAUTH 192.0.2.1 r3",
			"1 TOKEN_REFUSED " + name + " invalid_scope OAUTH 192.0.2.1 r6",
			"1 TOKEN_REFUSED a strang… invalid_client OAUTH 192.0.2.1 r4",
			"1 TOKEN_REFUSED unsupported_grant_type OAUTH 192.0.2.1 r7",
			"3 TOKEN_GRANTED " + name + " OAUTH 192.0.2.1 r0",
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("it says\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}

		// The other endpoints.
		token := c.grant(t, h.Auth, "")
		stranger := client{&hub.Consumer{ClientID: "stranger"}, "x"}
		stranger.about(h.Introspect, token)
		other := h.with(t)
		other.about(h.Revoke, token)
		c.revoke(t, h.Auth, token)
		got = h.told(t, hub.AuditDenied, hub.AuditTokenRevoked)
		want = []string{
			"1 DENIED " + other.Name + " unauthorized_client POST / OAUTH 192.0.2.1",
			"1 DENIED stranger invalid_client POST / OAUTH 192.0.2.1",
			"1 TOKEN_REVOKED " + name + " OAUTH 192.0.2.1",
		}
		if !slices.Equal(got, want) {
			t.Errorf("it says\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestAttemptsThatAreSlowedDownAreCountedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, auth.Options{})
		for range 500 {
			ask(h.Auth, "grant_type=client_credentials", basic(h.consumer.ClientID, "wrong"))
		}
		got := h.told(t, hub.AuditTokenRefused)
		want := []string{"10 TOKEN_REFUSED Administrator invalid_client OAUTH 192.0.2.1", "490 TOKEN_REFUSED " + h.consumer.ClientID[:8] + "… temporarily_unavailable OAUTH 192.0.2.1"}
		if !slices.Equal(got, want) {
			t.Errorf("it says\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// BenchmarkToken measures the token endpoint as it answers who may have a token, and who may not. Each attempt comes from
// another address, and each stranger has another name, so that nobody is slowed down.
func BenchmarkToken(b *testing.B) {
	for _, c := range []struct {
		name   string
		secret string
	}{{"granted", hubtest.AdminSecret}, {"refused", "wrong"}} {
		b.Run(c.name, func(b *testing.B) {
			h := open(b, auth.Options{})
			form := url.Values{"grant_type": {"client_credentials"}}.Encode()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(form))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16&255, i>>8&255, i&255)
				id := hubtest.AdminClientID
				if c.secret == "wrong" {
					id = fmt.Sprint("stranger", i)
				}
				r.SetBasicAuth(id, c.secret)
				h.Token(httptest.NewRecorder(), r)
			}
		})
	}
}
