package host_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"

	"github.com/recado-hub/recado/plugins/sdk"
)

// TestMain makes the test binary three programs: the tests, the connector that they start, and a hub to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "connector":
			serveProbe(os.Args[2], os.Args[3:])
			return
		case "hub":
			runHub(os.Args[2])
			return
		}
	}
	os.Exit(m.Run())
}

// command is the command line of the test's connector. How it starts can be made to fail.
func command(name string, start ...string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return append([]string{self, "connector", name}, start...)
}

func serveProbe(name string, start []string) {
	p := &probe{name: name}
	if len(start) == 1 && start[0] == "endless" {
		sdk.Serve(endless{p})
		return
	}
	for _, how := range start {
		key, value, _ := strings.Cut(how, "=")
		switch key {
		case "exit":
			fmt.Fprintln(os.Stderr, "cannot find my configuration")
			os.Exit(7)
		case "unless": // it works when the file exists
			if _, err := os.Stat(value); err != nil {
				fmt.Fprintln(os.Stderr, "cannot find my configuration")
				os.Exit(7)
			}
		case "hang":
			select {}
		case "garbage":
			fmt.Println("Hello, world")
			select {}
		case "hang-describe":
			p.hangDescribe = true
		case "once": // hangs when the file exists, and makes it: the first start is good, the next ones are not
			if _, err := os.Stat(value); err == nil {
				select {}
			}
			if err := os.WriteFile(value, nil, 0o600); err != nil {
				panic(err)
			}
		case "in-flight":
			p.inFlight, _ = strconv.Atoi(value)
		case "schema":
			p.schema = value
		case "contract": // of another version than the hub's
			version, _ := strconv.Atoi(value)
			plugin.Serve(&plugin.ServeConfig{
				HandshakeConfig:  sdk.Handshake(),
				VersionedPlugins: map[int]plugin.PluginSet{version: {sdk.PluginName: &sdk.Plugin{Connector: p}}},
				GRPCServer:       plugin.DefaultGRPCServer,
			})
			return
		}
	}
	sdk.Serve(p)
}

// probe is a connector that does what the action of a delivery says.
type probe struct {
	name         string
	schema       string
	inFlight     int
	hangDescribe bool
	sent         atomic.Int64
	busy         atomic.Int64
	most         atomic.Int64
}

func (p *probe) Describe(context.Context) (sdk.Description, error) {
	if p.hangDescribe {
		select {}
	}
	return sdk.Description{
		Name: strings.TrimPrefix(p.name, "wrong-"), Version: "1.2.3", Title: sdk.Labels{"en": "Probe"},
		Settings: sdk.Schema{
			JSON:   json.RawMessage(cmp.Or(p.schema, `{"type":"object","properties":{"token":{"type":"string","writeOnly":true}}}`)),
			Labels: map[string]sdk.FieldLabels{"token": {Title: sdk.Labels{"en": "Token"}}},
		},
		Actions: []sdk.Action{
			{Key: "ok", Title: sdk.Labels{"en": "OK"}, Values: sdk.ValuesSpec{Positional: true, Min: 1, Max: 3, MaxLength: 60},
				Recipient: sdk.RecipientSpec{Format: sdk.FormatE164}, Category: "probe", Language: "en"},
			{Key: "rows", Role: sdk.RoleSource},
		},
		Limits:       []sdk.Limit{{Key: "rate", Scope: sdk.LimitIntegration, PerSecond: 80, Burst: 10, Setting: "rate"}},
		Capabilities: sdk.Capabilities{InFlight: cmp.Or(p.inFlight, 64)},
	}, nil
}

func (p *probe) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	if strings.Contains(string(in.Settings), "bad") {
		return nil, &sdk.SettingsError{Problems: []sdk.Problem{
			{Code: "TOKEN", Path: "secrets.token", Message: "the token is no good", NextStep: "Give another token."},
		}}
	}
	if strings.Contains(string(in.Settings), "cannot") {
		return nil, errors.New("cannot open " + in.Secrets["token"])
	}
	if strings.Contains(string(in.Settings), "hangs") {
		select {}
	}
	return &probeSender{p: p, in: in}, nil
}

type probeSender struct {
	p  *probe
	in sdk.Integration
}

func (s *probeSender) Close() error { return nil }

