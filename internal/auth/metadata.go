package auth

import (
	"encoding/json"
	"net/http"
	"strings"
)

// metadata is the description of the authorization server (RFC 8414 §2).
type metadata struct {
	Issuer                string   `json:"issuer"`
	TokenEndpoint         string   `json:"token_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	JWKS                  string   `json:"jwks_uri"`
	Grants                []string `json:"grant_types_supported"`
	Responses             []string `json:"response_types_supported"` // required, and there are none: no endpoint for people
	TokenAuth             []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionAuth     []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationAuth        []string `json:"revocation_endpoint_auth_methods_supported"`
	Scopes                []string `json:"scopes_supported"`
}

func (a *Auth) marshalMetadata() ([]byte, error) {
	base := strings.TrimSuffix(a.issuer, "/")
	methods := []string{"client_secret_basic", "client_secret_post"}
	return json.Marshal(metadata{
		Issuer: a.issuer, TokenEndpoint: base + "/oauth/token", IntrospectionEndpoint: base + "/oauth/introspect", RevocationEndpoint: base + "/oauth/revoke",
		JWKS: base + "/.well-known/jwks.json", Grants: []string{"client_credentials"}, Responses: []string{},
		TokenAuth: methods, IntrospectionAuth: methods, RevocationAuth: methods,
		Scopes: strings.Fields(a.db.AllGrants().Scope()),
	})
}

// Metadata answers GET /.well-known/oauth-authorization-server: where the endpoints are and what they understand (RFC 8414 §3).
// It may be cached for five minutes.
func (a *Auth) Metadata(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Write(a.metadata)
}
