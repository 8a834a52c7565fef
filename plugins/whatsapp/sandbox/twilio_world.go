package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"sync/atomic"
)

// TwilioAccount is an account at Twilio with what belongs to it.
type TwilioAccount struct {
	SID       string // AC and 32 hex digits
	AuthToken string // signs callbacks; also signs in
	Keys      []TwilioKey
	Senders   []string // WhatsApp senders, with `+`
	Services  []TwilioService
	Contents  []Content
}

// TwilioKey is an API key of an account.
type TwilioKey struct {
	SID, Secret string
	Revoked     bool
}

// TwilioService is a messaging service, which sends from one of the account's senders.
type TwilioService struct {
	SID    string // MG and 32 hex digits
	Sender string // with `+`
}

// Content is a template of Twilio's Content API in its one language.
type Content struct {
	SID          string // HX and 32 hex digits
	FriendlyName string
	Language     string // for example pt_BR
	Status       string // of WhatsApp's approval: approved unless set; also unsubmitted, received, pending, rejected, paused, disabled
	Category     string // UTILITY unless set
	// Variables are the keys that the content has, with the sample values that Twilio fills in for those that a message leaves out.
	Variables            map[string]string
	Header, Body, Footer string
	Rejection            string // why WhatsApp rejected it
}

// The default world's own ids and secrets at Twilio. They open nothing but a sandbox.
const (
	DefaultAccountSID          = "AC5a9db0c5a9db0c5a9db0c5a9db0c0001"
	DefaultAuthToken           = "sandbox-auth-token-77ab0912"
	DefaultAPIKeySID           = "SK5a9db0c5a9db0c5a9db0c5a9db0c0002"
	DefaultAPIKeySecret        = "sandbox-api-key-secret"
	RevokedAPIKeySID           = "SK5a9db0c5a9db0c5a9db0c5a9db0c0003"
	DefaultSender              = "+553133334400"
	DefaultMessagingServiceSID = "MG5a9db0c5a9db0c5a9db0c5a9db0c0004"
)

// DefaultTwilioAccount has one sender, one service, a key, a revoked one, and all templates of [DefaultTemplates] as contents.
func DefaultTwilioAccount() TwilioAccount {
	a := TwilioAccount{
		SID: DefaultAccountSID, AuthToken: DefaultAuthToken, Senders: []string{DefaultSender},
		Keys:     []TwilioKey{{SID: DefaultAPIKeySID, Secret: DefaultAPIKeySecret}, {SID: RevokedAPIKeySID, Secret: DefaultAPIKeySecret, Revoked: true}},
		Services: []TwilioService{{SID: DefaultMessagingServiceSID, Sender: DefaultSender}},
	}
	for _, t := range DefaultTemplates() {
		a.Contents = append(a.Contents, contentOf(t))
	}
	return a
}

// ContentSID is the SID that a template of [DefaultTemplates] has at Twilio.
func ContentSID(name, language string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + language))
	return "HX" + hex.EncodeToString(sum[:16])
}

// contentOf is a template as Twilio has it.
func contentOf(t Template) Content {
	c := Content{
		SID: ContentSID(t.Name, t.Language), FriendlyName: t.Name, Language: t.Language, Category: t.Category,
		Status: map[string]string{"PAUSED": "paused", "DISABLED": "disabled", "PENDING": "pending", "REJECTED": "rejected"}[t.Status],
		Header: t.Header, Body: t.Body, Footer: t.Footer, Variables: samples(t),
	}
	return c
}

// samples are the variables of a text with sample values.
func samples(t Template) map[string]string {
	out := map[string]string{}
	for _, v := range newTemplate(t, "").vars {
		out[v] = "Sample_" + v
	}
	return out
}

// The sandbox's own view of Twilio.
type (
	twilioAccount struct {
		TwilioAccount
		contents atomic.Pointer[map[string]*content] // replaced as a whole when one of them changes
		incoming atomic.Pointer[string]              // where messages of persons are told; nil for nowhere
	}
	content struct {
		Content
		template *template
	}
)

func (ix *index) addTwilio(a TwilioAccount) {
	own := &twilioAccount{TwilioAccount: a}
	ix.accounts[a.SID] = own
	all := make(map[string]*content, len(a.Contents))
	for _, c := range a.Contents {
		all[c.SID] = newContent(c)
	}
	own.contents.Store(&all)
}

func newContent(c Content) *content {
	if c.Status == "" {
		c.Status = "approved"
	}
	if c.Category == "" {
		c.Category = "UTILITY"
	}
	// Named, so that the variables keep the keys that the text has.
	return &content{c, newTemplate(Template{Name: c.FriendlyName, Language: c.Language, Named: true, Header: c.Header, Body: c.Body, Footer: c.Footer}, c.SID)}
}

// content finds one; nil if there is none.
func (a *twilioAccount) content(sid string) *content { return (*a.contents.Load())[sid] }

// sids lists an account's contents in a fixed order.
func (a *twilioAccount) sids() []string { return slices.Sorted(maps.Keys(*a.contents.Load())) }

// sender finds the number that a request sends from.
func (a *twilioAccount) sender(from, service string) (string, *twilioError) {
	for _, s := range a.Services {
		if service == s.SID {
			return s.Sender, nil
		}
	}
	switch {
	case service != "":
		return "", twilioCode(21701, "The Messaging Service does not exist")
	case from == "":
		return "", twilioCode(21603, "A 'From' phone number is required.")
	}
	for _, s := range a.Senders {
		if from == "whatsapp:"+s {
			return s, nil
		}
	}
	if len(from) == 0 || from[0] == '+' {
		return "", twilioCode(21910, "Invalid From and To pair. From and To should be of the same channel")
	}
	return "", twilioCode(63007, "Twilio could not find a Channel with the specified From address")
}
