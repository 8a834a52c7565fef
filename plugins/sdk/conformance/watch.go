package conformance

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/recado-hub/recado/plugins/sdk"
)

// watch sees everything that comes from the connector: answers, errors and log lines. It looks for secrets in them, and for numbers that
// the contract does not know.
type watch struct {
	mu      sync.Mutex
	secrets map[string]string // what must not be seen → the name of the secret
	told    []string          // answers with a secret
	logged  []string          // log lines with a secret
	odd     []string          // enum values that do not exist, where that matters
	opening []string          // streams that were not opened as they should
	bounds  []string          // bounds of the description that are impossible
	last    string            // last line of the log that is not empty
}

func newWatch() *watch { return &watch{secrets: map[string]string{}} }

// shortestSecret is what is looked for: shorter ones would be found everywhere.
const shortestSecret = 6

// keep looks for the secrets of an integration from now on, also in the ways in which they are written into headers and addresses.
func (w *watch) keep(in sdk.Integration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, secret := range in.Secrets {
		if len(secret) < shortestSecret {
			continue
		}
		w.secrets[secret] = name
		w.secrets[url.QueryEscape(secret)] = name
		w.secrets[base64.StdEncoding.EncodeToString([]byte(secret))] = name
	}
}

// found is the name of a secret in a text.
func (w *watch) found(text string) (name string) {
	for secret, name := range w.secrets {
		if strings.Contains(text, secret) {
			return name
		}
	}
	return ""
}

// clean takes the secrets out of a text of the suite's own.
func (w *watch) clean(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for secret, name := range w.secrets {
		text = strings.ReplaceAll(text, secret, "<<"+name+">>")
	}
	return text
}

func (w *watch) lastWords() string {
	w.mu.Lock()
	words := w.last
	w.mu.Unlock()
	if words == "" {
		return ""
	}
	return "; its last words: " + w.clean(words)
}

// log takes the lines that the connector writes to its standard streams.
func (w *watch) log() io.Writer { return &lines{watch: w} }

// lines looks at whole lines: a secret may come in two writes.
type lines struct {
	watch *watch
	mu    sync.Mutex
	rest  []byte
}

// longestLine bounds what is kept of a line that does not end.
const longestLine = 1 << 20

// Write never fails.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			break
		}
		l.watch.line(string(l.rest[:i]))
		l.rest = l.rest[i+1:]
	}
	if len(l.rest) > longestLine {
		l.watch.line(string(l.rest))
		l.rest = nil
	}
	return len(p), nil
}

func (w *watch) line(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.TrimSpace(text) == "" {
		return
	}
	w.last = text
	if name := w.found(text); name != "" && len(w.logged) <= mostProblems {
		w.logged = append(w.logged, fmt.Sprintf("the secret %s can be read in the log: %.300s", name, text))
	}
}

// dial are the options of a connection whose answers are seen. The small windows are those that gRPC begins with: an author's own client
// has no larger ones.
func (w *watch) dial() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithUnaryInterceptor(w.unary), grpc.WithStreamInterceptor(w.stream)}
}

func (w *watch) unary(ctx context.Context, method string, in, out any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, o ...grpc.CallOption) error {
	err := invoke(ctx, method, in, out, conn, o...)
	w.saw(method, out, err)
	return err
}

func (w *watch) stream(ctx context.Context, d *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, o ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := open(ctx, d, conn, method, o...)
	if err != nil {
		w.saw(method, nil, err)
		return s, err
	}
	return &watchedStream{ClientStream: s, w: w, method: method}, nil
}

type watchedStream struct {
	grpc.ClientStream
	w      *watch
	method string
	opened bool
}

// RecvMsg looks at what was received.
func (s *watchedStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	s.w.saw(s.method, m, err)
	if answer, ok := m.(proto.Message); ok && err == nil && path.Base(s.method) == "Deliver" {
		s.order(answer.ProtoReflect())
	}
	return err
}

// order notes when `opened` is not the first answer and the only one of its kind, or has no room.
func (s *watchedStream) order(m protoreflect.Message) {
	opened := m.Descriptor().Fields().ByName("opened")
	has := m.Has(opened)
	switch first := !s.opened; {
	case first && !has:
		s.w.noteOpening("something else came before `opened`")
	case !first && has:
		s.w.noteOpening("`opened` came twice")
	case has:
		room := m.Get(opened).Message()
		if n := room.Get(room.Descriptor().Fields().ByName("in_flight")).Int(); n < 1 || n > sdk.MaxInFlight {
			s.w.noteOpening(fmt.Sprintf("opened.in_flight is %d: must be 1 to %d", n, sdk.MaxInFlight))
		}
	}
	s.opened = true
}

func (w *watch) noteOpening(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.opening) <= mostProblems {
		w.opening = append(w.opening, what)
	}
}

// saw looks at one answer or error.
func (w *watch) saw(method string, answer any, err error) {
	if !strings.Contains(method, ".Connector/") {
		return
	}
	call := path.Base(method)
	var text string
	if err != nil {
		st := status.Convert(err)
		text = st.String()
		if raw, e := proto.Marshal(st.Proto()); e == nil {
			text += string(raw)
		}
	} else if m, ok := answer.(proto.Message); ok {
		if raw, e := proto.Marshal(m); e == nil {
			text = string(raw)
		}
		w.unknownValues(call, m.ProtoReflect())
		w.room(call, m.ProtoReflect())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if name := w.found(text); name != "" && len(w.told) <= mostProblems {
		what := "answer"
		if err != nil {
			what = "error"
		}
		w.told = append(w.told, fmt.Sprintf("the secret %s can be read in an %s of %s", name, what, call))
	}
}

// room notes a bound of Describe that is impossible: whoever reads it with the SDK gets one that is not.
func (w *watch) room(call string, m protoreflect.Message) {
	if call != "Describe" {
		return
	}
	for _, name := range []protoreflect.Name{"description", "capabilities"} {
		m = m.Get(m.Descriptor().Fields().ByName(name)).Message()
	}
	n := m.Get(m.Descriptor().Fields().ByName("in_flight")).Int()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bounds = nil; n < 0 || n > sdk.MaxInFlight {
		w.bounds = []string{fmt.Sprintf("capabilities.in_flight: %d: must be 1 to %d", n, sdk.MaxInFlight)}
	}
}

// decisive are the enums whose value the hub decides by: an unspecified one says nothing.
var decisive = map[protoreflect.FullName]bool{
	"recado.connector.v1.Outcome.kind":       true,
	"recado.connector.v1.Receipt.status":     true,
	"recado.connector.v1.LookupAnswer.state": true,
	"recado.connector.v1.Notice.kind":        true,
}

// unknownValues notes enum values that the contract does not have, and decisive ones that are not set.
func (w *watch) unknownValues(call string, m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case f.IsMap():
		case f.Message() != nil && f.IsList():
			for list, j := m.Get(f).List(), 0; j < list.Len(); j++ {
				w.unknownValues(call, list.Get(j).Message())
			}
		case f.Message() != nil && m.Has(f):
			w.unknownValues(call, m.Get(f).Message())
		case f.Enum() != nil && !f.IsList():
			n := m.Get(f).Enum()
			if f.Enum().Values().ByNumber(n) == nil || n == 0 && decisive[f.FullName()] {
				w.mu.Lock()
				if len(w.odd) <= mostProblems {
					w.odd = append(w.odd, fmt.Sprintf("%s: %s is %d, which says nothing", call, f.FullName().Parent().Name()+"."+f.Name(), n))
				}
				w.mu.Unlock()
			}
		}
	}
}
