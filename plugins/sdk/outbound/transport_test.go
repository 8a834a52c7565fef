package outbound_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// names is a resolver that answers by a function: the addresses of a name, the n-th time that it is asked for IPv4.
func names(t *testing.T, answer func(name string, n int) []string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	asked := map[string]int{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				name := strings.TrimSuffix(q.Name.String(), ".")
				mu.Lock()
				asked[name]++
				list := answer(name, asked[name])
				mu.Unlock()
				for _, a := range list {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()}})
				}
			}
			out, err := m.Pack()
			if err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// quiet keeps the handshakes that are meant to fail out of the output.
var quiet = log.New(io.Discard, "", 0)

// server is one on this machine that counts its connections and answers "here".
func server(t *testing.T, start func(*httptest.Server)) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Config.ErrorLog = quiet
	start(s)
	t.Cleanup(s.Close)
	return s, &connections
}

func ask(t *testing.T, transport *outbound.Transport, address string) (outbound.Answer, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return transport.Exchange(t.Context(), r, nil, 1<<10)
}

func port(s *httptest.Server) string {
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	return port
}

func refusedBy(err error) bool {
	var refused *outbound.Refused
	var failure *outbound.Failure
	return errors.As(err, &refused) && errors.As(err, &failure) && !failure.Left
}

func allow(t *testing.T, list string) *outbound.Guard {
	t.Helper()
	allowed, err := outbound.ParseAllowed(list)
	if err != nil {
		t.Fatal(err)
	}
	return outbound.New(allowed)
}

func TestANameThatLeadsToThisMachineIsRefusedBeforeAnythingIsConnected(t *testing.T) {
	t.Parallel()
	s, connections := server(t, (*httptest.Server).StartTLS)
	dns := names(t, func(string, int) []string { return []string{"127.0.0.1"} })
	transport := outbound.New(nil).Resolving(dns).Transport(4).Trust(s.Client())
	for _, host := range []string{"example.com", "127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "0x7f.1"} {
		_, err := ask(t, transport, "https://"+host+":"+port(s))
		if !refusedBy(err) {
			t.Errorf("%s: %v", host, err)
		}
		if err != nil && strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: the error tells the address: %v", host, err)
		}
	}
	for _, odd := range []string{"2130706433", "127.1", "017700000001"} { // some resolvers take these for 127.0.0.1, others for no name
		if _, err := ask(t, transport, "https://"+odd+":"+port(s)); err == nil {
			t.Errorf("%s is connected to", odd)
		}
	}
	if n := connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestASecondAnswerOfANameServerDoesNotPassTheGuard(t *testing.T) {
	t.Parallel()
	s, connections := server(t, (*httptest.Server).StartTLS)
	dns := names(t, func(_ string, n int) []string {
		if n == 1 {
			return []string{"93.184.215.14"} // who looks first sees a public address
		}
		return []string{"127.0.0.1"}
	})
	g := outbound.New(nil).Resolving(dns)
	if err := g.JudgeHost(t.Context(), "rebind.example", 443); err != nil {
		t.Fatalf("the first answer is public: %v", err)
	}
	if _, err := ask(t, g.Transport(4).Trust(s.Client()), "https://rebind.example:"+port(s)); !refusedBy(err) {
		t.Errorf("the second answer passed: %v", err)
	}
	if connections.Load() != 0 {
		t.Error("a connection was made")
	}
}

func TestOfSeveralAddressesOnlyTheAllowedOneIsConnectedTo(t *testing.T) {
	t.Parallel()
	s, _ := server(t, (*httptest.Server).StartTLS)
	dns := names(t, func(string, int) []string { return []string{"10.9.9.9", "127.0.0.1"} })
	transport := allow(t, "127.0.0.1:"+port(s)).Resolving(dns).Transport(4).Trust(s.Client())
	a, err := ask(t, transport, "https://example.com:"+port(s))
	if err != nil || string(a.Body) != "here" {
		t.Errorf("%q, %v", a.Body, err)
	}
}

