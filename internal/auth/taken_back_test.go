package auth_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestAllTokensOfAConsumerAreTakenBackWithItsSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // time stands still, so all tokens are of the same second
		h := open(t, auth.Options{})
		ctx, admin := t.Context(), hubtest.Admin(t, h.db)
		live := func(token string) bool {
			t.Helper()
			_, _, err := h.Caller(ctx, token, "en")
			if err != nil && hub.CodeOf(err) != hub.CodeUnauthenticated {
				t.Fatal(err)
			}
			said := client{h.consumer, h.secret}.introspect(t, h.Auth, token)
			if said["active"] != (err == nil) {
				t.Errorf("introspection says %v, a door says %v", said, err)
			}
			return err == nil
		}
		rotate := func(r hub.SecretRotation) {
			t.Helper()
			rotated, err := h.db.ConsumerSecretRotate(ctx, admin, h.consumer.Key, 0, r)
			if err != nil {
				t.Fatal(err)
			}
			h.secret = rotated.Secret
		}
		first := h.token(t, h.Auth)
		other := hubtest.CallerWith(t, h.db).Consumer
		older := forge(t, h, jwt.SigningMethodES256, h.key(t), nil) // of a program that did not yet write the version
		others := forge(t, h, jwt.SigningMethodES256, h.key(t), func(_, claims map[string]any) { claims["sub"] = other.ID() })

		rotate(hub.SecretRotation{})
		second := h.token(t, h.Auth)
		if !live(first) || !live(second) || !live(older) {
			t.Error("a rotation that takes nothing back ended a token")
		}
		oldSecret := h.secret
		rotate(hub.SecretRotation{KeepOldFor: time.Hour, RevokeTokens: true})
		third := h.token(t, h.Auth)
		if live(first) || live(second) || live(older) {
			t.Error("a token lives on")
		}
		if !live(third) {
			t.Error("a token that was fetched afterwards, in the same second, is refused")
		}
		w := ask(h.Auth, "grant_type=client_credentials", basic(h.consumer.ClientID, oldSecret))
		if w.Code != http.StatusOK || !live(accessToken(t, w)) {
			t.Errorf("with the old secret, which was kept: %d %s", w.Code, w.Body)
		}
		if !live(others) {
			t.Error("the token of another consumer ended")
		}
		rotate(hub.SecretRotation{})
		if live(second) || !live(third) {
			t.Error("the next rotation, which takes nothing back, changed that")
		}
	})
}
