// Package web is the HTTP surface of the hub: which path leads where, who may pass, how large a body can be, and what an
// error looks like (problem details, RFC 9457). Behind it stand auth, graph and engine; it decides nothing itself.
//
//	POST /graphql, GET /graphql        the GraphQL door, also its websocket; it checks the bearer token itself
//	POST /oauth/token                  client credentials → access token
//	POST /oauth/introspect             is a token good, and what does it say
//	POST /oauth/revoke                 take a token back
//	GET  /.well-known/oauth-authorization-server   where these are and what they understand
//	GET  /.well-known/jwks.json        the public keys of the tokens
//	POST /events                       a CloudEvent, structured or binary, or a batch of them (CloudEvents 1.0, JSON format)
//	GET, POST /callbacks/{integration} a provider's callback; its signature is the proof
//	GET  /healthz, /readyz             is the process alive; does the hub take work
package web
