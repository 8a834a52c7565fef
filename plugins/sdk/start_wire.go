package sdk

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// WireMessage is one message between a hub and a connector, for people to look at.
type WireMessage struct {
	At time.Time `json:"at"`
	// ToConnector is the direction: false for what the connector says.
	ToConnector bool `json:"toConnector"`
	// Call is the rpc: Describe, Deliver ...
	Call string `json:"call"`
	// Message has the fields by their names in connector.proto, in that order, without those that are not set. JSON inside of it is not
	// wrapped in text. Secrets are ***, also where the connector repeats them.
	Message json.RawMessage `json:"message,omitempty"`
	// Status is how the call ended, on its last message: OK, or the code and the message of the gRPC status.
	Status string `json:"status,omitempty"`
}

// tap tells of all messages of a connection.
type tap struct {
	tell func(WireMessage)

	mu      sync.Mutex
	secrets map[string]string // of all integrations, by their values
}

func (t *tap) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if !ours(method) {
		return invoke(ctx, method, req, reply, cc, opts...)
	}
	t.message(method, true, req)
	err := invoke(ctx, method, req, reply, cc, opts...)
	if err == nil {
		t.message(method, false, reply)
	}
	t.ended(method, err)
	return err
}

func (t *tap) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, stream grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := stream(ctx, desc, cc, method, opts...)
	if err != nil || !ours(method) {
		return s, err
	}
	return &tappedStream{ClientStream: s, tap: t, method: method}, nil
}

// ours is false for go-plugin's own calls on the same connection.
func ours(method string) bool {
	return strings.HasPrefix(method, "/"+wire.Connector_ServiceDesc.ServiceName+"/")
}

type tappedStream struct {
	grpc.ClientStream
	tap    *tap
	method string
}

func (s *tappedStream) SendMsg(m any) error {
	s.tap.message(s.method, true, m)
	return s.ClientStream.SendMsg(m)
}

func (s *tappedStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if err != nil {
		s.tap.ended(s.method, err)
	} else {
		s.tap.message(s.method, false, m)
	}
	return err
}

func (t *tap) message(method string, toConnector bool, m any) {
	message, ok := m.(proto.Message)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.learn(m)
	t.tell(WireMessage{At: time.Now(), ToConnector: toConnector, Call: path.Base(method), Message: t.json(message.ProtoReflect())})
}

func (t *tap) ended(method string, err error) {
	text := "OK"
	if err != nil && !errors.Is(err, io.EOF) {
		s := status.Convert(err)
		text = s.Code().String() + ": " + s.Message()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell(WireMessage{At: time.Now(), Call: path.Base(method), Status: redact(text, t.secrets)})
}

// learn remembers the secrets of a request.
func (t *tap) learn(m any) {
	var in *wire.Integration
	switch m := m.(type) {
	case interface{ GetIntegration() *wire.Integration }:
		in = m.GetIntegration()
	case *wire.DeliverRequest:
		in = m.GetOpen()
	}
	for _, secret := range in.GetSecrets() {
		if t.secrets == nil {
			t.secrets = map[string]string{}
		}
		t.secrets[secret] = secret
	}
}

// json writes a message field by field.
func (t *tap) json(m protoreflect.Message) json.RawMessage {
	var fields []protoreflect.FieldDescriptor
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		fields = append(fields, f)
		return true
	})
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number() - b.Number()) })
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(text(string(f.Name())))
		b.WriteByte(':')
		b.Write(t.field(f, m.Get(f)))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (t *tap) field(f protoreflect.FieldDescriptor, v protoreflect.Value) json.RawMessage {
	var parts []json.RawMessage
	switch {
	case f.IsMap():
		keys := []string{}
		v.Map().Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
			keys = append(keys, k.String())
			return true
		})
		slices.Sort(keys)
		for _, key := range keys {
			one := v.Map().Get(protoreflect.ValueOfString(key).MapKey())
			if f.FullName() == "recado.connector.v1.Integration.secrets" {
				one = protoreflect.ValueOfString("***")
			}
			parts = append(parts, slices.Concat(text(key), []byte{':'}, t.value(f.MapValue(), one)))
		}
		return slices.Concat([]byte{'{'}, bytes.Join(raw(parts), []byte{','}), []byte{'}'})
	case f.IsList():
		for i := range v.List().Len() {
			parts = append(parts, t.value(f, v.List().Get(i)))
		}
		return slices.Concat([]byte{'['}, bytes.Join(raw(parts), []byte{','}), []byte{']'})
	}
	return t.value(f, v)
}

func (t *tap) value(f protoreflect.FieldDescriptor, v protoreflect.Value) json.RawMessage {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return t.json(v.Message())
	case protoreflect.EnumKind:
		if e := f.Enum().Values().ByNumber(v.Enum()); e != nil {
			return text(string(e.Name()))
		}
		return text(v.String())
	case protoreflect.BytesKind:
		return t.bytes(f, v.Bytes())
	case protoreflect.StringKind:
		return text(redact(v.String(), t.secrets))
	default:
		return text(v.Interface())
	}
}

// bytes are JSON where the contract says so, else text if they can be read, else base64.
func (t *tap) bytes(f protoreflect.FieldDescriptor, b []byte) json.RawMessage {
	clean := redact(string(b), t.secrets)
	if isJSON := f.Name() == "json" || strings.HasSuffix(string(f.Name()), "_json"); isJSON && json.Valid([]byte(clean)) {
		return json.RawMessage(clean)
	}
	if utf8.Valid(b) {
		return text(clean)
	}
	return text("base64:" + base64.StdEncoding.EncodeToString(b))
}

// text writes a value that JSON can always hold.
func text(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // a NaN, for example
		return text(err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

func raw(parts []json.RawMessage) [][]byte {
	out := make([][]byte, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out
}
