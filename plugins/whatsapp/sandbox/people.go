package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Incoming is what a person writes to a business number: the body of POST /sandbox/incoming.
type Incoming struct {
	// Provider and To say which of the numbers gets it: META with a phone number id, TWILIO with a sender and its `+`. Without
	// them it is the one that last wrote to the person, or Meta's first.
	Provider string `json:"provider,omitempty"`
	To       string `json:"to,omitempty"`
	From     string `json:"from"` // the person's phone number
	Name     string `json:"name,omitempty"`
	Text     string `json:"text"`
	// OptOut is what Twilio makes of the text: STOP, START or HELP. Without it the usual keywords count; NONE is none, as for a
	// sender without Advanced Opt-Out. Meta has nothing of the kind.
	OptOut string `json:"opt_out,omitempty"`
	// ID is the message's id. To give the same twice is to have a webhook told again.
	ID string `json:"id,omitempty"`
	// Context is the id of the message that is answered, for Meta.
	Context string `json:"context,omitempty"`

	At time.Time `json:"at,omitzero"` // set by the sandbox

	rev uint64
}

// Preference is what a person wishes of marketing messages: the body of POST /sandbox/preferences. Only Meta knows it.
type Preference struct {
	PhoneNumberID string `json:"phone_number_id,omitempty"` // as with Incoming.To
	From          string `json:"from"`
	Name          string `json:"name,omitempty"`
	Value         string `json:"value"` // stop or resume
}

// people knows who wants no messages. Without anybody a send pays one atomic read.
type people struct {
	some atomic.Bool
	mu   sync.Mutex
	stop map[string]bool // by sender and phone
}

func (p *people) stopped(sender, phone string) bool {
	if !p.some.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop[sender+" "+phone]
}

func (p *people) set(sender, phone string, stop bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		p.stop = map[string]bool{}
	}
	if stop {
		p.stop[sender+" "+phone] = true
	} else {
		delete(p.stop, sender+" "+phone)
	}
	p.some.Store(len(p.stop) > 0)
}

// heard is the answer to an incoming message.
type heard struct {
	ID string `json:"id"`
	Told
}

// Receive has a person write to a business number, and the webhook told of it. After a STOP, Twilio refuses messages to the person with
// 21610 until a START; at Meta a text has no effect.
func (s *Sandbox) Receive(ctx context.Context, in Incoming) (id string, told Told, err error) {
	from := onlyDigits(in.From)
	switch {
	case len(from) < 7 || len(from) > 15:
		return "", told, fmt.Errorf("from: %q: must be a phone number with country code", in.From)
	case in.Text == "" || utf8.RuneCountInString(in.Text) > 4096:
		return "", told, errors.New("text: must have 1 to 4096 characters")
	case in.OptOut != "" && !slices.Contains([]string{"STOP", "START", "HELP", "NONE"}, in.OptOut):
		return "", told, fmt.Errorf("opt_out: %q: must be STOP, START, HELP or NONE", in.OptOut)
	case len(in.ID) > 200 || len(in.Context) > 200 || len(in.Name) > 200:
		return "", told, errors.New("id, context and name: at most 200 characters")
	}
	in.From, in.At = "+"+from, time.Now()
	if in.Provider == "" {
		in.Provider = throughMeta
		if m, ok := s.log.lastTo(in.From, ""); ok && in.To == "" {
			in.Provider = m.Provider
		}
	}
	if in.Name == "" {
		in.Name = "Person " + from[len(from)-4:]
	}
	switch in.Provider {
	case throughMeta:
		return s.receiveMeta(ctx, in)
	case throughTwilio:
		return s.receiveTwilio(ctx, in)
	}
	return "", told, errProvider
}

func (s *Sandbox) receiveMeta(ctx context.Context, in Incoming) (string, Told, error) {
	n, err := s.numberOf(in.To, in.From)
	if err != nil {
		return "", Told{}, err
	}
	person := waID(in.From[1:])
	if in.ID == "" {
		in.ID = s.wamids.next(person)
	}
	in.To = n.ID
	s.log.hear(in)
	message := map[string]any{
		"from": person, "id": in.ID, "timestamp": strconv.FormatInt(in.At.Unix(), 10), "type": "text", "text": map[string]any{"body": in.Text},
	}
	if in.Context != "" {
		message["context"] = map[string]any{"from": n.digits, "id": in.Context}
	}
	value := n.value(person, in.Name)
	value["messages"] = []any{message}
	return in.ID, s.tellMeta(ctx, n.waba, "messages", value), nil
}

// value is the frame of what a number's webhook is told about a person.
func (n *number) value(person, name string) map[string]any {
	return map[string]any{
		"messaging_product": "whatsapp", "metadata": map[string]any{"display_phone_number": n.digits, "phone_number_id": n.ID},
		"contacts": []any{map[string]any{"profile": map[string]any{"name": name}, "wa_id": person}},
	}
}

// keywords are Twilio's usual ones; the whole text must be one.
var keywords = map[string]string{
	"STOP": "STOP", "STOPALL": "STOP", "UNSUBSCRIBE": "STOP", "CANCEL": "STOP", "END": "STOP", "QUIT": "STOP", "REVOKE": "STOP", "OPTOUT": "STOP",
	"START": "START", "YES": "START", "UNSTOP": "START", "HELP": "HELP", "INFO": "HELP",
}

