package webhook

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

const settingsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s#]+$", "maxLength": 2000, "x-recado-secret-destination": true},
    "secret_path": {"type": "string", "pattern": "^[/?][!-~]*$", "maxLength": 2000, "writeOnly": true},
    "signature": {"type": "string", "enum": ["STANDARD_WEBHOOKS", "NONE"], "default": "STANDARD_WEBHOOKS",
      "x-recado-options": {
        "STANDARD_WEBHOOKS": "Standard Webhooks",
        "NONE": {"pt-BR": "Sem assinatura", "pt-PT": "Sem assinatura", "es": "Sin firma", "en": "No signature", "fr": "Sans signature", "it": "Senza firma"}}},
    "signing_secret": {"type": "string", "pattern": "^wh(sec|sk)_[A-Za-z0-9+/]+=*$", "writeOnly": true},
    "previous_signing_secret": {"type": "string", "pattern": "^wh(sec|sk)_[A-Za-z0-9+/]+=*$", "writeOnly": true},
    "auth_header": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$", "default": "Authorization"},
    "auth_value": {"type": "string", "minLength": 1, "maxLength": 4000, "writeOnly": true},
    "follow_redirects": {"type": "string", "enum": ["NEVER", "SAME_ORIGIN"], "default": "NEVER",
      "x-recado-options": {
        "NEVER": {"pt-BR": "Nunca", "pt-PT": "Nunca", "es": "Nunca", "en": "Never", "fr": "Jamais", "it": "Mai"},
        "SAME_ORIGIN": {"pt-BR": "Só na mesma origem", "pt-PT": "Só na mesma origem", "es": "Solo en el mismo origen", "en": "Only at the same origin", "fr": "Seulement à la même origine", "it": "Solo alla stessa origine"}}},
    "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 60, "default": 20},
    "rate_per_second": {"type": "number", "exclusiveMinimum": 0, "maximum": 100000, "default": 50}
  },
  "required": ["url"],
  "if": {"properties": {"signature": {"const": "NONE"}}, "required": ["signature"]},
  "else": {"required": ["signing_secret"]},
  "additionalProperties": false
}`

// settings are those of one integration, checked.
type settings struct {
	URL       string `json:"url"`
	Signature string `json:"signature"`
	Header    string `json:"auth_header"`
	Redirects string `json:"follow_redirects"`
	Timeout   int    `json:"timeout_seconds"`

	address    *url.URL
	secretPath string
	keys       []key // the present one first; none: not signed
	auth       string
}

// Values of the settings `signature` and `follow_redirects`.
const (
	standardWebhooks = "STANDARD_WEBHOOKS"
	unsigned         = "NONE"
	never            = "NEVER"
	sameOrigin       = "SAME_ORIGIN"
)

// headerName is a token (RFC 9110 §5.6.2) of the usual characters.
var headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// parse reads the settings and secrets of an integration. All problems are found at once.
func (c *connector) parse(in sdk.Integration) (*settings, sdk.Problems) {
	s := &settings{Signature: standardWebhooks, Header: "Authorization", Redirects: never, Timeout: 20}
	var found sdk.Problems
	if len(in.Settings) > 0 && json.Unmarshal(in.Settings, s) != nil {
		found.Add("MALFORMED", "settings", "the settings are not an object of the declared shape", "Give each setting the type that the form asks for.")
		return nil, found
	}
	s.auth, s.secretPath = in.Secrets["auth_value"], in.Secrets["secret_path"]
	s.parseAddress(c.guard, &found)
	s.parseKeys(in.Secrets, &found)
	if !headerName.MatchString(s.Header) || s.auth != "" && slices.Contains(ours, strings.ToLower(s.Header)) {
		found.Add("INVALID", "settings.auth_header", "must be the name of a header that the connector does not write itself", "Leave it empty for Authorization.")
	}
	if !fieldValue(s.auth) {
		found.Add("INVALID", "secrets.auth_value", "must be one line of visible characters", "Copy the whole value of the header, such as Bearer and a token.")
	}
	if s.Redirects != never && s.Redirects != sameOrigin {
		found.Add("INVALID", "settings.follow_redirects", "must be NEVER or SAME_ORIGIN", "Choose one of them.")
	}
	if s.Timeout < 1 || s.Timeout > 60 {
		found.Add("INVALID", "settings.timeout_seconds", "must be from 1 to 60", "Leave it empty for 20 seconds.")
	}
	if len(found) > 0 {
		return nil, found
	}
	return s, nil
}

func (s *settings) parseAddress(g *outbound.Guard, found *sdk.Problems) {
	const path, next = "settings.url", "Copy the address of the endpoint from whoever receives the messages."
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		found.Add("REQUIRED", path, "cannot be empty", next)
		return
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		found.Add("INVALID", path, "must be an absolute URL that starts with https://", next)
		return
	case u.User != nil || u.Fragment != "":
		found.Add("INVALID", path, "must have neither user name nor fragment", "Give credentials as the value of the authorization header.")
		return
	}
	if err := g.JudgeURL(u); err != nil {
		found.Add("ADDRESS_REFUSED", path, err.Error(), outbound.NextStep)
	}
	u.Path = cmp.Or(u.Path, "/") // else JoinPath would take it for a relative one
	if s.address = u; s.secretPath == "" {
		return
	}
	whole, err := url.Parse(strings.TrimSuffix(s.URL, "/") + s.secretPath)
	if err != nil || !strings.ContainsAny(s.secretPath[:1], "/?") || whole.Host != u.Host || whole.Fragment != "" || u.RawQuery != "" {
		found.Add("INVALID", "secrets.secret_path", "must begin with / or ? and be the rest of an address without a query", "Copy everything that follows the part that is no secret.")
		return
	}
	whole.Path = cmp.Or(whole.Path, "/")
	s.address = whole
}

func (s *settings) parseKeys(secrets map[string]string, found *sdk.Problems) {
	if s.Signature == unsigned {
		return
	}
	if s.Signature != standardWebhooks {
		found.Add("INVALID", "settings.signature", "must be STANDARD_WEBHOOKS or NONE", "Choose one of them.")
		return
	}
	const next = "Give a secret of Standard Webhooks: whsec_ and 24 to 64 random bytes in base64; or whsk_ and an Ed25519 key."
	for _, name := range []string{"signing_secret", "previous_signing_secret"} {
		text := secrets[name]
		if text == "" {
			if name == "signing_secret" {
				found.Add("REQUIRED", "secrets."+name, "cannot be empty, since messages are signed with it", next)
			}
			continue
		}
		k, ok := parseKey(text)
		if !ok {
			found.Add("INVALID", "secrets."+name, "is no signing secret", next)
			continue
		}
		s.keys = append(s.keys, k)
	}
}

func (s *settings) timeout() time.Duration { return time.Duration(s.Timeout) * time.Second }

// ours are headers that the connector or the protocol decides about.
var ours = []string{"webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "content-length", "content-encoding", "host", "connection",
	"keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect", "user-agent", "accept-encoding"}

// fieldValue tells whether a text may be a header's value as it is (RFC 9110 §5.5).
func fieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return textproto.TrimString(s) == s
}

// header is what is the same in all requests. Names stand as they are written, in lower case: to net/http, Idempotency-Key in its usual
// spelling would be leave to repeat a request on its own.
func (s *settings) header(p *plan) http.Header {
	h := http.Header{"User-Agent": {userAgent}, "content-type": {p.contentType}}
	for name, value := range p.headers {
		h[strings.ToLower(name)] = []string{value}
	}
	if s.auth != "" {
		h[strings.ToLower(s.Header)] = []string{s.auth}
	}
	return h
}
