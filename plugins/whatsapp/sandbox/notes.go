package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// The providers' names.
const (
	throughMeta   = "META"
	throughTwilio = "TWILIO"
)

// webhookFields are what an app's webhook can be told of here.
var webhookFields = []string{
	"messages", "user_preferences", "message_template_status_update", "message_template_components_update", "template_category_update",
	"account_update", "phone_number_quality_update",
}

// note is something that a webhook is told beside the steps of messages: a change of one of Meta's fields, or one form of Twilio's.
type note struct {
	field string
	app   *app
	body  []byte

	account *twilioAccount
	url     string
	form    url.Values
	token   string // the same when it is repeated

	answer string // of the first try; empty if it was taken
}

// Told says whether a webhook was told something, and took it at the first try.
type Told struct {
	Field string `json:"field"` // Meta's, or `incoming` at Twilio
	Told  bool   `json:"told"`
	// Why it was not: nobody listens, or what the webhook answered. Meta goes on trying then.
	Why string `json:"why,omitempty"`
}

// tellMeta tells an app's webhook a change of a field of an account, and waits for the first try.
func (s *Sandbox) tellMeta(ctx context.Context, w *waba, field string, value any) Told {
	h := w.app.subscription()
	switch {
	case h == nil:
		return Told{Field: field, Why: "the app has no webhook: give one with POST /sandbox/webhook"}
	case !h.wants(field):
		return Told{Field: field, Why: "the app's webhook is not subscribed to this field"}
	}
	entry := map[string]any{"id": w.ID, "changes": []any{map[string]any{"field": field, "value": value}}}
	if field != "messages" && field != "user_preferences" {
		entry["time"] = time.Now().Unix()
	}
	text, err := json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{entry}})
	if err != nil {
		return Told{Field: field, Why: err.Error()}
	}
	return s.note(ctx, &note{field: field, app: w.app, body: escapeUnicode(text)})
}

// tellTwilioForm tells the webhook for incoming messages of an account.
func (s *Sandbox) tellTwilioForm(ctx context.Context, a *twilioAccount, form url.Values) Told {
	to := a.incoming.Load()
	if to == nil {
		return Told{Field: "incoming", Why: "the account has no URL for incoming messages: give one with POST /sandbox/webhook"}
	}
	return s.note(ctx, &note{field: "incoming", account: a, url: *to, form: form, token: form.Get("MessageSid")})
}

// note has something told, and waits for the first try.
func (s *Sandbox) note(ctx context.Context, n *note) Told {
	if s.options.Callbacks.Off {
		return Told{Field: n.field, Why: "callbacks are off"}
	}
	tried := make(chan struct{})
	now := time.Now()
	s.teller.push(&event{due: now, at: now, note: n, told: tried})
	select {
	case <-tried:
		return Told{Field: n.field, Told: n.answer == "", Why: n.answer}
	case <-ctx.Done():
	case <-s.teller.ctx.Done():
	}
	return Told{Field: n.field, Why: "there was no time to wait for an answer"}
}

// tellNote tells one note. As with statuses, Meta repeats it until it is taken, and Twilio once if there was no connection.
func (t *teller) tellNote(e *event) {
	n := e.note
	var answer string
	again := true
	if n.app != nil {
		h := n.app.subscription()
		if h == nil {
			t.done([]*event{e})
			return
		}
		answer = t.post(n.app, h, n.body)
	} else {
		bare, most, always := twilioWishes(n.url)
		var connected bool
		answer, connected = t.postTwilio(bare, n.account, n.form, n.token)
		again = e.tries < most && (always || !connected)
	}
	if e.told != nil {
		n.answer = answer
	}
	if answer == "" {
		t.taken.Add(1)
		t.done([]*event{e})
		return
	}
	t.refused.Add(1)
	t.logger.Warn("a callback was not taken", "field", n.field, "answer", answer)
	if e.told != nil { // whoever waits, waits for the first try
		close(e.told)
		e.told = nil
	}
	if again && t.ctx.Err() == nil {
		t.repeat(e)
	}
	t.waiting.Add(-1)
}

// webhook is the body of POST /sandbox/webhook.
type webhook struct {
	Provider    string   `json:"provider"`
	Account     string   `json:"account"` // app id or account SID; the first one if empty
	URL         string   `json:"url"`
	VerifyToken string   `json:"verify_token"` // Meta's; that of the default world if empty
	Fields      []string `json:"fields"`       // Meta's; all if empty
}

// ListenTwilio sets where an account's incoming messages are told; an empty URL is nowhere.
func (s *Sandbox) ListenTwilio(accountSID, url string) error {
	a, ok := s.world.accounts[accountSID]
	switch {
	case !ok:
		return fmt.Errorf("the sandbox has no account %q", accountSID)
	case url == "":
		a.incoming.Store(nil)
	case !absolute(url):
		return fmt.Errorf("the URL %q must be absolute, with http or https and without an underscore in its host", url)
	default:
		a.incoming.Store(&url)
	}
	s.changed()
	return nil
}

// setWebhook is POST /sandbox/webhook.
func (s *Sandbox) setWebhook(ctx context.Context, in webhook) (any, error) {
	switch in.Provider {
	case throughTwilio:
		a, err := s.twilioAccountOf(in.Account)
		if err != nil {
			return nil, err
		}
		if err := s.ListenTwilio(a.SID, in.URL); err != nil {
			return nil, err
		}
		return s.webhooks(), nil
	case throughMeta, "":
	default:
		return nil, errProvider
	}
	a, err := s.appOf(in.Account)
	if err != nil {
		return nil, err
	}
	if in.URL == "" {
		a.hook.Store(nil)
		s.changed()
		return s.webhooks(), nil
	}
	for _, f := range in.Fields {
		if !slices.Contains(webhookFields, f) {
			return nil, fmt.Errorf("fields: %q: must be one of %v", f, webhookFields)
		}
	}
	if in.VerifyToken == "" {
		in.VerifyToken = DefaultVerifyToken
	}
	if err := s.Subscribe(ctx, a.ID, in.URL, in.VerifyToken, in.Fields...); err != nil {
		return nil, err
	}
	return s.webhooks(), nil
}

// listening is a webhook as GET /sandbox/webhook shows it.
type listening struct {
	Provider string   `json:"provider"`
	Account  string   `json:"account"`
	URL      string   `json:"url"`
	Fields   []string `json:"fields,omitempty"`
}

func (s *Sandbox) webhooks() []listening {
	out := []listening{}
	for _, a := range s.world.apps {
		if h := a.subscription(); h != nil {
			out = append(out, listening{throughMeta, a.ID, h.url, h.fields})
		}
	}
	for _, a := range s.world.accounts {
		if u := a.incoming.Load(); u != nil {
			out = append(out, listening{Provider: throughTwilio, Account: a.SID, URL: *u})
		}
	}
	slices.SortFunc(out, func(a, b listening) int {
		return slices.Compare([]string{a.Provider, a.Account}, []string{b.Provider, b.Account})
	})
	return out
}
