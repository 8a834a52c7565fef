package graph_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/meter"
)

// stream is a client of server-sent events, as the HTML standard has them.
type stream struct {
	t      *testing.T
	status int
	header http.Header
	lines  *bufio.Scanner
	close  func()
	lastID string // what a client would send as Last-Event-ID
	beats  int    // blocks that were no event
}

type event struct {
	name string
	data string
}

// listen opens a stream. What is answered in another way is left for the caller to read.
func (d *door) listen(method, url, body string, header http.Header) *stream {
	d.t.Helper()
	s := d.tryListen(method, url, body, header)
	if s == nil {
		d.t.Fatal("it is not answered")
	}
	return s
}

// tryListen is listen; nil if there is no answer.
func (d *door) tryListen(method, url, body string, header http.Header) *stream {
	ctx, cancel := context.WithCancel(d.t.Context())
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		d.t.Error(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		cancel()
		return nil
	}
	s := &stream{t: d.t, status: res.StatusCode, header: res.Header, lines: bufio.NewScanner(res.Body)}
	s.lines.Buffer(nil, 10<<20)
	s.close = func() { cancel(); _ = res.Body.Close() }
	d.t.Cleanup(s.close)
	return s
}

// next reads the next event; ok is false at the end of the stream.
func (s *stream) next() (e event, ok bool) {
	var data []string
	for s.lines.Scan() {
		line := s.lines.Text()
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && data == nil:
			s.beats++
			e = event{}
		case line == "":
			e.data = strings.Join(data, "\n")
			return e, true
		case name == "event":
			e.name = value
		case name == "data":
			data = append(data, value)
		case name == "id":
			s.lastID = value
		case name != "":
			s.t.Fatalf("a line of no event: %q", line)
		}
	}
	return event{}, false
}

// hear reads the next event, which must be a response.
func (s *stream) hear() reply {
	s.t.Helper()
	e, ok := s.next()
	if !ok || e.name != "next" {
		s.t.Fatalf("instead of a response: %q %s (status %d)", e.name, e.data, s.status)
	}
	r := reply{t: s.t}
	if err := json.Unmarshal([]byte(e.data), &r); err != nil {
		s.t.Fatalf("%v: %s", err, e.data)
	}
	return r
}

// ends says whether the next event is the last.
func (s *stream) ends() {
	s.t.Helper()
	if e, ok := s.next(); !ok || e.name != "complete" || e.data != "" {
		s.t.Errorf("instead of the end: %q %s", e.name, e.data)
	}
	if e, ok := s.next(); ok {
		s.t.Errorf("after the end: %q %s", e.name, e.data)
	}
}

// place is a cursor as a number.
func place(t *testing.T, cursor string) int64 {
	t.Helper()
	n, err := hub.ParseCursor(cursor, "")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func asking(query string, v vars) string {
	body, _ := json.Marshal(vars{"query": query, "variables": v})
	return string(body)
}

func streaming(token string, more ...string) http.Header {
	return headers(append([]string{"Authorization", "Bearer " + token, "Content-Type", "application/json", "Accept", "text/event-stream"}, more...)...)
}

func TestAnEventStreamCarriesEveryStepWithItsCursor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	lines := s.do(s.admin, `query($id: ID!) { execution(id: $id) { timeline { cursor } } }`, vars{"id": execution}).list("execution", "timeline")
	whole := vars{"after": hub.Cursor(0)}
	for name, open := range map[string]func(after string) *stream{
		"by POST": func(after string) *stream {
			h := streaming(s.admin)
			if after != "" {
				h.Set("Last-Event-ID", after)
			}
			return s.listen("POST", s.url, asking(watching, whole), h)
		},
		"by GET": func(after string) *stream {
			h := streaming(s.admin)
			h.Del("Content-Type")
			if after != "" {
				h.Set("Last-Event-ID", after)
			}
			v, _ := json.Marshal(whole)
			return s.listen("GET", s.url+"?"+url.Values{"query": {watching}, "variables": {string(v)}}.Encode(), "", h)
		},
		"by GET, going on by the URL": func(after string) *stream {
			v, _ := json.Marshal(whole)
			return s.listen("GET", s.url+"?"+url.Values{"query": {watching}, "variables": {string(v)}, "lastEventId": {after}}.Encode(), "", streaming(s.admin))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open("")
			if got := w.header.Get("Content-Type"); w.status != 200 || got != "text/event-stream" {
				t.Fatalf("it is answered %d with %s", w.status, got)
			}
			for _, line := range lines {
				want := line.(map[string]any)["cursor"]
				if got := w.hear().text("executionChanged", "cursor"); got != want || w.lastID != want {
					t.Fatalf("instead of %s it is told %s with the id %s", want, got, w.lastID)
				}
			}
			w.close()
			third := lines[2].(map[string]any)["cursor"].(string)
			again := open(third) // wins over the variable after, which is as old as the first request
			for _, line := range lines[3:] {
				if want, got := line.(map[string]any)["cursor"], again.hear().text("executionChanged", "cursor"); got != want {
					t.Fatalf("after %s, instead of %s it is told %s", third, want, got)
				}
			}
		})
	}
}

