package sdktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// Suite is what a connector is tested with. Connector and Integration are required; a destination also needs Delivery.
type Suite struct {
	// Connector is the one under test.
	Connector sdk.Connector
	// Integration works: against a real backend, or better a local one that behaves like it.
	Integration sdk.Integration
	// BadIntegrations cannot work, each for its own reason that can be seen without sending.
	BadIntegrations map[string]sdk.Integration
	// Delivery makes the n-th delivery of a kind that the backend accepts. ID, Attempt and Deadline are set by the suite.
	Delivery func(n int) sdk.Delivery
	// Sent, if set, counts what the backend has accepted, so that the suite sees what was really sent.
	Sent func() int
	// Callback makes a genuine callback about the delivery with this id and outcome; for receivers.
	Callback func(t *testing.T, o sdk.Outcome) sdk.Callback
	// ForgedCallbacks are callbacks that nobody may believe.
	ForgedCallbacks map[string]sdk.Callback
}

// Run tests the connector by everything that it declares of itself.
func (s *Suite) Run(t *testing.T) {
	t.Helper()
	client := Connect(t, s.Connector)
	d, err := client.Describe(t.Context())
	if err != nil {
		t.Fatalf("Describe: %v. A connector that cannot describe itself cannot be used at all", err)
	}
	t.Run("describe", func(t *testing.T) { s.describe(t, client, &d) })
	t.Run("what is not offered says so", func(t *testing.T) { s.unimplemented(t, client, &d) })
	if d.Capabilities.Check {
		t.Run("check", func(t *testing.T) { s.check(t, client) })
	}
	if _, ok := s.Connector.(sdk.Destination); ok {
		if s.Delivery == nil {
			t.Fatal("Suite.Delivery is needed to test a destination")
		}
		t.Run("deliver", func(t *testing.T) { s.deliver(t, client, &d) })
		if d.Capabilities.Preview {
			t.Run("preview", func(t *testing.T) { s.preview(t, client) })
		}
	}
	if d.Capabilities.Receipts {
		t.Run("receive", func(t *testing.T) { s.receive(t, client, &d) })
	}
}

func (s *Suite) unimplemented(t *testing.T, c *sdk.Client, d *sdk.Description) {
	ctx := t.Context()
	call := func(name string, offered bool, call func() error) {
		if offered {
			return
		}
		if err := call(); !errors.Is(err, sdk.ErrUnimplemented) {
			t.Errorf("%s is not offered, but answers %v and not ErrUnimplemented", name, err)
		}
	}
	_, destination := s.Connector.(sdk.Destination)
	call("Check", d.Capabilities.Check, func() error { _, err := c.Check(ctx, s.Integration); return err })
	call("CheckAction", d.Capabilities.CheckAction, func() error { _, err := c.CheckAction(ctx, s.Integration, sdk.ActionUse{}); return err })
	call("Preview", d.Capabilities.Preview, func() error { _, err := c.Preview(ctx, s.Integration, sdk.Delivery{}); return err })
	call("Receive", d.Capabilities.Receipts, func() error { _, err := c.Receive(ctx, s.Integration, sdk.Callback{}); return err })
	call("Lookup", d.Capabilities.Lookup, func() error { _, err := c.Lookup(ctx, s.Integration, sdk.LookupQuery{}); return err })
	call("Query", d.Capabilities.Query, func() error {
		return c.Query(ctx, s.Integration, sdk.Query{}, func(sdk.Page) error { return nil })
	})
	call("Deliver", destination, func() error { _, err := c.OpenDeliver(ctx, s.Integration); return err })
}

func (s *Suite) check(t *testing.T, c *sdk.Client) {
	found, err := c.Check(t.Context(), s.Integration)
	if err != nil {
		t.Fatalf("the working integration: %v", err)
	}
	for _, p := range found {
		if p.Severity == sdk.SeverityError {
			t.Errorf("the working integration has a problem: %+v", p)
		}
	}
	for name, bad := range s.BadIntegrations {
		found, err := c.Check(t.Context(), bad)
		if err != nil {
			t.Errorf("%s: %v. What is wrong with settings is a problem with a path, not an error", name, err)
			continue
		}
		if len(found) == 0 {
			t.Errorf("%s: no problem was found", name)
		}
		for _, p := range found {
			if p.Code == "" || p.Message == "" || p.NextStep == "" {
				t.Errorf("%s: a problem needs code, message and next step: %+v", name, p)
			}
			if !strings.HasPrefix(p.Path, "settings") && !strings.HasPrefix(p.Path, "secrets") {
				t.Errorf("%s: path %q: the path must name the setting or the secret", name, p.Path)
			}
			noSecrets(t, name, bad, p)
		}
	}
}

