//go:build unix

package app_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestAKilledConnectorIsRestartedAndWhatItHadIsNotSentTwice(t *testing.T) {
	t.Parallel()
	// The provider tells of a message only after the connector is dead.
	w := newWorld(t, sandbox.Options{Callbacks: sandbox.Callbacks{Sent: time.Second, Delivered: 1010 * time.Millisecond, Read: 1020 * time.Millisecond,
		RetryFirst: quick.RetryFirst, RetryMost: quick.RetryMost}})
	const silent, told = "+5531900000001", "+5531900000002"
	late := 2 * patience // both are taken, and neither is answered before the connector is dead
	if err := w.sandbox.AddFaults(sandbox.Fault{Recipient: silent, Delay: late, Lose: true}, sandbox.Fault{Recipient: told, Delay: late}); err != nil {
		t.Fatal(err)
	}
	a := w.consumer.publish(t, workOrder("OS-1", 1, silent)).Executions[0].ID
	b := w.consumer.publish(t, workOrder("OS-2", 2, told)).Executions[0].ID
	w.arrived(t, 2)
	before := connectorOf(t, w.hub)
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}

	t.Run("what it had is UNKNOWN with the reason, in a closed execution that is UNSETTLED", func(t *testing.T) {
		e := w.consumer.settled(t, a, "UNKNOWN")
		if e.State != "CLOSED" || e.Outcome != "UNSETTLED" || e.Deliveries[0].Reason == nil || e.Deliveries[0].Reason.Message == "" {
			t.Errorf("%s %s, %+v", e.State, e.Outcome, e.Deliveries[0])
		}
	})
	t.Run("it is started again, and what comes is sent", func(t *testing.T) {
		c := w.consumer.publish(t, workOrder("OS-3", 3, "+5531900000003"))
		w.consumer.settled(t, c.Executions[0].ID, "READ")
		if now := connectorOf(t, w.hub); now == before {
			t.Errorf("the process %d is still the one that was killed", now)
		}
		var data struct {
			Connector struct {
				State    string
				Restarts int
			}
		}
		w.consumer.ask(t, `{ connector(name: "whatsapp") { state restarts } }`, nil, &data)
		if data.Connector.State != "READY" || data.Connector.Restarts != 1 {
			t.Errorf("the hub says of it: %+v", data.Connector)
		}
	})
	t.Run("a late word of the provider settles one, through UNKNOWN", func(t *testing.T) {
		e := w.consumer.settled(t, b, "READ")
		var way []string
		for _, c := range e.Timeline {
			if c.Subject == "DELIVERY" && c.Aspect == "STATE" {
				way = append(way, c.To)
			}
		}
		// A word that comes while the connector starts is told again later: a later one may have come before it, and then it moves nothing.
		if got := strings.Join(way, " "); !regexp.MustCompile("^PENDING SENDING UNKNOWN( SENT)?( DELIVERED)? READ$").MatchString(got) || e.Outcome != "SUCCEEDED" {
			t.Errorf("the way was %s, the outcome is %s", got, e.Outcome)
		}
	})
	t.Run("nothing was sent twice, and nothing else was disturbed", func(t *testing.T) {
		for _, folio := range []string{"OS-1", "OS-2", "OS-3"} {
			if n := len(w.messagesOf(folio)); n != 1 {
				t.Errorf("%s is on the phones %d times", folio, n)
			}
		}
		if e := w.consumer.execution(t, a); e.Deliveries[0].State != "UNKNOWN" {
			t.Errorf("nobody could know, and yet the first message is %s", e.Deliveries[0].State)
		}
	})
}
