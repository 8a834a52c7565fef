package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// suppressions writes who is to be left alone: "LASTING marketing NOTICE", those that are over in brackets.
func suppressions(t testing.TB, h *hubtest.Hub, f hub.SuppressionFilter) (list []*hub.Suppression, words string) {
	t.Helper()
	l, err := h.DB.Suppressions(t.Context(), h.Admin, f, hub.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, s := range l.Items {
		word := strings.Join(strings.Fields(string(s.Ground)+" "+s.Category+" "+string(s.Source)), " ")
		if !s.Active(time.Now()) {
			word = "(" + word + ")"
		}
		parts = append(parts, word)
	}
	return l.Items, strings.Join(parts, ", ")
}

func wantSuppressions(t testing.TB, h *hubtest.Hub, want string) []*hub.Suppression {
	t.Helper()
	list, got := suppressions(t, h, hub.SuppressionFilter{})
	if got != want {
		t.Fatalf("suppressed are %q, want %q", got, want)
	}
	return list
}

// opts sends a genuine callback with news of a recipient.
func opts(t testing.TB, h *hubtest.Hub, integration int64, kind hub.NoticeKind, recipient, category string, at time.Time) {
	t.Helper()
	got, err := h.Engine.Callback(t.Context(), integration, hubtest.Noticed(hub.Notice{Kind: kind, At: at, Recipient: recipient, Category: category}))
	if err != nil || !got.Verified {
		t.Fatalf("the callback was answered %+v, %v", got, err)
	}
}

var (
	stopped  = hub.Outcome{Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "21610", Message: "the person has unsubscribed", Suppress: hub.SuppressForever}
	notThere = hub.Outcome{Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "131026", Message: "not on WhatsApp", Suppress: 24 * time.Hour}
	noAds    = hub.Outcome{Kind: hub.OutcomeRejected, Scope: hub.ScopeRecipient, Code: "131050", Message: "no marketing", Suppress: hub.SuppressForever, SuppressCategory: "marketing"}
)

func TestARejectedRecipientIsLeftAloneForAsLongAsTheCodeDemands(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, notThere)
		first := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, first, "CLOSED FAILED: FAILED")
		if got := journal(t, h, first); !strings.Contains(got, "SUPPRESSION →ACTIVE REJECTED") {
			t.Errorf("the timeline does not tell of it:\n%s", got)
		}
		s := wantSuppressions(t, h, "PASSING OUTCOME")[0]
		_, failed := one(t, h, first)
		if s.Recipient != jonasPhone || s.IntegrationKey != a.Integration.Key || s.DeliveryKey != failed.Key || s.Until == nil || !s.Until.Equal(s.Since.Add(24*time.Hour)) || s.Reason.Provider != "131026" {
			t.Errorf("it is %+v", s)
		}
		key := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		wantJournal(t, h, key,
			"EXECUTION →QUEUED MATCHED",
			"EXECUTION QUEUED→RUNNING WORKER",
			"DELIVERY →PENDING MATCHED",
			"DELIVERY PENDING→SUPPRESSED RECIPIENT_SUPPRESSED",
			"EXECUTION RUNNING→CLOSED WORKER",
			"EXECUTION OUTCOME →SKIPPED WORKER")
		_, d := one(t, h, key)
		if d.Reason == nil || d.Reason.By != s.ID() || !strings.Contains(d.Reason.Message, "131026") || !strings.Contains(d.Reason.Message, s.Until.Format(time.RFC3339)) || d.Reason.NextStep == "" {
			t.Errorf("the reason is %+v", d.Reason)
		}
		after(24 * time.Hour)
		key = started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if n := len(h.Connector.Sent()); n != 2 {
			t.Errorf("sent %d times", n)
		}
		wantSuppressions(t, h, "(PASSING OUTCOME)")
	})
}

func TestOthersAndOtherIntegrationsAreNotSuppressed(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, stopped)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		other := h.Assignment(t, nil)
		out := h.Publish(t, team("OT-2"))
		settled()
		for _, e := range out.Executions {
			exec, list := execution(t, h, e.Key)
			for _, d := range list {
				want := hub.Accepted
				if exec.FlowKey == a.Flow.Key && d.Recipient == jonasPhone {
					want = hub.Suppressed
				}
				if d.State != want {
					t.Errorf("to %s through %d it is %s, want %s", d.Recipient, d.IntegrationKey, d.State, want)
				}
			}
		}
		if other.Integration.Key == a.Integration.Key {
			t.Fatal("there is one integration only")
		}
	})
}

