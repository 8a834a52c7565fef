package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Options are how hard and how long a session tests. Zero values have defaults.
type Options struct {
	// Deliveries is how many the check of the memory sends. Zero: 100,000.
	Deliveries int
	// Many is how many deliveries go through one stream in deliver/many. Zero: 1,536, more than any connector has in flight.
	Many int
	// Patience is how long one answer may take. Zero: 20 s.
	Patience time.Duration
	// Limit bounds each check but that of the memory. Zero: two minutes.
	Limit time.Duration
	// Path of the executable, for the report.
	Path string
}

// Session tests one connector. It is used by one goroutine.
type Session struct {
	subject Subject
	options Options
	make    func(*sdk.Description, *Place) (*Example, error)
	place   *Place
	watch   *watch
	ledger  ledger

	instance *Instance
	d        *sdk.Description
	example  *Example
	noStart  error // why the connector cannot be started or described
	noUse    error // why there is no example
	sent     func() (int, error)
	warm     *accepted
	number   int
}

// accepted is a delivery that the connector took over.
type accepted struct {
	delivery sdk.Delivery
	outcome  sdk.Outcome
	callback *sdk.Callback // a genuine one about it, once there is one
}

// New makes a session. The example is made when the connector has described itself. Close it.
func New(subject Subject, make func(*sdk.Description, *Place) (*Example, error), o Options) (*Session, error) {
	if o.Deliveries == 0 {
		o.Deliveries = 100_000
	}
	if o.Many == 0 {
		o.Many = 3 * sdk.MaxInFlight / 2
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Second
	}
	if o.Limit == 0 {
		o.Limit = 2 * time.Minute
	}
	place, err := newPlace()
	if err != nil {
		return nil, err
	}
	return &Session{subject: subject, options: o, make: make, place: place, watch: newWatch()}, nil
}

// Close ends what the session started.
func (s *Session) Close() {
	if s.instance != nil {
		s.instance.Close()
	}
	s.place.close()
}

// Run runs all checks, tells of each, and reports.
func (s *Session) Run(ctx context.Context, tell func(Result)) Report {
	began := time.Now()
	r := Report{Version: ReportVersion, Status: Passed, Began: began.UTC(), Counts: map[Status]int{}}
	for _, c := range Checks() {
		if ctx.Err() != nil {
			break
		}
		one := s.Do(ctx, c)
		r.add(one)
		tell(one)
	}
	if ctx.Err() != nil {
		r.Status = Failed
	}
	r.Connector = Tested{Path: s.options.Path, Contract: sdk.ProtocolVersion}
	if s.d != nil {
		r.Connector.Name, r.Connector.Version = s.d.Name, s.d.Version
	}
	r.Millis = time.Since(began).Milliseconds()
	return r
}

// Do runs one check. The order of [Checks] matters.
func (s *Session) Do(ctx context.Context, c Check) Result {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.limit(c.Name))
	defer cancel()
	t := &T{Context: ctx, Session: s, check: &c}
	s.guarded(t)
	r := Result{Name: c.Name, Title: c.Title, Why: c.Why, Guide: guide + "#" + c.Guide, Status: Passed, Millis: time.Since(began).Milliseconds()}
	switch {
	case len(t.problems) > 0:
		r.Status, r.Problems = Failed, t.problems
		if n := len(r.Problems) - mostProblems; n > 0 {
			r.Problems = append(r.Problems[:mostProblems:mostProblems], fmt.Sprintf("and %d more like these", n))
		}
	case t.status != "":
		r.Status, r.Reason = t.status, t.reason
	}
	return r
}

func (s *Session) limit(check string) time.Duration {
	if check == memoryCheck {
		return max(s.options.Limit, time.Hour)
	}
	return s.options.Limit
}

// guarded runs the check and notices when the connector's process ended under it.
func (s *Session) guarded(t *T) {
	before := s.instance
	defer func() {
		v := recover()
		if _, ok := v.(ended); !ok && v != nil {
			panic(v)
		}
		if i := s.instance; i != nil && i.Process != nil && len(t.problems) > 0 {
			ctx, cancel := context.WithTimeout(context.Background(), tooMuch) // an end is seen a moment after the connection is lost
			i.Process.wait(ctx)
			cancel()
		}
		if s.instance != nil && s.instance == before && s.instance.gone() {
			t.fail("the connector's process ended during this check (%s)%s", s.instance.Process.Ended(), s.watch.lastWords())
		}
	}()
	t.check.run(t)
}

// client is the running connector, started anew if it ended in an earlier check.
func (t *T) client() *sdk.Client {
	if t.noStart != nil {
		t.skip("the connector could not be started or described: see the checks that failed")
	}
	if t.instance != nil && t.instance.gone() {
		t.instance.Close()
		t.instance = nil
	}
	if t.instance == nil {
		i, err := t.start()
		if err != nil {
			t.stop("the connector did not start again: %v", err)
		}
		t.instance = i
	}
	return t.instance.Client
}

