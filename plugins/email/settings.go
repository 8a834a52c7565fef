package email

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

const settingsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "host": {"type": "string", "minLength": 1, "maxLength": 253, "x-recado-secret-destination": true},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "x-recado-secret-destination": true},
    "security": {"type": "string", "enum": ["STARTTLS", "TLS", "NONE"], "default": "STARTTLS",
      "x-recado-options": {
        "STARTTLS": "STARTTLS",
        "TLS": "TLS",
        "NONE": {"pt-BR": "Sem criptografia", "pt-PT": "Sem cifra", "es": "Sin cifrado", "en": "No encryption", "fr": "Sans chiffrement", "it": "Senza cifratura"}}},
    "from": {"type": "string", "minLength": 3, "maxLength": 500},
    "reply_to": {"type": "string", "minLength": 3, "maxLength": 500},
    "auth": {"type": "string", "enum": ["AUTO", "NONE", "SCRAM_SHA_256", "PLAIN", "LOGIN", "XOAUTH2"], "default": "AUTO",
      "x-recado-options": {
        "AUTO": {"pt-BR": "Automático", "pt-PT": "Automático", "es": "Automático", "en": "Automatic", "fr": "Automatique", "it": "Automatico"},
        "NONE": {"pt-BR": "Sem login", "pt-PT": "Sem início de sessão", "es": "Sin inicio de sesión", "en": "No sign-in", "fr": "Sans connexion", "it": "Senza accesso"},
        "SCRAM_SHA_256": "SCRAM-SHA-256",
        "PLAIN": "PLAIN",
        "LOGIN": "LOGIN",
        "XOAUTH2": "OAuth 2.0 (XOAUTH2)"}},
    "username": {"type": "string", "minLength": 1, "maxLength": 320},
    "password": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true},
    "oauth_token_url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s#]+$", "x-recado-secret-destination": true},
    "oauth_client_id": {"type": "string", "minLength": 1, "maxLength": 500},
    "oauth_client_secret": {"type": "string", "minLength": 1, "maxLength": 1000, "writeOnly": true},
    "oauth_scope": {"type": "string", "maxLength": 1000},
    "helo_name": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,253}$"},
    "rate_per_second": {"type": "number", "exclusiveMinimum": 0, "maximum": 10000, "default": 5}
  },
  "required": ["host", "from"],
  "additionalProperties": false
}`

// Values of the settings `security` and `auth`.
const (
	startTLS = "STARTTLS"
	fullTLS  = "TLS"
	noTLS    = "NONE"

	authAuto    = "AUTO"
	authNone    = "NONE"
	authSCRAM   = "SCRAM_SHA_256"
	authPlain   = "PLAIN"
	authLogin   = "LOGIN"
	authXOAUTH2 = "XOAUTH2"
)

// usualPort has the port of each kind of security.
var usualPort = map[string]int{startTLS: 587, fullTLS: 465, noTLS: 25}

// settings are those of one integration, checked.
type settings struct {
	Host          string `json:"host"`
	Port          int    `json:"port"`
	Security      string `json:"security"`
	From          string `json:"from"`
	ReplyTo       string `json:"reply_to"`
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	TokenURL      string `json:"oauth_token_url"`
	ClientID      string `json:"oauth_client_id"`
	Scope         string `json:"oauth_scope"`
	HeloName      string `json:"helo_name"`
	password      string
	clientSecret  string
	from, replyTo mailbox
	tokens        *outbound.Tokens // of XOAUTH2
}

// parse reads the settings and secrets of an integration. All problems are found at once.
func (c *connector) parse(in sdk.Integration) (*settings, sdk.Problems) {
	s := &settings{Security: startTLS, Auth: authAuto}
	var found sdk.Problems
	if len(in.Settings) > 0 && json.Unmarshal(in.Settings, s) != nil {
		found.Add("MALFORMED", "settings", "the settings are not an object of the declared shape", "Give each setting the type that the form asks for.")
		return nil, found
	}
	s.password, s.clientSecret = in.Secrets["password"], in.Secrets["oauth_client_secret"]
	s.parseServer(c.guard, &found)
	s.parsePeople(&found)
	s.parseAuth(c, &found)
	if len(found) > 0 {
		return nil, found
	}
	return s, nil
}

func (s *settings) parseServer(g *outbound.Guard, found *sdk.Problems) {
	if _, ok := usualPort[s.Security]; !ok {
		found.Add("INVALID", "settings.security", "must be STARTTLS, TLS or NONE", "Choose one of them.")
		return
	}
	if s.Port == 0 {
		s.Port = usualPort[s.Security]
	}
	if s.Port < 1 || s.Port > 65535 {
		found.Add("INVALID", "settings.port", "must be from 1 to 65535", "Leave it empty for the usual port.")
		return
	}
	const next = "Copy the name of the SMTP server from your e-mail provider."
	if s.Host == "" {
		found.Add("REQUIRED", "settings.host", "cannot be empty", next)
		return
	}
	if _, err := netip.ParseAddr(s.Host); err != nil {
		host, err := idna.Lookup.ToASCII(strings.TrimSuffix(s.Host, "."))
		if err != nil || !hostName.MatchString(host) {
			found.Add("INVALID", "settings.host", "must be the name or address of a server, without port", next)
			return
		}
		s.Host = host
	}
	scheme := "https"
	if s.Security == noTLS {
		scheme = "http"
	}
	if err := g.JudgeURL(&url.URL{Scheme: scheme, Host: s.address()}); err != nil {
		found.Add("ADDRESS_REFUSED", "settings.host", err.Error(), outbound.NextStep)
	}
	if s.HeloName != "" && !hostName.MatchString(strings.ToLower(s.HeloName)) {
		found.Add("INVALID", "settings.helo_name", "must be the name of a host", "Leave it empty for the domain of the sender.")
	}
}

// address is that of the server, with its port.
func (s *settings) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (s *settings) parsePeople(found *sdk.Problems) {
	const next = "Write it as maintenance@example.com or Maintenance <maintenance@example.com>."
	var ok bool
	if s.from, ok = parseMailbox(s.From); !ok {
		found.Add(missingOr(s.From), "settings.from", "must be the e-mail address of the sender", next)
	}
	if s.ReplyTo == "" {
		return
	}
	if s.replyTo, ok = parseMailbox(s.ReplyTo); !ok {
		found.Add("INVALID", "settings.reply_to", "must be an e-mail address", next)
	}
}

func missingOr(text string) string {
	if text == "" {
		return "REQUIRED"
	}
	return "INVALID"
}

func (s *settings) parseAuth(c *connector, found *sdk.Problems) {
	switch s.Auth {
	case authAuto:
		if s.Username == "" && s.password == "" {
			s.Auth = authNone
			return
		}
		s.wantPassword(found)
	case authSCRAM, authPlain, authLogin:
		s.wantPassword(found)
	case authXOAUTH2:
		s.parseOAuth(c, found)
	case authNone:
		return
	default:
		found.Add("INVALID", "settings.auth", "must be AUTO, NONE, SCRAM_SHA_256, PLAIN, LOGIN or XOAUTH2", "Leave it empty: what server and connector both know is taken.")
	}
	if s.Security == noTLS {
		found.Add("INSECURE", "settings.security", "must be STARTTLS or TLS to sign in", "Choose one of them, or sign in nowhere.")
	}
}

func (s *settings) wantPassword(found *sdk.Problems) {
	if s.Username == "" {
		found.Add("REQUIRED", "settings.username", "cannot be empty to sign in", "Give the user name of the account, or choose not to sign in.")
	}
	if s.password == "" {
		found.Add("REQUIRED", "secrets.password", "cannot be empty to sign in", "Give the password of the account, or choose not to sign in.")
	}
	if strings.ContainsRune(s.Username+s.password, 0) {
		found.Add("INVALID", "settings.username", "and password cannot have a NUL character", "Copy them anew.")
	}
}

func (s *settings) parseOAuth(c *connector, found *sdk.Problems) {
	for _, f := range []struct{ path, value string }{
		{"settings.username", s.Username}, {"settings.oauth_token_url", s.TokenURL}, {"settings.oauth_client_id", s.ClientID}, {"secrets.oauth_client_secret", s.clientSecret},
	} {
		if f.value == "" {
			found.Add("REQUIRED", f.path, "cannot be empty to sign in with XOAUTH2", "Copy it from the registration of the application at your e-mail provider.")
		}
	}
	u, err := url.Parse(s.TokenURL)
	if err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Hostname() == "" || u.User != nil {
		found.Add("INVALID", "settings.oauth_token_url", "must be an absolute URL that starts with https://", "Copy the address of the token endpoint.")
		return
	}
	if err := c.guard.JudgeURL(u); err != nil {
		found.Add("ADDRESS_REFUSED", "settings.oauth_token_url", err.Error(), outbound.NextStep)
		return
	}
	s.tokens = c.transport.Tokens(outbound.Client{TokenURL: s.TokenURL, ID: s.ClientID, Secret: s.clientSecret, Scopes: strings.Fields(s.Scope), InBody: true})
}

// helo is how the connector calls itself to the server.
func (s *settings) helo() string {
	if s.HeloName != "" {
		return s.HeloName
	}
	return s.from.domain
}

// messageID is that of a delivery: the same on every attempt.
func (s *settings) messageID(delivery string) string {
	return fmt.Sprintf("%s@%s", delivery, s.from.domain)
}
