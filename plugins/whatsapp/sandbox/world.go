package sandbox

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

// World is what exists on the sandbox's side: apps, accounts, numbers, templates, and the tokens that open them.
type World struct {
	Apps []App
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

// DefaultWorld has one app with one account, two numbers, and the templates of [DefaultTemplates].
func DefaultWorld() World {
	return World{Apps: []App{{
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

// DefaultTemplates are those of the default world: `wo_assigned` in seven languages, which takes seven values (user_assigned, wo_folio,
// task_todo_description, creation_date, created_by, user_assigned, item_description), and some that are there to be refused.
func DefaultTemplates() []Template {
	assigned := map[string][3]string{
		"pt_BR": {"Nova ordem de serviço", "Olá, {{1}}! A ordem de serviço *{{2}}* foi atribuída a você.\n\nTarefa: {{3}}\nCriada em: {{4}}\nCriada por: {{5}}\nResponsável: {{6}}\nAtivo: {{7}}", "Mensagem automática da manutenção"},
		"pt_PT": {"Nova ordem de trabalho", "Olá, {{1}}! Foi-lhe atribuída a ordem de trabalho *{{2}}*.\n\nTarefa: {{3}}\nCriada em: {{4}}\nCriada por: {{5}}\nResponsável: {{6}}\nEquipamento: {{7}}", "Mensagem automática da manutenção"},
		"es":    {"Nueva orden de trabajo", "Hola, {{1}}. Se te asignó la orden de trabajo *{{2}}*.\n\nTarea: {{3}}\nCreada el: {{4}}\nCreada por: {{5}}\nResponsable: {{6}}\nActivo: {{7}}", "Mensaje automático de mantenimiento"},
		"en":    {"New work order", "Hello {{1}}, work order *{{2}}* has been assigned to you.\n\nTask: {{3}}\nCreated on: {{4}}\nCreated by: {{5}}\nResponsible: {{6}}\nAsset: {{7}}", "Automatic message from maintenance"},
		"en_US": {"New work order", "Hi {{1}}, work order *{{2}}* has been assigned to you.\n\nTask: {{3}}\nCreated on: {{4}}\nCreated by: {{5}}\nResponsible: {{6}}\nAsset: {{7}}", "Automatic message from maintenance"},
		"fr":    {"Nouvel ordre de travail", "Bonjour {{1}}, l'ordre de travail *{{2}}* vous a été affecté.\n\nTâche : {{3}}\nCréé le : {{4}}\nCréé par : {{5}}\nResponsable : {{6}}\nÉquipement : {{7}}", "Message automatique de la maintenance"},
		"it":    {"Nuovo ordine di lavoro", "Ciao {{1}}, ti è stato assegnato l'ordine di lavoro *{{2}}*.\n\nAttività: {{3}}\nCreato il: {{4}}\nCreato da: {{5}}\nResponsabile: {{6}}\nBene: {{7}}", "Messaggio automatico della manutenzione"},
	}
	var out []Template
	for language, text := range assigned {
		out = append(out, Template{Name: "wo_assigned", Language: language, Header: text[0], Body: text[1], Footer: text[2]})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Language < out[j].Language })
	return append(out,
		Template{Name: "hello_world", Language: "en_US", Header: "Hello World", Body: "Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."},
		Template{Name: "wo_closed", Language: "pt_BR", Body: "A ordem de serviço *{{1}}* foi encerrada por {{2}}."},
		Template{Name: "wo_assigned_named", Language: "pt_BR", Named: true, Body: "Olá, {{first_name}}! A ordem de serviço *{{folio}}* foi atribuída a você."},
		Template{Name: "wo_paused", Language: "pt_BR", Status: "PAUSED", Body: "A ordem de serviço *{{1}}* está parada."},
		Template{Name: "wo_disabled", Language: "pt_BR", Status: "DISABLED", Body: "A ordem de serviço *{{1}}* está parada."},
		Template{Name: "wo_pending", Language: "pt_BR", Status: "PENDING", Body: "A ordem de serviço *{{1}}* aguarda peças."},
		Template{Name: "maintenance_offer", Language: "pt_BR", Category: "MARKETING", Body: "Olá, {{1}}! Conheça o novo plano de manutenção."},
	)
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
		templates map[string]*template // by name and language
		listed    []*template
	}
	number struct {
		Number
		waba    *waba
		digits  string // of Display
		country string
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
	}
	tokenOf struct {
		app     *app
		expired bool
	}
)

func newIndex(w World) *index {
	ix := &index{apps: map[string]*app{}, wabas: map[string]*waba{}, numbers: map[string]*number{}, tokens: map[string]*tokenOf{}}
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
	w := &waba{WABA: acc, app: a, templates: map[string]*template{}}
	ix.wabas[acc.ID] = w
	for i, t := range acc.Templates {
		own := newTemplate(t, fmt.Sprintf("%s%04d", acc.ID[:min(8, len(acc.ID))], i+1))
		w.templates[t.Name+"\x00"+t.Language] = own
		w.listed = append(w.listed, own)
	}
	for _, n := range acc.Numbers {
		own := &number{Number: n, waba: w, digits: onlyDigits(n.Display), country: n.CountryCode}
		if own.country == "" {
			own.country = own.digits[:min(2, len(own.digits))]
		}
		ix.numbers[n.ID] = own
	}
}

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
