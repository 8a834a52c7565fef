package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// Options say how the story is to be told.
type Options struct {
	Data string       // data directory, kept; empty: a temporary one that is removed at the end
	Once bool         // end with the story instead of staying up
	Out  io.Writer    // the story, in plain text
	Log  *slog.Logger // the hub's log; nil: nothing is logged
}

// Bounds of the demo.
const (
	storyTime = 20 * time.Second // for everything up to the last message
	drainTime = 10 * time.Second // for the hub to end
	tokenTTL  = 12 * time.Hour   // of the token that is there to be pasted
)

// How long after its acceptance a message is sent, delivered and read: long enough to watch.
const (
	sentAfter      = 60 * time.Millisecond
	deliveredAfter = 180 * time.Millisecond
	readAfter      = 420 * time.Millisecond
)

// ErrUnread says that a message which had to arrive did not, or that a phone got one which it should not; what is missing was
// written to Options.Out.
var ErrUnread = errors.New("not every expected message was read")

// Run tells the story, whose last line is "demo: N expected, N read", and then keeps hub and sandbox up until ctx ends, which is no
// error. With Options.Once it returns after that line: nil only if every expected message was read. The executable must run a
// connector for the arguments "connector NAME"; see app.ServeConnector.
func Run(ctx context.Context, o Options) (err error) {
	dir, remove, err := dataDirectory(o.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	m, err := recall(dir)
	if err != nil {
		return err
	}
	s := &stage{dir: dir, memory: m, screen: &screen{out: o.Out}, rules: rules()}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(ctx, o.Log); err != nil {
		return interrupted(ctx, o, err)
	}
	return interrupted(ctx, o, s.tell(ctx, o))
}

// interrupted makes an end that was asked for no error, unless the story was to be told to its end.
func interrupted(ctx context.Context, o Options, err error) error {
	switch {
	case err == nil || ctx.Err() == nil:
		return err
	case o.Once:
		return errors.New("the demo was interrupted before its end")
	}
	return nil
}

// dataDirectory gives the directory and what to do with it in the end.
func dataDirectory(given string) (dir string, remove func() error, err error) {
	if given != "" {
		return given, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "recado-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("the demo needs a temporary directory: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// stage is what the story plays on.
type stage struct {
	dir     string
	memory  *memory
	screen  *screen
	rules   []rule
	hub     *app.Hub
	sandbox *sandbox.Sandbox

	admin    *client // the consumer of the first start: may do everything
	consumer *client // the consumer that the story makes: may do what its group grants
	watch    *watch
}

// open starts the sandbox, the hub with its connector, and the subscription.
func (s *stage) open(ctx context.Context, log *slog.Logger) (err error) {
	if s.sandbox, err = sandbox.Start("127.0.0.1:0", sandbox.Options{Log: log,
		Callbacks: sandbox.Callbacks{Sent: sentAfter, Delivered: deliveredAfter, Read: readAfter}}); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "catalog.json"), []byte(tenantFields), 0o600); err != nil {
		return err
	}
	if s.hub, err = app.Start(ctx, app.Options{Addr: "127.0.0.1:0", Data: s.dir, BootstrapKey: s.memory.Admin.Key,
		BootstrapSecret: s.memory.Admin.Secret, TokenTTL: tokenTTL, Log: log}); err != nil {
		return err
	}
	if s.admin, err = signIn(ctx, s.hub.Local, s.memory.Admin); err != nil {
		return err
	}
	// It begins before there is anything to see, so that it has long begun when the first work order comes.
	s.watch, err = subscribe(ctx, s.hub.Local, s.admin.token)
	return err
}

// close ends everything: first the hub, which lets the connector finish what it has begun with the sandbox.
func (s *stage) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var errs []error
	if s.watch != nil {
		s.watch.close()
	}
	if s.hub != nil {
		errs = append(errs, s.hub.Close(ctx))
	}
	if s.sandbox != nil {
		errs = append(errs, s.sandbox.Close())
	}
	return errors.Join(errs...)
}

func (s *stage) tell(ctx context.Context, o Options) error {
	telling, cancel := context.WithTimeout(ctx, storyTime)
	defer cancel()
	if err := s.introduce(telling); err != nil {
		return err
	}
	if err := s.walk(telling); err != nil {
		return err
	}
	p, err := s.newPlay()
	if err != nil {
		return err
	}
	if err := p.perform(telling); err != nil {
		return err
	}
	read, good := p.sum()
	s.screen.line("demo: %d expected, %d read", p.expected(), read)
	switch {
	case !o.Once:
		p.invite()
		return p.stay(ctx)
	case !good:
		return ErrUnread
	}
	return nil
}

// introduce says who is there.
func (s *stage) introduce(ctx context.Context) error {
	c, err := s.admin.connector(ctx, "whatsapp")
	if err != nil {
		return err
	}
	s.screen.line("Recado: from what happens in maintenance to WhatsApp messages that provably arrived.")
	s.screen.raw("")
	s.screen.fact("hub", "%s", s.hub.Local)
	s.screen.fact("data", "%s", s.dir)
	s.screen.fact("connector", "%s %s, a process of its own, %s", c.Name, c.Version, c.State)
	s.screen.fact("sandbox", "%s, which behaves as Meta's WhatsApp Cloud API does", s.sandbox.URL())
	return nil
}