func TestABeatMovesThePlaceWhereAnEventStreamGoesOn(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 20 * time.Millisecond })
	s := setUp(t, d)
	quiet := d.listen("POST", d.url, asking(`subscription($e: ID) { executionChanged(execution: $e) { cursor } }`, vars{"e": hub.ID(hub.KindExecution, 7)}), streaming(d.admin))
	execution := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(execution)
	lines := s.do(s.admin, `query($id: ID!) { execution(id: $id) { timeline { cursor } } }`, vars{"id": execution}).list("execution", "timeline")
	last := lines[len(lines)-1].(map[string]any)["cursor"].(string)
	for quiet.lastID != last && quiet.lines.Scan() {
		line := quiet.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			quiet.lastID = id
		} else if line != "" && line != ":" {
			t.Fatalf("a beat says %q", line)
		}
	}
}

func TestWhatIsWrongWithAnOperationIsToldInItsStream(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	nothing := d.tokenOf(hubtest.CallerWith(t, d.db))
	for name, c := range map[string]struct{ token, query, code string }{
		"that does not parse":     {d.admin, "subscription {", "GRAPHQL_PARSE_FAILED"},
		"that is unknown":         {d.admin, "subscription { moonChanged { phase } }", "GRAPHQL_VALIDATION_FAILED"},
		"without the permission":  {nothing, "subscription { executionChanged { cursor } }", "FORBIDDEN"},
		"after no cursor":         {d.admin, `subscription { executionChanged(after: "yesterday") { cursor } }`, "INVALID"},
		"after one in the future": {d.admin, `subscription { executionChanged(after: "` + hub.Cursor(1<<40) + `") { cursor } }`, "INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			w := d.listen("POST", d.url, asking(c.query, nil), streaming(c.token))
			r := w.hear()
			if w.status != 200 || len(r.Errors) != 1 || r.Errors[0].code() != c.code || r.Data != nil {
				t.Errorf("it is answered %d with %v %+v", w.status, r.Data, r.Errors)
			}
			w.ends()
		})
	}
	t.Run("also a cursor that was sent as Last-Event-ID", func(t *testing.T) {
		w := d.listen("POST", d.url, asking("subscription { executionChanged { cursor } }", nil), streaming(d.admin, "Last-Event-ID", "yesterday"))
		if r := w.hear(); len(r.Errors) != 1 || r.Errors[0].code() != "INVALID" {
			t.Errorf("it is answered with %+v", r.Errors)
		}
	})
}