func TestASuppressedDeliveryIsSentAgainByAPersonOnceNothingSuppressesIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		_, d := one(t, h, key)
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		s := wantSuppressions(t, h, "LASTING NOTICE")[0]
		wantError(t, err, hub.CodeConflict, "id", s.ID())
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		if err := h.Engine.SuppressionRemove(t.Context(), h.Admin, s.Key); err != nil {
			t.Fatal(err)
		}
		wantError(t, h.Engine.SuppressionRemove(t.Context(), h.Admin, s.Key), hub.CodeNotFound, "id", s.ID())
		after(time.Hour)
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED") // not by itself
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if _, d = one(t, h, key); d.Reason != nil || d.Tries != 1 {
			t.Errorf("it is %+v", d)
		}
		_, err = h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "ACCEPTED")
	})
}

func TestAFailedDeliveryIsNotSentAgainToWhoIsToBeLeftAlone(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, stopped)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "left alone")
		is(t, h, key, "CLOSED FAILED: FAILED")
	})
}

func TestWhatWaitsToBeTriedAgainIsSuppressedWhenItsTimeComes(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, RetryAfter: time.Minute})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		is(t, h, key, "WAITING RETRY: PENDING")
		after(2 * time.Minute)
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		_, d := one(t, h, key)
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptFailed)) // of the first try: no news
		if _, d = one(t, h, key); d.State != hub.Suppressed || d.Flagged {
			t.Errorf("it is %s, flagged %v", d.State, d.Flagged)
		}
		callback(t, h, a.Integration.Key, receipt(d.Key, hub.ReceiptDelivered)) // it was sent after all
		if _, d = one(t, h, key); !d.Flagged {
			t.Error("a contradiction is not flagged")
		}
		if err := h.Engine.SuppressionRemove(t.Context(), h.Admin, wantSuppressions(t, h, "LASTING NOTICE")[0].Key); err != nil {
			t.Fatal(err)
		}
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", "may have the message")
	})
}

func TestOptingOutAndInAgainInWhateverOrderItIsTold(t *testing.T) {
	out, in := hub.NoticeOptedOut, hub.NoticeOptedIn
	type word struct {
		kind     hub.NoticeKind
		category string
		minute   int // when it was said
	}
	for _, c := range []struct {
		name  string
		words []word
		want  string
	}{
		{"out", []word{{out, "", 1}}, "LASTING NOTICE"},
		{"out twice", []word{{out, "", 1}, {out, "", 1}}, "LASTING NOTICE"},
		{"out, then in", []word{{out, "", 1}, {in, "", 2}}, "(LASTING NOTICE)"},
		{"out, in, out", []word{{out, "", 1}, {in, "", 2}, {out, "", 3}}, "LASTING NOTICE"},
		{"out, in, and out told again", []word{{out, "", 1}, {in, "", 2}, {out, "", 1}}, "(LASTING NOTICE)"},
		{"in told late", []word{{out, "", 2}, {in, "", 1}}, "LASTING NOTICE"},
		{"in without out", []word{{in, "", 1}}, ""},
		{"of a category", []word{{out, "marketing", 1}}, "LASTING marketing NOTICE"},
		{"of a category, in of another", []word{{out, "marketing", 1}, {in, "utility", 2}}, "LASTING marketing NOTICE"},
		{"of everything, in of a category", []word{{out, "", 1}, {in, "marketing", 2}}, "LASTING NOTICE"},
		{"of both, in of a category", []word{{out, "", 1}, {out, "marketing", 1}, {in, "marketing", 2}}, "(LASTING marketing NOTICE), LASTING NOTICE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				begin := time.Now()
				after(time.Hour)
				for _, w := range c.words {
					opts(t, h, a.Integration.Key, w.kind, jonasPhone, w.category, begin.Add(time.Duration(w.minute)*time.Minute))
				}
				wantSuppressions(t, h, c.want)
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				want := "CLOSED SUCCEEDED: ACCEPTED"
				if strings.HasSuffix(c.want, "LASTING NOTICE") {
					want = "CLOSED SKIPPED: SUPPRESSED"
				}
				is(t, h, key, want)
			})
		})
	}
}

