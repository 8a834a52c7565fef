package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

// drainTime is how long the hub waits, when it is told to stop, for what is with the connectors.
const drainTime = 20 * time.Second

// serve runs the hub until SIGTERM or an interrupt, then drains it. A second signal ends it at once.
func serve(args []string, out, errOut io.Writer) error {
	f := flags("serve", errOut)
	o := app.Options{BootstrapKey: os.Getenv("RECADO_BOOTSTRAP_KEY"), BootstrapSecret: os.Getenv("RECADO_BOOTSTRAP_SECRET"),
		SecretsKey: os.Getenv("RECADO_SECRETS_KEY"), SigningKey: []byte(os.Getenv("RECADO_SIGNING_KEY"))}
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.Data, "data", "./data", "data `directory`; made if need be, used by one hub at a time")
	f.StringVar(&o.Plugins, "plugins", "", "`directory` of third-party connectors: executables named recado-connector-NAME, which are run if they are trusted (recado connector trust)")
	f.BoolVar(&o.TrustPlugins, "trust-plugins", false, "run whatever lies in the plugins directory without its being trusted: for development only")
	f.StringVar(&o.OutboundAllow, "outbound-allow", "", "`addresses` that are not public and to which connectors may connect all the same, such as 10.1.2.3:8443 or 10.2.0.0/16, with commas between")
	f.StringVar(&o.PublicURL, "public-url", "", "`URL` by which the world, and thus every provider, reaches the hub; default http:// and the address")
	level := f.String("log-level", "info", "least `level` of the log: debug, info, warn, error")
	format := f.String("log-format", "text", "`format` of the log: text or json")
	f.IntVar(&o.ConnectorStops, "connector-stops", 10, "`stops` of a connector within five minutes that keep it from being started for ten; 0: none do")
	limits := newLimitFlags(f)
	doors := newDoorFlags(f, &o.Doors)
	if err := parse(f, args); err != nil {
		return err
	}
	if err := doors.finish(); err != nil {
		return err
	}
	var err error
	if o.ConnectorLimits, err = limits.finish(); err != nil {
		return err
	}
	if o.ConnectorStops < 0 {
		return fmt.Errorf("--connector-stops: %d is too little; it is 0 for none, or more", o.ConnectorStops)
	}
	if o.TrustPlugins && o.Plugins == "" {
		return errors.New("--trust-plugins: there is no plugins directory; name it with --plugins")
	}
	log, err := logger(*level, *format, errOut)
	if err != nil {
		return err
	}
	o.Log, o.Tracing = log, true
	if o.PublicURL, err = publicURL(o.PublicURL); err != nil {
		return err
	}
	app.TuneGC()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	h, err := app.Start(ctx, o)
	if err != nil {
		return err
	}
	greet(out, h, !o.Doors.NoGraphiQL)
	select {
	case <-ctx.Done():
		stop() // the next signal is not caught
		log.Info("draining", "atMost", drainTime)
	case <-h.Done:
	}
	return drain(h)
}

func drain(h *app.Hub) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := h.Close(ctx)
	if h.Err != nil {
		return h.Err
	}
	return err
}

func greet(out io.Writer, h *app.Hub, graphiQL bool) {
	fmt.Fprintf(out, "recado %s serves at %s (reached by the world at %s)\n", app.Version, h.Local, h.URL)
	if h.First == nil {
		return
	}
	fmt.Fprintf(out, "\nThis is the first start. The consumer %q of the group Administrators was made:\n\n  key     %s\n", h.First.Consumer.Name, h.First.Consumer.ClientID)
	if h.First.Secret != "" {
		fmt.Fprintf(out, "  secret  %s\n\nThe secret is shown this once and kept as a hash only.\n", h.First.Secret)
	}
	if graphiQL {
		fmt.Fprintf(out, "\nLook around with them in a browser: %s/graphql\n", h.URL)
	}
	fmt.Fprintln(out)
}

func logger(level, format string, out io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: %q is no level; use debug, info, warn or error", level)
	}
	o := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(out, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(out, o)), nil
	}
	return nil, fmt.Errorf("--log-format: %q is no format; use text or json", format)
}

func publicURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("--public-url: %q must be an http or https URL such as https://hub.example.com", s)
	}
	return strings.TrimSuffix(s, "/"), nil
}
