package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

func sending(inFlight int, send func(context.Context, sdk.Delivery) sdk.Outcome) *destination {
	return &destination{plain: plain{sdk.Description{Name: "x", Capabilities: sdk.Capabilities{InFlight: inFlight}}}, send: send}
}

func open(t *testing.T, c sdk.Connector, in sdk.Integration) *sdk.DeliverStream {
	t.Helper()
	s, err := sdktest.Connect(t, c).OpenDeliver(t.Context(), in)
	if err != nil {
		t.Fatalf("OpenDeliver: %v", err)
	}
	return s
}

// receive reads n outcomes, by delivery id; a second one for an id fails the test.
func receive(t *testing.T, s *sdk.DeliverStream, n int) map[string]sdk.Outcome {
	t.Helper()
	got := make(map[string]sdk.Outcome)
	for len(got) < n {
		list, err := s.Recv()
		if err != nil {
			t.Fatalf("Recv after %d of %d outcomes: %v", len(got), n, err)
		}
		for _, o := range list {
			if _, twice := got[o.DeliveryID]; twice {
				t.Fatalf("a second outcome for %s", o.DeliveryID)
			}
			got[o.DeliveryID] = o
		}
	}
	return got
}

func send(t *testing.T, s *sdk.DeliverStream, ids ...string) {
	t.Helper()
	var list []sdk.Delivery
	for _, id := range ids {
		list = append(list, someDelivery(id))
	}
	if err := s.Send(list); err != nil {
		t.Fatalf("Send: %v", err)
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()

	t.Run("a delivery arrives as it was sent and its outcome as it was answered", func(t *testing.T) {
		t.Parallel()
		var got sdk.Delivery
		answer := sdk.Outcome{
			Kind: sdk.Retry, Scope: sdk.ScopeRecipient, ProviderID: "p", ProviderCode: "131056", Message: "too fast", NextStep: "wait", Path: "recipient",
			RetryAfter: 4 * time.Second, MostAttempts: 5, Suppress: time.Hour, SuppressCategory: "marketing", HeldCategory: "utility", Recipient: "351910000000", Limit: "pair",
			Detail: map[string]string{"trace": "t"}, Adjusted: []sdk.Adjustment{{Path: "values[1]", Reason: sdk.WhitespaceCollapsed, Sent: "a b"}},
		}
		s := open(t, sending(4, func(_ context.Context, d sdk.Delivery) sdk.Outcome { got = d; return answer }), sdk.Integration{ID: "int_1"})
		want := someDelivery("dlv_1")
		want.Attempt, want.HeldCategories = 3, []string{"marketing", "utility"}
		if err := s.Send([]sdk.Delivery{want}); err != nil {
			t.Fatal(err)
		}
		o := receive(t, s, 1)["dlv_1"]
		same(t, got, want)
		answer.DeliveryID, answer.Attempt = "dlv_1", 3
		same(t, o, answer)
	})

	t.Run("each of many deliveries gets one outcome, and closing the sending side drains", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(16, accept), sdk.Integration{})
		const n = 5000
		go func() {
			for i := 0; i < n; i += 10 {
				var list []sdk.Delivery
				for j := range 10 {
					list = append(list, someDelivery(fmt.Sprintf("dlv_%d", i+j)))
				}
				if err := s.Send(list); err != nil {
					t.Errorf("Send: %v", err)
				}
			}
			if err := s.CloseSend(); err != nil {
				t.Errorf("CloseSend: %v", err)
			}
		}()
		for id, o := range receive(t, s, n) {
			if o.Kind != sdk.Accepted || o.ProviderID != "p-"+id {
				t.Fatalf("%s: %+v", id, o)
			}
		}
		if _, err := s.Recv(); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last outcome: %v, want io.EOF", err)
		}
	})

	t.Run("no more sends run at once than were declared", func(t *testing.T) {
		t.Parallel()
		var now, most int
		var counting sync.Mutex
		count := func(by int) {
			counting.Lock()
			defer counting.Unlock()
			now += by
			most = max(most, now)
		}
		begun, gate := make(chan struct{}, 6), make(chan struct{})
		s := open(t, sending(3, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
			count(1)
			begun <- struct{}{}
			<-gate
			count(-1)
			return accept(ctx, d)
		}), sdk.Integration{})
		if s.InFlight() != 3 {
			t.Fatalf("InFlight = %d, want 3", s.InFlight())
		}
		send(t, s, "a", "b", "c", "d", "e", "f")
		for range 3 {
			<-begun
		}
		close(gate)
		receive(t, s, 6)
		if most != 3 {
			t.Fatalf("%d sends at once, want 3", most)
		}
	})

	t.Run("a slow delivery holds no other", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		s := open(t, sending(4, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
			if d.ID == "slow" {
				<-release
			}
			return accept(ctx, d)
		}), sdk.Integration{})
		send(t, s, "slow", "a", "b", "c")
		if got := receive(t, s, 3); got["slow"].DeliveryID != "" {
			t.Fatal("the slow one came among the first")
		}
		close(release)
		receive(t, s, 1)
	})

	t.Run("a panic in Send is an unknown outcome and the stream goes on", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(1, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
			if d.ID == "bad" {
				var none []int
				_ = none[len(d.ID)]
			}
			return accept(ctx, d)
		}), sdk.Integration{})
		send(t, s, "bad", "good")
		got := receive(t, s, 2)
		if o := got["bad"]; o.Kind != sdk.Unknown || !strings.Contains(o.Message, "index out of range") {
			t.Errorf("bad: %+v", o)
		}
		if got["good"].Kind != sdk.Accepted {
			t.Errorf("good: %+v", got["good"])
		}
	})

	t.Run("an outcome of no known kind is unknown", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(1, func(context.Context, sdk.Delivery) sdk.Outcome { return sdk.Outcome{Kind: "FINE"} }), sdk.Integration{})
		send(t, s, "a")
		if o := receive(t, s, 1)["a"]; o.Kind != sdk.Unknown || !strings.Contains(o.Message, "FINE") {
			t.Fatalf("%+v", o)
		}
	})

	t.Run("secrets in an outcome are taken out", func(t *testing.T) {
		t.Parallel()
		shared := map[string]string{"url": "https://x/?t=EAAG-secret"}
		s := open(t, sending(1, func(context.Context, sdk.Delivery) sdk.Outcome {
			return sdk.Outcome{Kind: sdk.Unknown, Message: "Post https://x/?t=EAAG-secret: EOF", NextStep: "EAAG-secret", Detail: shared}
		}), sdk.Integration{Secrets: map[string]string{"token": "EAAG-secret"}})
		send(t, s, "a")
		if o := receive(t, s, 1)["a"]; strings.Contains(fmt.Sprint(o), "EAAG") {
			t.Fatalf("%+v", o)
		}
		if shared["url"] != "https://x/?t=EAAG-secret" {
			t.Fatal("the connector's own map was changed")
		}
	})

	t.Run("text that is no UTF-8 spoils nothing", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(1, func(_ context.Context, d sdk.Delivery) sdk.Outcome {
			return sdk.Outcome{Kind: sdk.Rejected, Message: "bad \xff", Detail: map[string]string{"k\xfe": "v\xff"}}
		}), sdk.Integration{})
		d := someDelivery("a")
		d.Values[0].Text = "Jonas \xc3"
		if err := s.Send([]sdk.Delivery{d, someDelivery("b")}); err != nil {
			t.Fatal(err)
		}
		if o := receive(t, s, 2)["a"]; o.Message != "bad \uFFFD" {
			t.Fatalf("%+v", o)
		}
	})
}

