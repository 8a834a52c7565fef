package whatsapp

import (
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Values of the setting `provider`. An integration without it sends through Meta, as all did before there was a choice.
const (
	throughMeta   = "META"
	throughTwilio = "TWILIO"
)

// settingsSchema describes both providers in one object. What is required hangs on the setting `provider`, by if, then and else and not
// by oneOf: a validator then names only what is missing for the provider that was chosen. Which of the auth token and an API key, and
// which of sender and messaging service there must be, says parseTwilio, in words.
const settingsSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "provider": {"type": "string", "enum": ["META", "TWILIO"], "default": "META", "x-recado-options": {"META": "Meta", "TWILIO": "Twilio"}},
    "phone_number_id": {"type": "string", "pattern": "^[0-9]{5,20}$", "x-recado-shown": {"provider": ["META"]}},
    "waba_id": {"type": "string", "pattern": "^[0-9]{5,20}$", "x-recado-shown": {"provider": ["META"]}},
    "access_token": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-shown": {"provider": ["META"]}},
    "app_secret": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-callback-secret": true, "x-recado-shown": {"provider": ["META"]}},
    "verify_token": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-shown": {"provider": ["META"]}},
    "graph_version": {"type": "string", "pattern": "^v[0-9]+\\.[0-9]+$", "default": "v25.0", "x-recado-shown": {"provider": ["META"]}},
    "base_url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s]+$", "default": "https://graph.facebook.com", "x-recado-secret-destination": true, "x-recado-shown": {"provider": ["META"]}},
    "default_language": {"type": "string", "pattern": "^[a-z]{2,3}(_[A-Za-z]{2,4})?$"},
    "account_sid": {"type": "string", "pattern": "^AC[0-9a-fA-F]{32}$", "x-recado-shown": {"provider": ["TWILIO"]}},
    "auth_token": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-callback-secret": true, "x-recado-shown": {"provider": ["TWILIO"]}},
    "api_key_sid": {"type": "string", "pattern": "^SK[0-9a-fA-F]{32}$", "x-recado-shown": {"provider": ["TWILIO"]}},
    "api_key_secret": {"type": "string", "minLength": 1, "writeOnly": true, "x-recado-shown": {"provider": ["TWILIO"]}},
    "from": {"type": "string", "pattern": "^(whatsapp:)?\\+?[0-9 ()./-]{7,30}$", "x-recado-shown": {"provider": ["TWILIO"]}},
    "messaging_service_sid": {"type": "string", "pattern": "^MG[0-9a-fA-F]{32}$", "x-recado-shown": {"provider": ["TWILIO"]}},
    "twilio_url": {"type": "string", "format": "uri", "pattern": "^https?://[^@\\s]+$", "default": "https://api.twilio.com", "x-recado-secret-destination": true, "x-recado-shown": {"provider": ["TWILIO"]}},
    "rate_per_second": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000},
    "pair_rate_per_second": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000}
  },
  "if": {"properties": {"provider": {"const": "TWILIO"}}, "required": ["provider"]},
  "then": {"required": ["account_sid"]},
  "else": {"required": ["phone_number_id", "waba_id", "access_token", "app_secret", "verify_token"]},
  "additionalProperties": false
}`

// chosen is the provider that an integration sends through. What cannot be read is left to the provider's own reading, which says so.
func chosen(in sdk.Integration) (string, problems) {
	s := struct {
		Provider string `json:"provider"`
	}{throughMeta}
	if len(in.Settings) > 0 {
		_ = json.Unmarshal(in.Settings, &s)
	}
	switch s.Provider {
	case throughMeta, throughTwilio:
		return s.Provider, nil
	}
	var found problems
	found.add("INVALID", "settings.provider", "must be META or TWILIO", "Choose one of them.")
	return "", found
}

// readSettings reads the settings, but not the secrets, into a struct of a provider.
func readSettings(in sdk.Integration, into any) problems {
	if len(in.Settings) == 0 || json.Unmarshal(in.Settings, into) == nil {
		return nil
	}
	return problems{{
		Code: "MALFORMED", Path: "settings", Message: "the settings are not an object of the declared shape",
		NextStep: "Give each setting the type that the form asks for.", Severity: sdk.SeverityError,
	}}
}

// rates judges the rates by which the hub paces itself; 0 is the provider's usual one.
func (p *problems) rates(perSecond, pair float64) {
	if perSecond < 0 {
		p.add("INVALID", "settings.rate_per_second", "must be greater than 0", "Leave it empty for the usual rate: 80 a second through Meta, 10 through Twilio.")
	}
	if pair < 0 {
		p.add("INVALID", "settings.pair_rate_per_second", "must be greater than 0", "Leave it empty for WhatsApp's rate: one in 6 seconds.")
	}
}

// problems collects what is wrong.
type problems []sdk.Problem

func (p *problems) add(code, path, message, next string) {
	*p = append(*p, sdk.Problem{Code: code, Path: path, Message: message, NextStep: next, Severity: sdk.SeverityError})
}

// must reports a missing value, or one that does not look as it must. The value itself is not repeated: it may be a secret.
func (p *problems) must(path, value string, pattern *regexp.Regexp, shape, next string) {
	switch {
	case value == "":
		p.add("REQUIRED", path, "cannot be empty", next)
	case !pattern.MatchString(value):
		p.add("INVALID", path, "must be "+shape, next)
	}
}

// baseURL accepts https, and http only on this machine: secrets go there.
func (p *problems) baseURL(path, text, usual string) *url.URL {
	next := "Leave it empty for " + usual + "."
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		p.add("INVALID", path, "must be an absolute URL that starts with https://", next)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		p.add("INVALID", path, "must have neither user name nor query nor fragment", next)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		p.add("INSECURE", path, "must start with https://, because secrets are sent there", next)
	default:
		u.Path = strings.TrimRight(u.Path, "/")
		return u
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
