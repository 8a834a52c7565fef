package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Message is one that the sandbox accepted: what a phone got.
type Message struct {
	Provider      string   `json:"provider"` // META or TWILIO
	ID            string   `json:"id"`       // wamid or message SID
	PhoneNumberID string   `json:"phone_number_id,omitempty"`
	From          string   `json:"from,omitempty"` // Twilio's sender, with `+`
	To            string   `json:"to"`             // the phone, with `+`
	WaID          string   `json:"wa_id"`          // as WhatsApp writes it, without `+`
	Template      string   `json:"template"`       // Meta's name or Twilio's Content SID
	Language      string   `json:"language"`
	Values        []string `json:"values"`
	Text          string   `json:"text"` // as the phone shows it
	Callback      string   `json:"biz_opaque_callback_data"`
	// StatusCallback is what Twilio calls; Samples are the variables that Twilio filled with sample values.
	StatusCallback string   `json:"status_callback,omitempty"`
	Samples        []string `json:"samples,omitempty"`

	At       time.Time `json:"at"`
	Statuses []Status  `json:"statuses"`

	account, service string // Twilio's
	rev              uint64 // of the last change of it
}

// Status is one step of a message: sent, delivered, read, failed, or at Twilio undelivered.
type Status struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Code   int       `json:"code,omitempty"` // of a failure
}

// Last is the latest status of a message, "accepted" before the first.
func (m *Message) Last() string {
	if len(m.Statuses) == 0 {
		return "accepted"
	}
	return m.Statuses[len(m.Statuses)-1].Status
}

// Refusal is a request that was not answered as its sender wished.
type Refusal struct {
	Provider string    `json:"provider"`
	At       time.Time `json:"at"`
	To       string    `json:"to,omitempty"` // the phone of a send
	Path     string    `json:"path,omitempty"`
	Code     int       `json:"code,omitempty"` // the provider's, or 0 where a fault spoiled the answer
	Message  string    `json:"message"`

	rev uint64
}

// keptRefusals and keptIncoming are how many of each are kept, the newest.
const (
	keptRefusals = 200
	keptIncoming = 1000
)

// messageLog keeps the newest messages and counts all. Beside them it keeps what was refused and what persons wrote.
type messageLog struct {
	most  int
	total atomic.Int64

	mu      sync.Mutex
	ring    []*Message // ring[(first+i)%len] is the i-th oldest
	first   int
	changed chan struct{} // closed at the next change, if anybody waits for it
	tell    []func(Message)

	rev      uint64 // counts changes
	refusals []Refusal
	incoming []Incoming
}

func newMessageLog(most int) *messageLog { return &messageLog{most: most} }

// add counts a message, and keeps it if the log keeps any.
func (l *messageLog) add(m *Message) {
	l.total.Add(1)
	if l.most == 0 {
		return
	}
	l.mu.Lock()
	m.rev = l.next()
	if len(l.ring) < l.most {
		l.ring = append(l.ring, m)
	} else {
		l.ring[l.first] = m
		l.first = (l.first + 1) % len(l.ring)
	}
	tell, snapshot := l.tell, Message{}
	if len(tell) > 0 {
		snapshot = m.copy()
	}
	l.change()
	l.mu.Unlock()
	for _, f := range tell {
		f(snapshot)
	}
}

// status appends a step to a message.
func (l *messageLog) status(m *Message, s Status) {
	l.mu.Lock()
	m.Statuses = append(m.Statuses, s)
	m.rev = l.next()
	l.change()
	l.mu.Unlock()
}

// refuse keeps a refusal.
func (l *messageLog) refuse(r Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.rev = l.next()
	l.refusals = keep(l.refusals, r, keptRefusals)
	l.change()
}

// hear keeps what a person wrote.
func (l *messageLog) hear(in Incoming) {
	l.mu.Lock()
	defer l.mu.Unlock()
	in.rev = l.next()
	l.incoming = keep(l.incoming, in, keptIncoming)
	l.change()
}

