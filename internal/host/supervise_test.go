package host_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

func TestAConnectorThatStopsTooOftenIsLeftAloneUntilItsTimeOrUntilSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	flag := filepath.Join(t.TempDir(), "works")
	rule := host.Quarantine{Stops: 3, Within: time.Minute, For: time.Hour}
	r := start(t, host.Options{Builtin: with(builtin("other"), "probe", command("probe", "unless="+flag)), Quarantine: rule})
	c := r.is(t, "probe", "in quarantine", func(c *hub.Connector) bool { return c.State == hub.ConnectorQuarantined })
	if !strings.Contains(c.Problem, "stopped too often") || !strings.Contains(c.Problem, "cannot find my configuration") || c.Until == nil || time.Until(*c.Until) < 50*time.Minute {
		t.Errorf("it is there because %q until %v", c.Problem, c.Until)
	}
	wantCode(t, r.Send(integration("probe"), handovers("ok", 1, 1)), hub.CodeUnavailable, "too often")
	must(t, os.WriteFile(flag, nil, 0o600))
	must(t, r.Restart("probe"))
	if c = r.is(t, "probe", "ready", ready); c.Problem != "" || c.Until != nil || !strings.Contains(c.LastError, "stopped too often") {
		t.Errorf("it is %+v", c)
	}
	if c := r.listed("other"); c.Restarts != 0 {
		t.Errorf("the other one was restarted %d times", c.Restarts)
	}
	t.Run("and leaves by itself when its time has come", func(t *testing.T) {
		flag := filepath.Join(t.TempDir(), "works")
		r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "unless="+flag)), Quarantine: host.Quarantine{Stops: 2, Within: time.Minute, For: 300 * time.Millisecond}})
		r.is(t, "probe", "in quarantine", func(c *hub.Connector) bool { return c.State == hub.ConnectorQuarantined })
		must(t, os.WriteFile(flag, nil, 0o600))
		r.is(t, "probe", "ready", ready)
	})
}

func TestARestartCutsNothingOff(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	before := r.is(t, "probe", "ready", ready)
	mark, begun := sign(t)
	r.send(t, integration("probe"), "slow", 1, 1, "400ms", mark)
	begun()
	must(t, r.Restart("probe"))
	after := r.is(t, "probe", "another process", func(c *hub.Connector) bool { return ready(c) && c.PID != before.PID })
	r.send(t, integration("probe"), "facts", 2, 1)
	if old, now := r.outcome(t, 1), r.outcome(t, 2); old.Kind != hub.OutcomeAccepted || old.Detail["pid"] != strconv.Itoa(before.PID) || now.Detail["pid"] != strconv.Itoa(after.PID) {
		t.Errorf("%+v\n%+v", old, now)
	}
	if after.Restarts != 0 {
		t.Errorf("%d restarts are counted, though it never stopped", after.Restarts)
	}
	if err := r.Restart("nobody"); hub.CodeOf(err) != hub.CodeNotFound {
		t.Errorf("one that is not there: %v", err)
	}
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("what processes use is watched on Linux only")
	}
}

func TestAConnectorThatNeedsTooMuchMemoryIsReplacedOrKilled(t *testing.T) {
	t.Parallel()
	onLinux(t)
	r := start(t, host.Options{Builtin: builtin("probe", "other"), Limits: map[string]hub.ConnectorLimits{"probe": {Memory: 400 << 20}}})
	before := r.is(t, "probe", "ready", ready)
	if before.Bounds.Memory != 400<<20 || r.listed("other").Bounds.Memory != 0 {
		t.Errorf("the limits are %+v and %+v", before.Bounds, r.listed("other").Bounds)
	}
	r.is(t, "probe", "measured", func(c *hub.Connector) bool { return c.Usage.Memory > 1<<20 && c.Usage.OpenFiles > 3 })
	t.Run("a little too much: another one takes over, and what was begun is finished", func(t *testing.T) {
		mark, begun := sign(t)
		r.send(t, integration("probe"), "eat", 1, 1, "420", mark)
		begun()
		r.send(t, integration("probe"), "slow", 2, 1, "5s")
		c := r.is(t, "probe", "another process", func(c *hub.Connector) bool { return ready(c) && c.PID != before.PID })
		if !strings.Contains(c.LastError, "of memory; its limit is 400 MiB") || c.Restarts != 0 {
			t.Errorf("it was replaced because %q, after %d restarts", c.LastError, c.Restarts)
		}
		if o := r.outcome(t, 2); o.Kind != hub.OutcomeAccepted {
			t.Errorf("what it had begun became %+v", o)
		}
		before = c
	})
	t.Run("far too much: it is killed", func(t *testing.T) {
		r.send(t, integration("probe"), "eat", 3, 1, "700")
		c := r.state(t, "probe", hub.ConnectorBackoff, 0)
		if !strings.Contains(c.Problem, "it was killed") {
			t.Errorf("it stopped because %q", c.Problem)
		}
		r.state(t, "probe", hub.ConnectorReady, 1)
	})
}

