package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/meter"
)

// collector reads the rooms when it is asked. It keeps nothing but what is in the queue, for a moment: so many scrapes cost the database
// as much as one.
type collector struct {
	o Options

	mu    sync.Mutex
	queue *hub.Queue
	until time.Time // when it is read anew
}

// How old the numbers of the queue may be: a second, and with a very long queue so much that counting it takes a twentieth of the
// time, however often it is asked for.
const (
	queueFresh = time.Second
	queueShare = 20
)

func newCollector(o Options) *collector { return &collector{o: o} }

// Describe names every metric, so that the registry holds them to it.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		out <- d
	}
}

// Collect reads the numbers.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := &sample{out: out}
	s.gauge(buildInfo, 1, c.o.Version)
	c.engine(s)
	c.store(s)
	c.waiting(s)
	for _, r := range c.o.Requests.Read() {
		for code, n := range r.Codes {
			s.counter(requests, n, r.Route, code)
		}
		s.histogram(requestTime, r.Took, seconds, r.Route)
	}
	s.gauge(subscribers, float64(c.o.Sockets.Value()), "websocket")
	s.gauge(subscribers, float64(c.o.Streams.Value()), "sse")
}

func (c *collector) engine(s *sample) {
	m := c.o.Engine.Meters()
	for result, n := range m.Published {
		s.counter(occurrences, n, result)
	}
	for result, n := range m.Callbacks {
		s.counter(callbacks, n, result)
	}
	for whose, n := range m.TurnedAway {
		s.counter(turnedAway, n, whose)
	}
	s.counter(lookups, m.Lookups)
	for _, a := range m.Attempts {
		s.counter(attempts, a.Count, a.Connector, string(a.Kind), string(a.Scope))
	}
	for name, d := range m.Took {
		s.histogram(attemptTime, d, seconds, name)
	}
	for _, k := range m.Connectors {
		s.gauge(connectorUp, oneIf(k.State == hub.ConnectorReady), k.Name)
		s.counter(connectorRestarts, int64(k.Restarts), k.Name)
		s.gauge(inFlight, float64(m.InFlight[k.Name]), k.Name)
		s.gauge(connectorState, 1, k.Name, string(k.State))
		s.gauge(connectorRefused, oneIf(k.Refused != nil), k.Name)
		s.counter(connectorLinesCut, k.Usage.LinesCut, k.Name)
		s.gauge(connectorMissed, float64(k.Usage.MissedInRow), k.Name)
		if k.Usage.Memory > 0 { // else it is not known
			s.gauge(connectorMemory, float64(k.Usage.Memory), k.Name)
			s.gauge(connectorFiles, float64(k.Usage.OpenFiles), k.Name)
		}
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

func (c *collector) store(s *sample) {
	m := c.o.DB.Meters()
	s.histogram(commitTime, m.CommitTime, seconds)
	s.histogram(commitFunctions, m.CommitFunctions, 1)
	s.counter(commitsFailed, m.CommitsFailed)
	s.gauge(commitsWaiting, float64(m.Waiting))
	s.counter(reads, m.Reads)
	a := &m.Activity
	s.counter(occurrences, int64(a.Occurrences.Noticed), "noticed")
	s.counter(executionsStarted, int64(a.Executions.Started))
	for outcome, n := range map[hub.ExecutionOutcome]int{hub.Succeeded: a.Executions.Succeeded, hub.Partial: a.Executions.Partial, hub.Failed: a.Executions.Failed,
		hub.Skipped: a.Executions.Skipped, hub.Cancelled: a.Executions.Cancelled, hub.Unsettled: a.Executions.Unsettled} {
		s.counter(executionsClosed, int64(n), string(outcome))
	}
	d := &a.Deliveries
	s.counter(deliveriesMade, int64(d.Made))
	for state, n := range map[hub.DeliveryState]int{hub.Accepted: d.Accepted, hub.Sent: d.Sent, hub.Delivered: d.Delivered, hub.Read: d.Read, hub.Unknown: d.Unknown,
		hub.DeliveryFailed: d.Failed, hub.Suppressed: d.Suppressed, hub.DeliveryCancelled: d.Cancelled} {
		s.counter(deliveries, int64(n), string(state))
	}
}

func (c *collector) waiting(s *sample) {
	q, err := c.queueNow()
	if err != nil {
		s.out <- prometheus.NewInvalidMetric(queueExecutions, err)
		return
	}
	s.gauge(queueExecutions, float64(q.Queued), string(hub.Queued), "")
	s.gauge(queueExecutions, float64(q.Running), string(hub.Running), "")
	for _, w := range q.WaitingFor {
		s.gauge(queueExecutions, float64(w.Count), string(hub.Waiting), string(w.Reason))
	}
	for _, w := range q.Deliveries {
		s.gauge(queueDeliveries, float64(w.Count), string(w.Reason))
	}
	var oldest time.Duration
	if age := q.OldestAge(); age != nil {
		oldest = *age
	}
	s.gauge(queueOldest, oldest.Seconds())
}

// queueNow is what is in the queue, or was a moment ago. Who comes while it is read waits for it.
func (c *collector) queueNow() (*hub.Queue, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	began := time.Now()
	if c.queue != nil && began.Before(c.until) {
		return c.queue, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout/2)
	defer cancel()
	q, err := c.o.DB.QueueForHub(ctx)
	if err == nil {
		now := time.Now()
		c.queue, c.until = q, now.Add(max(queueFresh, queueShare*now.Sub(began)))
	}
	return q, err
}

// sample writes the metrics of one scrape.
type sample struct{ out chan<- prometheus.Metric }

func (s *sample) counter(d *prometheus.Desc, n int64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
}

func (s *sample) gauge(d *prometheus.Desc, v float64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

// seconds is what a histogram of nanoseconds is divided by.
const seconds = float64(time.Second)

func (s *sample) histogram(d *prometheus.Desc, m meter.Distribution, unit float64, labels ...string) {
	buckets := make(map[float64]uint64, len(m.Bounds))
	for i, b := range m.Bounds {
		buckets[float64(b)/unit] = m.Cumulative[i]
	}
	s.out <- prometheus.MustNewConstHistogram(d, m.Count, float64(m.Sum)/unit, buckets, labels...)
}
