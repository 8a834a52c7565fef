//go:build unix

package app_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

var chaosFor = flag.Duration("chaos", 8*time.Second, "for how long TestChaos kills hub, connector and sandbox under load")

// The load: so many posters, and so many posts a second in all.
const (
	posters   = 16
	postsRate = 200
)

// chaos is a hub under load, of which everything is killed in random order. What the phones got stands in a file that the sandboxes
// append to; it is the judge.
type chaos struct {
	*world
	phones    string // the file
	sandboxes *program
	dice      *rand.Rand
	kills     map[string]int

	mu      sync.Mutex
	answers map[string]answered // by folio
	up      chan struct{}       // closed while the hub serves
}

// TestChaos is for minutes, too: go test ./internal/app -run TestChaos -chaos 5m -timeout 0.
func TestChaos(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	c := &chaos{phones: filepath.Join(t.TempDir(), "phones"), dice: rand.New(rand.NewPCG(seed, 0)), kills: map[string]int{}, answers: map[string]answered{}}
	c.world = &world{dir: t.TempDir()}
	c.startSandbox(t, anyPort)
	c.meta = c.sandboxes.url
	c.hub = serve(t, c.dir, anyPort, noQuarantine)
	t.Cleanup(func() { c.hub.kill() })
	c.admin = signIn(t, c.hub.url, adminKey, adminSecret)
	c.setUp(t)
	c.up = make(chan struct{})
	close(c.up)

	end := time.Now().Add(*chaosFor)
	var posting sync.WaitGroup
	turns := time.NewTicker(time.Second / postsRate)
	defer turns.Stop()
	numbers := make(chan int)
	for range posters {
		posting.Go(func() {
			for n := range numbers {
				c.post(t, n)
			}
		})
	}
	go func() {
		defer close(numbers)
		for n := 0; time.Now().Before(end); n++ {
			<-turns.C
			numbers <- n
		}
	}()
	for time.Now().Before(end) {
		time.Sleep(time.Duration(200+c.dice.IntN(1500)) * time.Millisecond) // the load goes on meanwhile
		c.killOne(t)
	}
	posting.Wait()
	c.settle(t)
	all := c.executions(t)
	c.judge(t, all)
	if code := c.hub.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the last hub ends with %d", code)
	}
}

// startSandbox starts a sandbox that knows whom to tell of what becomes of messages, once there is somebody.
func (c *chaos) startSandbox(t *testing.T, addr string) {
	t.Helper()
	args := []string{"sandbox", "whatsapp", "--addr", addr, "--messages", c.phones, "--sent", "1ms", "--delivered", "2ms", "--read", "3ms", "--batch", "20", "--keep", "1000", "--log-level", "error"}
	if c.integration != "" {
		args = append(args, "--callback-url", c.callbackURL())
	}
	c.sandboxes = run(t, nil, args...)
	c.sandboxes.url = c.sandboxes.wait(t, regexp.MustCompile(`Its phones, live: (http://\S+)/sandbox`))[1]
}

// noQuarantine keeps a connector that the dice kill often from being left alone.
const noQuarantine = "RECADO_CONNECTOR_STOPS=0"

// killOne kills what the dice say, and starts again what does not do so by itself.
func (c *chaos) killOne(t *testing.T) {
	what := []string{"hub", "connector", "sandbox"}[c.dice.IntN(3)]
	c.kills[what]++
	switch what {
	case "hub":
		c.killHub(t)
	case "connector":
		if err := syscall.Kill(connectorOf(t, c.hub), syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	default:
		c.sandboxes.kill()
		c.startSandbox(t, c.sandboxes.addr())
	}
}

func (c *chaos) killHub(t *testing.T) {
	connector := connectorOf(t, c.hub)
	c.mu.Lock()
	c.up = make(chan struct{})
	c.mu.Unlock()
	c.hub.end(t, syscall.SIGKILL)
	eventually(t, "the connector of the killed hub ends by itself", func() bool { return gone(t, connector) })
	c.hub = serve(t, c.dir, c.hub.addr(), noQuarantine)
	c.mu.Lock()
	close(c.up)
	c.mu.Unlock()
}

// post publishes a work order until it is answered with 202: a sender that got no answer sends the same again.
func (c *chaos) post(t testing.TB, n int) {
	event := workOrder(folioOf(n), n+1, fmt.Sprintf("+55319%08d", n))
	for t.Context().Err() == nil {
		c.mu.Lock()
		up := c.up
		c.mu.Unlock()
		select {
		case <-up:
		case <-t.Context().Done():
			return
		}
		a, err := c.consumer.tryPublish(event)
		if err != nil && !errors.Is(err, errRefused) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", folioOf(n), err)
		}
		c.mu.Lock()
		c.answers[folioOf(n)] = a
		c.mu.Unlock()
		return
	}
}

