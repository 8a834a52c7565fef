package httpsource

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

const settingsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s#?]+$", "maxLength": 2000, "x-recado-secret-destination": true},
    "auth": {"type": "string", "enum": ["NONE", "BEARER", "BASIC", "HEADER", "OAUTH2"], "default": "NONE",
      "x-recado-options": {
        "NONE": {"pt-BR": "Sem credenciais", "pt-PT": "Sem credenciais", "es": "Sin credenciales", "en": "No credentials", "fr": "Sans identifiants", "it": "Senza credenziali"},
        "BEARER": "Token (Bearer)",
        "BASIC": {"pt-BR": "Usuário e senha (Basic)", "pt-PT": "Utilizador e palavra-passe (Basic)", "es": "Usuario y contraseña (Basic)", "en": "Username and password (Basic)", "fr": "Identifiant et mot de passe (Basic)", "it": "Nome utente e password (Basic)"},
        "HEADER": {"pt-BR": "Token em um cabeçalho", "pt-PT": "Token num cabeçalho", "es": "Token en un encabezado", "en": "Token in a header", "fr": "Jeton dans un en-tête", "it": "Token in un'intestazione"},
        "OAUTH2": "OAuth 2.0 (client credentials)"}},
    "token": {"type": "string", "minLength": 1, "maxLength": 4000, "writeOnly": true, "x-recado-shown": {"auth": ["BEARER", "HEADER"]}},
    "header": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$", "x-recado-shown": {"auth": ["HEADER"]}},
    "username": {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "^[^:]*$", "x-recado-shown": {"auth": ["BASIC"]}},
    "password": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true, "x-recado-shown": {"auth": ["BASIC"]}},
    "oauth_token_url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s#]+$", "x-recado-secret-destination": true, "x-recado-shown": {"auth": ["OAUTH2"]}},
    "oauth_client_id": {"type": "string", "minLength": 1, "maxLength": 500, "x-recado-shown": {"auth": ["OAUTH2"]}},
    "oauth_client_secret": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true, "x-recado-shown": {"auth": ["OAUTH2"]}},
    "oauth_scope": {"type": "string", "maxLength": 1000, "x-recado-shown": {"auth": ["OAUTH2"]}},
    "oauth_audience": {"type": "string", "maxLength": 1000, "x-recado-shown": {"auth": ["OAUTH2"]}},
    "oauth_client_in_body": {"type": "boolean", "default": false, "x-recado-shown": {"auth": ["OAUTH2"]}}
  },
  "required": ["url"],
  "allOf": [
    {"if": {"properties": {"auth": {"const": "BEARER"}}, "required": ["auth"]}, "then": {"required": ["token"]}},
    {"if": {"properties": {"auth": {"const": "BASIC"}}, "required": ["auth"]}, "then": {"required": ["username", "password"]}},
    {"if": {"properties": {"auth": {"const": "HEADER"}}, "required": ["auth"]}, "then": {"required": ["header", "token"]}},
    {"if": {"properties": {"auth": {"const": "OAUTH2"}}, "required": ["auth"]}, "then": {"required": ["oauth_token_url", "oauth_client_id", "oauth_client_secret"]}}
  ],
  "additionalProperties": false
}`

// Values of the setting `auth`.
const (
	authNone   = "NONE"
	authBearer = "BEARER"
	authBasic  = "BASIC"
	authHeader = "HEADER"
	authOAuth  = "OAUTH2"
)

// settings are those of one integration, checked.
type settings struct {
	URL      string `json:"url"`
	Auth     string `json:"auth"`
	Header   string `json:"header"`
	Username string `json:"username"`
	TokenURL string `json:"oauth_token_url"`
	ClientID string `json:"oauth_client_id"`
	Scope    string `json:"oauth_scope"`
	Audience string `json:"oauth_audience"`
	InBody   bool   `json:"oauth_client_in_body"`

	address  *url.URL
	token    string
	password string
	secret   string // of the OAuth client
	tokens   *outbound.Tokens
}

// parse reads the settings and secrets of an integration. All problems are found at once.
func (c *connector) parse(in sdk.Integration) (*settings, sdk.Problems) {
	s := &settings{Auth: authNone}
	var found sdk.Problems
	if len(in.Settings) > 0 && json.Unmarshal(in.Settings, s) != nil {
		found.Add("MALFORMED", "settings", "the settings are not an object of the declared shape", "Give each setting the type that the form asks for.")
		return nil, found
	}
	s.token, s.password, s.secret = in.Secrets["token"], in.Secrets["password"], in.Secrets["oauth_client_secret"]
	s.address = c.address("settings.url", s.URL, &found)
	if s.address != nil && s.address.RawQuery != "" {
		found.Add("INVALID", "settings.url", "must have no query", "Give the query as a parameter of the flow's source.")
	}
	s.parseAuth(&found)
	if s.Auth == authOAuth {
		c.address("settings.oauth_token_url", s.TokenURL, &found)
	}
	if len(found) > 0 {
		return nil, found
	}
	if s.Auth == authOAuth {
		s.tokens = c.clients.of(c.transport, s)
	}
	return s, nil
}

func (c *connector) address(path, text string, found *sdk.Problems) *url.URL {
	const next = "Copy the address from the documentation of the endpoint."
	u, err := url.Parse(text)
	switch {
	case text == "":
		found.Add("REQUIRED", path, "cannot be empty", next)
		return nil
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "":
		found.Add("INVALID", path, "must be an absolute URL that starts with https://, without user name and fragment", next)
		return nil
	}
	if err := c.guard.JudgeURL(u); err != nil {
		found.Add("ADDRESS_REFUSED", path, err.Error(), outbound.NextStep)
	}
	if u.Path == "" {
		u.Path = "/" // else JoinPath would take it for a relative one
	}
	return u
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// ours are headers that the connector or the protocol decides about.
var ours = []string{"host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade", "expect", "accept", "accept-encoding", "user-agent", "proxy-authorization"}

func (s *settings) parseAuth(found *sdk.Problems) {
	need := func(path, value string) {
		switch {
		case value == "":
			found.Add("REQUIRED", path, "cannot be empty to sign in with "+s.Auth, "Copy it from the endpoint's administration.")
		case strings.ContainsAny(value, "\r\n\x00"):
			found.Add("INVALID", path, "must be one line", "Copy it anew.")
		}
	}
	switch s.Auth {
	case authNone:
	case authBearer:
		need("secrets.token", s.token)
	case authBasic:
		need("settings.username", s.Username)
		if strings.Contains(s.Username, ":") { // RFC 7617: what follows it would be taken for the password
			found.Add("INVALID", "settings.username", "cannot have a colon to sign in with BASIC", "Give the part before the colon; what follows it may be the password.")
		}
		need("secrets.password", s.password)
	case authHeader:
		need("secrets.token", s.token)
		if !headerName.MatchString(s.Header) || slices.Contains(ours, strings.ToLower(s.Header)) {
			found.Add("INVALID", "settings.header", "must be the name of a header that the connector does not write itself", "Use the name that the endpoint's documentation gives, such as X-Api-Key.")
		}
	case authOAuth:
		need("settings.oauth_client_id", s.ClientID)
		need("secrets.oauth_client_secret", s.secret)
	default:
		found.Add("INVALID", "settings.auth", "must be NONE, BEARER, BASIC, HEADER or OAUTH2", "Choose one of them.")
	}
}

// sign puts the credential on a request. An error is an [*outbound.TokenFailure].
func (s *settings) sign(r *http.Request) error {
	switch s.Auth {
	case authBearer:
		r.Header.Set("Authorization", "Bearer "+s.token)
	case authBasic:
		r.SetBasicAuth(s.Username, s.password)
	case authHeader:
		r.Header.Set(s.Header, s.token)
	case authOAuth:
		token, err := s.tokens.Token(r.Context())
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}

// credential is the path of what the integration signs in with.
func (s *settings) credential() string {
	switch s.Auth {
	case authBearer, authHeader:
		return "secrets.token"
	case authBasic:
		return "secrets.password"
	case authOAuth:
		return "secrets.oauth_client_secret"
	}
	return "settings.auth"
}

// clients keeps the tokens of OAuth clients from one call to the next: each call brings its settings anew.
type clients struct {
	mu    sync.Mutex
	known map[client]*outbound.Tokens
}

type client struct {
	url, id, secret, scope, audience string
	inBody                           bool
}

// mostClients bounds the memory for clients that never come again.
const mostClients = 256

func (k *clients) of(t *outbound.Transport, s *settings) *outbound.Tokens {
	key := client{s.TokenURL, s.ClientID, s.secret, s.Scope, s.Audience, s.InBody}
	k.mu.Lock()
	defer k.mu.Unlock()
	if tokens := k.known[key]; tokens != nil {
		return tokens
	}
	if k.known == nil || len(k.known) >= mostClients {
		k.known = map[client]*outbound.Tokens{}
	}
	more := map[string][]string{}
	if s.Audience != "" {
		more["audience"] = []string{s.Audience}
	}
	k.known[key] = t.Tokens(outbound.Client{TokenURL: s.TokenURL, ID: s.ClientID, Secret: s.secret, Scopes: strings.Fields(s.Scope), InBody: s.InBody, More: more})
	return k.known[key]
}
