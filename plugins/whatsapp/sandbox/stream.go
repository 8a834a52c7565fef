package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What the page is shown, and how often.
const (
	shownMessages = 500 // the newest
	shownIncoming = 200
	shownRefusals = 100
	maxWatchers   = 32
	pause         = 200 * time.Millisecond // between two updates: what happens meanwhile comes together
	heartbeat     = 15 * time.Second
)

// bubble is a message as the page shows it.
type bubble struct {
	ID       string    `json:"id"`
	Provider string    `json:"provider"`
	To       string    `json:"to"`
	Template string    `json:"template"`
	Language string    `json:"language"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	Statuses []Status  `json:"statuses"`
}

// update is one event of the stream: what is new since the last one, or all that is shown if Reset.
type update struct {
	Reset     bool            `json:"reset,omitempty"`
	Messages  []bubble        `json:"messages,omitempty"` // new ones, and those with a new status
	Incoming  []Incoming      `json:"incoming,omitempty"`
	Refusals  []Refusal       `json:"refusals,omitempty"`
	Stats     *Stats          `json:"stats,omitempty"`
	Faults    *[]faultJSON    `json:"faults,omitempty"`
	Templates *[]templateView `json:"templates,omitempty"`
	Webhooks  *[]listening    `json:"webhooks,omitempty"`
}

// since is what changed after a revision, of the newest of each; and a channel that is closed at the next change.
func (l *messageLog) since(rev uint64) (update, uint64, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var u update
	if l.rev != rev {
		for i := max(0, len(l.ring)-shownMessages); i < len(l.ring); i++ {
			if m := l.ring[(l.first+i)%len(l.ring)]; m.rev > rev {
				u.Messages = append(u.Messages, bubble{m.ID, m.Provider, m.To, m.Template, m.Language, m.Text, m.At, append([]Status{}, m.Statuses...)})
			}
		}
		u.Incoming = after(l.incoming, shownIncoming, func(in Incoming) bool { return in.rev > rev })
		u.Refusals = after(l.refusals, shownRefusals, func(r Refusal) bool { return r.rev > rev })
	}
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return u, l.rev, l.changed
}

// after are those of the newest that are wanted.
func after[T any](list []T, most int, wanted func(T) bool) []T {
	var out []T
	for _, one := range list[max(0, len(list)-most):] {
		if wanted(one) {
			out = append(out, one)
		}
	}
	return out
}

// watcher is one open stream. It holds nothing back: whoever reads slowly gets what there is then.
type watcher struct {
	s       *Sandbox
	w       http.ResponseWriter
	rc      *http.ResponseController
	rev     uint64 // the last that was shown
	changes int64  // of templates and webhooks
	stats   Stats
	faults  []byte
	last    time.Time // of the last write
}

// serveStream is GET /sandbox/stream: server-sent events, each an update. A stream that begins with the Last-Event-ID of another one
// goes on there; every other begins with all that is shown.
func (s *Sandbox) serveStream(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		notAllowed(w, "GET")
		return
	}
	if s.watchers.Add(1) > maxWatchers {
		s.watchers.Add(-1)
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": fmt.Sprintf("%d pages look at the sandbox already", maxWatchers)})
		return
	}
	defer s.watchers.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	v := &watcher{s: s, w: w, rc: http.NewResponseController(w), changes: -1}
	v.watch(r, s.resume(r.Header.Get("Last-Event-ID")))
}

// resume is the revision of an event id; 0 if it is not of this sandbox.
func (s *Sandbox) resume(id string) uint64 {
	boot, text, _ := strings.Cut(id, "-")
	rev, err := strconv.ParseUint(text, 10, 64)
	if err != nil || boot != s.boot() {
		return 0
	}
	return rev
}

// boot tells this sandbox from those before it.
func (s *Sandbox) boot() string { return strconv.FormatUint(s.wamids.seed, 16) }

func (v *watcher) watch(r *http.Request, from uint64) {
	v.rev = from
	reset := from == 0
	for {
		u, rev, changed := v.s.log.since(v.rev)
		u.Reset = reset
		if !v.show(u, rev) {
			return
		}
		reset, v.rev = false, rev
		if !v.wait(r, nil, pause) || !v.wait(r, changed, time.Second) {
			return
		}
	}
}

// wait waits for a change or a time; false if the stream has ended.
func (v *watcher) wait(r *http.Request, changed <-chan struct{}, most time.Duration) bool {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-t.C:
	case <-changed:
	case <-r.Context().Done():
		return false
	case <-v.s.teller.ctx.Done():
		return false
	}
	return true
}

// show writes an update, with what else has changed; nothing if nothing has. False if nobody takes it.
func (v *watcher) show(u update, rev uint64) bool {
	something := u.Reset || rev != v.rev
	if now := v.s.Stats(); now != v.stats || u.Reset {
		v.stats, u.Stats, something = now, &now, true
	}
	list := v.s.faults.all()
	if text, err := json.Marshal(list); err == nil && !bytes.Equal(text, v.faults) {
		v.faults, u.Faults, something = text, &list, true
	}
	if changes := v.s.changes.Load(); changes != v.changes {
		hooks, templates := v.s.webhooks(), v.s.templateViews()
		v.changes, u.Templates, u.Webhooks, something = changes, &templates, &hooks, true
	}
	if !something {
		return time.Since(v.last) < heartbeat || v.write([]byte(":\n\n"))
	}
	text, err := json.Marshal(u) // one line, whatever the messages say
	if err != nil {
		return false
	}
	return v.write(fmt.Appendf(nil, "id: %s-%d\ndata: %s\n\n", v.s.boot(), rev, text))
}

func (v *watcher) write(text []byte) bool {
	v.last = time.Now()
	_ = v.rc.SetWriteDeadline(v.last.Add(10 * time.Second)) // where it cannot be set, the server's own holds
	if _, err := v.w.Write(text); err != nil {
		return false
	}
	return v.rc.Flush() == nil
}