func (s *probeSender) Send(_ context.Context, d sdk.Delivery) sdk.Outcome {
	n := s.p.sent.Add(1)
	accepted := sdk.Outcome{Kind: sdk.Accepted, ProviderID: "p-" + d.ID}
	if d.Action == "ok" {
		return accepted
	}
	for _, v := range d.Values {
		if path, ok := strings.CutPrefix(v.Text, "touch="); ok { // a sign that the send has begun
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				panic(err)
			}
		}
	}
	busy := s.p.busy.Add(1)
	defer s.p.busy.Add(-1)
	for most := s.p.most.Load(); busy > most && !s.p.most.CompareAndSwap(most, busy); most = s.p.most.Load() {
	}
	accepted.Detail = map[string]string{"pid": strconv.Itoa(os.Getpid()), "ppid": strconv.Itoa(os.Getppid())}
	switch d.Action {
	case "facts":
		accepted.Detail["most"] = strconv.FormatInt(s.p.most.Load(), 10)
		accepted.Detail["sent"] = strconv.FormatInt(n, 10)
		accepted.Detail["version"] = strconv.FormatInt(s.in.Version, 10)
	case "environment":
		for _, entry := range os.Environ() {
			name, value, _ := strings.Cut(entry, "=")
			accepted.Detail["env."+name] = value
		}
		accepted.Detail["args"] = strings.Join(os.Args, " ")
	case "echo":
		all, err := json.Marshal(map[string]any{"delivery": d, "integration": s.in})
		if err != nil {
			panic(err)
		}
		accepted.Detail["echo"] = string(all)
	case "outcome":
		var o sdk.Outcome
		if err := json.Unmarshal(d.Parameters, &o); err != nil {
			panic(err)
		}
		return o
	case "slow":
		wait, err := time.ParseDuration(d.Values[0].Text)
		if err != nil {
			panic(err)
		}
		time.Sleep(wait) // a provider that takes its time
	case "print":
		real := os.NewFile(1, "stdout")
		for range 3000 {
			fmt.Println("to the redirected standard output, at some length, so that a pipe would fill up")
			fmt.Fprintln(real, "to the real standard output, at some length, so that a pipe would fill up")
		}
	case "log":
		slog.Info("a line with "+s.in.Secrets["token"], "attribute", "value")
		fmt.Fprintln(os.Stderr, "redirected "+s.in.Secrets["token"])
		fmt.Fprintln(os.NewFile(2, "stderr"), "real "+s.in.Secrets["token"])
	case "journal": // says in a file that it was here, before anything else
		file, err := os.OpenFile(d.Values[0].Text, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		if _, err := file.WriteString(d.ID + "\n"); err != nil {
			panic(err)
		}
		_ = file.Close()
	case "crash":
		os.Exit(3)
	case "crash-after":
		if after, _ := strconv.ParseInt(d.Values[0].Text, 10, 64); n >= after {
			os.Exit(3)
		}
	case "panic":
		go func(m map[string]int) { m["x"] = 1 }(nil)
		select {}
	case "crash-with-child":
		child := exec.Command("sleep", "600")
		child.Stdout, child.Stderr = os.NewFile(1, "stdout"), os.NewFile(2, "stderr")
		if err := child.Start(); err != nil {
			return sdk.Outcome{Kind: sdk.Rejected, Message: err.Error()}
		}
		if err := os.WriteFile(d.Values[0].Text, []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
			return sdk.Outcome{Kind: sdk.Rejected, Message: err.Error()}
		}
		os.Exit(3)
	case "hang":
		select {}
	case "flood":
		for range 20_000 {
			fmt.Fprintln(os.NewFile(2, "stderr"), "noise noise noise")
		}
	case "eat":
		mebibytes, _ := strconv.Atoi(d.Values[0].Text)
		eat(mebibytes)
	case "open":
		most, _ := strconv.Atoi(d.Values[0].Text)
		accepted.Detail = openMany(most)
	case "stop":
		stopSelf()
	}
	return accepted
}

func (p *probe) Check(_ context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	switch in.Name {
	case "crash":
		os.Exit(3)
	case "fail":
		return nil, errors.New("cannot say with " + in.Secrets["token"])
	case "hang":
		select {}
	case "problems":
		return []sdk.Problem{
			{Code: "EXPIRED", Path: "secrets.token", Message: "the token has expired", NextStep: "Make a new one."},
			{Code: "SOON", Message: "it is about to be switched off", Severity: sdk.SeverityWarning},
		}, nil
	}
	return nil, nil
}

func (p *probe) Preview(_ context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	switch in.Name {
	case "bad":
		return sdk.Preview{}, &sdk.SettingsError{Problems: []sdk.Problem{{Code: "TOKEN", Path: "secrets.token", Message: "the token is no good"}}}
	case "fail":
		return sdk.Preview{}, errors.New("cannot say with " + in.Secrets["token"])
	case "hang":
		select {}
	}
	request, err := json.Marshal(map[string]any{"id": d.ID, "values": d.Values, "token": in.Secrets["token"]})
	return sdk.Preview{Text: "with " + in.Secrets["token"], Recipient: d.Recipient, Request: request,
		Problems: []sdk.Problem{{Code: "LONG", Path: "values[1]", Message: "is long", Severity: sdk.SeverityWarning}},
		Adjusted: []sdk.Adjustment{{Path: "values[1]", Reason: sdk.Shortened, Sent: "s"}}}, err
}

func (p *probe) Receive(_ context.Context, in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	if in.Name == "bad" {
		return sdk.Reception{}, &sdk.SettingsError{Problems: []sdk.Problem{{Code: "NO_KEY", Path: "secrets.key", Message: "there is no key"}}}
	}
	if cb.Header.Get("X-Signature") != in.Secrets["token"] {
		return sdk.Reception{Status: 401}, nil
	}
	return sdk.Reception{
		Verified: true, Status: 200, Body: []byte("thanks"), Header: map[string]string{"Content-Type": "text/plain"},
		Receipts: []sdk.Receipt{
			{ProviderID: "p-1", DeliveryID: string(cb.Body), Status: sdk.Delivered, At: time.UnixMilli(1700000000000).UTC(), Recipient: "+15550001"},
			{ProviderID: "p-2", DeliveryID: "something else", Status: sdk.Failed, Code: "131026", Message: "not on it", Scope: sdk.ScopeRecipient,
				Detail: map[string]string{"url": cb.URL}},
		},
	}, nil
}

// endless is a source whose pages do not end: some empty ones before a row, then empty ones alone.
type endless struct{ *probe }

func (endless) Query(_ context.Context, _ sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	for n := 1; ; n++ {
		var p sdk.Page
		if n == 900 || n == 1800 {
			p.Rows = []json.RawMessage{[]byte(`{"id":"1"}`)}
		}
		if err := page(p); err != nil {
			return err
		}
	}
}
