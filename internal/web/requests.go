package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/meter"
)

// Requests counts what was answered, by route. The zero value is ready for one surface. A route is a pattern and no path, so there are as many as there are
// doors, whatever is asked for.
type Requests struct {
	mu     sync.Mutex
	routes []*route
}

// The statuses that can be answered.
const (
	leastStatus = 100
	mostStatus  = 599
)

// route counts what one door answered.
type route struct {
	name  string
	codes [mostStatus - leastStatus + 1]meter.Counter
	took  *meter.Histogram // nanoseconds
}

// route makes the counters of a door.
func (q *Requests) route(name string) *route {
	const us, ms, s = time.Microsecond, time.Millisecond, time.Second
	r := &route{name: name, took: meter.NewDurations(500*us, ms, 2500*us, 5*ms, 10*ms, 25*ms, 50*ms, 100*ms, 250*ms, 500*ms, s, 2500*ms, 5*s, 30*s)}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.routes = append(q.routes, r)
	return r
}

// count counts an answer. A websocket or an event stream lives as long as its client wants: its time says nothing.
func (r *route) count(status int, live bool, took time.Duration) {
	if status == 0 { // nothing was written: net/http answers this
		status = http.StatusOK
	}
	if status < leastStatus || status > mostStatus {
		return
	}
	r.codes[status-leastStatus].Add(1)
	if status != http.StatusSwitchingProtocols && !live {
		r.took.Observe(int64(took))
	}
}

// RouteRequests is what one route answered.
type RouteRequests struct {
	Route string           // its pattern; "other" for what leads nowhere
	Codes map[string]int64 // by status
	Took  meter.Distribution
}

// Read reads what was counted. Nil has counted nothing.
func (q *Requests) Read() (list []RouteRequests) {
	if q == nil {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.routes {
		codes := map[string]int64{}
		for i := range r.codes {
			if n := r.codes[i].Value(); n > 0 {
				codes[strconv.Itoa(i+leastStatus)] = n
			}
		}
		list = append(list, RouteRequests{r.name, codes, r.took.Read()})
	}
	return list
}
