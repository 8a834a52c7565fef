package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// marker stands before an event's number in its folio or its description; the sink finds it in whatever body arrives. With refused
// behind it the sink refuses the message.
const (
	marker  = "BENCH-"
	refused = '!'
)

// sink is where both ways end: it answers as the Cloud API does, and notes when which event arrived.
type sink struct {
	server  *http.Server
	url     string
	epoch   time.Time
	arrived []atomic.Int64 // by number: nanoseconds since epoch, 0 if it has not come
	count   atomic.Int64
	twice   atomic.Int64
	strange atomic.Int64
	goal    atomic.Int64
	full    chan struct{}
	bodies  sync.Pool
}

func startSink(capacity int) (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: "http://" + l.Addr().String(), epoch: time.Now(), arrived: make([]atomic.Int64, capacity), full: make(chan struct{}, 1)}
	s.bodies.New = func() any { return new(bytes.Buffer) }
	s.server = &http.Server{Handler: s}
	go s.server.Serve(l)
	return s, nil
}

// ServeHTTP takes one message.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buf := s.bodies.Get().(*bytes.Buffer)
	defer s.bodies.Put(buf)
	buf.Reset()
	if _, err := io.Copy(buf, r.Body); err != nil {
		s.strange.Add(1)
		return
	}
	n, refuse, ok := number(buf.Bytes())
	if !ok || n >= len(s.arrived) {
		s.strange.Add(1)
		http.Error(w, `{"error":{"message":"not of this benchmark","code":100}}`, http.StatusBadRequest)
		return
	}
	if !s.arrived[n].CompareAndSwap(0, int64(time.Since(s.epoch))) {
		s.twice.Add(1)
	} else if s.count.Add(1) == s.goal.Load() {
		s.full <- struct{}{}
	}
	w.Header().Set("Content-Type", "application/json")
	if refuse {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":{"message":"(#131009) Parameter value is not valid","type":"OAuthException","code":131009,"fbtrace_id":"bench"}}`)
		return
	}
	fmt.Fprintf(w, `{"messaging_product":"whatsapp","contacts":[{"input":"+5511999990001","wa_id":"5511999990001"}],"messages":[{"id":"%s"}]}`, providerID(n))
}

// number finds the number of the event in a message, and whether the message is one to be refused.
func number(body []byte) (n int, refuse, ok bool) {
	i := bytes.Index(body, []byte(marker))
	if i < 0 {
		return 0, false, false
	}
	digits := body[i+len(marker):]
	if len(digits) > 0 && digits[0] == refused {
		digits, refuse = digits[1:], true
	}
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(digits[:end]))
	return n, refuse, err == nil
}

// expect begins to count anew towards a goal.
func (s *sink) expect(n int) {
	select {
	case <-s.full: // of a goal that was given up
	default:
	}
	s.count.Store(0)
	s.goal.Store(int64(n))
}
