//go:build unix

package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// numbered writes a pattern with the numbers from 0.
func numbered(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, pattern, i, (i+1)%n)
	}
	return b.String()
}

// attack is something that a caller with a token sends to hurt. Its answer must have the text.
type attack struct {
	body string
	says string
}

func attacks() map[string]attack {
	query := func(q string) string { return fmt.Sprintf(`{"query":%q}`, q) }
	return map[string]attack{
		"fragments in a circle":       {query("{ viewer { ...f0 } }" + numbered(" fragment f%[1]d on Viewer { locale ...f%[2]d }", 400)), "spreads itself"},
		"1,200 fragments":             {query("{ viewer { " + strings.Repeat("...{locale} ", 1_200) + "} }"), "TOO_COSTLY"},
		"10,000 aliases":              {query("{ viewer { " + numbered("a%[1]d: locale ", 10_000) + "} }"), "TOO_COSTLY"},
		"1,000 aliases":               {query("{ viewer { " + numbered("a%[1]d: locale ", 1_000) + "} }"), "TOO_COSTLY"},
		"one field 4,900 times":       {query("{ viewer { " + strings.Repeat("locale ", 4_900) + "} }"), "TOO_COSTLY"},
		"4,900 fields that are none":  {query("{ viewer { " + numbered("x%[1]d ", 4_900) + "} }"), "GRAPHQL_VALIDATION_FAILED"},
		"1,000 levels of fields":      {query(strings.Repeat("{ viewer ", 1_000) + strings.Repeat("}", 1_000)), "GRAPHQL_VALIDATION_FAILED"},
		"lists of lists in the text":  {query("{ nodes(ids: " + strings.Repeat("[", 500) + strings.Repeat("]", 500) + ") { id } }"), "GRAPHQL_VALIDATION_FAILED"},
		"100,000 levels of variables": {`{"query":"query($v: JSON) { viewer { locale } }","variables":{"v":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}}`, "BAD_REQUEST"},
		"5 MB of variables":           {`{"query":"query($v: JSON) { viewer { locale } }","variables":{"v":"` + strings.Repeat("x", 5<<20) + `"}}`, "TOO_LARGE"},
		"a variable of 900 KB":        {`{"query":"query($v: ID!) { flow(id: $v) { id } }","variables":{"v":"` + strings.Repeat("x", 900<<10) + `"}}`, "INVALID"},
		"the whole schema, each time": {query("{ __schema { types { name fields { name args { name type { name ofType { name } } } type { name ofType { name } } } } } }"), "__schema"},
		"all that may be asked for":   {query("{ executions(first: 200) { nodes { id subject state outcome timeline { at cause { code message } } deliveries { id state recipient values attempts { number } receipts { status } } } } }"), "executions"},
	}
}

// latencies are how long another client waited for its answers.
type latencies []time.Duration

func (l latencies) String() string {
	slices.Sort(l)
	return fmt.Sprintf("p50 %s, most %s", l[len(l)/2].Round(100*time.Microsecond), l[len(l)-1].Round(100*time.Microsecond))
}

// another asks and publishes as somebody who has nothing to do with it, and says how long it took. Every one is answered.
func (w *world) another(t *testing.T, from int) (asked, published latencies) {
	t.Helper()
	for i := range 20 {
		began := time.Now()
		var data struct {
			Executions struct{ Nodes []struct{ ID string } }
		}
		w.consumer.ask(t, `{ executions(first: 20) { nodes { id state deliveries { id state } } } }`, nil, &data)
		if len(data.Executions.Nodes) == 0 {
			t.Fatal("there are no executions")
		}
		asked = append(asked, time.Since(began))
		began = time.Now()
		w.consumer.publish(t, workOrder(folioOf(from+i), from+i+1, "+5531900000001"))
		published = append(published, time.Since(began))
	}
	return asked, published
}

func TestCallersWhoMeanHarmLeaveTheHubServingOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	for i := range 100 {
		w.consumer.publish(t, workOrder(folioOf(i), i+1, "+5531900000001"))
	}
	from := 100
	next := func() int { from += 20; return from - 20 }
	asked, published := w.another(t, next())
	t.Logf("alone: asking %s; publishing %s", asked, published)
	for name, a := range attacks() {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			var busy sync.WaitGroup
			var sent, wrong atomic.Int64
			var got atomic.Value
			for range 4 {
				busy.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						answer, err := w.post(a.body)
						if sent.Add(1); err != nil || !strings.Contains(answer, a.says) {
							wrong.Add(1)
							got.Store(fmt.Sprint(err, " ", answer[:min(len(answer), 300)]))
						}
					}
				})
			}
			asked, published := w.another(t, next())
			close(stop)
			busy.Wait()
			if sent.Load() < 4 || wrong.Load() > 0 {
				t.Errorf("of %d attacks %d are answered otherwise than with %s: %v", sent.Load(), wrong.Load(), a.says, got.Load())
			}
			t.Logf("beside %d of them: asking %s; publishing %s", sent.Load(), asked, published)
		})
	}
	t.Run("200 who read nothing, and 200 who send half a body", func(t *testing.T) {
		w.hang(t, `{"query":"{ __schema { types { name description fields { name description args { name description } } } } }"}`, 0, 200)
		w.hang(t, `{"query":"{ viewer { locale } }"`, 1, 200)
		asked, published := w.another(t, next())
		t.Logf("beside them: asking %s; publishing %s", asked, published)
	})
}

// post sends a body as the administrator.
func (w *world) post(body string) (string, error) {
	req, err := http.NewRequest(http.MethodPost, w.hub.url+"/graphql", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+w.admin.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// hang opens connections that send a body, less some bytes, and read nothing.
func (w *world) hang(t *testing.T, body string, less, n int) {
	t.Helper()
	head := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", w.admin.token, len(body)+less)
	for range n {
		conn, err := net.Dial("tcp", w.hub.addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(conn, bytes.NewBufferString(head+body)); err != nil {
			t.Fatal(err)
		}
	}
}