func TestDeliveryDeadline(t *testing.T) {
	t.Parallel()

	t.Run("Send's context ends at the delivery's deadline", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(1, func(ctx context.Context, _ sdk.Delivery) sdk.Outcome {
			<-ctx.Done()
			return sdk.Outcome{Kind: sdk.Unknown, Message: ctx.Err().Error()}
		}), sdk.Integration{})
		d := someDelivery("a")
		d.Deadline = time.Now().Add(500 * time.Millisecond)
		if err := s.Send([]sdk.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		if o := receive(t, s, 1)["a"]; o.Kind != sdk.Unknown {
			t.Fatalf("%+v", o)
		}
	})

	t.Run("a delivery that waited past its deadline was not started", func(t *testing.T) {
		t.Parallel()
		s := open(t, sending(1, accept), sdk.Integration{})
		d := someDelivery("a")
		d.Deadline = time.Now().Add(-time.Second)
		if err := s.Send([]sdk.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		if o := receive(t, s, 1)["a"]; !o.NotStarted() {
			t.Fatalf("%+v", o)
		}
	})

	t.Run("a Send that ignores its deadline becomes unknown and its place is taken over", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		c := sending(1, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
			if d.ID == "hung" {
				<-release
			}
			return accept(ctx, d)
		})
		s := open(t, c, sdk.Integration{})
		hung := someDelivery("hung")
		hung.Deadline = time.Now().Add(500 * time.Millisecond)
		if err := s.Send([]sdk.Delivery{hung, someDelivery("next")}); err != nil {
			t.Fatal(err)
		}
		got := receive(t, s, 2)
		if got["hung"].Kind != sdk.Unknown || got["next"].Kind != sdk.Accepted {
			t.Fatalf("%+v", got)
		}
		close(release)
		if err := s.CloseSend(); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Recv(); !errors.Is(err, io.EOF) {
			t.Fatalf("the late return gave %v, %v; want io.EOF", list, err)
		}
	})
}