func folioOf(n int) string { return fmt.Sprintf("OS-%06d", n) }

// settle waits until nothing is to be done, which may take a few retries, and the provider has said all that it had to say.
func (c *chaos) settle(t *testing.T) {
	for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		var data struct {
			Queue struct{ Queued, Running, Waiting int }
		}
		c.consumer.ask(t, `{ queue { queued running waiting } }`, nil, &data)
		left := data.Queue.Queued + data.Queue.Running + data.Queue.Waiting
		if left == 0 && c.told(t) {
			return
		}
		if time.Since(began) > 3*time.Minute {
			t.Fatalf("after three minutes of quiet, %+v is left to do", data.Queue)
		}
	}
}

// told says whether the sandbox has no callbacks left to make.
func (c *chaos) told(t *testing.T) bool {
	answer, err := http.Get(c.sandboxes.url + "/sandbox/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var stats sandbox.Stats
	if err := json.NewDecoder(answer.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	return stats.CallbacksWaiting == 0
}

// executions reads all there are, by the id of their occurrence.
func (c *chaos) executions(t *testing.T) map[string]execution {
	all := map[string]execution{}
	const query = `query($after: Cursor) { executions(first: 200, after: $after) { pageInfo { hasNextPage endCursor }
		nodes { id state outcome subject occurrence { id name } deliveries { id state reason { code message } } } } }`
	vars := object{}
	for {
		var data struct {
			Executions struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []execution
			}
		}
		c.consumer.ask(t, query, vars, &data)
		for _, e := range data.Executions.Nodes {
			if other, twice := all[e.Occurrence.ID]; twice {
				t.Errorf("%s has two executions, %s and %s", e.Subject, e.ID, other.ID)
			}
			all[e.Occurrence.ID] = e
		}
		if !data.Executions.PageInfo.HasNextPage {
			return all
		}
		vars["after"] = data.Executions.PageInfo.EndCursor
	}
}

// rang counts what the phones got, by delivery and by work order.
func (c *chaos) rang(t *testing.T) (perDelivery, perFolio map[string]int) {
	file, err := os.Open(c.phones)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	perDelivery, perFolio = map[string]int{}, map[string]int{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var m sandbox.Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatalf("the phones got %q: %v", lines.Text(), err)
		}
		perDelivery[m.Callback]++
		perFolio[m.Values[1]]++
	}
	return perDelivery, perFolio
}

// judge holds what the hub says against the phones.
func (c *chaos) judge(t *testing.T, all map[string]execution) {
	perDelivery, perFolio := c.rang(t)
	states := map[string]int{}
	for folio, a := range c.answers {
		e, there := all[a.ID]
		if !there || len(e.Deliveries) != 1 {
			t.Errorf("%s was accepted as %s and has no execution with a delivery: %+v", folio, a.ID, e)
			continue
		}
		d, rang := e.Deliveries[0], perDelivery[e.Deliveries[0].ID]
		if perFolio[folio] > 1 || rang > 1 {
			t.Errorf("%s was sent %d times, its delivery %s %d times", folio, perFolio[folio], d.ID, rang)
		}
		states[fmt.Sprintf("%s %s, on %d phones", e.Outcome, d.State, rang)]++
		switch d.State {
		case "ACCEPTED", "SENT", "DELIVERED", "READ": // a sandbox that was killed tells nothing more of what it took
			if e.State == "CLOSED" && e.Outcome == "SUCCEEDED" && rang == 1 {
				continue
			}
		case "UNKNOWN": // it may or may not have left, and nobody told
			if e.State == "CLOSED" && e.Outcome == "UNSETTLED" {
				continue
			}
		}
		t.Errorf("%s: %s %s, delivery %s %+v, on the phones %d times", folio, e.State, e.Outcome, d.State, d.Reason, rang)
	}
	if len(all) != len(c.answers) {
		t.Errorf("there are %d executions of %d occurrences", len(all), len(c.answers))
	}
	t.Logf("%d occurrences, %d messages on the phones; killed %v; %v", len(c.answers), len(perDelivery), c.kills, states)
}
