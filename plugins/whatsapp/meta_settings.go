package whatsapp

import (
	"encoding/json"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// settings are those of one integration, checked.
type settings struct {
	PhoneNumberID   string  `json:"phone_number_id"`
	WABAID          string  `json:"waba_id"`
	GraphVersion    string  `json:"graph_version"`
	BaseURL         string  `json:"base_url"`
	DefaultLanguage string  `json:"default_language"`
	RatePerSecond   float64 `json:"rate_per_second"`

	accessToken string
	appSecret   string
	verifyToken string
	base        *url.URL
}

const (
	defaultGraphVersion = "v25.0"
	defaultBaseURL      = "https://graph.facebook.com"
)

var (
	idPattern       = regexp.MustCompile(`^[0-9]{5,20}$`)
	versionPattern  = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(_[A-Za-z]{2,4})?$`)
	secretPattern   = regexp.MustCompile(`^[!-~]+$`)
)

// parseSettings reads an integration's settings and secrets. All problems are found at once.
func parseSettings(in sdk.Integration) (*settings, problems) {
	s := &settings{GraphVersion: defaultGraphVersion, BaseURL: defaultBaseURL}
	if len(in.Settings) > 0 {
		if err := json.Unmarshal(in.Settings, s); err != nil {
			return nil, problems{{
				Code: "MALFORMED", Path: "settings", Message: "the settings are not an object of the declared shape",
				NextStep: "Give each setting the type that the form asks for.", Severity: sdk.SeverityError,
			}}
		}
	}
	s.accessToken, s.appSecret, s.verifyToken = in.Secrets["access_token"], in.Secrets["app_secret"], in.Secrets["verify_token"]

	var c problems
	c.must("settings.phone_number_id", s.PhoneNumberID, idPattern, "digits only", "Copy the phone number ID (not the phone number) from WhatsApp > API Setup in the Meta app dashboard.")
	c.must("settings.waba_id", s.WABAID, idPattern, "digits only", "Copy the WhatsApp Business Account ID from WhatsApp > API Setup in the Meta app dashboard.")
	c.must("settings.graph_version", s.GraphVersion, versionPattern, "a version such as v25.0", "Use a version that Meta still offers, for example "+defaultGraphVersion+".")
	if s.DefaultLanguage != "" {
		c.must("settings.default_language", s.DefaultLanguage, languagePattern, "a language code of Meta such as pt_BR", "Use the code that the template list in WhatsApp Manager shows.")
	}
	if s.RatePerSecond < 0 {
		c.add("INVALID", "settings.rate_per_second", "must be greater than 0", "Leave it empty for Meta's usual 80 a second.")
	}
	c.must("secrets.access_token", s.accessToken, secretPattern, "a token without spaces", "Create a system user token with the permission whatsapp_business_messaging.")
	c.must("secrets.app_secret", s.appSecret, secretPattern, "a secret without spaces", "Copy the app secret from App settings > Basic in the Meta app dashboard: callbacks are signed with it.")
	c.must("secrets.verify_token", s.verifyToken, secretPattern, "a token without spaces", "Choose any long random text and enter the same one in the webhook configuration of the Meta app.")
	s.base = c.baseURL(s.BaseURL)
	if len(c) > 0 {
		return nil, c
	}
	return s, nil
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

// baseURL accepts https, and http only on this machine: the access token goes there.
func (p *problems) baseURL(text string) *url.URL {
	const path, next = "settings.base_url", "Leave it empty for " + defaultBaseURL + "."
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		p.add("INVALID", path, "must be an absolute URL that starts with https://", next)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		p.add("INVALID", path, "must have neither user name nor query nor fragment", next)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		p.add("INSECURE", path, "must start with https://, because the access token is sent there", next)
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

// endpoint is a URL below the base: the Graph API version, an object's id, and perhaps an edge of it.
func (s *settings) endpoint(parts ...string) *url.URL {
	u := *s.base
	u.Path += "/" + s.GraphVersion
	for _, p := range parts {
		u.Path += "/" + p
	}
	u.RawPath = ""
	return &u
}