func TestAConnectorsOpenFilesAreBounded(t *testing.T) {
	t.Parallel()
	onLinux(t)
	r := start(t, host.Options{Builtin: builtin("probe"), Limits: map[string]hub.ConnectorLimits{"": {OpenFiles: 64}}})
	r.send(t, integration("probe"), "open", 1, 1, "100")
	o := r.outcome(t, 1)
	n, _ := strconv.Atoi(o.Detail["opened"])
	if n == 0 || n >= 64 || !strings.Contains(o.Detail["error"], "too many open files") || o.Detail["core"] != "0" {
		t.Errorf("it opened %d files: %v", n, o.Detail)
	}
}

func TestAConnectorIsGivenNoMoreAtOnceThanItsLimitOverAllIntegrations(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe"), Limits: map[string]hub.ConnectorLimits{"probe": {InFlight: 3}}})
	for i := range int64(4) {
		in := integration("probe")
		in.Key = 100 + i
		r.send(t, in, "slow", i*10+1, 5, "30ms")
	}
	wantKinds(t, r.kinds(t, 20), map[hub.OutcomeKind]int{hub.OutcomeAccepted: 20})
	r.send(t, integration("probe"), "facts", 50, 1)
	if most := r.outcome(t, 50).Detail["most"]; most != "3" {
		t.Errorf("%s were sent at once, want 3", most)
	}
	eventually(t, "nothing is counted as being under way", func() bool { return r.listed("probe").Usage.InFlight == 0 })
}

func TestAConnectorThatLosesItsAnswersIsStartedAgainHoweverWellItSaysThatItIs(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe", "other"), HealthEvery: 200 * time.Millisecond, MissedAnswers: 3})
	in := integration("probe")
	in.Name = "hang"
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if _, err := r.Check(ctx, in); hub.CodeOf(err) != hub.CodeUnavailable {
			t.Errorf("a check that is not answered: %v", err)
		}
		cancel()
	}
	if c := r.state(t, "probe", hub.ConnectorBackoff, 0); !strings.Contains(c.Problem, "3 answers in a row did not come in time") {
		t.Errorf("it stopped because %q", c.Problem)
	}
	r.state(t, "probe", hub.ConnectorReady, 1)
}

func TestOneBadConnectorDoesNotSlowAnother(t *testing.T) {
	t.Parallel()
	bad := integration("bad")
	bad.Key = 77
	const n = 200
	// good sends messages one after the other, and says how long they took together.
	good := func(t *testing.T, r *rig, first int64) time.Duration {
		began := time.Now()
		for key := first; key < first+n; key++ {
			r.send(t, integration("good"), "ok", key, 1)
			if o := r.outcome(t, key); o.Kind != hub.OutcomeAccepted {
				t.Fatalf("delivery %d: %+v", key, o)
			}
		}
		return time.Since(began)
	}
	for name, c := range map[string]struct {
		action string
		values []string
	}{
		"that hangs": {"hang", nil}, "that crashes": {"crash", nil}, "that is slow": {"slow", []string{"2s"}}, "that floods its log": {"flood", nil},
	} {
		t.Run("one "+name, func(t *testing.T) {
			r := start(t, host.Options{Builtin: builtin("good", "bad")})
			alone := good(t, r, 1)
			stop, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				for key := int64(1_000_000); ; key += 50 {
					select {
					case <-stop:
						return
					case <-time.After(20 * time.Millisecond):
						batch := handovers(c.action, key, 50, c.values...)
						for i := range batch {
							batch[i].Deadline = time.Now().Add(time.Second)
						}
						_ = r.Send(bad, batch) // it is refused whenever the connector is down
					}
				}
			}()
			eventually(t, "the bad one has work", func() bool {
				c := r.listed("bad")
				return c.Usage.InFlight > 0 || c.Restarts > 0 || c.Usage.LinesCut > 0
			})
			beside := good(t, r, 10_000)
			close(stop)
			<-stopped
			// One that shared anything with the bad one would wait for seconds: for its deadlines, its restarts or its log. A crowded machine may
			// make it a few times slower.
			if most := 20*alone + 2*time.Second; beside > most {
				t.Errorf("%d messages took %s alone and %s beside it", n, alone, beside)
			}
			if k := r.listed("good"); k.Restarts != 0 || k.LastError != "" {
				t.Errorf("the good one: %d restarts, %q", k.Restarts, k.LastError)
			}
		})
	}
}

func TestALogThatIsFloodedIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	r.send(t, integration("probe"), "flood", 1, 1)
	r.outcome(t, 1)
	c := r.is(t, "probe", "cut", func(c *hub.Connector) bool { return c.Usage.LinesCut > 1000 })
	eventually(t, "a line says so", func() bool {
		r.send(t, integration("probe"), "log", time.Now().UnixNano(), 1)
		return strings.Contains(r.log.String(), "were left out")
	})
	if lines := strings.Count(r.log.String(), "noise noise"); lines > 4000 {
		t.Errorf("%d lines were kept, %d cut", lines, c.Usage.LinesCut)
	}
}