// keep appends to a list of at most so many, which forgets its oldest, many at a time so that they are seldom moved.
func keep[T any](list []T, one T, most int) []T {
	if len(list) >= 2*most {
		list = append(list[:0], list[len(list)-most+1:]...)
	}
	return append(list, one)
}

// next is the number of a change; the lock is held.
func (l *messageLog) next() uint64 {
	l.rev++
	return l.rev
}

// touch wakes whoever waits for changes.
func (l *messageLog) touch() {
	l.mu.Lock()
	l.change()
	l.mu.Unlock()
}

func (l *messageLog) change() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

func (m *Message) copy() Message {
	c := *m
	c.Statuses = slices.Clone(m.Statuses)
	return c
}

func (l *messageLog) all() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.copies()
}

// find is the message of an id, as it is now.
func (l *messageLog) find(id string) (Message, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.ring {
		if m.ID == id {
			return m.copy(), true
		}
	}
	return Message{}, false
}

// lastTo is the newest message to a phone, with `+`; of one provider, unless that is empty.
func (l *messageLog) lastTo(to, provider string) (Message, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.ring) - 1; i >= 0; i-- {
		m := l.ring[(l.first+i)%len(l.ring)]
		if m.To == to && (provider == "" || provider == m.Provider) {
			return m.copy(), true
		}
	}
	return Message{}, false
}

func (l *messageLog) copies() []Message {
	out := make([]Message, len(l.ring))
	for i := range out {
		out[i] = l.ring[(l.first+i)%len(l.ring)].copy()
	}
	return out
}

func (l *messageLog) onMessage(f func(Message)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell = append(slices.Clone(l.tell), f)
}

func (l *messageLog) wait(ctx context.Context, enough func([]Message) bool) error {
	for {
		l.mu.Lock()
		now := l.copies()
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		if enough(now) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// serveMessages is GET /sandbox/messages: the log as a JSON list, oldest first. `recipient` and `biz_opaque_callback_data` narrow it,
// `limit` gives only the newest.
func (s *Sandbox) serveMessages(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		notAllowed(w, "GET")
		return
	}
	q := r.URL.Query()
	list := s.Messages()
	if to := onlyDigits(q.Get("recipient")); to != "" {
		list = slices.DeleteFunc(list, func(m Message) bool { return onlyDigits(m.To) != to })
	}
	if data := q.Get("biz_opaque_callback_data"); data != "" {
		list = slices.DeleteFunc(list, func(m Message) bool { return m.Callback != data })
	}
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": "limit: must be a number from 0"})
			return
		}
		list = list[max(0, len(list)-n):]
	}
	writeJSON(w, http.StatusOK, list)
}

// wamids makes message ids of the form that WhatsApp's have: a length-prefixed recipient and a random part, in base 64.
type wamids struct {
	seed uint64
	last atomic.Uint64
}

func (w *wamids) init() {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	w.seed = binary.BigEndian.Uint64(b[:])
}

func (w *wamids) next(waID string) string {
	var raw [64]byte
	b := append(raw[:0], 0x1c, 0x18, byte(len(waID)))
	b = append(b, waID...)
	b = append(b, 0x15, 0x02, 0x00, 0x11, 0x18, 0x12)
	b = w.unique(b)
	b = append(b, 0x00)
	var text [96]byte
	out := append(text[:0], "wamid."...)
	return string(base64.StdEncoding.AppendEncode(out, b))
}

// unique appends 18 hex digits that differ each time: a scrambled counter, then a check of the seed.
func (w *wamids) unique(b []byte) []byte {
	n := (w.last.Add(1) + w.seed) * 0x9E3779B97F4A7C15 // odd, so that no two numbers meet
	var bin [9]byte
	binary.BigEndian.PutUint64(bin[:], n)
	bin[8] = byte(w.seed)
	return hex.AppendEncode(b, bin[:])
}

// trace is an fbtrace_id.
func (w *wamids) trace() string { return "A" + string(w.unique(nil)) }
