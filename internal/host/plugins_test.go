package host_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
)

// shop is a plugins directory beside a data directory.
type shop struct {
	dir, data string
}

func newShop(t testing.TB) *shop {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the executables of these tests are scripts")
	}
	return &shop{dir: t.TempDir(), data: t.TempDir()}
}

// plugins are the options that look at the shop often.
func (s *shop) plugins() host.Plugins {
	return host.Plugins{Dir: s.dir, Data: s.data, Reserved: []string{"whatsapp"}, Every: 20 * time.Millisecond}
}

func (s *shop) path(name string) string { return filepath.Join(s.dir, host.ExecutablePrefix+name) }

// script is an executable that runs the test's connector. The mark makes another one of it.
func script(name, mark string, start ...string) string {
	quoted := ""
	for _, word := range command(name, start...) {
		quoted += " '" + word + "'"
	}
	return fmt.Sprintf("#!/bin/sh\n# %s\nMARK='%s' exec%s\n", mark, mark, quoted)
}

// put puts an executable in place by a rename, as installers do.
func (s *shop) put(t testing.TB, name, text string) {
	t.Helper()
	part := filepath.Join(s.dir, ".part-"+name)
	must(t, os.WriteFile(part, []byte(text), 0o755))
	must(t, os.Rename(part, s.path(name)))
}

func (s *shop) trust(t testing.TB, name string) {
	t.Helper()
	if _, err := host.PinsOf(s.data).Trust(name, s.path(name), time.Now()); err != nil {
		t.Fatal(err)
	}
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// listed is a connector as the host lists it; nil if it does not.
func (r *rig) listed(name string) *hub.Connector {
	for _, c := range r.List() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// is waits until a connector is listed as a test wants it.
func (r *rig) is(t testing.TB, name, what string, like func(*hub.Connector) bool) *hub.Connector {
	t.Helper()
	var got *hub.Connector
	eventually(t, name+" is "+what, func() bool { got = r.listed(name); return got != nil && like(got) })
	return got
}

func ready(c *hub.Connector) bool { return c.State == hub.ConnectorReady }

func TestAnExecutableIsRunOnlyIfItsBytesAreTrusted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first := script("probe", "first")
	s.put(t, "probe", first)
	r := start(t, host.Options{Plugins: s.plugins()})

	c := r.is(t, "probe", "shown and not run", func(c *hub.Connector) bool { return c.State == hub.ConnectorUntrusted && c.Refused != nil })
	if c.Refused.SHA256 != sumOf(first) || c.PID != 0 || !strings.Contains(c.Refused.NextStep, "recado connector trust --data "+s.data+" "+s.path("probe")) {
		t.Errorf("it is shown as %+v", c.Refused)
	}
	wantCode(t, r.Send(integration("probe"), handovers("ok", 1, 1)), hub.CodeUnavailable, "is not run", "not trusted")
	if err := r.Restart("probe"); hub.CodeOf(err) != hub.CodeConflict {
		t.Errorf("it can be restarted: %v", err)
	}

	s.trust(t, "probe")
	c = r.is(t, "probe", "run once it is trusted, without a restart of the hub", ready)
	if c.SHA256 != sumOf(first) || c.Trust != hub.TrustPinned || c.Refused != nil {
		t.Errorf("it runs as %+v", c.ConnectorProcess)
	}
	pid := c.PID

	t.Run("a changed one is refused and shown, and the one before goes on", func(t *testing.T) {
		s.put(t, "probe", script("probe", "changed"))
		c := r.is(t, "probe", "shown as changed", func(c *hub.Connector) bool { return c.Refused != nil })
		if c.State != hub.ConnectorReady || c.PID != pid || c.SHA256 != sumOf(first) || c.Refused.SHA256 != sumOf(script("probe", "changed")) {
			t.Errorf("connector %s %d %+v", c.State, c.PID, c.Refused)
		}
		r.send(t, integration("probe"), "ok", 10, 5)
		r.outcome(t, 14)
		if d := r.Directory(); len(d.Refused) != 1 || d.Refused[0].File != s.path("probe") {
			t.Errorf("the directory is %+v", d)
		}
	})
	t.Run("and is what a crash brings back", func(t *testing.T) {
		r.send(t, integration("probe"), "crash", 20, 1)
		r.outcome(t, 20)
		c := r.is(t, "probe", "run again", func(c *hub.Connector) bool { return ready(c) && c.PID != pid })
		r.send(t, integration("probe"), "environment", 21, 1)
		if got := r.outcome(t, 21).Detail["env.MARK"]; got != "first" || c.SHA256 != sumOf(first) {
			t.Errorf("what runs is %q", got)
		}
	})
	t.Run("the old one put back is taken as if nothing had been", func(t *testing.T) {
		s.put(t, "probe", first)
		r.is(t, "probe", "no longer refused", func(c *hub.Connector) bool { return c.Refused == nil && ready(c) })
	})
	t.Run("one that is no longer trusted stops, and what it has begun is finished", func(t *testing.T) {
		mark, begun := sign(t)
		r.send(t, integration("probe"), "slow", 30, 1, "300ms", mark)
		begun()
		if gone, err := host.PinsOf(s.data).Distrust(sumOf(first)[:8]); err != nil || len(gone) != 1 {
			t.Fatal(gone, err)
		}
		r.is(t, "probe", "stopped", func(c *hub.Connector) bool { return c.State == hub.ConnectorUntrusted && c.PID == 0 && c.SHA256 == "" })
		if o := r.outcome(t, 30); o.Kind != hub.OutcomeAccepted {
			t.Errorf("what it had begun became %+v", o)
		}
	})
}

func TestWhatIsRunIsWhatWasHashed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.put(t, "probe", script("probe", "good"))
	s.trust(t, "probe")
	r := start(t, host.Options{Plugins: s.plugins()})
	// Somebody writes into the very file that was trusted, in place: its name, its inode and its owner stay the same.
	f, err := os.OpenFile(s.path("probe"), os.O_WRONLY|os.O_TRUNC, 0)
	must(t, err)
	_, err = io.WriteString(f, script("probe", "evil"))
	must(t, err)
	must(t, f.Close())
	r.send(t, integration("probe"), "crash", 1, 1)
	r.outcome(t, 1)
	r.state(t, "probe", hub.ConnectorReady, 1)
	r.send(t, integration("probe"), "environment", 2, 1)
	if got := r.outcome(t, 2).Detail["env.MARK"]; got != "good" {
		t.Errorf("what runs after the crash is %q", got)
	}
	t.Run("and a copy in the data directory that was changed is not run either", func(t *testing.T) {
		copies, err := filepath.Glob(filepath.Join(s.data, "connectors", "*", "recado-connector-probe"))
		if err != nil || len(copies) != 1 {
			t.Fatal(copies, err)
		}
		must(t, os.Chmod(copies[0], 0o700))
		must(t, os.WriteFile(copies[0], []byte(script("probe", "evil")), 0o700))
		s.put(t, "probe", script("probe", "good"))
		next := start(t, host.Options{Plugins: s.plugins()})
		next.is(t, "probe", "ready", ready)
		next.send(t, integration("probe"), "environment", 3, 1)
		if got := next.outcome(t, 3).Detail["env.MARK"]; got != "good" {
			t.Errorf("what runs is %q", got)
		}
	})
}

