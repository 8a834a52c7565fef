package engine_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/engine"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

var (
	simSeeds = flag.Int("seeds", 100, "how many seeds TestSimulation plays")
	simFirst = flag.Uint64("seed", 0, "the first seed that TestSimulation plays; with -seeds 1 the only one")
)

// failedOnce are seeds that have found something; they are played always. Which interleaving of goroutines a seed plays is not in it.
var failedOnce = []uint64{
	25,    // the clock was set back: a connector was asked without end
	20099, // the provider was asked by the id of an earlier attempt
	30599, // somebody had a message sent again in the very instant in which it was sent: the play was wrong, not the hub
}

// How much happens in a play, and in one of those in which every call to the store is the last one.
const (
	simSteps   = 45
	crashSteps = 14
)

// sim is a hub with the real engine and the real store, before a scripted connector and a provider with a truth. What happens is drawn
// from one seed: what people and systems ask of it, crashes, faults of the disk, and how time goes.
type sim struct {
	t    *testing.T
	seed uint64
	dice *rand.Rand
	*post
	template

	h       *hubtest.Hub
	disk    *hubtest.Disk
	dir     string
	up      bool // the connector
	limits  bool
	gentle  bool // without faults and crashes but those that are asked for
	faulty  bool // the disk fails now and then
	setBack bool // its clock was set back
	steps   int
	crashes int
	calls   int // to the store, before the end began
	reader  *reader
	runs    []int64 // executions of which the hub has told somebody
	intents []*intent
	phrases []string // what happened, for who looks into a failure
}

// template is a data directory in which everything is set up.
type template struct {
	file      []byte
	through   int64 // the integration
	flows     []int64
	gathers   bool // the article's flow does
	fetches   bool // it asks a source
	followsUp bool // it has a second target, which follows up what nobody read
}

// setUp makes what a play begins with, which is one of these by its seed: a flow that tells each occurrence by itself, one that gathers
// them, one that is quiet for some minutes, and one that follows up what nobody read; the second and the third keep an order.
func setUp(t *testing.T) (list []template) {
	t.Helper()
	for _, more := range []hub.FlowSettings{
		{},
		{Collect: &hub.Collect{By: hub.CollectByRecipient, WindowSeconds: 40, Limit: 4}, Ordering: hub.OrderedByRecipient},
		{QuietHours: &hub.QuietHours{From: "00:03", To: "00:09", Zone: hub.QuietFlow}, Ordering: hub.OrderedByRecord},
	} {
		list = append(list, setUpOne(t, bounded(more), false))
	}
	return append(list, setUpOne(t, bounded(hub.FlowSettings{}), true))
}

// bounded are settings under which a play comes to its end.
func bounded(s hub.FlowSettings) hub.FlowSettings {
	s.MaxAttempts, s.MaxAgeSeconds, s.UnknownWaitSeconds = 4, 900, 60
	return s
}

// setUpOne makes the article's path with settings of its flow, told also of work orders that are completed, and a flow run by hand.
func setUpOne(t *testing.T, of hub.FlowSettings, followsUp bool, change ...func(*hub.FlowInput)) (tp template) {
	t.Helper()
	tp.gathers, tp.followsUp = of.Collect != nil, followsUp
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{Dir: dir})
		if len(change) > 0 {
			h.Connector.Rows(func(hub.SourceQuery) ([]json.RawMessage, error) { return nil, nil })
		}
		a := h.Assignment(t, func(f *hub.FlowInput, _ *hub.EventInput) {
			f.Settings = &of
			for _, change := range change {
				reader := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowWorkOrders, hub.Add), hubtest.May(hubtest.RowWorkOrders, hub.Edit), hubtest.May(hubtest.RowPersonnel, hub.See))
				(*f.Source).ConsumerKey = reader.Consumer.Key
				change(f)
			}
			if followsUp {
				first := (*f.Targets)[0]
				second := secondTarget(first.IntegrationKey)
				second.FollowUp = &hub.FollowUp{Of: 0, When: hub.FollowNotRead, WithinSeconds: int(simWithin / time.Second)}
				f.Targets = &[]hub.FlowTarget{first, second}
			}
		})
		h.Event(t, hub.EventInput{Description: ptr("WO completed"), Type: ptr("work_management.work_orders.completed"), FlowKeys: &[]int64{a.Flow.Key}})
		manual := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		manual.Description, manual.Trigger = ptr("By hand"), ptr(hub.TriggerManual)
		manual.Settings = &hub.FlowSettings{MaxAttempts: 3, MaxAgeSeconds: 600}
		tp.through, tp.flows = a.Integration.Key, []int64{a.Flow.Key, h.Flow(t, manual).Key}
		h.Stop(t)
	})
	var err error
	if tp.file, err = os.ReadFile(filepath.Join(dir, sqlite.File)); err != nil {
		t.Fatal(err)
	}
	return tp
}

