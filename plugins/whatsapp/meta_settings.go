package whatsapp

import (
	"net/url"
	"regexp"

	"github.com/recado-hub/recado/plugins/sdk"
)

// metaSettings are those of one integration that sends through Meta, checked.
type metaSettings struct {
	PhoneNumberID   string  `json:"phone_number_id"`
	WABAID          string  `json:"waba_id"`
	GraphVersion    string  `json:"graph_version"`
	BaseURL         string  `json:"base_url"`
	DefaultLanguage string  `json:"default_language"`
	RatePerSecond   float64 `json:"rate_per_second"`
	PairRate        float64 `json:"pair_rate_per_second"`

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
func parseMeta(in sdk.Integration) (*metaSettings, problems) {
	s := &metaSettings{GraphVersion: defaultGraphVersion, BaseURL: defaultBaseURL}
	if found := readSettings(in, s); len(found) > 0 {
		return nil, found
	}
	s.accessToken, s.appSecret, s.verifyToken = in.Secrets["access_token"], in.Secrets["app_secret"], in.Secrets["verify_token"]

	var c problems
	c.must("settings.phone_number_id", s.PhoneNumberID, idPattern, "digits only", "Copy the phone number ID (not the phone number) from WhatsApp > API Setup in the Meta app dashboard.")
	c.must("settings.waba_id", s.WABAID, idPattern, "digits only", "Copy the WhatsApp Business Account ID from WhatsApp > API Setup in the Meta app dashboard.")
	c.must("settings.graph_version", s.GraphVersion, versionPattern, "a version such as v25.0", "Use a version that Meta still offers, for example "+defaultGraphVersion+".")
	if s.DefaultLanguage != "" {
		c.must("settings.default_language", s.DefaultLanguage, languagePattern, "a language code of Meta such as pt_BR", "Use the code that the template list in WhatsApp Manager shows.")
	}
	c.rates(s.RatePerSecond, s.PairRate)
	c.must("secrets.access_token", s.accessToken, secretPattern, "a token without spaces", "Create a system user token with the permission whatsapp_business_messaging.")
	c.must("secrets.app_secret", s.appSecret, secretPattern, "a secret without spaces", "Copy the app secret from App settings > Basic in the Meta app dashboard: callbacks are signed with it.")
	c.must("secrets.verify_token", s.verifyToken, secretPattern, "a token without spaces", "Choose any long random text and enter the same one in the webhook configuration of the Meta app.")
	s.base = c.baseURL("settings.base_url", s.BaseURL, defaultBaseURL)
	if len(c) > 0 {
		return nil, c
	}
	return s, nil
}

// endpoint is a URL below the base: the Graph API version, an object's id, and perhaps an edge of it.
func (s *metaSettings) endpoint(parts ...string) *url.URL {
	u := *s.base
	u.Path += "/" + s.GraphVersion
	for _, p := range parts {
		u.Path += "/" + p
	}
	u.RawPath = ""
	return &u
}