func TestAnExecutableIsNotTakenBeforeItIsWhole(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	whole := script("probe", "whole")
	r := start(t, host.Options{Plugins: s.plugins()})
	f, err := os.OpenFile(s.path("probe"), os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	defer f.Close()
	sum := sumOf(whole)
	must(t, os.WriteFile(filepath.Join(s.data, host.PinsFile), []byte(`{"executables":[{"name":"probe","sha256":"`+sum+`"}]}`), 0o600))
	for i := range whole { // byte by byte, over some 40 looks
		_, err := io.WriteString(f, whole[i:i+1])
		must(t, err)
		if i%(len(whole)/40+1) == 0 {
			time.Sleep(20 * time.Millisecond) // the writer takes its time
			if c := r.listed("probe"); c != nil && i < len(whole)-1 {
				t.Fatalf("after %d of %d bytes it is there: %s %+v", i+1, len(whole), c.State, c.Refused)
			}
		}
	}
	must(t, f.Close())
	c := r.is(t, "probe", "ready", ready)
	if c.SHA256 != sum || c.Restarts != 0 {
		t.Errorf("what runs is %+v after %d restarts", c.ConnectorProcess, c.Restarts)
	}
}

func TestConnectorsComeAndGoWhileTheHubRuns(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := start(t, host.Options{Builtin: builtin("builtin"), Plugins: s.plugins()})
	s.put(t, "probe", script("probe", "1"))
	s.trust(t, "probe")
	r.is(t, "probe", "there", ready)
	mark, begun := sign(t)
	r.send(t, integration("probe"), "slow", 1, 1, "300ms", mark)
	begun()
	must(t, os.Remove(s.path("probe")))
	eventually(t, "it is gone", func() bool { return r.listed("probe") == nil })
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeAccepted {
		t.Errorf("what it had begun became %+v", o)
	}
	r.state(t, "probe", hub.ConnectorStopped, 0)
	wantCode(t, r.Send(integration("probe"), handovers("ok", 2, 1)), hub.CodeUnavailable)
	s.put(t, "probe", script("probe", "2"))
	s.trust(t, "probe")
	r.is(t, "probe", "there again", ready)
	if c := r.listed("builtin"); c.State != hub.ConnectorReady || c.Restarts != 0 {
		t.Errorf("the built-in one is %+v", c)
	}
}

func TestAnExecutableIsReplacedUnderLoadWithoutLosingOrDoublingAnything(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	texts := []string{script("probe", "0"), script("probe", "1"), script("probe", "2")}
	s.put(t, "probe", texts[0])
	s.trust(t, "probe")
	r := start(t, host.Options{Plugins: s.plugins()})
	sink := filepath.Join(t.TempDir(), "sink")
	in := integration("probe")
	stop, sent := make(chan struct{}), make(chan int64)
	go func() { // what is refused or handed back is sent again, as the engine does
		key := int64(0)
		for {
			select {
			case <-stop:
				sent <- key
				return
			default:
			}
			batch := handovers("journal", key+1, 20, sink)
			for r.Send(in, batch) != nil {
				time.Sleep(time.Millisecond)
			}
			key += 20
			r.until(t, "most are answered", func() bool { return int64(len(r.outcomes)) >= key-100 })
		}
	}()
	for i, text := range texts[1:] {
		s.put(t, "probe", text)
		s.trust(t, "probe")
		r.is(t, "probe", "replaced", func(c *hub.Connector) bool { return c.SHA256 == sumOf(texts[i+1]) && ready(c) })
		r.mu.Lock()
		n := len(r.outcomes)
		r.mu.Unlock()
		r.until(t, "the next ones are answered", func() bool { return len(r.outcomes) > n+300 })
	}
	close(stop)
	n := int(<-sent)
	kinds := r.kinds(t, n)
	text, err := os.ReadFile(sink)
	must(t, err)
	told := map[string]int{}
	for line := range strings.Lines(string(text)) {
		told[strings.TrimSpace(line)]++
	}
	for id, times := range told {
		if times != 1 {
			t.Errorf("%s was sent %d times", id, times)
		}
	}
	if kinds[hub.OutcomeAccepted] != len(told) || kinds[hub.OutcomeAccepted]+kinds["NOT_STARTED"] != n {
		t.Errorf("of %d, %d are in the sink's journal; outcomes by kind: %v", n, len(told), kinds)
	}
	if c := r.listed("probe"); c.Restarts != 0 {
		t.Errorf("it was restarted %d times", c.Restarts)
	}
}

func TestAReplacementThatCannotStartLeavesTheOneBeforeAtWork(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.put(t, "probe", script("probe", "good"))
	s.trust(t, "probe")
	r := start(t, host.Options{Plugins: s.plugins()})
	before := r.is(t, "probe", "ready", ready)
	s.put(t, "probe", script("probe", "broken", "exit"))
	s.trust(t, "probe")
	c := r.is(t, "probe", "shown with the error", func(c *hub.Connector) bool { return c.LastError != "" })
	if !strings.Contains(c.LastError, "could not be started") || !strings.Contains(c.LastError, "cannot find my configuration") || c.ErrorAt == nil {
		t.Errorf("the error is %q", c.LastError)
	}
	if c.State != hub.ConnectorReady || c.PID != before.PID {
		t.Errorf("it is %s with pid %d, before %d", c.State, c.PID, before.PID)
	}
	r.send(t, integration("probe"), "ok", 1, 1)
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeAccepted {
		t.Errorf("outcome %+v", o)
	}
}

func TestWhatIsWrongInThePluginsDirectoryIsShownAndHarmsNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.put(t, "good", script("good", "1"))
	s.trust(t, "good")
	s.put(t, "whatsapp", "#!/bin/sh\n")
	s.put(t, "builtin", "#!/bin/sh\n")
	s.put(t, "Big One", "#!/bin/sh\n")
	must(t, os.WriteFile(s.path("text"), []byte("hello"), 0o644))
	must(t, os.Mkdir(s.path("folder"), 0o755))
	must(t, os.WriteFile(filepath.Join(s.dir, "README"), nil, 0o644))
	r := start(t, host.Options{Builtin: builtin("builtin"), Plugins: s.plugins()})
	r.is(t, "good", "ready", ready)
	r.is(t, "builtin", "ready", ready)
	d := r.Directory()
	want := map[string]string{"whatsapp": "name of a built-in connector", "builtin": "name of a built-in connector", "Big One": "lower-case letters",
		"text": "chmod +x", "folder": "no executable file"}
	if len(d.Refused) != len(want) || d.Problem != "" {
		t.Errorf("%d files are refused: %+v", len(d.Refused), d)
	}
	for _, f := range d.Refused {
		name := strings.TrimPrefix(filepath.Base(f.File), host.ExecutablePrefix)
		if w := want[name]; w == "" || !strings.Contains(f.Problem, w) || f.NextStep == "" {
			t.Errorf("%s is refused because %q, next %q", name, f.Problem, f.NextStep)
		}
	}
	t.Run("a directory that goes away stops nothing, and what is wrong with it is shown until it is back", func(t *testing.T) {
		must(t, os.Rename(s.dir, s.dir+"-away"))
		eventually(t, "it is shown", func() bool { return strings.Contains(r.Directory().Problem, "cannot be read") })
		r.send(t, integration("good"), "ok", 1, 1)
		r.outcome(t, 1)
		must(t, os.Rename(s.dir+"-away", s.dir))
		eventually(t, "it is well again", func() bool { return r.Directory().Problem == "" })
		if c := r.listed("good"); c == nil || c.Restarts != 0 {
			t.Errorf("the connector is %+v", c)
		}
	})
	t.Run("a file of trust that others may write is not believed, and what runs goes on", func(t *testing.T) {
		must(t, os.Chmod(filepath.Join(s.data, host.PinsFile), 0o666))
		eventually(t, "it is shown", func() bool { return strings.Contains(r.Directory().Problem, "others may write") })
		if c := r.listed("good"); !ready(c) {
			t.Errorf("the connector is %s", c.State)
		}
	})
}