func TestOptingInLeavesWhatTheProviderAndAPersonDemand(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, stopped)
		started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		if _, err := h.Engine.SuppressionAdd(t.Context(), h.Admin, hub.SuppressionInput{IntegrationKey: a.Integration.Key, Recipient: jonasPhone, Until: ptr(time.Now().Add(time.Hour))}); err != nil {
			t.Fatal(err)
		}
		wantSuppressions(t, h, "OPERATOR OPERATOR, LASTING OUTCOME")
		after(time.Minute)
		opts(t, h, a.Integration.Key, hub.NoticeOptedIn, jonasPhone, "", time.Time{})
		wantSuppressions(t, h, "OPERATOR OPERATOR, (LASTING OUTCOME)")
		key := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		after(time.Hour)
		h.Connector.Script(jonasPhone, notThere)
		started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		opts(t, h, a.Integration.Key, hub.NoticeOptedIn, jonasPhone, "", time.Time{})
		wantSuppressions(t, h, "PASSING OUTCOME, (OPERATOR OPERATOR), (LASTING OUTCOME)")
	})
}

func TestWhatAPersonAddsIsNormalisedAndBecomesLongerButNotShorter(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		add := func(in hub.SuppressionInput) (*hub.Suppression, error) {
			in.IntegrationKey = a.Integration.Key
			return h.Engine.SuppressionAdd(t.Context(), h.Admin, in)
		}
		day, week := time.Now().Add(24*time.Hour), time.Now().Add(7*24*time.Hour)
		s, err := add(hub.SuppressionInput{Recipient: " +55 (11) 99999-0001 ", Until: &day, Note: " on leave "})
		if err != nil || s.Recipient != jonasPhone || s.Note != "on leave" || s.ConsumerKey != h.Admin.Consumer.Key || s.Ground != hub.GroundOperator {
			t.Fatalf("it is %+v, %v", s, err)
		}
		longer, err := add(hub.SuppressionInput{Recipient: jonasPhone, Until: &week})
		if err != nil || longer.Key != s.Key || !longer.Until.Equal(week) || !longer.Since.Equal(s.Since) {
			t.Errorf("it became %+v, %v", longer, err)
		}
		shorter, err := add(hub.SuppressionInput{Recipient: jonasPhone, Until: &day})
		if err != nil || shorter.Key != s.Key || !shorter.Until.Equal(week) {
			t.Errorf("it became %+v, %v", shorter, err)
		}
		_, err = add(hub.SuppressionInput{Recipient: "Jonas"})
		wantError(t, err, hub.CodeInvalid, "recipient", "")
		_, err = h.Engine.SuppressionAdd(t.Context(), h.Admin, hub.SuppressionInput{IntegrationKey: 404, Recipient: jonasPhone})
		wantError(t, err, hub.CodeInvalid, "integration", "no integration")
		log, err := h.DB.AuditLog(t.Context(), h.Admin, hub.AuditFilter{SubjectKey: s.Key}, hub.Page{})
		if err != nil || len(log.Items) != 2 { // what changed nothing is not told
			t.Errorf("the audit log has %d entries, %v", len(log.Items), err)
		}
		for _, e := range log.Items {
			for _, c := range e.Changes {
				if strings.Contains(string(c.To), "99999") {
					t.Errorf("the audit log tells the number: %s %s", c.Path, c.To)
				}
			}
		}
	})
}

