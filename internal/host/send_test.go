package host_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

func TestSendHandsDeliveriesToTheConnector(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	in := integration("probe")

	t.Run("and passes one outcome for each on", func(t *testing.T) {
		const n = 5000
		for first := int64(1); first < n; first += 100 {
			for {
				err := r.Send(in, handovers("ok", first, 100))
				if err == nil {
					break
				}
				wantCode(t, err, hub.CodeUnavailable, "waiting already")
				r.until(t, "there is room again", func() bool { return int64(len(r.outcomes)) > first-4000 })
			}
		}
		wantKinds(t, r.kinds(t, n), map[hub.OutcomeKind]int{hub.OutcomeAccepted: n})
		if o := r.outcome(t, 4711); o.ProviderID != "p-"+hub.ID(hub.KindDelivery, 4711) || o.At.IsZero() {
			t.Errorf("outcome of 4711: %+v", o)
		}
	})
	t.Run("with the names of values that have no positions", func(t *testing.T) {
		must(t, r.Send(in, []hub.Handover{{Key: 100_777, Attempt: 1, Action: "echo", Values: []string{"Jonas", "OT-1"}, Names: []string{"first_name", "folio"}, Deadline: time.Now().Add(time.Minute)}}))
		var got struct{ Delivery sdk.Delivery }
		must(t, json.Unmarshal([]byte(r.outcome(t, 100_777).Detail["echo"]), &got))
		want := []sdk.Value{{Name: "first_name", Text: "Jonas"}, {Name: "folio", Text: "OT-1"}}
		if !slices.Equal(got.Delivery.Values, want) {
			t.Errorf("the connector got the values %+v, want %+v", got.Delivery.Values, want)
		}
	})
	t.Run("with every field as the engine gave it", func(t *testing.T) {
		in := in
		in.Settings, in.CallbackURL, in.Version = json.RawMessage(`{"a":1}`), "https://hub.example/callbacks/x", 2
		deadline := time.Now().Add(time.Minute).Truncate(time.Millisecond).UTC()
		must(t, r.Send(in, []hub.Handover{{
			Key: 100_001, Attempt: 1, FlowKey: 99, Action: "echo", Parameters: json.RawMessage(`{"template":"wo"}`),
			Recipient: "+551199", Values: []string{"one", "", "drei\u2028"}, Language: "pt-BR", Deadline: deadline,
			Trace: hub.Trace{Parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", State: "congo=t61rcWkgMzE"},
		}}))
		var got struct {
			Delivery    sdk.Delivery
			Integration sdk.Integration
		}
		must(t, json.Unmarshal([]byte(r.outcome(t, 100_001).Detail["echo"]), &got))
		d, i := got.Delivery, got.Integration
		if d.ID != hub.ID(hub.KindDelivery, 100_001) || d.Attempt != 1 || d.FlowID != hub.ID(hub.KindFlow, 99) || d.Action != "echo" ||
			string(d.Parameters) != `{"template":"wo"}` || d.Recipient != "+551199" || d.Language != "pt-BR" || !d.Deadline.Equal(deadline) ||
			d.Trace != (sdk.Trace{Parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", State: "congo=t61rcWkgMzE"}) {
			t.Errorf("the connector got %+v", d)
		}
		want := []sdk.Value{{Position: 1, Text: "one"}, {Position: 2}, {Position: 3, Text: "drei\u2028"}}
		if len(d.Values) != 3 || d.Values[0] != want[0] || d.Values[1] != want[1] || d.Values[2] != want[2] {
			t.Errorf("the connector got the values %+v, want %+v", d.Values, want)
		}
		if i.ID != hub.ID(hub.KindIntegration, 42) || i.Name != "whatsapp nt" || string(i.Settings) != `{"a":1}` || i.Version != 2 ||
			i.CallbackURL != "https://hub.example/callbacks/x" {
			t.Errorf("the connector got the integration %+v", i)
		}
	})
	t.Run("and passes every field of an outcome on", func(t *testing.T) {
		in := in
		in.Version = 2
		h := handovers("outcome", 100_002, 1)
		h[0].Parameters, _ = json.Marshal(sdk.Outcome{
			Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow, ProviderCode: "132001", Message: "no such template", NextStep: "Approve it.",
			Path: "parameters.template", RetryAfter: 1500 * time.Millisecond, Recipient: "55119", Limit: "rate",
			MostAttempts: 3, Suppress: time.Hour, SuppressCategory: "marketing", HeldCategory: "utility",
			Detail: map[string]string{"trace": "abc"}, Adjusted: []sdk.Adjustment{{Path: "values[2]", Reason: sdk.Shortened, Sent: "x"}},
		})
		must(t, r.Send(in, h))
		o := r.outcome(t, 100_002)
		if o.Kind != hub.OutcomeMisconfigured || o.Scope != hub.ScopeFlow || o.Code != "132001" || o.Message != "no such template" ||
			o.NextStep != "Approve it." || o.Path != "parameters.template" || o.RetryAfter != 1500*time.Millisecond || o.Recipient != "55119" ||
			o.MostAttempts != 3 || o.Suppress != time.Hour || o.SuppressCategory != "marketing" || o.HeldCategory != "utility" ||
			o.Limit != "rate" || o.Detail["trace"] != "abc" || len(o.Adjusted) != 1 || o.Adjusted[0] != (hub.Adjustment{Path: "values[2]", Reason: sdk.Shortened, Sent: "x"}) || o.NotStarted {
			t.Errorf("outcome %+v", o)
		}
	})
}

func TestOutcomesThatComeWhileTheEngineIsBusyAreGivenTogether(t *testing.T) {
	t.Parallel()
	calls := make(chan int, 100)
	goOn := make(chan struct{})
	r := start(t, host.Options{Builtin: builtin("probe"), Outcomes: func(key int64, list []hub.Outcome) {
		if key != 42 {
			t.Errorf("outcomes of integration %d, want 42", key)
		}
		calls <- len(list)
		<-goOn
	}})
	r.send(t, integration("probe"), "ok", 1, 1)
	if n := <-calls; n != 1 {
		t.Fatalf("the first call has %d outcomes, want 1", n)
	}
	r.send(t, integration("probe"), "ok", 2, 50)
	begun, wait := sign(t)
	r.send(t, integration("probe"), "slow", 52, 1, "0s", begun)
	wait() // the connector has taken all of them, though the engine is busy
	close(goOn)
	total, n := 0, 0
	for total < 51 {
		total += <-calls
		n++
	}
	if total != 51 || n > 40 {
		t.Errorf("%d calls for %d outcomes, want 51 in fewer calls", n, total)
	}
}

func TestSendKeepsToWhatTheConnectorTakes(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "in-flight=4")), QueueSize: 30})
	in := integration("probe")

	r.send(t, in, "slow", 1, 20, "50ms")
	t.Run("more than the queue holds is refused, and nothing of it is sent", func(t *testing.T) {
		wantCode(t, r.Send(in, handovers("ok", 1000, 31)), hub.CodeUnavailable, "waiting already")
	})
	t.Run("an attempt that is on its way already is refused, and nothing of its batch is sent", func(t *testing.T) {
		batch := append(handovers("ok", 2000, 2), handovers("slow", 20, 1)...)
		wantCode(t, r.Send(in, batch), hub.CodeInvalid, hub.ID(hub.KindDelivery, 20))
	})
	t.Run("no more are at the connector than it said", func(t *testing.T) {
		wantKinds(t, r.kinds(t, 20), map[hub.OutcomeKind]int{hub.OutcomeAccepted: 20})
		r.send(t, in, "facts", 21, 1)
		facts := r.outcome(t, 21).Detail
		if most, _ := strconv.Atoi(facts["most"]); most != 4 {
			t.Errorf("at most %d were in flight, want 4", most)
		}
		if facts["sent"] != "21" {
			t.Errorf("the connector saw %s deliveries, want 21", facts["sent"])
		}
	})
	t.Run("one that is too large for the wire is rejected, and its neighbours are sent", func(t *testing.T) {
		batch := handovers("ok", 22, 3)
		batch[1].Values = []string{strings.Repeat("x", 2<<20)}
		must(t, r.Send(in, batch))
		if o := r.outcome(t, 23); o.Kind != hub.OutcomeRejected || o.Code != "TOO_LARGE" || o.NextStep == "" {
			t.Errorf("outcome of the large one: %+v", o)
		}
		for _, key := range []int64{22, 24} {
			if o := r.outcome(t, key); o.Kind != hub.OutcomeAccepted {
				t.Errorf("outcome of its neighbour: %+v", o)
			}
		}
	})
}

func TestSendWithoutAConnectorIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "exit"))})
	wantCode(t, r.Send(integration("other"), handovers("ok", 1, 1)), hub.CodeUnavailable, `"other"`)
	// Between two tries it may be starting; in the end it says why it is not there.
	r.state(t, "probe", hub.ConnectorBackoff, 5)
	err := r.Send(integration("probe"), handovers("ok", 1, 1))
	wantCode(t, err, hub.CodeUnavailable)
	if !strings.Contains(err.Error(), "exit status 7") && !strings.Contains(err.Error(), "is starting") {
		t.Errorf("error %q does not say why", err)
	}
	must(t, r.Send(integration("probe"), nil))
}

func TestANewVersionOfAnIntegrationGetsANewStream(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "in-flight=2"))})
	in := integration("probe")
	begun, wait := sign(t)
	r.send(t, in, "slow", 1, 2, "300ms", begun)
	wait() // both have left the queue together
	r.send(t, in, "facts", 3, 1)
	in.Version = 2
	r.send(t, in, "facts", 4, 1)
	if got := r.outcome(t, 4).Detail["version"]; got != "2" {
		t.Errorf("sent with version %s of the settings, want 2", got)
	}
	if o := r.outcome(t, 3); !o.NotStarted {
		t.Errorf("one that waited under the old settings: %+v, want it handed back", o)
	}
	for _, key := range []int64{1, 2} {
		if o := r.outcome(t, key); o.Kind != hub.OutcomeAccepted && !o.NotStarted {
			t.Errorf("one that was at the connector under the old settings: %+v, want ACCEPTED, or recalled", o)
		}
	}
	t.Run("and an older version goes out with the newest settings", func(t *testing.T) {
		in.Version = 1
		r.send(t, in, "facts", 5, 1)
		if got := r.outcome(t, 5).Detail["version"]; got != "2" {
			t.Errorf("sent with version %s of the settings, want 2", got)
		}
	})
}