func (s *Suite) preview(t *testing.T, c *sdk.Client) {
	before := s.sent()
	d := s.delivery(0, "preview")
	p, err := c.Preview(t.Context(), s.Integration, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range p.Problems {
		if one.Severity == sdk.SeverityError {
			t.Errorf("a delivery that can be sent has a problem: %+v", one)
		}
	}
	noSecrets(t, "the preview", s.Integration, p)
	if now := s.sent(); now != before {
		t.Errorf("a preview sent %d messages", now-before)
	}
}

func (s *Suite) receive(t *testing.T, c *sdk.Client, d *sdk.Description) {
	for name, cb := range s.ForgedCallbacks {
		r, err := c.Receive(t.Context(), s.Integration, cb)
		if err != nil {
			t.Errorf("%s: %v. A callback that cannot be believed is answered, not an error", name, err)
			continue
		}
		if r.Verified || len(r.Receipts) > 0 || len(r.Notices) > 0 {
			t.Errorf("%s: it was believed: %+v", name, r)
		}
		if r.Status < 400 || r.Status > 499 {
			t.Errorf("%s: answered with %d; a refusal is 4xx", name, r.Status)
		}
		noSecrets(t, name, s.Integration, r)
	}
	if s.Callback == nil || s.Delivery == nil {
		return
	}
	o := s.sendOne(t, c, s.delivery(0, "receipt"))
	cb := s.Callback(t, o)
	var first sdk.Reception
	for try := range 2 { // the second time as from a provider that repeats itself
		r, err := c.Receive(t.Context(), s.Integration, cb)
		if err != nil {
			t.Fatalf("a genuine callback: %v", err)
		}
		if !r.Verified || r.Status != 200 || len(r.Receipts) == 0 {
			t.Fatalf("a genuine callback: %+v", r)
		}
		if try == 0 {
			first = r
		} else if fmt.Sprint(r) != fmt.Sprint(first) {
			t.Errorf("the same callback is translated differently the second time:\n%+v\n%+v", first, r)
		}
	}
	for _, r := range first.Receipts {
		if d.Capabilities.KeyedReceipts && r.DeliveryID != o.DeliveryID {
			t.Errorf("keyed_receipts promises that every receipt names the delivery %q: %+v", o.DeliveryID, r)
		}
		if (r.ProviderID == "" || r.ProviderID != o.ProviderID) && (r.DeliveryID == "" || r.DeliveryID != o.DeliveryID) {
			t.Errorf("a receipt must name the delivery by provider id %q or delivery id %q: %+v", o.ProviderID, o.DeliveryID, r)
		}
		if r.Status == "" {
			t.Errorf("a receipt without status: %+v", r)
		}
	}
	altered := cb
	altered.Body = append(append([]byte(nil), cb.Body...), ' ')
	if r, err := c.Receive(t.Context(), s.Integration, altered); err != nil || r.Verified {
		t.Errorf("the genuine callback with a byte more was believed: %+v, %v", r, err)
	}
}

func (s *Suite) sent() int {
	if s.Sent == nil {
		return 0
	}
	return s.Sent()
}

// delivery is the n-th one with an id of its own.
func (s *Suite) delivery(n int, test string) sdk.Delivery {
	d := s.Delivery(n)
	d.ID, d.Attempt = fmt.Sprintf("dlv_%s_%d", test, n), 1
	d.Deadline = time.Now().Add(20 * time.Second)
	return d
}

func (s *Suite) sendOne(t *testing.T, c *sdk.Client, d sdk.Delivery) sdk.Outcome {
	t.Helper()
	got := s.sendAll(t, c, []sdk.Delivery{d})
	return got[d.ID]
}

// sendAll sends deliveries on a stream of their own and reads the outcomes to its end. Each must come exactly once.
func (s *Suite) sendAll(t *testing.T, c *sdk.Client, list []sdk.Delivery) map[string]sdk.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stream, err := c.OpenDeliver(ctx, s.Integration)
	if err != nil {
		t.Fatalf("OpenDeliver with the working integration: %v", err)
	}
	done := make(chan struct{})
	defer func() { stream.Close(); <-done }()
	go func() {
		defer close(done)
		if err := stream.Send(list); err != nil {
			t.Errorf("Send: %v", err)
		}
		_ = stream.CloseSend()
	}()
	got := make(map[string]sdk.Outcome, len(list))
	for {
		outcomes, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %d of %d outcomes: %v", len(got), len(list), err)
		}
		for _, o := range outcomes {
			if _, twice := got[o.DeliveryID]; twice {
				t.Errorf("a second outcome for %s: %+v", o.DeliveryID, o)
			}
			got[o.DeliveryID] = o
			noSecrets(t, "the outcome of "+o.DeliveryID, s.Integration, o)
		}
	}
	for _, d := range list {
		if _, ok := got[d.ID]; !ok {
			t.Errorf("no outcome for %s", d.ID)
		}
	}
	return got
}

// noSecrets fails if any secret of an integration can be read in a thing.
func noSecrets(t *testing.T, what string, in sdk.Integration, thing any) {
	t.Helper()
	text := fmt.Sprintf("%+v", thing)
	for name, secret := range in.Secrets {
		if len(secret) >= 6 && strings.Contains(text, secret) {
			t.Errorf("%s: the secret %s can be read in it: %s", what, name, strings.ReplaceAll(text, secret, "<<"+name+">>"))
		}
	}
}