func TestACategoryHoldsBackOnlyWhatTheConnectorKnowsToBeOfIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, noAds)
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		s := wantSuppressions(t, h, "LASTING marketing OUTCOME")[0]

		key = started(t, h.Publish(t, forJonas("OT-2"))) // of another category, or none that is known
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")

		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, HeldCategory: "marketing", Message: "held back"})
		key = started(t, h.Publish(t, forJonas("OT-3")))
		settled()
		is(t, h, key, "CLOSED SKIPPED: SUPPRESSED")
		_, d := one(t, h, key)
		if d.Attempts != 0 || attempts(t, h, d.Key) != "REJECTED not counted" || d.Reason.Code != hub.ReasonSuppressed || d.Reason.By != s.ID() || !strings.Contains(d.Reason.Message, `"marketing"`) {
			t.Errorf("it was suppressed because %+v; attempts %s", d.Reason, attempts(t, h, d.Key))
		}
		_, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key)
		wantError(t, err, hub.CodeConflict, "id", s.ID())
		if err := h.Engine.SuppressionRemove(t.Context(), h.Admin, s.Key); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.DeliveryRetry(t.Context(), h.Admin, d.Key); err != nil {
			t.Fatal(err)
		}
		settled()
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		var told []string
		for _, s := range h.Connector.Sent() {
			told = append(told, strings.Join(s.HeldCategories, "+"))
		}
		if got := strings.Join(told, ","); got != ",marketing,marketing," {
			t.Errorf("the connector was told %q", got)
		}
	})
}

func TestAConnectorCannotHoldBackWhatNobodyToldItTo(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRejected, HeldCategory: "marketing", Message: "held back"})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, d := one(t, h, key); d.Reason.Code != hub.ReasonRejected || d.Attempts != 1 {
			t.Errorf("it failed because %+v after %d attempts", d.Reason, d.Attempts)
		}
	})
}

func TestSuppressionsAreKnownAfterARestartAndGoWithTheirIntegration(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		h.Stop(t)
		again := hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		key := started(t, again.Publish(t, forJonas("OT-1")))
		settled()
		is(t, again, key, "CLOSED SKIPPED: SUPPRESSED")
		if _, err := again.Engine.FlowArchive(t.Context(), again.Admin, a.Flow.Key, 0); err == nil {
			t.Fatal("an event still runs it")
		}
		spare := again.Integration(t, "spare")
		opts(t, again, spare.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		wantSuppressions(t, again, "LASTING NOTICE, LASTING NOTICE")
		if err := again.Engine.IntegrationDelete(t.Context(), again.Admin, spare.Key, 0); err != nil {
			t.Fatal(err)
		}
		if list := wantSuppressions(t, again, "LASTING NOTICE"); list[0].IntegrationKey != a.Integration.Key {
			t.Errorf("what is left is of %d", list[0].IntegrationKey)
		}
	})
}

func TestANoticeWaitsWhileTheConnectorIsDownAndNamesTheLastDelivery(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, d := one(t, h, key)
		h.Connector.Crash()
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		wantSuppressions(t, h, "")
		h.Connector.Up()
		after(time.Minute)
		if s := wantSuppressions(t, h, "LASTING NOTICE")[0]; s.DeliveryKey != d.Key {
			t.Errorf("the last delivery to them is said to be %d, not %d", s.DeliveryKey, d.Key)
		}
	})
}

func TestPreviewsAndTestsObeySuppressions(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, jonasPhone, "", time.Time{})
		opts(t, h, a.Integration.Key, hub.NoticeOptedOut, martaPhone, "marketing", time.Time{})
		published := h.Publish(t, team("OT-1"))
		settled()
		p, err := h.Engine.FlowPreview(t.Context(), h.Admin, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: hub.Sample{OccurrenceKey: published.Occurrence.Key}})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range p.Executions[0].Deliveries() {
			switch want := d.Recipient == jonasPhone; {
			case want && (d.State != hub.Suppressed || d.Reason == nil || d.Reason.Code != hub.ReasonSuppressed || d.Text == ""):
				t.Errorf("to %s it would be %s because %+v, text %q", d.Recipient, d.State, d.Reason, d.Text)
			case !want && d.State != hub.Pending:
				t.Errorf("to %s it would be %s", d.Recipient, d.State)
			}
		}
		test, err := h.Engine.FlowTest(t.Context(), h.Admin, a.Flow.Key, hub.TestInput{Sample: hub.Sample{OccurrenceKey: published.Occurrence.Key}, Recipient: jonasPhone})
		if err != nil {
			t.Fatal(err)
		}
		if test.Delivery.State != hub.Suppressed || test.Delivery.Reason.Code != hub.ReasonSuppressed {
			t.Errorf("the test message is %s because %+v", test.Delivery.State, test.Delivery.Reason)
		}
	})
}