// start starts one more of the connector.
func (t *T) start() (*Instance, error) {
	return t.subject.Start(t, Surroundings{Directory: t.place.Directory, watch: t.watch})
}

// use is the running connector and the example.
func (t *T) use() (*sdk.Client, *Example) {
	c := t.client()
	if t.d == nil {
		t.skip("the connector could not be described: see describe/answers")
	}
	if t.noUse != nil {
		t.skip("the suite has no settings or delivery to test with: see describe/example")
	}
	return c, t.example
}

// destination is use for what is about deliveries.
func (t *T) destination() (*sdk.Client, *Example) {
	t.client()
	if t.d != nil {
		t.without("sending", isDestination(t.d))
	}
	c, e := t.use()
	if e.Delivery == nil {
		t.skip("the suite knows no delivery that will be accepted: say one in the configuration (delivery)")
	}
	return c, e
}

func isDestination(d *sdk.Description) bool { return hasRole(d, sdk.RoleDestination) }
func isSource(d *sdk.Description) bool      { return hasRole(d, sdk.RoleSource) }

func hasRole(d *sdk.Description, role sdk.Role) bool {
	for _, r := range d.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// delivery is one that will be accepted, with an id of its own, which is no part of another one's.
func (t *T) delivery() sdk.Delivery {
	t.number++
	d := t.example.Delivery(t.number)
	d.ID, d.Attempt, d.Deadline = fmt.Sprintf("dlv_suite%07d", t.number), 1, time.Now().Add(t.options.Patience)
	return d
}

func (t *T) deliveries(n int) []sdk.Delivery {
	list := make([]sdk.Delivery, n)
	for i := range list {
		list[i] = t.delivery()
	}
	return list
}

// seeing tells how to count what was sent. It ends the check if nobody knows.
func (t *T) seeing() func() int {
	t.warmUp()
	if t.sent == nil {
		t.skip("the suite cannot see what was sent: nothing reached its provider ({provider}) and no file changed in its directory ({dir}); say how to see it in the configuration (sent)")
	}
	return t.counter()
}

// sees is seeing for checks that are worth running without: then it is nil.
func (t *T) sees() func() int {
	t.warmUp()
	if t.sent == nil {
		return nil
	}
	return t.counter()
}

func (t *T) counter() func() int {
	return func() int {
		n, err := t.sent()
		if err != nil {
			t.skip("what was sent cannot be counted: %v", err)
		}
		return n
	}
}

// warmUp has one delivery accepted, and finds out by it how to see what was sent.
func (t *T) warmUp() *accepted {
	_, e := t.destination()
	if t.warm == nil {
		inPlace, atProvider := t.place.lines(), t.place.Provider.Taken()
		d := t.delivery()
		o, err := t.one(e.Integration, d)
		if err != nil {
			t.skip("the example delivery has no outcome: see deliver/accepted")
		}
		if o.Kind != sdk.Accepted {
			t.skip("the example delivery is not accepted: see deliver/accepted")
		}
		t.warm = &accepted{delivery: d, outcome: o}
		t.sent = e.Sent
		switch {
		case t.sent != nil:
		case t.place.Provider.Taken() > atProvider:
			t.sent = func() (int, error) { return t.place.Provider.Taken(), nil }
		case t.place.lines() > inPlace:
			t.sent = func() (int, error) { return t.place.lines(), nil }
		}
	}
	return t.warm
}

// provider is the suite's own one, if the example's messages go to it.
func (t *T) provider() *Provider {
	t.warmUp()
	if t.place.Provider.Taken() == 0 {
		t.skip("the connector does not send to the suite's own provider: give its address ({provider}) to a setting in the configuration")
	}
	return t.place.Provider
}

func reason(message string) string {
	if message == "" {
		return ""
	}
	return ": " + message
}

// Place is where a session's connector may leave things, and whom it may send to.
type Place struct {
	// Directory is the working directory of the connector's process.
	Directory string
	// Provider is the suite's own, and Callbacks takes what another provider calls back.
	Provider  *Provider
	Callbacks *Callbacks
}

func newPlace() (*Place, error) {
	dir, err := os.MkdirTemp("", "recado-suite-")
	if err != nil {
		return nil, err
	}
	p := &Place{Directory: dir}
	p.Provider, err = newProvider()
	if err == nil {
		p.Callbacks, err = newCallbacks("127.0.0.1:0")
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("the suite's own provider cannot listen: %w", err)
	}
	return p, nil
}

func (p *Place) close() {
	if p.Provider != nil {
		p.Provider.close()
	}
	if p.Callbacks != nil {
		p.Callbacks.close()
	}
	_ = os.RemoveAll(p.Directory)
}

// lines counts the lines of all files in the directory: what a connector that writes files has sent.
func (p *Place) lines() int {
	n := 0
	_ = walkFiles(p.Directory, func(path string) error {
		lines, err := countLines(path)
		n += lines
		return err
	})
	return n
}

// errNoOutcome says that an answer did not come.
var errNoOutcome = errors.New("no outcome came in time")