func (s *Sandbox) receiveTwilio(ctx context.Context, in Incoming) (string, Told, error) {
	last, _ := s.log.lastTo(in.From, throughTwilio)
	if in.To == "" {
		in.To = last.From
	}
	a, sender, err := s.senderOf(in.To)
	if err != nil {
		return "", Told{}, err
	}
	in.To = sender
	if in.ID == "" {
		in.ID = twilioSID()
	}
	switch {
	case in.OptOut == "NONE":
		in.OptOut = ""
	case in.OptOut == "":
		in.OptOut = keywords[strings.ToUpper(strings.TrimSpace(in.Text))]
	}
	if in.OptOut == "STOP" || in.OptOut == "START" {
		s.people.set(sender, in.From, in.OptOut == "STOP")
	}
	s.log.hear(in)
	return in.ID, s.tellTwilioForm(ctx, a, in.form(a, last.service)), nil
}

// form is how Twilio tells an incoming message of WhatsApp.
func (in *Incoming) form(a *twilioAccount, service string) url.Values {
	out := url.Values{
		"MessageSid": {in.ID}, "SmsSid": {in.ID}, "SmsMessageSid": {in.ID}, "AccountSid": {a.SID}, "ApiVersion": {"2010-04-01"}, "SmsStatus": {"received"},
		"From": {"whatsapp:" + in.From}, "To": {"whatsapp:" + in.To}, "Body": {in.Text}, "MessageType": {"text"}, "NumMedia": {"0"}, "NumSegments": {"1"},
		"ReferralNumMedia": {"0"}, "ProfileName": {in.Name}, "WaId": {waID(in.From[1:])},
	}
	if service != "" {
		out.Set("MessagingServiceSid", service)
	}
	if in.OptOut != "" {
		out.Set("OptOutType", in.OptOut)
	}
	return out
}

// Prefer has a person stop or resume marketing messages in WhatsApp's own settings, and the webhook told of it. Marketing templates to
// somebody who stopped them are accepted, and then fail with 131050.
func (s *Sandbox) Prefer(ctx context.Context, in Preference) (Told, error) {
	from := onlyDigits(in.From)
	if len(from) < 7 || len(from) > 15 {
		return Told{}, fmt.Errorf("from: %q: must be a phone number with country code", in.From)
	}
	if in.Value != "stop" && in.Value != "resume" {
		return Told{}, fmt.Errorf("value: %q: must be stop or resume", in.Value)
	}
	n, err := s.numberOf(in.PhoneNumberID, "+"+from)
	if err != nil {
		return Told{}, err
	}
	if in.Name == "" {
		in.Name = "Person " + from[len(from)-4:]
	}
	s.people.set(n.ID, "+"+from, in.Value == "stop")
	value := n.value(waID(from), in.Name)
	value["user_preferences"] = []any{map[string]any{
		"wa_id": waID(from), "detail": "User requested to " + in.Value + " marketing messages", "category": "marketing_messages",
		"value": in.Value, "timestamp": time.Now().Unix(), // a number here, unlike in messages
	}}
	return s.tellMeta(ctx, n.waba, "user_preferences", value), nil
}

func twilioSID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return "SM" + hex.EncodeToString(b[:])
}

var errProvider = errors.New("provider: must be META or TWILIO")

// numberOf is Meta's number of an id; without one it is the number that last wrote to a person, or the first.
func (s *Sandbox) numberOf(id, person string) (*number, error) {
	if id == "" {
		if m, ok := s.log.lastTo(person, throughMeta); ok {
			id = m.PhoneNumberID
		}
	}
	if id == "" {
		for _, a := range s.options.World.Apps {
			for _, w := range a.WABAs {
				for _, n := range w.Numbers {
					return s.world.numbers[n.ID], nil
				}
			}
		}
	}
	n, ok := s.world.numbers[id]
	if !ok {
		return nil, fmt.Errorf("the sandbox has no phone number with the id %q", id)
	}
	return n, nil
}

// senderOf is Twilio's account of a sender; the first one if empty.
func (s *Sandbox) senderOf(sender string) (*twilioAccount, string, error) {
	for _, a := range s.options.World.Accounts {
		for _, own := range a.Senders {
			if sender == "" || onlyDigits(sender) == onlyDigits(own) {
				return s.world.accounts[a.SID], own, nil
			}
		}
	}
	return nil, "", fmt.Errorf("the sandbox has no sender %q", sender)
}

// appOf is the app of an id, the first one if empty.
func (s *Sandbox) appOf(id string) (*app, error) {
	if id == "" && len(s.options.World.Apps) > 0 {
		id = s.options.World.Apps[0].ID
	}
	a, ok := s.world.apps[id]
	if !ok {
		return nil, fmt.Errorf("the sandbox has no app %q", id)
	}
	return a, nil
}

// wabaOf is the account of an id, the first one if empty.
func (s *Sandbox) wabaOf(id string) (*waba, error) {
	for _, a := range s.options.World.Apps {
		for _, w := range a.WABAs {
			if id == "" || id == w.ID {
				return s.world.wabas[w.ID], nil
			}
		}
	}
	return nil, fmt.Errorf("the sandbox has no WhatsApp Business Account %q", id)
}

// twilioAccountOf is the account of a SID, the first one if empty.
func (s *Sandbox) twilioAccountOf(sid string) (*twilioAccount, error) {
	if sid == "" && len(s.options.World.Accounts) > 0 {
		sid = s.options.World.Accounts[0].SID
	}
	a, ok := s.world.accounts[sid]
	if !ok {
		return nil, fmt.Errorf("the sandbox has no account %q", sid)
	}
	return a, nil
}