func TestQueriesAndMutationsAreAnsweredAsAStreamToo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	w := d.listen("POST", d.url, asking("{ viewer { locale } }", nil), streaming(d.admin))
	if got := w.hear().text("viewer", "locale"); got != "en" {
		t.Errorf("it is %s", got)
	}
	w.ends()
	w = d.listen("POST", d.url, asking(groupCreate, vars{"in": vars{"description": "By a stream", "grants": []any{}}}), streaming(d.admin))
	if w.hear().text("groupCreate", "group", "id") == "" {
		t.Error("nothing was made")
	}
	w.ends()
	t.Run("but no mutation by GET", func(t *testing.T) {
		w := d.listen("GET", d.url+"?query="+url.QueryEscape(`mutation { queueResume { userErrors { code } } }`), "", streaming(d.admin))
		if w.status != 405 || w.header.Get("Allow") != "POST" {
			t.Errorf("it is answered %d", w.status)
		}
	})
	t.Run("and nothing without a valid token", func(t *testing.T) {
		w := d.listen("POST", d.url, asking("{ viewer { locale } }", nil), streaming("nonsense"))
		if w.status != 401 || w.header.Get("WWW-Authenticate") == "" {
			t.Errorf("it is answered %d", w.status)
		}
	})
	t.Run("nor what is no request", func(t *testing.T) {
		if w := d.listen("POST", d.url, `{"query":`, streaming(d.admin)); w.status != 400 {
			t.Errorf("it is answered %d", w.status)
		}
	})
}

func TestAnEventStreamEndsWithItsTokenAndSaysSo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	c := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
	w := d.listen("POST", d.url, asking(watching, nil), streaming(d.tokens.give(c.Consumer.Key, time.Now().Add(300*time.Millisecond))))
	if r := w.hear(); len(r.Errors) != 1 || r.Errors[0].code() != "UNAUTHENTICATED" {
		t.Errorf("it ends with %+v", r.Errors)
	}
	w.ends()
}

func TestAnEventStreamIsCutOffWithTheHubSoThatItsClientComesAgain(t *testing.T) {
	t.Parallel()
	stopping, stop := context.WithCancel(context.Background())
	d := newDoor(t, func(o *graph.Options) { o.Stopping = stopping })
	w := d.listen("POST", d.url, asking(watching, nil), streaming(d.admin))
	stop()
	if e, ok := w.next(); ok { // the event complete would say that there is no more to come
		t.Errorf("it ends with %+v", e)
	}
}

const ticketing = `mutation($in: StreamTicketCreateInput!) { streamTicketCreate(input: $in) { ticket expiresAt userErrors { code message field } } }`

func (d *door) ticket(token, query string, v vars) string {
	d.t.Helper()
	r := d.do(token, ticketing, vars{"in": vars{"query": query, "variables": v}})
	if errs := r.userErrors("streamTicketCreate"); len(errs) > 0 {
		d.t.Fatalf("no ticket: %v", errs)
	}
	return r.text("streamTicketCreate", "ticket")
}

