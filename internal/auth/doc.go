// Package auth says who calls. It keeps the keys that sign tokens, answers the token endpoint (OAuth 2.0, RFC 6749 §4.4,
// grant type client credentials), introspection (RFC 7662), revocation (RFC 7009), the metadata of the server (RFC 8414) and the
// public keys (JWKS, RFC 7517), and turns a bearer token (RFC 6750) into a hub.Caller.
//
// A token is a JWT in the profile for access tokens (RFC 9068), signed with ES256 (RFC 7518 §3.4). It lives for minutes
// and says which consumer holds it, and to which scope it is narrowed if it is; what that consumer may do is looked up at each
// call, so that a change of its group, disabling it or revoking the token is felt by the next one.
package auth
