package conformance

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Provider is a local HTTP server that takes messages, for connectors that send them over HTTP: the suite sees what was sent, and can have it
// refused, held up, or taken without an answer.
type Provider struct {
	server *http.Server
	url    string

	mu       sync.Mutex
	messages *regexp.Regexp // path of requests that are messages; nil: any
	accept   Answer
	routes   []Route
	behave   func(http.ResponseWriter, *http.Request) // nil: accept
	taken    int
	recent   []string // requests as text, the last ones
	held     chan struct{}
}

// Answer is what the provider answers. `{id}` in the body is its own id of the message.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"headers,omitempty"`
	Body   string            `json:"body,omitempty"`
}

// Route is what the provider answers to requests that are no messages, such as one for a token or for rows. Its path may have a query; the first
// route that fits answers.
type Route struct {
	Method string `json:"method,omitempty"`
	Path   string `json:"path"`
	Answer
}

// mostRecent requests are kept.
const mostRecent = 64

func newProvider() (*Provider, error) {
	p := &Provider{accept: Answer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/json"}, Body: `{"id":"{id}"}`}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.url = "http://" + listener.Addr().String()
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

func (p *Provider) close() {
	p.mend()
	_ = p.server.Close()
}

// URL is its address, without a slash at the end.
func (p *Provider) URL() string { return p.url }

// Taken is how many messages it has accepted.
func (p *Provider) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken
}

// ServeHTTP takes a message.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	if err != nil {
		return
	}
	p.mu.Lock()
	for _, route := range p.routes {
		if (route.Method == "" || route.Method == r.Method) && (route.Path == r.URL.Path || route.Path == r.URL.RequestURI()) {
			p.mu.Unlock()
			route.write(w, "")
			return
		}
	}
	if !p.isMessage(r) {
		p.mu.Unlock()
		Answer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/json"}, Body: "{}"}.write(w, "")
		return
	}
	p.recent = append(p.recent, requestText(r, body))
	if len(p.recent) > mostRecent {
		p.recent = p.recent[1:]
	}
	behave := p.behave
	if behave != nil {
		p.mu.Unlock()
		behave(w, r)
		return
	}
	p.taken++
	accept, id := p.accept, "prv_"+strconv.Itoa(p.taken)
	p.mu.Unlock()
	accept.write(w, id)
}

func (p *Provider) isMessage(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return p.messages == nil || p.messages.MatchString(r.URL.Path)
}

func requestText(r *http.Request, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL.RequestURI())
	_ = r.Header.Write(&b)
	b.Write(body)
	return b.String()
}

func (a Answer) write(w http.ResponseWriter, id string) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, strings.ReplaceAll(a.Body, "{id}", id))
}

// requests are those since from that have a text in them.
func (p *Provider) requests(text string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.recent {
		if strings.Contains(r, text) {
			n++
		}
	}
	return n
}

// forget starts a new count of requests.
func (p *Provider) forget() {
	p.mu.Lock()
	p.recent = nil
	p.mu.Unlock()
}

func (p *Provider) set(behave func(http.ResponseWriter, *http.Request)) {
	p.mu.Lock()
	p.behave = behave
	p.mu.Unlock()
}

// refuse answers all messages like this, until mend.
func (p *Provider) refuse(a Answer) {
	p.set(func(w http.ResponseWriter, _ *http.Request) { a.write(w, "") })
}

// lose takes messages and ends the connection without an answer.
func (p *Provider) lose() {
	p.set(func(w http.ResponseWriter, _ *http.Request) {
		if h, ok := w.(http.Hijacker); ok {
			if conn, _, err := h.Hijack(); err == nil {
				_ = conn.Close()
			}
		}
	})
}

// hold takes messages and does not answer before mend.
func (p *Provider) hold() {
	held := make(chan struct{})
	p.mu.Lock()
	p.held = held
	p.mu.Unlock()
	p.set(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-held:
			Answer{Status: http.StatusServiceUnavailable}.write(w, "")
		case <-r.Context().Done():
		}
	})
}

// mend makes it accept again, and lets go of what it holds.
func (p *Provider) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behave = nil
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}
