package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// stage is how far a conversation with a server has come: what was refused there.
type stage string

// The stages.
const (
	connecting stage = "CONNECT"
	securing   stage = "STARTTLS"
	signingIn  stage = "AUTH"
	sending    stage = "MAIL"
	addressing stage = "RCPT"
	handing    stage = "DATA" // before the message's end: a server drops what is not complete
	handed     stage = "END"  // after it: without an answer nobody can say
)

// failure is what went wrong at a stage.
type failure struct {
	stage stage
	err   error
}

func (f *failure) Error() string { return string(f.stage) + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// errNoTLS says that a server has no STARTTLS, errNoLogin that it has no mechanism that was asked for.
var (
	errNoTLS   = errors.New("the server offers no STARTTLS")
	errNoLogin = errors.New("the server offers no way to sign in that the integration may take")
)

// tlsConfig makes configurations for connections.
type tlsConfig struct{ roots *x509.CertPool }

func (t *tlsConfig) of(host string) *tls.Config {
	return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: t.roots}
}

// conn is a connection on which messages can be sent.
type conn struct {
	*smtp.Client
	line *line
	used int // messages
}

// line bounds what a server may say, since the protocol does not.
type line struct {
	net.Conn
	left atomic.Int64
}

// mostSaid is how many bytes a server may say in one conversation: from the greeting to the sign-in, or about one message.
const mostSaid = 256 << 10

var errTalkative = errors.New("the server says too much")

func (l *line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if l.left.Add(-int64(n)) < 0 {
		return 0, errTalkative
	}
	return n, err
}

// begin lets the server say so much again, until ctx ends. The result gives the connection its patience back.
func (l *line) begin(ctx context.Context) (end func()) {
	l.left.Store(mostSaid)
	until, _ := ctx.Deadline()
	_ = l.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { _ = l.SetDeadline(time.Unix(1, 0)) })
	return func() { stop() }
}

// dialer makes connections of an integration that are greeted, secured and signed in. Errors are failures.
func (c *connector) dialer(s *settings) func(context.Context) (*conn, error) {
	return func(ctx context.Context) (*conn, error) {
		d := c.guard.Dialer()
		if s.Security == noTLS {
			d = c.guard.StrictDialer()
		}
		raw, err := d.DialContext(ctx, "tcp", s.address())
		if err != nil {
			return nil, &failure{connecting, err}
		}
		k := &conn{line: &line{Conn: raw}}
		end := k.line.begin(ctx)
		defer end()
		if err := k.open(ctx, s, c.tls.of(s.Host)); err != nil {
			_ = raw.Close()
			return nil, err
		}
		return k, nil
	}
}

func (k *conn) open(ctx context.Context, s *settings, config *tls.Config) (err error) {
	var carrier net.Conn = k.line
	if s.Security == fullTLS {
		secured := tls.Client(k.line, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			return &failure{connecting, err}
		}
		carrier = secured
	}
	if k.Client, err = smtp.NewClient(carrier, s.Host); err != nil {
		return &failure{connecting, err}
	}
	if err := k.Hello(s.helo()); err != nil {
		return &failure{connecting, err}
	}
	if s.Security == startTLS {
		if ok, _ := k.Extension("STARTTLS"); !ok {
			return &failure{securing, errNoTLS}
		}
		if err := k.StartTLS(config); err != nil {
			return &failure{securing, err}
		}
	}
	return k.signIn(ctx, s)
}

func (k *conn) signIn(ctx context.Context, s *settings) error {
	if s.Auth == authNone {
		return nil
	}
	_, offered := k.Extension("AUTH")
	offers := strings.Fields(strings.ToUpper(offered))
	auth, err := s.mechanism(ctx, offers)
	if err != nil {
		return &failure{signingIn, err}
	}
	if err := k.Auth(auth); err != nil {
		if s.tokens != nil {
			s.tokens.Forget(ctx)
		}
		return &failure{signingIn, err}
	}
	return nil
}

// mechanism chooses how to sign in: the one of the settings, or the best that the server offers.
func (s *settings) mechanism(ctx context.Context, offers []string) (smtp.Auth, error) {
	ways := []struct{ setting, name string }{{authSCRAM, "SCRAM-SHA-256"}, {authPlain, "PLAIN"}, {authLogin, "LOGIN"}, {authXOAUTH2, "XOAUTH2"}}
	for _, way := range ways {
		chosen := s.Auth == way.setting || s.Auth == authAuto && way.setting != authXOAUTH2
		if !chosen || !slices.Contains(offers, way.name) {
			continue
		}
		switch way.setting {
		case authSCRAM:
			return smtp.ScramSHA256Auth(s.Username, s.password), nil
		case authPlain:
			return smtp.PlainAuth("", s.Username, s.password, s.Host, false), nil
		case authLogin:
			return smtp.LoginAuth(s.Username, s.password, s.Host, false), nil
		default:
			token, err := s.tokens.Token(ctx)
			return smtp.XOAuth2Auth(s.Username, token), err
		}
	}
	return nil, errNoLogin
}
