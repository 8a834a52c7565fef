package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// sandboxes has the sandboxes of the connectors; there is one.
func sandboxes(args []string, out, errOut io.Writer) error {
	if len(args) == 0 || args[0] != "whatsapp" {
		return errors.New("say which sandbox to run: recado sandbox whatsapp is Meta's and Twilio's")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return whatsappSandbox(ctx, args[1:], out, errOut)
}

// sandboxOptions are the flags of `recado sandbox whatsapp`.
type sandboxOptions struct {
	sandbox.Options
	addr, faults, absent, messages string
	callback, verifyToken, twilio  string
	network                        bool
	level                          string
	log                            *slog.Logger
}

func (o *sandboxOptions) parse(args []string, errOut io.Writer) error {
	f := flags("sandbox whatsapp", errOut)
	f.StringVar(&o.addr, "addr", "127.0.0.1:8090", "`address` to listen on; port 0 takes a free one")
	f.BoolVar(&o.network, "allow-network", false, "listen on an address that other machines reach; whoever reaches the sandbox may steer it")
	f.StringVar(&o.callback, "callback-url", "", "`URL` of an integration through Meta: the hub's, /callbacks/ and the id; it is asked to verify itself until it does")
	f.StringVar(&o.verifyToken, "verify-token", sandbox.DefaultVerifyToken, "verify `token` of that integration")
	f.StringVar(&o.twilio, "twilio-callback-url", "", "`URL` of an integration through Twilio, for what persons write; status callbacks come with each message")
	f.StringVar(&o.faults, "faults", "", "`file` with faults as JSON, as POST /sandbox/faults takes them")
	f.Float64Var(&o.Throughput, "throughput", 0, "refuse what a number sends beyond so many `messages` a second; 0 refuses none")
	f.BoolVar(&o.PairRate, "pair-rate", false, "refuse more than one message in 6 seconds to the same person, beyond a burst of 45")
	f.StringVar(&o.absent, "not-on-whatsapp", "", "phone `numbers` without WhatsApp, with commas between them")
	f.DurationVar(&o.Callbacks.Sent, "sent", 300*time.Millisecond, "`time` from a message's acceptance until it is sent")
	f.DurationVar(&o.Callbacks.Delivered, "delivered", time.Second, "`time` until it is delivered")
	f.DurationVar(&o.Callbacks.Read, "read", 3*time.Second, "`time` until it is read; below 0 never")
	f.IntVar(&o.Callbacks.Batch, "batch", 1, "most `statuses` in one callback of Meta's")
	f.IntVar(&o.Keep, "keep", 10_000, "most `messages` that are kept; the oldest are forgotten")
	f.StringVar(&o.messages, "messages", "", "`file` to which each message that a phone got is appended as a line of JSON, before the answer goes out: what the phones got also if the sandbox is killed")
	f.StringVar(&o.level, "log-level", "warn", "least `level` of the log: debug, info, warn, error")
	return parseWith(f, args, "RECADO_SANDBOX_")
}

// whatsappSandbox runs until ctx ends.
func whatsappSandbox(ctx context.Context, args []string, out, errOut io.Writer) error {
	var o sandboxOptions
	if err := o.parse(args, errOut); err != nil {
		return err
	}
	script, err := o.check(errOut)
	if err != nil {
		return err
	}
	if o.messages != "" {
		file, err := os.OpenFile(o.messages, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("--messages: %w", err)
		}
		defer func() { _ = file.Close() }()
		o.OnMessage = func(m sandbox.Message) { keep(file, m, o.log) }
	}
	s, err := sandbox.Start(o.addr, o.Options)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if err := s.AddFaults(script...); err != nil {
		return fmt.Errorf("--faults: %s: %w", o.faults, err)
	}
	if err := s.ListenTwilio(sandbox.DefaultAccountSID, o.twilio); err != nil {
		return fmt.Errorf("--twilio-callback-url: %w", err)
	}
	greetSandbox(out, s.URL(), o)
	if o.callback != "" {
		subscribe(ctx, s, &o, out)
	}
	<-ctx.Done()
	return nil
}

// keep appends a message to a file, in one write, so that lines of messages that come at once do not mix.
func keep(file *os.File, m sandbox.Message, log *slog.Logger) {
	line, err := json.Marshal(m)
	if err == nil {
		_, err = file.Write(append(line, '\n'))
	}
	if err != nil {
		log.Error("a message was not written to the file of messages", "message", m.ID, "error", err)
	}
}

// check refuses what cannot be, and reads the script of faults.
func (o *sandboxOptions) check(errOut io.Writer) ([]sandbox.Fault, error) {
	var err error
	if o.log, err = logger(o.level, "text", errOut); err != nil {
		return nil, err
	}
	o.Log, o.Front = o.log, true
	switch {
	case o.Throughput < 0:
		return nil, errors.New("--throughput: must be 0 or more")
	case o.Keep < 1:
		return nil, errors.New("--keep: must be 1 or more")
	case o.Callbacks.Sent < 0 || o.Callbacks.Delivered < 0:
		return nil, errors.New("--sent and --delivered must not be below 0")
	}
	if err := o.checkAddress(errOut); err != nil {
		return nil, err
	}
	if o.callback, err = callbackURL("--callback-url", o.callback); err != nil {
		return nil, err
	}
	if o.twilio, err = callbackURL("--twilio-callback-url", o.twilio); err != nil {
		return nil, err
	}
	o.NotOnWhatsApp = strings.FieldsFunc(o.absent, func(r rune) bool { return r == ',' })
	if o.faults == "" {
		return nil, nil
	}
	file, err := os.Open(o.faults)
	if err != nil {
		return nil, fmt.Errorf("--faults: %w", err)
	}
	defer func() { _ = file.Close() }()
	script, err := sandbox.ReadFaults(file)
	if err != nil {
		return nil, fmt.Errorf("--faults: %s: %w", o.faults, err)
	}
	return script, nil
}

func callbackURL(flag, text string) (string, error) {
	url, err := publicURL(text)
	if err != nil {
		return "", fmt.Errorf("%s: %q must be an http or https URL such as http://127.0.0.1:8080/callbacks/int_…", flag, text)
	}
	return url, nil
}

// checkAddress lets nobody else in unless that is wished: the sandbox's own doors need no token.
func (o *sandboxOptions) checkAddress(errOut io.Writer) error {
	host, _, err := net.SplitHostPort(o.addr)
	if err != nil {
		return fmt.Errorf("--addr: %q must be an address and a port such as 127.0.0.1:8090", o.addr)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if !o.network {
		return fmt.Errorf("--addr: other machines can reach %s, and whoever reaches the sandbox reads its messages and steers it; listen on 127.0.0.1, or add --allow-network in a network of yours alone", o.addr)
	}
	fmt.Fprintf(errOut, "WARNING: other machines can reach the sandbox at %s. Whoever does reads its messages, steers it, and can have it call any address.\n", o.addr)
	return nil
}

// subscribe gives Meta's webhook, as soon as the hub is there to verify itself.
func subscribe(ctx context.Context, s *sandbox.Sandbox, o *sandboxOptions, out io.Writer) {
	said := ""
	for {
		err := s.Subscribe(ctx, sandbox.DefaultAppID, o.callback, o.verifyToken)
		switch {
		case err == nil:
			fmt.Fprintf(out, "Meta calls %s back.\n", o.callback)
			return
		case ctx.Err() != nil:
			return
		case err.Error() != said:
			said = err.Error()
			o.log.Warn("the hub does not verify itself yet; it is asked again every second", "error", err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return
		}
	}
}
