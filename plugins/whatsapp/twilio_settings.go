package whatsapp

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// twilioSettings are those of one integration that sends through Twilio, checked.
type twilioSettings struct {
	AccountSID          string  `json:"account_sid"`
	APIKeySID           string  `json:"api_key_sid"`
	From                string  `json:"from"`
	MessagingServiceSID string  `json:"messaging_service_sid"`
	URL                 string  `json:"twilio_url"`
	RatePerSecond       float64 `json:"rate_per_second"`
	PairRate            float64 `json:"pair_rate_per_second"`

	authToken, apiKeySecret string

	api, content *url.URL
	sender       string // whatsapp:+ and the number; empty if the messaging service chooses
	callback     string // where Twilio is to call back; empty if it is not
}

const defaultTwilioURL = "https://api.twilio.com"

var (
	accountPattern = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	keyPattern     = regexp.MustCompile(`^SK[0-9a-fA-F]{32}$`)
	servicePattern = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
	contentPattern = regexp.MustCompile(`^HX[0-9a-fA-F]{32}$`)
)

// parseTwilio reads the settings and secrets of an integration that sends through Twilio. All problems are found at once.
func parseTwilio(in sdk.Integration) (*twilioSettings, problems) {
	s := &twilioSettings{URL: defaultTwilioURL}
	if found := readSettings(in, s); len(found) > 0 {
		return nil, found
	}
	s.authToken, s.apiKeySecret = in.Secrets["auth_token"], in.Secrets["api_key_secret"]
	var c problems
	c.must("settings.account_sid", s.AccountSID, accountPattern, "AC and 32 hexadecimal digits", "Copy the Account SID from the Twilio Console.")
	s.parseCredential(&c)
	s.parseSender(&c)
	c.rates(s.RatePerSecond, s.PairRate)
	if s.api = c.baseURL("settings.twilio_url", s.URL, defaultTwilioURL); s.api != nil {
		s.content = contentURL(s.api)
	}
	// Without the auth token nobody could verify a callback, so that none is asked for.
	if s.authToken != "" {
		s.callback = in.CallbackURL
	}
	if u, err := url.Parse(s.callback); err != nil || strings.Contains(u.Hostname(), "_") {
		c.add("INVALID", "settings", "the hub's public address has an underscore in its host name, which Twilio does not call", "Give the hub another public address.")
	}
	if len(c) > 0 {
		return nil, c
	}
	return s, nil
}

// parseCredential wants an API key, or the auth token.
func (s *twilioSettings) parseCredential(c *problems) {
	const next = "Create an API key in the Twilio Console under Account > API keys & tokens, or give the auth token."
	switch {
	case s.APIKeySID != "" || s.apiKeySecret != "":
		c.must("settings.api_key_sid", s.APIKeySID, keyPattern, "SK and 32 hexadecimal digits", next)
		c.must("secrets.api_key_secret", s.apiKeySecret, secretPattern, "a secret without spaces", next)
	case s.authToken == "":
		c.add("REQUIRED", "secrets.auth_token", "cannot be empty, unless there is an API key", next)
	}
	if s.authToken != "" && !secretPattern.MatchString(s.authToken) {
		c.add("INVALID", "secrets.auth_token", "must be a token without spaces", "Copy the auth token from the Twilio Console.")
	}
}

// parseSender wants a sender, or a messaging service that has one.
func (s *twilioSettings) parseSender(c *problems) {
	const next = "Set a WhatsApp sender with country code, or a messaging service that has one."
	if s.From == "" && s.MessagingServiceSID == "" {
		c.add("REQUIRED", "settings.from", "cannot be empty, unless there is a messaging service", next)
	}
	if s.MessagingServiceSID != "" && !servicePattern.MatchString(s.MessagingServiceSID) {
		c.add("INVALID", "settings.messaging_service_sid", "must be MG and 32 hexadecimal digits", next)
	}
	if s.From == "" {
		return
	}
	number, ok := e164(strings.TrimPrefix(s.From, "whatsapp:"))
	if !ok {
		c.add("INVALID", "settings.from", "must be a phone number with country code", next)
	}
	s.sender = "whatsapp:" + number
}

// contentURL is where templates are read: beside Twilio's own API on a host of its own, elsewhere at the same address.
func contentURL(api *url.URL) *url.URL {
	u := *api
	if rest, ok := strings.CutPrefix(u.Host, "api."); ok && (rest == "twilio.com" || strings.HasSuffix(rest, ".twilio.com")) {
		u.Host = "content." + rest
	}
	return &u
}

// under is an address of an API.
func under(base *url.URL, path string) *url.URL {
	u := *base
	u.Path += path
	u.RawPath = ""
	return &u
}

// header is shared by requests: the transport only reads it.
func (s *twilioSettings) header(contentType string) http.Header {
	user, password := s.AccountSID, s.authToken
	if s.APIKeySID != "" {
		user, password = s.APIKeySID, s.apiKeySecret
	}
	h := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}, "User-Agent": {userAgent}, "Accept": {"application/json"},
	}
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	return h
}

// credential is the path of the secret that the integration signs in with.
func (s *twilioSettings) credential() string {
	if s.APIKeySID != "" {
		return "secrets.api_key_secret"
	}
	return "secrets.auth_token"
}

// place puts the path of the secret in use where a verdict only knows that it is one.
func (s *twilioSettings) place(path string) string {
	if path == twilioCredential {
		return s.credential()
	}
	return path
}