func TestSettingsThatTheConnectorRefusesPauseTheIntegration(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe")})
	in := integration("probe")
	in.Settings = json.RawMessage(`{"bad":true}`)
	r.send(t, in, "ok", 1, 2)
	for key := range int64(2) {
		o := r.outcome(t, key+1)
		if o.Kind != hub.OutcomeMisconfigured || o.Scope != hub.ScopeIntegration || o.Path != "secrets.token" ||
			o.Message != "the token is no good" || o.NextStep == "" || o.Code != "TOKEN" {
			t.Errorf("outcome %+v", o)
		}
	}
	t.Run("and better ones work at once", func(t *testing.T) {
		in := integration("probe")
		in.Version = 2
		r.send(t, in, "ok", 3, 1)
		if o := r.outcome(t, 3); o.Kind != hub.OutcomeAccepted {
			t.Errorf("outcome %+v", o)
		}
	})
}

func TestAConnectorThatIsUpAndDoesNotOpenHasRefusedItsMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings, says string
		deadline       time.Duration
	}{
		"it says that it cannot":                    {`{"cannot":true}`, "cannot open ***", time.Minute},
		"it takes too long":                         {`{"hangs":true}`, "did not take the settings in time", time.Minute},
		"the message's deadline passes before that": {`{"hangs":true}`, "deadline passed", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, host.Options{Builtin: builtin("probe"), StartTimeout: 5 * time.Second})
			in := integration("probe")
			in.Settings = json.RawMessage(c.settings)
			batch := handovers("ok", 1, 1)
			batch[0].Deadline = time.Now().Add(c.deadline)
			must(t, r.Send(in, batch))
			if o := r.outcome(t, 1); o.Kind != hub.OutcomeRetry || !o.NotStarted || !o.Refused || !strings.Contains(o.Message, c.says) {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "in-flight=1")), HealthEvery: time.Minute})
	in := integration("probe")
	batch := append(handovers("hang", 1, 1), handovers("ok", 2, 1)...)
	batch[0].Deadline = time.Now().Add(1500 * time.Millisecond)
	batch[1].Deadline = time.Now().Add(500 * time.Millisecond)
	must(t, r.Send(in, batch))
	if o := r.outcome(t, 2); o.Kind != hub.OutcomeRetry || !o.NotStarted {
		t.Errorf("one whose deadline passed while it waited: %+v, want RETRY, not started", o)
	}
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeUnknown {
		t.Errorf("one whose deadline passed while the connector hung: %+v, want UNKNOWN", o)
	}
}