func TestALinkToNothingIsShownAndItsConnectorComesBackWithTheFile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	text, target := script("probe", "linked"), filepath.Join(t.TempDir(), "probe")
	must(t, os.Symlink(target, s.path("probe")))
	r := start(t, host.Options{Plugins: s.plugins()})
	shown := func() {
		t.Helper()
		eventually(t, "the link is shown", func() bool { return len(r.Directory().Refused) == 1 })
		if got := r.Directory().Refused[0]; got.File != s.path("probe") || got.Problem != "it is a link to a file that does not exist" || got.NextStep == "" {
			t.Errorf("it is shown as %+v", got)
		}
	}
	shown()
	if log := r.log.String(); strings.Count(log, "a link to a file that does not exist") != 1 || !strings.Contains(log, s.path("probe")) {
		t.Error("the log does not tell of it once")
	}
	for range 2 {
		must(t, os.WriteFile(target, []byte(text), 0o755))
		s.trust(t, "probe")
		r.is(t, "probe", "run", ready)
		must(t, os.Remove(target))
		eventually(t, "it is taken away", func() bool { return r.listed("probe") == nil })
		shown()
	}
}

func TestAHubThatTrustsAllRunsWhatLiesThere(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.put(t, "probe", script("probe", "1"))
	o := s.plugins()
	o.Any = true
	r := start(t, host.Options{Plugins: o})
	c := r.is(t, "probe", "run", ready)
	if c.Trust != hub.TrustAny || c.SHA256 != sumOf(script("probe", "1")) {
		t.Errorf("%+v", c.ConnectorProcess)
	}
	s.put(t, "probe", script("probe", "2"))
	r.is(t, "probe", "replaced", func(c *hub.Connector) bool { return ready(c) && c.SHA256 == sumOf(script("probe", "2")) })
}

func TestPins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pins := host.PinsOf(filepath.Join(dir, "data"))
	file := filepath.Join(dir, "recado-connector-x")
	for _, text := range []string{"one", "two", "one"} {
		must(t, os.WriteFile(file, []byte(text), 0o755))
		if p, err := pins.Trust("x", file, time.Now()); err != nil || p.SHA256 != sumOf(text) || p.Size != 3 {
			t.Fatal(p, err)
		}
	}
	if list, err := pins.List(); err != nil || len(list) != 2 {
		t.Errorf("%d are trusted, want each once: %v, %v", len(list), list, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "data", host.PinsFile)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	for what, n := range map[string]int{"y": 0, sumOf("one")[:7]: 0, sumOf("one")[:8]: 1} {
		if gone, err := pins.Distrust(what); err != nil || len(gone) != n {
			t.Errorf("%q takes back %v, %v, want %d", what, gone, err, n)
		}
	}
	if gone, err := pins.Distrust("x"); err != nil || len(gone) != 1 {
		t.Errorf("the rest is %v, %v", gone, err)
	}
	if _, err := pins.Trust("Not A Name", file, time.Now()); err == nil {
		t.Error("a name that is none is trusted")
	}
}
