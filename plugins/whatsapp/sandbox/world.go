package sandbox

import (
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
)

// World is what exists on the sandbox's side: Meta's apps and Twilio's accounts, numbers, templates, and the tokens that open them.
type World struct {
	Apps     []App
	Accounts []TwilioAccount
}

// App is an app of a developer. Its webhook tells of all accounts that belong to it.
type App struct {
	ID     string
	Secret string // signs callbacks
	Tokens []Token
	WABAs  []WABA
}

// Token is an access token of an app.
type Token struct {
	Value   string
	Expired bool
}

// WABA is a WhatsApp Business Account.
type WABA struct {
	ID        string
	Name      string
	Numbers   []Number
	Templates []Template
}

// Number is a business phone number.
type Number struct {
	ID           string
	Display      string // as Meta shows it: country code and number without `+`, with or without spaces
	VerifiedName string
	CountryCode  string // prepended to recipients that come without `+`; the first digits of Display if empty
}

// Template is a message template in one language.
type Template struct {
	Name     string
	Language string // Meta's code, for example pt_BR
	Status   string // APPROVED unless set; also PENDING, REJECTED, PAUSED, DISABLED
	Category string // UTILITY unless set
	Named    bool   // the variables have names: {{first_name}} instead of {{1}}
	Header   string // text without variables; empty for none
	Body     string
	Footer   string
}

// The default world's own ids and secrets. They open nothing but a sandbox.
const (
	DefaultAppID         = "120583000000001"
	DefaultAppSecret     = "sandbox-app-secret-3f1c9a"
	DefaultVerifyToken   = "sandbox-verify-token"
	DefaultAccessToken   = "EAAG-sandbox-access-token"
	ExpiredAccessToken   = "EAAG-sandbox-expired-token"
	DefaultWABAID        = "210987000000002"
	DefaultPhoneNumberID = "310654000000003"
	SecondPhoneNumberID  = "310654000000004"
)

// DefaultWorld has one app with one account, two numbers, and the templates of [DefaultTemplates]; and [DefaultTwilioAccount].
func DefaultWorld() World {
	return World{Accounts: []TwilioAccount{DefaultTwilioAccount()}, Apps: []App{{
		ID: DefaultAppID, Secret: DefaultAppSecret,
		Tokens: []Token{{Value: DefaultAccessToken}, {Value: ExpiredAccessToken, Expired: true}},
		WABAs: []WABA{{
			ID: DefaultWABAID, Name: "Manutenção Norte",
			Numbers: []Number{
				{ID: DefaultPhoneNumberID, Display: "55 31 3333-4400", VerifiedName: "Manutenção Norte", CountryCode: "55"},
				{ID: SecondPhoneNumberID, Display: "351 22 333 4400", VerifiedName: "Manutenção Porto", CountryCode: "351"},
			},
			Templates: DefaultTemplates(),
		}},
	}}}
}

// The sandbox's own view of the world, made for looking up.
type (
	app struct {
		App
		hook hooks
	}
	waba struct {
		WABA
		app       *app
		templates atomic.Pointer[templates] // replaced as a whole when one of them changes
		banned    atomic.Bool
	}
	// templates are those of an account at one time.
	templates struct {
		byKey  map[string]*template // by name and language
		listed []*template
	}
	number struct {
		Number
		waba    *waba
		account *twilioAccount // instead of waba, for a sender at Twilio
		digits  string         // of Display
		country string
		quality atomic.Pointer[string] // GREEN unless set
	}
	template struct {
		Template
		id    string
		parts []part // of the body
		vars  []string
	}
	// part is literal text, or the variable with an index into template.vars.
	part struct {
		text string
		v    int // -1 for text
	}
	index struct {
		apps    map[string]*app
		wabas   map[string]*waba
		numbers map[string]*number
		tokens  map[string]*tokenOf

		accounts map[string]*twilioAccount
	}
	tokenOf struct {
		app     *app
		expired bool
	}
)

func newIndex(w World) *index {
	ix := &index{apps: map[string]*app{}, wabas: map[string]*waba{}, numbers: map[string]*number{}, tokens: map[string]*tokenOf{}, accounts: map[string]*twilioAccount{}}
	for _, a := range w.Accounts {
		ix.addTwilio(a)
	}
	for _, a := range w.Apps {
		own := &app{App: a}
		ix.apps[a.ID] = own
		for _, t := range a.Tokens {
			ix.tokens[t.Value] = &tokenOf{app: own, expired: t.Expired}
		}
		for _, acc := range a.WABAs {
			ix.addWABA(own, acc)
		}
	}
	return ix
}

func (ix *index) addWABA(a *app, acc WABA) {
	w := &waba{WABA: acc, app: a}
	ix.wabas[acc.ID] = w
	list := make([]*template, len(acc.Templates))
	for i, t := range acc.Templates {
		list[i] = newTemplate(t, w.templateID(i+1))
	}
	w.setTemplates(list)
	for _, n := range acc.Numbers {
		own := &number{Number: n, waba: w, digits: onlyDigits(n.Display), country: n.CountryCode}
		if own.country == "" {
			own.country = own.digits[:min(2, len(own.digits))]
		}
		ix.numbers[n.ID] = own
	}
}

// templateID is the id of the n-th template that an account ever had.
func (w *waba) templateID(n int) string { return fmt.Sprintf("%s%04d", w.ID[:min(8, len(w.ID))], n) }

func (w *waba) setTemplates(list []*template) {
	all := &templates{byKey: make(map[string]*template, len(list)), listed: list}
	for _, t := range list {
		all.byKey[t.key()] = t
	}
	w.templates.Store(all)
}

// template finds one; nil if there is none.
func (w *waba) template(name, language string) *template {
	return w.templates.Load().byKey[name+"\x00"+language]
}

func (t *template) key() string { return t.Name + "\x00" + t.Language }

var variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_]+)\s*\}\}`)

func newTemplate(t Template, id string) *template {
	if t.Status == "" {
		t.Status = "APPROVED"
	}
	if t.Category == "" {
		t.Category = "UTILITY"
	}
	own := &template{Template: t, id: id}
	last := 0
	for _, m := range variable.FindAllStringSubmatchIndex(t.Body, -1) {
		name := t.Body[m[2]:m[3]]
		own.parts = append(own.parts, part{text: t.Body[last:m[0]], v: -1}, part{v: own.variable(name)})
		last = m[1]
	}
	own.parts = append(own.parts, part{text: t.Body[last:], v: -1})
	return own
}

// variable is the index of a variable; positional ones are in the order of their numbers.
func (t *template) variable(name string) int {
	if !t.Named {
		var n int
		if _, err := fmt.Sscanf(name, "%d", &n); err == nil && n > 0 && n <= 99 {
			for len(t.vars) < n {
				t.vars = append(t.vars, fmt.Sprint(len(t.vars)+1))
			}
			return n - 1
		}
	}
	for i, v := range t.vars {
		if v == name {
			return i
		}
	}
	t.vars = append(t.vars, name)
	return len(t.vars) - 1
}

// render is the whole text as the phone shows it, with the values in the order of vars.
func (t *template) render(values []string) string {
	var b strings.Builder
	if t.Header != "" {
		b.WriteString(t.Header + "\n\n")
	}
	for _, p := range t.parts {
		if p.v < 0 {
			b.WriteString(p.text)
		} else {
			b.WriteString(values[p.v])
		}
	}
	if t.Footer != "" {
		b.WriteString("\n\n" + t.Footer)
	}
	return b.String()
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
