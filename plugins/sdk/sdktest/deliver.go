package sdktest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// many is how many deliveries go through a stream at once: more than any connector has in flight.
const many = 3 * sdk.MaxInFlight / 2

func (s *Suite) deliver(t *testing.T, c *sdk.Client, d *sdk.Description) {
	t.Run("each of many deliveries is accepted once, and sent once", func(t *testing.T) {
		before := s.sent()
		list := make([]sdk.Delivery, many)
		for i := range list {
			list[i] = s.delivery(i, "many")
		}
		for id, o := range s.sendAll(t, c, list) {
			if o.Kind != sdk.Accepted {
				t.Fatalf("%s: %+v", id, o)
			}
			if o.ProviderID == "" {
				t.Fatalf("%s was accepted without a provider id: no receipt could find it", id)
			}
		}
		if s.Sent != nil && s.sent()-before != many {
			t.Errorf("%d messages were sent for %d deliveries", s.sent()-before, many)
		}
	})

	t.Run("a delivery whose deadline has passed is not sent", func(t *testing.T) {
		before := s.sent()
		late := s.delivery(0, "late")
		late.Deadline = time.Now().Add(-time.Second)
		if o := s.sendOne(t, c, late); o.Kind == sdk.Accepted {
			t.Errorf("%+v", o)
		}
		if s.sent() != before {
			t.Error("it was sent")
		}
	})

	t.Run("a stream that the host ends can be opened again", func(t *testing.T) {
		stream, err := c.OpenDeliver(t.Context(), s.Integration)
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send([]sdk.Delivery{s.delivery(0, "ended")}); err != nil {
			t.Fatal(err)
		}
		stream.Close()
		for err == nil {
			_, err = stream.Recv()
		}
		if o := s.sendOne(t, c, s.delivery(1, "again")); o.Kind != sdk.Accepted {
			t.Errorf("%+v", o)
		}
	})

	t.Run("what is recalled has an outcome too", func(t *testing.T) { s.recall(t, c, d) })
	t.Run("odd deliveries get one outcome each that is not a guess", func(t *testing.T) { s.odd(t, c) })

	for name, bad := range s.BadIntegrations {
		t.Run("with bad settings nothing is accepted: "+name, func(t *testing.T) { s.badSettings(t, c, bad) })
	}
}

func (s *Suite) recall(t *testing.T, c *sdk.Client, d *sdk.Description) {
	stream, err := c.OpenDeliver(t.Context(), s.Integration)
	if err != nil {
		t.Fatal(err)
	}
	n := 2 * d.Capabilities.InFlight
	list := make([]sdk.Delivery, n)
	for i := range list {
		list[i] = s.delivery(i, "recall")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := stream.Send(list); err != nil {
			t.Errorf("Send: %v", err)
		}
		if err := stream.Recall(); err != nil {
			t.Errorf("Recall: %v", err)
		}
	}()
	defer func() { stream.Close(); <-done }()
	for got := 0; got < n; {
		outcomes, err := stream.Recv()
		if err != nil {
			t.Fatalf("after %d of %d outcomes: %v", got, n, err)
		}
		for _, o := range outcomes {
			if o.Kind != sdk.Accepted && !o.NotStarted() {
				t.Fatalf("neither accepted nor handed back: %+v", o)
			}
		}
		got += len(outcomes)
	}
	<-done // a recall may come when nothing waits any more
}

// odd sends what users and their systems write.
func (s *Suite) odd(t *testing.T, c *sdk.Client) {
	values := map[string]string{
		"empty": "", "spaces": "   ", "newlines": "a\n\nb\tc", "control": "a\x00b\x1bc", "quotes": `"\'<&>`, "emoji": "\U0001F6E0\uFE0F 1\u20E3",
		"rtl": "\u202Eabc\u05D0", "separators": "a\u2028b\u2029c", "long": strings.Repeat("x", 100_000), "no utf8": "a\xffb\xc3",
	}
	var list []sdk.Delivery
	for name, text := range values {
		d := s.delivery(len(list), "odd_"+strings.ReplaceAll(name, " ", "_"))
		d.Values = append([]sdk.Value(nil), d.Values...)
		if len(d.Values) > 0 {
			d.Values[0].Text = text
		}
		list = append(list, d)
	}
	change := func(name string, f func(*sdk.Delivery)) {
		d := s.delivery(len(list), name)
		d.Values = append([]sdk.Value(nil), d.Values...)
		f(&d)
		list = append(list, d)
	}
	// Names that no template has, whether the action takes names or not: an answer is due in any case.
	change("named", func(d *sdk.Delivery) {
		for i := range d.Values {
			d.Values[i].Position, d.Values[i].Name = 0, fmt.Sprintf("value_%d", i+1)
		}
	})
	change("named_in_part", func(d *sdk.Delivery) {
		for i := range d.Values[:len(d.Values)/2] {
			d.Values[i].Position, d.Values[i].Name = 0, fmt.Sprintf("value_%d", i+1)
		}
	})
	change("no_recipient", func(d *sdk.Delivery) { d.Recipient = "" })
	change("odd_recipient", func(d *sdk.Delivery) { d.Recipient = "\r\nTo: x" })
	change("unknown_action", func(d *sdk.Delivery) { d.Action = "no_such_action" })
	change("broken_parameters", func(d *sdk.Delivery) { d.Parameters = []byte(`{"a":`) })
	change("list_as_parameters", func(d *sdk.Delivery) { d.Parameters = []byte(`[1]`) })
	change("no_parameters", func(d *sdk.Delivery) { d.Parameters = nil })
	for id, o := range s.sendAll(t, c, list) {
		if o.Kind == sdk.Unknown {
			t.Errorf("%s: nothing was uncertain about it, yet the outcome is UNKNOWN: %s", id, o.Message)
		}
		if o.Kind != sdk.Accepted && o.Message == "" {
			t.Errorf("%s: %s without a message", id, o.Kind)
		}
		if (strings.Contains(id, "unknown_action") || strings.Contains(id, "broken_parameters")) && (o.Kind == sdk.Accepted || o.Kind == sdk.Retry) {
			t.Errorf("%s can never be sent, yet the outcome is %s", id, o.Kind)
		}
	}
}

func (s *Suite) badSettings(t *testing.T, c *sdk.Client, bad sdk.Integration) {
	before := s.sent()
	stream, err := c.OpenDeliver(t.Context(), bad)
	if err != nil {
		noSecrets(t, "the error of Open", bad, err.Error())
		return
	}
	defer stream.Close()
	if err := stream.Send([]sdk.Delivery{s.delivery(0, "bad")}); err != nil {
		t.Fatal(err)
	}
	outcomes, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		noSecrets(t, "the outcome", bad, o)
		if o.Kind == sdk.Accepted {
			t.Errorf("%+v", o)
		}
	}
	if s.sent() != before {
		t.Error("a message was sent")
	}
}
