//go:build unix

package graph_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// What the measurement and its clients, which are a process of their own, are told by the environment.
const (
	scale        = "RECADO_SCALE"         // seconds to measure each case for
	scaleClients = "RECADO_SCALE_CLIENTS" // the hub's URL
)

// scaleRate is how many executions are started in a second; each makes 7 changes.
const scaleRate = 500.0 / 7

// TestTheClientsOfTheMeasurement is no test: it follows on behalf of the measurement, and prints what it is told, and when.
func TestTheClientsOfTheMeasurement(t *testing.T) {
	url := os.Getenv(scaleClients)
	if url == "" {
		t.Skip("it runs as the clients of TestManySubscribersAreToldSoon")
	}
	var in struct {
		Token string
		Flows []string // one for each subscriber; empty: everything
	}
	orders := json.NewDecoder(os.Stdin)
	if err := orders.Decode(&in); err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, url: url}
	var mu sync.Mutex
	out := bufio.NewWriter(os.Stdout)
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = out.WriteString(line + "\n")
		_ = out.Flush()
	}
	for _, flow := range in.Flows {
		s := d.connect(bearer(in.Token))
		v := vars{}
		if flow != "" {
			v["flow"] = flow
		}
		s.say("subscribe", "1", vars{"query": `subscription($flow: ID) { executionChanged(flow: $flow) { cursor change { to } execution { state } } }`, "variables": v})
		s.say("subscribe", "2", vars{"query": "{ viewer { locale } }"})
		for m := s.hear(); m.ID != "2" || m.Type != "complete"; m = s.hear() {
		}
		go func() {
			for {
				m, err := s.next()
				if err != nil {
					return
				}
				at := time.Now().UnixNano()
				_, rest, _ := strings.Cut(string(m.Payload), `"cursor":"`)
				cursor, _, _ := strings.Cut(rest, `"`)
				say(fmt.Sprint("TOLD ", place(t, cursor), " ", at))
			}
		}()
	}
	say("READY")
	_ = orders.Decode(&in) // until the measurement is over
}

// measured is what one case came to.
type measured struct {
	mu    sync.Mutex
	delay []time.Duration // from the commit to the client
}

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[min(int(q*float64(len(list))), len(list)-1)].Round(10 * time.Microsecond)
}

// committed notes when each change was committed.
type committed struct {
	mu sync.Mutex
	at map[int64]int64
}

func (c *committed) note(o *sqlite.Options) {
	publish := o.Committed
	o.Committed = func(changes []hub.Change) {
		now := time.Now().UnixNano()
		c.mu.Lock()
		for i := range changes {
			c.at[changes[i].Seq] = now
		}
		c.mu.Unlock()
		publish(changes)
	}
}

// TestManySubscribersAreToldSoon measures what many subscribers cost, and how soon they are told. It prints its numbers, and fails if a client misses a change.
func TestManySubscribersAreToldSoon(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv(scale))
	if err != nil {
		t.Skip(scale + " says for how many seconds to measure each case")
	}
	commits := &committed{at: map[int64]int64{}}
	s := setUp(t, newDoorOver(t, commits.note, nil))
	s.workOrder("OT-1", "jonas")
	record := s.do(s.admin, `{ records(type: "work_order_task") { nodes { id } } }`, nil).text("records", "nodes", 0, "id")
	flows := make([]string, 2000)
	for i := range flows {
		flows[i] = s.do(s.admin, flowCreate, vars{"in": flowInput(s.consumer, s.integration)}).text("flowCreate", "flow", "id")
		s.do(s.admin, flowEnable, vars{"id": flows[i]})
	}
	for _, c := range []struct {
		name string
		of   []string
	}{{"nobody", nil}, {"2,000 subscribers, each of its own flow", flows}, {"20 subscribers of everything", make([]string, 20)}} {
		t.Run(c.name, func(t *testing.T) { s.measure(t, c.of, flows, record, commits, time.Duration(seconds)*time.Second) })
	}
}

func (s *site) measure(t *testing.T, of, flows []string, record string, commits *committed, d time.Duration) {
	memory := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before, goroutines := memory(), runtime.NumGoroutine()
	var got measured
	end := s.follow(t, of, commits, &got)
	each, more := int64(0), 0
	if len(of) > 0 {
		each, more = (int64(memory())-int64(before))/int64(len(of)), (runtime.NumGoroutine()-goroutines)/len(of)
	}
	admin, first := hubtest.Admin(t, s.db), s.lastSeq()
	var intake []time.Duration
	begin, used := time.Now(), hubtest.CPU(t)
	for n := 0; time.Since(begin) < d; n++ {
		time.Sleep(time.Until(begin.Add(time.Duration(float64(n) / scaleRate * float64(time.Second)))))
		key, _ := hub.ParseKey(hub.KindFlow, flows[rand.IntN(len(flows))], "")
		rec, _ := hub.ParseKey(hub.KindRecord, record, "")
		asked := time.Now()
		if _, err := s.engine.FlowRun(t.Context(), admin, key, hub.FlowRunInput{RecordKeys: []int64{rec}}); err != nil {
			t.Fatal(err)
		}
		intake = append(intake, time.Since(asked))
	}
	took := time.Since(begin)
	var changes int64
	eventually(t, "everything has come to rest", func() bool {
		last := s.lastSeq()
		time.Sleep(time.Second)
		changes = last - first
		return s.lastSeq() == last
	})
	want := int(changes)
	if len(of) == 20 {
		want *= 20
	}
	if len(of) > 0 {
		eventually(t, "every change is told", func() bool { got.mu.Lock(); defer got.mu.Unlock(); return len(got.delay) >= want })
	}
	used = hubtest.CPU(t) - used
	end()
	if len(of) > 0 && len(got.delay) != want {
		t.Errorf("%d items were told of %d", len(got.delay), want)
	}
	t.Logf("%.0f changes/s, %d items; commit to client p50 %s p99 %s; %d bytes and %d goroutines a subscriber; a run is accepted in p50 %s p99 %s; %s of CPU a change",
		float64(changes)/took.Seconds(), len(got.delay), quantile(got.delay, 0.5), quantile(got.delay, 0.99), each, more, quantile(intake, 0.5), quantile(intake, 0.99),
		(used / time.Duration(changes)).Round(time.Microsecond))
}

// follow starts the clients, and returns how to end them.
func (s *site) follow(t *testing.T, of []string, commits *committed, got *measured) (end func()) {
	if len(of) == 0 {
		return func() {}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.run=^TestTheClientsOfTheMeasurement$")
	c.Env = append(os.Environ(), scaleClients+"="+s.url)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(in).Encode(map[string]any{"Token": s.admin, "Flows": of}); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "READY" {
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines.Scan() {
			var seq, at int64
			if _, err := fmt.Sscanf(lines.Text(), "TOLD %d %d", &seq, &at); err != nil {
				continue
			}
			commits.mu.Lock()
			delay := time.Duration(at - commits.at[seq])
			commits.mu.Unlock()
			got.mu.Lock()
			got.delay = append(got.delay, delay)
			got.mu.Unlock()
		}
	})
	return func() {
		_ = in.Close()
		reading.Wait()
		_ = c.Wait()
	}
}

func (s *site) lastSeq() int64 {
	seq, err := s.db.LastChange(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return seq
}
