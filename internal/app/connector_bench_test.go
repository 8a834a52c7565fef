//go:build unix

package app_test

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// BenchmarkDeliveries is a delivery through the connector's process to the sandbox, by HTTP, and back as an outcome, without the engine: so
// nothing paces. Run with -benchtime 100000x it says how much memory the connector's process has after so many. Half of
// them go through Meta and half through Twilio, to many people.
func BenchmarkDeliveries(b *testing.B) {
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{Keep: -1, Callbacks: sandbox.Callbacks{Off: true}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = box.Close() })
	var accepted, others atomic.Int64
	room := make(chan struct{}, 1024)
	h := host.New(host.Options{
		Builtin: map[string][]string{"whatsapp": {binary, "connector", "whatsapp"}}, Log: slog.New(slog.DiscardHandler),
		Runtime: app.ConnectorRuntime,
		Outcomes: func(_ int64, list []hub.Outcome) {
			for i := range list {
				if list[i].Kind == hub.OutcomeAccepted {
					accepted.Add(1)
				} else {
					if others.Add(1) == 1 {
						b.Logf("%+v", list[i])
					}
				}
				<-room
			}
		},
	})
	if err := h.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = h.Close(b.Context()) }()
	ways := bothWays(box)
	connector := childOf(b, os.Getpid(), "connector whatsapp")
	before := memoryOf(b, connector)
	deadline := time.Now().Add(time.Hour)
	const size = 16
	b.ResetTimer()
	for n := 0; n < b.N; n += size {
		way := ways[n/size%len(ways)]
		batch := make([]hub.Handover, 0, size)
		for i := n; i < min(n+size, b.N); i++ {
			room <- struct{}{}
			batch = append(batch, hub.Handover{Key: hub.NewKey(time.Now()), Attempt: 1, FlowKey: 7, Action: "wo_assignment_pt_BR", Parameters: way.parameters,
				Recipient: fmt.Sprintf("+55119%08d", i%50000), Language: "pt-BR", Deadline: deadline,
				Values: []string{"Jonas Campos", "OT-1042", "Check the pump of line 3", "2026-11-22 09:30", "Maria Silva", "normal", "Pump P-103"}})
		}
		if err := h.Send(way.in, batch); err != nil {
			b.Fatal(err)
		}
	}
	for accepted.Load()+others.Load() < int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	if others.Load() > 0 || box.Stats().Accepted != int64(b.N) {
		b.Fatalf("%d were not accepted, and the sandbox took %d of %d", others.Load(), box.Stats().Accepted, b.N)
	}
	after := memoryOf(b, connector)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(before, "MB-at-rest")
	b.ReportMetric(after, "MB-after")
}

// way is an integration and the template that goes through it.
type way struct {
	in         hub.OpenIntegration
	parameters []byte
}

func bothWays(box *sandbox.Sandbox) []way {
	meta := hub.OpenIntegration{Key: hub.NewKey(time.Now()), Version: 1, Connector: "whatsapp",
		Settings: fmt.Appendf(nil, `{"phone_number_id":%q,"waba_id":%q,"base_url":%q}`, sandbox.DefaultPhoneNumberID, sandbox.DefaultWABAID, box.URL()),
		Secrets:  map[string]string{"access_token": sandbox.DefaultAccessToken, "app_secret": sandbox.DefaultAppSecret, "verify_token": sandbox.DefaultVerifyToken}}
	twilio := hub.OpenIntegration{Key: hub.NewKey(time.Now()), Version: 1, Connector: "whatsapp", CallbackURL: "https://hub.example.com/callbacks/int_1",
		Settings: fmt.Appendf(nil, `{"provider":"TWILIO","account_sid":%q,"from":%q,"twilio_url":%q}`, sandbox.DefaultAccountSID, sandbox.DefaultSender, box.URL()),
		Secrets:  map[string]string{"auth_token": sandbox.DefaultAuthToken}}
	return []way{{meta, []byte(`{"template":"wo_assigned"}`)}, {twilio, fmt.Appendf(nil, `{"template":%q}`, sandbox.ContentSID("wo_assigned", "pt_BR"))}}
}

// childOf is the process id of a child by a part of its command line.
func childOf(t testing.TB, parent int, part string) int {
	t.Helper()
	for pid, p := range processes(t) {
		if p.parent == parent && strings.Contains(p.args, part) {
			return pid
		}
	}
	t.Fatalf("this process has no child %q", part)
	return 0
}

// memoryOf is how much of a process is in memory (its resident set), in MB of a million bytes.
func memoryOf(t testing.TB, pid int) float64 {
	t.Helper()
	if runtime.GOOS == "linux" {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(status)) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
				return float64(number(t, f[1])) * 1024 / 1e6
			}
		}
	}
	out, err := exec.Command("ps", "-o", "rss=", "-p", fmt.Sprint(pid)).Output()
	if err != nil {
		t.Fatalf("ps: %v", err)
	}
	return float64(number(t, strings.TrimSpace(string(out)))) * 1024 / 1e6
}