func TestATicketOpensOneStreamOfItsOperationOnceWithoutAToken(t *testing.T) {
	t.Parallel()
	var logged syncBuffer
	d := newDoor(t, func(o *graph.Options) {
		o.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := setUp(t, d)
	sees := hubtest.CallerWith(t, d.db, hubtest.May(hub.RowHub, hub.See))
	token := d.tokenOf(sees)
	eventSource := headers("Accept", "text/event-stream")
	first := s.workOrder("OT-1", "jonas").text("occurrencePublish", "executions", 0, "id")
	s.settled(first)

	secret := d.ticket(token, watching, vars{"after": hub.Cursor(0)})
	w := d.listen("GET", d.url+"?ticket="+secret, "", eventSource)
	if got := w.hear().text("executionChanged", "execution", "id"); got != first {
		t.Errorf("it is told of %s", got)
	}
	cursor := w.lastID
	t.Run("and not again", func(t *testing.T) {
		if again := d.listen("GET", d.url+"?ticket="+secret, "", eventSource); again.status != 401 {
			t.Errorf("it is answered %d", again.status)
		}
	})
	t.Run("and another goes on where it was", func(t *testing.T) {
		again := d.listen("GET", d.url+"?ticket="+d.ticket(token, watching, vars{"after": hub.Cursor(0)})+"&lastEventId="+cursor, "", eventSource)
		if got := again.hear().text("executionChanged", "cursor"); place(t, got) <= place(t, cursor) {
			t.Errorf("after %s it is told %s", cursor, got)
		}
	})
	t.Run("and no other operation", func(t *testing.T) {
		other := d.listen("GET", d.url+"?ticket="+d.ticket(token, `subscription { queueChanged { depth } }`, nil)+"&query="+url.QueryEscape("{ groups { nodes { id } } }"), "", eventSource)
		if r := other.hear(); r.at("queueChanged", "depth") == nil {
			t.Errorf("it is told %v %+v", r.Data, r.Errors)
		}
	})
	t.Run("with the rights that its caller has then", func(t *testing.T) {
		late := d.ticket(token, watching, nil)
		if _, err := d.db.GroupUpdate(t.Context(), hubtest.Admin(t, d.db), sees.Group.Key, 0, hub.GroupInput{Grants: &[]hub.Grant{}}); err != nil {
			t.Fatal(err)
		}
		if r := d.listen("GET", d.url+"?ticket="+late, "", eventSource).hear(); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("it is told %+v", r.Errors)
		}
	})
	t.Run("and not when its token was taken back", func(t *testing.T) {
		late := d.ticket(token, watching, nil)
		d.tokens.take(token)
		if w := d.listen("GET", d.url+"?ticket="+late, "", eventSource); w.status != 401 {
			t.Errorf("it is answered %d", w.status)
		}
	})
	for name, query := range map[string]string{"one that there is not": "?ticket=AAAA", "an empty one": "?ticket="} {
		t.Run("nor with "+name, func(t *testing.T) {
			if w := d.listen("GET", d.url+query, "", eventSource); w.status != 401 {
				t.Errorf("it is answered %d", w.status)
			}
		})
	}
	if strings.Contains(logged.String(), secret) {
		t.Error("a ticket is in the log")
	}
}

// syncBuffer is a buffer for many writers.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestATicketIsRefusedForWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	d := newDoor(t, nil)
	for name, c := range map[string]struct {
		in   vars
		want string
	}{
		"a query":                {vars{"query": "{ viewer { locale } }"}, "INVALID query"},
		"a mutation":             {vars{"query": "mutation { queueResume { userErrors { code } } }"}, "INVALID query"},
		"what does not parse":    {vars{"query": "subscription {"}, "INVALID query"},
		"what is unknown":        {vars{"query": "subscription { moon }"}, "INVALID query"},
		"two things":             {vars{"query": "subscription { a: queueChanged { depth } b: queueChanged { depth } }"}, "INVALID query"},
		"variables of no object": {vars{"query": watching, "variables": []int{1}}, "INVALID variables"},
		"a variable that is bad": {vars{"query": watching, "variables": vars{"flow": []int{1, 2}}}, "INVALID variables"},
		"a variable too few":     {vars{"query": `subscription($f: ID!) { executionChanged(flow: $f) { cursor } }`}, "INVALID variables"},
		"too much":               {vars{"query": watching, "variables": vars{"flow": strings.Repeat("x", 70_000)}}, "TOO_LARGE query"},
		"one of two operations":  {vars{"query": "subscription A { queueChanged { depth } } subscription B { queueChanged { depth } }"}, "INVALID query"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.do(d.admin, ticketing, vars{"in": c.in})
			if got := fmt.Sprint(r.userErrors("streamTicketCreate")); got != "["+c.want+"]" || r.at("streamTicketCreate", "ticket") != nil {
				t.Errorf("it is answered with %s %v", got, r.Data)
			}
		})
	}
	t.Run("and the hundred and first", func(t *testing.T) {
		c := d.tokenOf(hubtest.CallerWith(t, d.db))
		for range 100 {
			d.ticket(c, `subscription { queueChanged { depth } }`, nil)
		}
		r := d.do(c, ticketing, vars{"in": vars{"query": `subscription { queueChanged { depth } }`}})
		if got := fmt.Sprint(r.userErrors("streamTicketCreate")); got != "[UNAVAILABLE]" {
			t.Errorf("it is answered with %s", got)
		}
		d.ticket(d.admin, `subscription { queueChanged { depth } }`, nil) // another consumer has its own
	})
}

