package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Fault makes the next sends go wrong. Faults are used up in the order in which they were added: each send takes the first that
// fits it.
type Fault struct {
	// Times is how many sends it spoils: 0 is one, -1 all until it is cleared.
	Times int `json:"times,omitempty"`
	// Recipient limits it to one number, with or without `+`; empty for all.
	Recipient string `json:"recipient,omitempty"`
	// Provider limits it to META or TWILIO; empty for both.
	Provider string `json:"provider,omitempty"`
	// Template limits it to one template: its name, at Twilio also the Content SID; empty for all.
	Template string `json:"template,omitempty"`

	// ExpiredToken refuses the credentials of requests of every kind and not only of sends, as if they had expired: Meta's code
	// 190, Twilio's 20003. It goes with no other fault and counts requests.
	ExpiredToken bool `json:"expired_token,omitempty"`

	// Delay comes before the answer (milliseconds in JSON).
	Delay time.Duration `json:"-"`
	// Code is the provider's error to answer with; 0 is none, and [CodeZero] Meta's code 0. With Async the send is accepted and the
	// message then fails with that code.
	Code      int    `json:"code,omitempty"`
	Details   string `json:"details,omitempty"`
	Transient bool   `json:"transient,omitempty"` // for Meta only
	Async     bool   `json:"async,omitempty"`
	// Status is an HTTP status to answer with, without the provider's envelope.
	Status int `json:"status,omitempty"`
	// Drop closes the connection instead of answering.
	Drop bool `json:"drop,omitempty"`
	// Accept takes the message over before Code, Status or Drop spoil the answer.
	Accept bool `json:"accept,omitempty"`

	// What happens to the callbacks of an accepted message: each is sent 1+Duplicate times, all come in reverse order, or none comes.
	Duplicate int  `json:"duplicate,omitempty"`
	Reorder   bool `json:"reorder,omitempty"`
	Lose      bool `json:"lose,omitempty"`
	// Late is how much later than usual the callbacks come (callback_delay_ms in JSON).
	Late time.Duration `json:"-"`
	// Early sends the first callback before the answer.
	Early bool `json:"early,omitempty"`
}

// faultJSON is a Fault with its delays in milliseconds.
type faultJSON struct {
	Fault
	DelayMS int64 `json:"delay_ms,omitempty"`
	LateMS  int64 `json:"callback_delay_ms,omitempty"`
}

// CodeZero stands for Meta's error code 0 in a script, where 0 says that there is none.
const CodeZero = -1

// code is the provider's code that the fault answers with.
func (f *Fault) code() int {
	if f.Code == CodeZero {
		return 0
	}
	return f.Code
}

func (f *Fault) check() error {
	switch {
	case f.Times < -1:
		return fmt.Errorf("times: %d: must be -1 (always), or how many sends to spoil", f.Times)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status: %d: must be an HTTP status from 200 to 599", f.Status)
	case f.Delay < 0 || f.Delay > 10*time.Minute:
		return fmt.Errorf("delay_ms: must be 0 to 600000")
	case f.Late < 0 || f.Late > time.Hour:
		return fmt.Errorf("callback_delay_ms: must be 0 to 3600000")
	case f.Duplicate < 0 || f.Duplicate > 100:
		return fmt.Errorf("duplicate: must be 0 to 100")
	case f.Async && f.Code == 0:
		return fmt.Errorf("async: needs a code")
	case f.Provider != "" && f.Provider != throughMeta && f.Provider != throughTwilio:
		return fmt.Errorf("provider: %q: must be META or TWILIO, or left out for both", f.Provider)
	case f.Recipient != "" && onlyDigits(f.Recipient) == "":
		return fmt.Errorf("recipient: %q: must be a phone number, or left out for all", f.Recipient)
	case f.ExpiredToken && *f != (Fault{Times: f.Times, Provider: f.Provider, ExpiredToken: true}):
		return fmt.Errorf("expired_token: goes with times and provider only: whoever has no access is told nothing else")
	}
	return nil
}

// maxFaults is the longest script.
const maxFaults = 1000

// faults is the script. Without faults a send pays one atomic read.
type faults struct {
	active atomic.Int32
	mu     sync.Mutex
	list   []*Fault
}

func (f *faults) add(list ...Fault) error {
	for i := range list {
		if err := list[i].check(); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list)+len(list) > maxFaults {
		return fmt.Errorf("a script has at most %d faults", maxFaults)
	}
	for _, one := range list {
		if one.Times == 0 {
			one.Times = 1
		}
		one.Recipient = onlyDigits(one.Recipient)
		f.list = append(f.list, &one)
	}
	f.active.Store(int32(len(f.list)))
	return nil
}

// take is the fault for a send, if there is one. The template of the message may have a second name.
func (f *faults) take(m *Message, alias string) *Fault {
	if f.active.Load() == 0 {
		return nil
	}
	return f.first(func(one *Fault) bool {
		return !one.ExpiredToken && (one.Provider == "" || one.Provider == m.Provider) && (one.Recipient == "" || "+"+one.Recipient == m.To) &&
			(one.Template == "" || one.Template == m.Template || one.Template == alias)
	})
}

// takeToken tells whether the credentials of a request are to count as expired.
func (f *faults) takeToken(provider string) bool {
	if f.active.Load() == 0 {
		return false
	}
	return f.first(func(one *Fault) bool { return one.ExpiredToken && (one.Provider == "" || one.Provider == provider) }) != nil
}

// first uses up the first fault that fits.
func (f *faults) first(fits func(*Fault) bool) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, one := range f.list {
		if !fits(one) {
			continue
		}
		if one.Times > 0 {
			if one.Times--; one.Times == 0 {
				f.list = slices.Delete(f.list, i, i+1)
				f.active.Store(int32(len(f.list)))
			}
		}
		taken := *one
		return &taken
	}
	return nil
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = nil
	f.active.Store(0)
}

func (f *faults) all() []faultJSON {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]faultJSON, len(f.list))
	for i, one := range f.list {
		out[i] = faultJSON{*one, one.Delay.Milliseconds(), one.Late.Milliseconds()}
	}
	return out
}

// serveFaults is GET (what is left), POST (one fault or a list of them) and DELETE (none any more) on /sandbox/faults.
func (s *Sandbox) serveFaults(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		s.faults.clear()
	case http.MethodPost:
		list, err := ReadFaults(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = s.faults.add(list...)
		}
		if err != nil {
			badRequest(w, err)
			return
		}
	default:
		notAllowed(w, "GET, POST, DELETE")
		return
	}
	s.changed()
	writeJSON(w, http.StatusOK, s.faults.all())
}

// ReadFaults reads a script: one fault as a JSON object, or a list of them. Their fields are those of [Fault]; delays are delay_ms and
// callback_delay_ms, in milliseconds.
func ReadFaults(from io.Reader) ([]Fault, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	raw := json.RawMessage(bytes.TrimSpace(text))
	if !json.Valid(raw) {
		return nil, errors.New("not JSON")
	}
	if raw[0] != '[' {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	var list []faultJSON
	if err := strictJSON(raw, &list); err != nil {
		return nil, fmt.Errorf("a fault is an object such as {\"code\":131056,\"times\":3}: %w", err)
	}
	out := make([]Fault, len(list))
	for i, one := range list {
		out[i] = one.Fault
		out[i].Delay = time.Duration(one.DelayMS) * time.Millisecond
		out[i].Late = time.Duration(one.LateMS) * time.Millisecond
	}
	return out, nil
}