func seeds() int {
	if testing.Short() {
		return min(*simSeeds, 30)
	}
	if raced {
		return max(1, *simSeeds/10) // it is what a build has time for
	}
	return *simSeeds
}

func TestSimulation(t *testing.T) {
	tp := setUp(t)
	list := failedOnce
	for i := range seeds() {
		list = append(list, *simFirst+uint64(i))
	}
	for _, seed := range list {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			newSim(t, tp, seed).play()
		})
	}
}

// TestACrashAtAnyCallToTheStoreLosesNothing plays the same again and again, and ends the process before and after each call that the
// first play made; a third as many calls of them as TestSimulation has seeds, evenly spread.
func TestACrashAtAnyCallToTheStoreLosesNothing(t *testing.T) {
	tp := setUp(t)
	for _, seed := range []uint64{1, 2, 6} {
		calls := 0
		t.Run(fmt.Sprintf("seed %d without a crash", seed), func(t *testing.T) {
			s := newSim(t, tp, seed)
			s.gentle, s.steps = true, crashSteps
			s.play()
			calls = s.calls
		})
		for call := 1; call <= calls; call += max(1, 12*calls/seeds()) {
			for _, done := range []bool{false, true} {
				t.Run(fmt.Sprintf("seed %d, call %d of %d, done %v", seed, call, calls, done), func(t *testing.T) {
					t.Parallel()
					s := newSim(t, tp, seed)
					s.gentle, s.steps, s.disk = true, crashSteps, &hubtest.Disk{}
					s.disk.CrashAt(call, done)
					s.play()
				})
			}
		}
	}
}