func TestAnIdleStreamIsClosedAndOpenedAgain(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: builtin("probe"), IdleTimeout: time.Millisecond})
	in := integration("probe")
	for key := range int64(3) {
		r.send(t, in, "ok", key+1, 1)
		if o := r.outcome(t, key+1); o.Kind != hub.OutcomeAccepted {
			t.Errorf("outcome %+v", o)
		}
		eventually(t, "the idle stream has ended", func() bool {
			return strings.Count(r.log.String(), "the stream of an integration has ended") == int(key)+1
		})
	}
}

func TestCloseLetsFinishWhatIsBegunAndHandsBackTheRest(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "in-flight=4"))})
	in := integration("probe")
	begun, wait := sign(t)
	r.send(t, in, "slow", 1, 1, "400ms", begun)
	r.send(t, in, "slow", 2, 12, "400ms")
	wait()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
	kinds := r.kinds(t, 13)
	if n := kinds[hub.OutcomeAccepted]; n < 1 || n > 4 || n+kinds["NOT_STARTED"] != 13 {
		t.Errorf("outcomes by kind: %v, want 1 to 4 ACCEPTED and the rest not started", kinds)
	}
	if o := r.outcome(t, 1); o.Kind != hub.OutcomeAccepted {
		t.Errorf("the one that was begun: %+v, want ACCEPTED", o)
	}
	wantCode(t, r.Send(in, handovers("ok", 100, 1)), hub.CodeUnavailable, "shutting down")
	if c := r.Connector("probe"); c.State != hub.ConnectorStopped {
		t.Errorf("state %s, want STOPPED", c.State)
	}
}

func TestCloseCutsOffWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	r := start(t, host.Options{Builtin: with(builtin(), "probe", command("probe", "in-flight=2"))})
	in := integration("probe")
	first, wait := sign(t)
	r.send(t, in, "hang", 1, 1, first)
	wait()
	second, wait := sign(t)
	r.send(t, in, "hang", 2, 1, second)
	wait()
	r.send(t, in, "ok", 3, 2) // the two that hang take both places
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if err := r.Close(ctx); err == nil || !strings.Contains(err.Error(), "2 deliveries") {
		t.Errorf("Close: %v, want an error that counts 2 deliveries", err)
	}
	wantKinds(t, r.kinds(t, 4), map[hub.OutcomeKind]int{hub.OutcomeUnknown: 2, "NOT_STARTED": 2})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