func TestPlainHTTPGoesOnlyToWhatTheOperatorNames(t *testing.T) {
	t.Parallel()
	s, connections := server(t, (*httptest.Server).Start)
	dns := names(t, func(string, int) []string { return []string{"93.184.215.14"} })
	if _, err := ask(t, outbound.New(nil).Resolving(dns).Transport(4), "http://public.example"); !refusedBy(err) {
		t.Errorf("a public address is asked without encryption: %v", err)
	}
	if _, err := ask(t, outbound.New(nil).Transport(4), s.URL); !refusedBy(err) || connections.Load() != 0 {
		t.Errorf("this machine is asked: %v", err)
	}
	if a, err := ask(t, allow(t, "127.0.0.1").Transport(4), s.URL); err != nil || string(a.Body) != "here" {
		t.Errorf("what the operator names is not asked: %v", err)
	}
	if _, err := ask(t, allow(t, "127.0.0.1").Transport(4), "ftp://127.0.0.1/"); !refusedBy(err) {
		t.Errorf("another scheme: %v", err)
	}
}

func TestAProxyIsUsedWithoutLeaveAndWhatItIsToConnectToIsJudged(t *testing.T) {
	t.Parallel()
	s, _ := server(t, (*httptest.Server).StartTLS)
	var connects atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connects.Add(1)
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		to, err := net.Dial("tcp", s.Listener.Addr().String()) // wherever it is asked for: it knows names that we do not
		if err != nil {
			return
		}
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
	}))
	defer proxy.Close()
	at, _ := url.Parse(proxy.URL)
	dns := names(t, func(name string, _ int) []string {
		if name == "inside.example" {
			return []string{"10.0.0.7"}
		}
		return nil
	})
	transport := outbound.New(nil).Resolving(dns).Transport(4).Trust(s.Client()).Through(http.ProxyURL(at))
	if a, err := ask(t, transport, "https://example.com"); err != nil || string(a.Body) != "here" || connects.Load() != 1 {
		t.Errorf("a name that only the proxy knows: %q, %v, %d", a.Body, err, connects.Load())
	}
	for _, host := range []string{"inside.example", "127.0.0.1", "169.254.169.254"} {
		if _, err := ask(t, transport, "https://"+host); !refusedBy(err) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if connects.Load() != 1 {
		t.Errorf("the proxy was asked %d times", connects.Load())
	}
}

func TestTLSBefore12IsRefused(t *testing.T) {
	t.Parallel()
	s, _ := server(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
		s.StartTLS()
	})
	_, err := ask(t, allow(t, "127.0.0.1").Transport(4).Trust(s.Client()), s.URL)
	var failure *outbound.Failure
	if !errors.As(err, &failure) || failure.Left {
		t.Errorf("%v", err)
	}
}

func TestALongAnswerIsCut(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 5000)) }))
	defer s.Close()
	a, err := ask(t, allow(t, "127.0.0.1").Transport(4), s.URL)
	if err != nil || len(a.Body) != 1<<10 || a.Cut == "" {
		t.Errorf("%d bytes, cut %q, %v", len(a.Body), a.Cut, err)
	}
}

func TestRetryAfterIsSecondsOrADateAndADayAtMost(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"0": 0, "17": 17 * time.Second, " 17 ": 17 * time.Second, "99999999": 24 * time.Hour, "Tue, 01 Dec 2026 12:00:30 GMT": 30 * time.Second,
		"Tue, 01 Dec 2026 11:00:00 GMT": 0, "Tuesday, 01-Dec-26 12:01:00 GMT": time.Minute, "Fri, 01 Dec 2028 12:00:00 GMT": 24 * time.Hour,
	} {
		if got, ok := outbound.RetryAfter(http.Header{"Retry-After": {text}}, now); !ok || got != want {
			t.Errorf("%q: %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "-1", "soon", "1.5"} {
		if got, ok := outbound.RetryAfter(http.Header{"Retry-After": {text}}, now); ok {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}