func newSim(t *testing.T, list []template, seed uint64) *sim {
	t.Helper()
	tp := list[seed/2%3]
	if seed%8 >= 6 { // seeds that have found something keep the flow with which they did
		tp = list[3]
	}
	s := &sim{t: t, seed: seed, dice: rand.New(rand.NewPCG(seed, 5)), template: tp, dir: hubtest.Dir(t), steps: simSteps}
	s.post = &post{seed: seed, integration: tp.through, lookup: seed%2 == 1, letters: map[int64]*letter{}, asked: map[string]int{}}
	s.limits = s.dice.IntN(2) == 0
	if err := os.WriteFile(filepath.Join(s.dir, sqlite.File), tp.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// play lets happen what the seed says, then mends everything, and holds what the hub says against the truth. With some seeds the clock
// is set back in the middle, while the hub is down: in each bubble it begins anew.
func (s *sim) play() {
	outer := s.t
	acts := []func(){func() { s.act(s.steps); s.end(); s.judge() }}
	if s.setBack = !s.gentle && s.seed%5 == 0; s.setBack {
		acts = []func(){func() { s.act(s.steps / 2) }, func() { s.act(s.steps / 2); s.end(); s.judge() }}
	}
	for _, act := range acts {
		synctest.Test(outer, func(t *testing.T) {
			s.t = t
			defer s.tell()
			s.begin()
			defer s.crash() // also after a failure: the bubble waits for everything to end
			act()
		})
	}
	s.t = outer
}

// tell says how to see a failure again.
func (s *sim) tell() {
	if s.t.Failed() {
		s.t.Logf("again: go test ./internal/engine -run 'TestSimulation$' -seeds 1 -seed %d -count 20\n%s", s.seed, strings.Join(s.phrases, "\n"))
	}
}

func (s *sim) note(format string, args ...any) {
	s.phrases = append(s.phrases, fmt.Sprintf("%s ", time.Now().Format("15:04:05"))+fmt.Sprintf(format, args...))
}

// begin starts the hub, again if the process ends meanwhile.
func (s *sim) begin() {
	for {
		if s.disk == nil {
			s.disk = &hubtest.Disk{}
			if !s.gentle && s.dice.IntN(3) == 0 {
				s.disk.CrashAt(1+s.dice.IntN(60), s.dice.IntN(2) == 0)
			}
		}
		c := hubtest.NewConnector()
		c.InFlight(1 + s.dice.IntN(6))
		if s.limits {
			c.Limits(hub.Limit{Key: "app", Scope: hub.LimitIntegration, PerSecond: 2, Burst: 2}, hub.Limit{Key: "pair", Scope: hub.LimitRecipient, PerSecond: 1, Burst: 3})
		}
		c.Decide(s.decide)
		if s.fetches {
			c.Rows(s.bring)
		}
		if s.lookup {
			c.Know(s.know)
		}
		h, err := hubtest.Begin(s.t, hubtest.EngineOptions{Dir: s.dir, Connector: c, Disk: s.disk, FeedSize: 64, SendTimeout: 20 * time.Second, Log: slog.New(&complaints{s.t})})
		if err == nil {
			s.h, s.up, s.faulty = h, true, false
			s.reader = s.reader.goOn(s)
			return
		}
		if !s.disk.Crashed() {
			s.t.Fatalf("it does not start: %v", err)
		}
		s.note("it crashed at its start")
		s.disk, s.crashes = nil, s.crashes+1
		s.cut()
	}
}

// crash ends the process as it is; what the connector had not answered nobody hears of.
func (s *sim) crash() {
	s.disk.Crash()
	s.cut()
	s.h.Kill(s.t)
	s.reader.stop()
	s.disk, s.crashes = nil, s.crashes+1
}

// stop ends the hub in order.
func (s *sim) stop() {
	if s.faulty {
		s.calmDisk()
	}
	err := s.h.Engine.Drain(s.t.Context(), func(context.Context) error {
		s.h.Engine.Outcomes(s.through, s.answers(s.dice, true))
		return nil
	})
	if err != nil && !s.disk.Crashed() {
		s.t.Errorf("stopping: %v", err)
	}
	s.crash()
}

// complaints turns into failures what no fault of the disk may lead to: that the engine takes it for a fault of its own.
type complaints struct{ t *testing.T }

// Enabled says that only errors are of interest.
func (c *complaints) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle fails the test for what is no consequence of a fault of the store.
func (c *complaints) Handle(_ context.Context, r slog.Record) error {
	line, excused := r.Message, false
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		if err, ok := a.Value.Any().(error); ok && hub.CodeOf(err) == hub.CodeUnavailable {
			excused = true
		}
		return true
	})
	if !excused {
		c.t.Errorf("the engine logged an error: %s", line)
	}
	return nil
}

// WithAttrs keeps the handler as it is.
func (c *complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup keeps the handler as it is.
func (c *complaints) WithGroup(string) slog.Handler { return c }

// reader follows the hub by its subscription, over all crashes: it goes on after the last that it saw.
type reader struct {
	mu   sync.Mutex
	seen []hub.Change
	end  context.CancelFunc
	done chan struct{}
}

// goOn subscribes to a hub that has just been started.
func (r *reader) goOn(s *sim) *reader {
	next, after := &reader{done: make(chan struct{})}, hub.Cursor(0)
	if r != nil {
		if next.seen = r.seen; len(r.seen) > 0 {
			after = hub.Cursor(r.seen[len(r.seen)-1].Seq)
		}
	}
	var ctx context.Context
	ctx, next.end = context.WithCancel(s.t.Context())
	h := s.h
	go func() {
		defer close(next.done)
		for ctx.Err() == nil {
			after = next.follow(ctx, h, after)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second): // as any client that was cut off
			}
		}
	}()
	return next
}

// follow reads until the subscription ends, and says after which cursor to go on.
func (r *reader) follow(ctx context.Context, h *hubtest.Hub, after string) string {
	in, err := h.Engine.Subscribe(ctx, h.Admin, engine.Watch{After: after}, func() (hub.Caller, error) { return h.Admin, nil })
	if err != nil {
		return after
	}
	for s := range in.Items {
		if s.Err != nil {
			break
		}
		r.mu.Lock()
		r.seen = append(r.seen, s.Change)
		r.mu.Unlock()
		after = hub.Cursor(s.Change.Seq)
	}
	return after
}

func (r *reader) stop() {
	r.end()
	<-r.done
}