// The beats move the place where a stream goes on, and may come at any moment: between an item that was taken from the journal and the
// one that is being written, too. Whoever is cut off anywhere misses nothing and sees nothing twice.
func TestAStreamThatIsCutOffAnywhereGoesOnWithoutGapOrRepeat(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 3 * time.Millisecond })
	s := setUp(t, d)
	begin := hub.Cursor(0)
	const orders, clients = 25, 4
	query := `subscription($states: [DeliveryState!]) { deliveryChanged(states: $states) { cursor change { cause { message } } execution { subject deliveries { recipient values } } } }`
	var work sync.WaitGroup
	got := make([][]string, clients)
	done := make(chan struct{})
	for i := range clients {
		work.Go(func() {
			last, cuts := begin, 0
			for late := time.Now().Add(30 * time.Second); time.Now().Before(late); {
				w := d.tryListen("POST", d.url, asking(query, vars{"states": []string{"ACCEPTED"}}), streaming(d.admin, "Last-Event-ID", last))
				if w == nil {
					continue // the machine is too slow for such beats: the hub has let it go
				}
				w.lastID = last
				for n := 0; n < 3*(i+1)+cuts%5; n++ { // lines, so that it ends in the middle of events too
					if !w.lines.Scan() {
						break
					}
					if id, ok := strings.CutPrefix(w.lines.Text(), "id: "); ok {
						w.lastID = id
					}
					var r struct {
						Data struct{ DeliveryChanged struct{ Cursor string } }
					}
					if data, ok := strings.CutPrefix(w.lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &r) == nil {
						got[i] = append(got[i], r.Data.DeliveryChanged.Cursor)
						last = r.Data.DeliveryChanged.Cursor // what a page has shown
					} else if w.lines.Text() == "" {
						last = w.lastID // of a beat, if not of what was just shown
					}
				}
				w.close()
				cuts++
				select {
				case <-done:
					if len(got[i]) >= orders {
						return
					}
				default:
				}
			}
		})
	}
	for i := range orders {
		s.settled(s.workOrder(fmt.Sprint("OT-", i), "jonas").text("occurrencePublish", "executions", 0, "id"))
	}
	close(done)
	work.Wait()
	var want []string
	for _, e := range s.do(s.admin, `{ executions(first: 100) { nodes { timeline { cursor subject to } } } }`, nil).list("executions", "nodes") {
		for _, l := range e.(map[string]any)["timeline"].([]any) {
			if line := l.(map[string]any); line["subject"] == "DELIVERY" && line["to"] == "ACCEPTED" {
				want = append(want, line["cursor"].(string))
			}
		}
	}
	slices.SortFunc(want, func(a, b string) int { return cmp.Compare(place(t, a), place(t, b)) })
	for i, list := range got {
		if !slices.Equal(list, want) {
			t.Errorf("client %d was told %v, not %v", i, list, want)
		}
	}
}

func TestAClientOfAStreamThatReadsNothingIsLetGo(t *testing.T) {
	t.Parallel()
	streams := &meter.Gauge{}
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive, o.Streams, o.MaxAliases = 100*time.Millisecond, streams, 2000 })
	s := setUp(t, d)
	for i := range 40 {
		s.workOrder(fmt.Sprint("OT-", i), "jonas")
	}
	var wide strings.Builder // much more than what lies between takes
	for i := range 1500 {
		fmt.Fprintf(&wide, " %s%d: cursor", strings.Repeat("a", 60), i)
	}
	w := d.listen("POST", d.url, asking(`subscription { executionChanged(after: "c0") {`+wide.String()+` } }`, nil), streaming(d.admin))
	if r := w.hear(); len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	eventually(t, "it is let go", func() bool { return streams.Value() == 0 })
}
