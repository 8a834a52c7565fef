package sandbox

import (
	"encoding/json"
	"fmt"
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

	// Delay comes before the answer (milliseconds in JSON).
	Delay time.Duration `json:"-"`
	// Code is the provider's error to answer with; 0 is none. With Async the send is accepted and the message then fails with that code.
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
	}
	return nil
}

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

// take is the fault for a send to these digits, if there is one.
func (f *faults) take(digits string) *Fault {
	if f.active.Load() == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, one := range f.list {
		if one.Recipient != "" && one.Recipient != digits {
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

// serve is GET (what is left), POST (one fault or a list of them) and DELETE (none any more) on /sandbox/faults.
func (f *faults) serve(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		writeJSON(w, http.StatusOK, f.all())
	case http.MethodDelete:
		f.clear()
		writeJSON(w, http.StatusOK, []faultJSON{})
	case http.MethodPost:
		list, err := readFaults(r)
		if err == nil {
			err = f.add(list...)
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return
		}
		writeJSON(w, http.StatusOK, f.all())
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
		http.Error(w, "only GET, POST and DELETE", http.StatusMethodNotAllowed)
	}
}

func readFaults(r *http.Request) ([]Fault, error) {
	var raw json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(&raw); err != nil {
		return nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	if len(raw) > 0 && raw[0] != '[' {
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