func TestRecall(t *testing.T) {
	t.Parallel()
	release, begun := make(chan struct{}), make(chan struct{}, 8)
	s := open(t, sending(2, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
		begun <- struct{}{}
		<-release
		return accept(ctx, d)
	}), sdk.Integration{})
	send(t, s, "a", "b", "c", "d")
	<-begun
	<-begun
	if err := s.Recall(); err != nil {
		t.Fatal(err)
	}
	back := receive(t, s, 2)
	for _, id := range []string{"c", "d"} {
		if o := back[id]; !o.NotStarted() {
			t.Errorf("%s waited and was recalled: %+v", id, o)
		}
	}
	close(release)
	for id, o := range receive(t, s, 2) {
		if o.Kind != sdk.Accepted {
			t.Errorf("%s was begun: %+v", id, o)
		}
	}
}

func TestBrokenStreamStartsNothingMore(t *testing.T) {
	t.Parallel()
	var begun atomic.Int32
	first, release := make(chan struct{}, 1), make(chan struct{})
	var ended sync.WaitGroup
	ended.Add(1)
	c := sending(1, func(ctx context.Context, d sdk.Delivery) sdk.Outcome {
		begun.Add(1)
		first <- struct{}{}
		<-release
		if ctx.Err() != nil {
			t.Error("the send that had begun was cut off")
		}
		ended.Done()
		return accept(ctx, d)
	})
	client := sdktest.Connect(t, c)
	s, err := client.OpenDeliver(t.Context(), sdk.Integration{})
	if err != nil {
		t.Fatal(err)
	}
	send(t, s, "a", "b")
	<-first
	s.Close()
	if _, err := s.Recv(); !errors.Is(err, context.Canceled) {
		t.Errorf("Recv after Close: %v, want context.Canceled", err)
	}
	// A second stream proves that the server has seen the end of the first and goes on.
	again, err := client.OpenDeliver(t.Context(), sdk.Integration{})
	if err != nil {
		t.Fatal(err)
	}
	_ = again.CloseSend()
	if _, err := again.Recv(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return c.closed.Load() == 1 }) // the second one's sender
	close(release)
	ended.Wait()
	waitFor(t, func() bool { return c.closed.Load() == 2 })
	if begun.Load() != 1 {
		t.Errorf("%d sends were begun, want only the one before the break", begun.Load())
	}
}

func TestOpenWithUnusableSettings(t *testing.T) {
	t.Parallel()
	c := sending(1, accept)
	c.open = func(in sdk.Integration) error {
		if in.Name == "plain" {
			return errors.New("no use for " + in.Secrets["token"])
		}
		return &sdk.SettingsError{Problems: []sdk.Problem{someProblem}}
	}
	client := sdktest.Connect(t, c)
	_, err := client.OpenDeliver(t.Context(), sdk.Integration{})
	var se *sdk.SettingsError
	if !errors.As(err, &se) {
		t.Fatalf("%v is no SettingsError", err)
	}
	same(t, se.Problems, []sdk.Problem{someProblem})
	_, err = client.OpenDeliver(t.Context(), sdk.Integration{Name: "plain", Secrets: map[string]string{"token": "EAAG-secret"}})
	if err == nil || err.Error() != "no use for ***" {
		t.Fatalf("%v", err)
	}
}

// waitFor waits until a thing in another goroutine has happened.
func waitFor(t *testing.T, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !happened(); {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen within 10 s")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestWhatIsNotGivenAsAnObjectArrivesAsAnEmptyOne(t *testing.T) {
	t.Parallel()
	var settings string
	c := sending(1, func(_ context.Context, d sdk.Delivery) sdk.Outcome {
		return sdk.Outcome{Kind: sdk.Rejected, Message: string(d.Parameters)}
	})
	c.open = func(in sdk.Integration) error { settings = string(in.Settings); return nil }
	s := open(t, c, sdk.Integration{})
	for id, parameters := range map[string]json.RawMessage{"dlv_none": nil, "dlv_null": json.RawMessage("null"), "dlv_empty": json.RawMessage("{}")} {
		d := someDelivery(id)
		d.Parameters = parameters
		if err := s.Send([]sdk.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	for id, o := range receive(t, s, 3) {
		if o.Message != "{}" {
			t.Errorf("%s arrived with the parameters %q, want {}", id, o.Message)
		}
	}
	if settings != "{}" {
		t.Errorf("the settings arrived as %q, want {}", settings)
	}
}
