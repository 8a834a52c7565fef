package auth

import (
	"net/http"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// Bearer finds the bearer token of a request in its Authorization header (RFC 6750 §2.1), the only place where it is looked
// for: an URL ends up in logs. The error is UNAUTHENTICATED.
func Bearer(h http.Header) (string, error) {
	values := h["Authorization"]
	if len(values) == 0 {
		return "", &hub.Error{Code: hub.CodeUnauthenticated, Message: "sign in: send a bearer token from POST /oauth/token in the header Authorization"}
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return "", &hub.Error{Code: hub.CodeUnauthenticated, Message: "the header Authorization must stand once and read: Bearer, a space, the token"}
	}
	return strings.TrimSpace(token), nil
}
