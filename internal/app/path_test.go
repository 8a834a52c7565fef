//go:build unix

package app_test

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestANewWorkOrderBecomesAMessageThatIsReadAndARestartKeepsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{}) // whose callbacks are far enough apart to come in order
	first := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432"))
	cursor := "" // of the last item that the subscriber saw
	t.Run("the message is read, and the phone shows its text", func(t *testing.T) {
		e := w.consumer.settled(t, first.Executions[0].ID, "READ")
		if e.State != "CLOSED" || e.Outcome != "SUCCEEDED" {
			t.Errorf("the execution is %s %s", e.State, e.Outcome)
		}
		phone := w.messagesOf("OS-1")
		if len(phone) != 1 || phone[0].To != "+5531998765432" || phone[0].Callback != e.Deliveries[0].ID ||
			!strings.Contains(phone[0].Text, "Olá, Jonas Campos! A ordem de serviço *OS-1* foi atribuída a você.") {
			t.Errorf("the phone got %+v", phone)
		}
	})
	t.Run("a subscriber sees every step in order", func(t *testing.T) {
		way := w.consumer.execution(t, first.Executions[0].ID).Timeline
		stream := w.consumer.subscribe(t, way[len(way)-1].Cursor)
		w.consumer.publish(t, workOrder("OS-2", 2, "+5531998765432"))
		items := stream.until(t, "OS-2", "READ")
		cursor = items[len(items)-1].Cursor
		const want = "EXECUTION:QUEUED EXECUTION:RUNNING DELIVERY:PENDING DELIVERY:SENDING DELIVERY:ACCEPTED EXECUTION:CLOSED DELIVERY:SENT DELIVERY:DELIVERED DELIVERY:READ"
		if got := wayOf(items, "OS-2"); got != want {
			t.Errorf("the way was\n%s\nand not\n%s", got, want)
		}
	})
	keys := fetch(t, w.hub.url+"/.well-known/jwks.json")
	if code := w.hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	w.again(t)
	t.Run("after a restart keys, tokens and history are as they were", func(t *testing.T) {
		if again := fetch(t, w.hub.url+"/.well-known/jwks.json"); again != keys {
			t.Errorf("the keys were %s and are %s", keys, again)
		}
		if e := w.consumer.execution(t, first.Executions[0].ID); e.Deliveries[0].State != "READ" || e.Occurrence.Name != "OS-1" {
			t.Errorf("the first execution is now %+v", e)
		}
	})
	t.Run("after a restart a repeat is known as one, and a new work order is sent", func(t *testing.T) {
		repeat := w.consumer.publish(t, workOrder("OS-1", 1, "+5531998765432"))
		if !repeat.Repeat || repeat.ID != first.ID {
			t.Errorf("the repeat is %+v, the first was %+v", repeat, first)
		}
		e := w.consumer.publish(t, workOrder("OS-3", 3, "+5531998765432"))
		w.consumer.settled(t, e.Executions[0].ID, "READ")
		if n := len(w.sandbox.Messages()); n != 3 {
			t.Errorf("the phones have %d messages of 3 work orders", n)
		}
	})
	t.Run("a subscriber goes on after the cursor that it had before the restart", func(t *testing.T) {
		items := w.consumer.subscribe(t, cursor).until(t, "OS-3", "READ")
		if got := wayOf(items, "OS-3"); !strings.HasPrefix(got, "EXECUTION:QUEUED ") {
			t.Errorf("the way begins in the middle: %s", got)
		}
		if got := wayOf(items, "OS-2"); got != "" {
			t.Errorf("seen again: %s", got)
		}
	})
}

func fetch(t testing.TB, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s (%v)", url, answer.Status, err)
	}
	return string(body)
}

func TestTheDemoEndsWithEveryExpectedMessageRead(t *testing.T) {
	t.Parallel()
	p := run(t, nil, "demo", "--once")
	if code := p.exit(t); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if out := p.out.String(); !strings.HasSuffix(out, "\ndemo: 8 expected, 8 read\n") {
		t.Errorf("its last line is not the sum:\n%s", out)
	}
	if errs := p.errs.String(); errs != "" {
		t.Errorf("it complained:\n%s", errs)
	}
}