func TestAProviderMayHaveOneAddressForAllIntegrations(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		called, other, stranger := h.IntegrationOf(t, "called", "of-the-app"), h.IntegrationOf(t, "other", "of-the-app"), h.IntegrationOf(t, "stranger", "of-another-app")
		of := func(number string) json.RawMessage { return jsonOf([]byte(`{"phone_number_id":"` + number + `"}`)) }
		if _, err := h.Engine.Callback(t.Context(), called.Key, hubtest.Noticed(
			hub.Notice{Kind: hub.NoticeOptedOut, Recipient: jonasPhone, Settings: of("106540352242922")},
			hub.Notice{Kind: hub.NoticeOptedOut, Recipient: martaPhone, Settings: of("1")})); err != nil {
			t.Fatal(err)
		}
		for _, s := range wantSuppressions(t, h, "LASTING NOTICE, LASTING NOTICE") { // of both integrations of the app that have the number
			if s.Recipient != jonasPhone || s.IntegrationKey != called.Key && s.IntegrationKey != other.Key {
				t.Errorf("%s is left alone by %d; the stranger is %d", s.Recipient, s.IntegrationKey, stranger.Key)
			}
		}
	})
}

func TestWhoProvesToBeReachableIsNotLeftAloneForAFailureThatIsContradicted(t *testing.T) {
	for _, c := range []struct {
		name string
		told []hub.Receipt // in this order
		want string
	}{
		{"failed, then read", []hub.Receipt{{Status: hub.ReceiptFailed, Suppress: 24 * time.Hour}, {Status: hub.ReceiptRead}}, "(PASSING RECEIPT)"},
		{"read, then failed", []hub.Receipt{{Status: hub.ReceiptRead}, {Status: hub.ReceiptFailed, Suppress: 24 * time.Hour}}, ""},
		{"delivered, then failed because of what the person wants", []hub.Receipt{{Status: hub.ReceiptDelivered}, {Status: hub.ReceiptFailed, Suppress: hub.SuppressForever}}, "LASTING RECEIPT"},
		{"failed because of what the person wants, then delivered", []hub.Receipt{{Status: hub.ReceiptFailed, Suppress: hub.SuppressForever}, {Status: hub.ReceiptDelivered}}, "LASTING RECEIPT"},
		{"failed, then only sent", []hub.Receipt{{Status: hub.ReceiptFailed, Suppress: 24 * time.Hour}, {Status: hub.ReceiptSent}}, "PASSING RECEIPT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				key := started(t, h.Publish(t, forJonas("OT-1")))
				settled()
				_, d := one(t, h, key)
				for _, rc := range c.told {
					rc.DeliveryKey, rc.ProviderID, rc.Kind, rc.Code = d.Key, hubtest.ProviderID(d.Key), hub.OutcomeRejected, "131026"
					after(time.Second)
					if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(rc)); err != nil {
						t.Fatal(err)
					}
				}
				wantSuppressions(t, h, c.want)
				want := "CLOSED SUCCEEDED: ACCEPTED"
				if c.want != "" && !strings.HasPrefix(c.want, "(") {
					want = "CLOSED SKIPPED: SUPPRESSED"
				}
				after(time.Second)
				next := started(t, h.Publish(t, forJonas("OT-2")))
				settled()
				is(t, h, next, want)
			})
		})
	}
}

func TestAnotherMessagesSuppressionIsNotLiftedByAContradiction(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		old := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		_, first := one(t, h, old)
		tell := func(status hub.ReceiptStatus) {
			if _, err := h.Engine.Callback(t.Context(), a.Integration.Key, hubtest.Genuine(receipt(first.Key, status))); err != nil {
				t.Fatal(err)
			}
		}
		tell(hub.ReceiptFailed)
		h.Connector.Script(jonasPhone, notThere)
		started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		wantSuppressions(t, h, "PASSING OUTCOME")
		tell(hub.ReceiptDelivered)
		wantSuppressions(t, h, "PASSING OUTCOME")
	})
}
