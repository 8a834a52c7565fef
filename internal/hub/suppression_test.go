package hub_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

var midday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// lasts is a suppression since midday; hours of -1 stand for no end.
func lasts(key int64, hours int, source hub.SuppressionSource) *hub.Suppression {
	s := &hub.Suppression{Key: key, Source: source, Since: midday, DeliveryKey: key}
	if hours >= 0 {
		until := midday.Add(time.Duration(hours) * time.Hour)
		s.Until = &until
	}
	return s
}

func TestTheLongerOfTwoSuppressionsHolds(t *testing.T) {
	t.Parallel()
	outcome, notice := hub.SuppressedByOutcome, hub.SuppressedByNotice
	for _, c := range []struct {
		name      string
		was, more *hub.Suppression
		at        time.Time
		news      bool
		key       int64 // of what holds; 0: a new one
		told      int64 // by which delivery
	}{
		{"the first one", nil, lasts(0, 24, outcome), midday, true, 0, 0},
		{"a longer one", lasts(7, 1, outcome), lasts(0, 24, outcome), midday, true, 7, 0},
		{"one without an end after one with", lasts(7, 1, outcome), lasts(0, -1, outcome), midday, true, 7, 0},
		{"the same again", lasts(7, 24, outcome), lasts(0, 24, outcome), midday, false, 7, 7},
		{"a shorter one", lasts(7, 24, outcome), lasts(0, 1, outcome), midday, false, 7, 7},
		{"one with an end after one without", lasts(7, -1, notice), lasts(0, 24, outcome), midday, false, 7, 7},
		{"the person's word after the same by a code", lasts(7, -1, outcome), lasts(0, -1, notice), midday, false, 7, 7},
		{"a new one when the old one is over", lasts(7, 1, outcome), lasts(0, 1, outcome), midday.Add(2 * time.Hour), true, 0, 0},
		{"a code after the person opted in", lasts(7, 1, notice), lasts(0, -1, outcome), midday.Add(2 * time.Hour), true, 0, 0},
		{"a late word from before the person opted in", lasts(7, 1, notice), lasts(0, -1, notice), midday.Add(2 * time.Hour), false, 7, 7},
	} {
		got, news := c.was.Join(c.more, c.at)
		if news != c.news || got.Key != c.key || got.DeliveryKey != c.told {
			t.Errorf("%s: key %d told by %d, news %v; want %d, %d, %v", c.name, got.Key, got.DeliveryKey, news, c.key, c.told, c.news)
		}
		if news && c.key != 0 && (!got.Since.Equal(c.was.Since) || got.Until != c.more.Until) {
			t.Errorf("%s: it holds from %s until %v", c.name, got.Since, got.Until)
		}
	}
}

func TestOptingInEndsWhatLastsInItsCategoryAndNothingElse(t *testing.T) {
	t.Parallel()
	later := midday.Add(time.Hour)
	for _, c := range []struct {
		name   string
		s      hub.Suppression
		notice hub.Notice
		want   bool
	}{
		{"everything", hub.Suppression{Ground: hub.GroundLasting, Since: midday}, hub.Notice{At: later}, true},
		{"a category", hub.Suppression{Ground: hub.GroundLasting, Category: "marketing", Since: midday}, hub.Notice{At: later, Category: " Marketing"}, true},
		{"another category", hub.Suppression{Ground: hub.GroundLasting, Category: "marketing", Since: midday}, hub.Notice{At: later, Category: "utility"}, false},
		{"everything, by a category", hub.Suppression{Ground: hub.GroundLasting, Since: midday}, hub.Notice{At: later, Category: "marketing"}, false},
		{"a category, by everything", hub.Suppression{Ground: hub.GroundLasting, Category: "marketing", Since: midday}, hub.Notice{At: later}, false},
		{"not on WhatsApp", hub.Suppression{Ground: hub.GroundPassing, Since: midday, Until: ptr(midday.Add(24 * time.Hour))}, hub.Notice{At: later}, false},
		{"a person's decision", hub.Suppression{Ground: hub.GroundOperator, Since: midday}, hub.Notice{At: later}, false},
		{"what is newer than the word", hub.Suppression{Ground: hub.GroundLasting, Since: later}, hub.Notice{At: midday}, false},
		{"what is over", hub.Suppression{Ground: hub.GroundLasting, Since: midday, Until: &midday}, hub.Notice{At: later}, false},
	} {
		if got := c.s.LiftedBy(&c.notice, later); got != c.want {
			t.Errorf("%s is ended: %v", c.name, got)
		}
	}
}

func TestWhatHoldsIsTheLongestAndCategoriesHoldOnlyTheirMessages(t *testing.T) {
	t.Parallel()
	of := func(s *hub.Suppression, category string) *hub.Suppression { s.Category = category; return s }
	over, day, week, forever := lasts(1, 0, ""), lasts(2, 24, ""), lasts(3, 7*24, ""), lasts(4, -1, "")
	marketing, brief := of(lasts(5, -1, ""), "marketing"), of(lasts(6, 0, ""), "utility")
	for _, c := range []struct {
		name       string
		list       []*hub.Suppression
		whole      int64
		categories string
		marketing  int64
	}{
		{"none", nil, 0, "", 0},
		{"one that is over", []*hub.Suppression{over, brief}, 0, "", 0},
		{"a day and a week", []*hub.Suppression{day, week, over}, 3, "", 3},
		{"a week and for good", []*hub.Suppression{forever, week}, 4, "", 4},
		{"a category", []*hub.Suppression{marketing, brief}, 0, "marketing", 5},
		{"a category and everything for a day", []*hub.Suppression{day, marketing}, 2, "marketing", 5},
	} {
		whole, categories := hub.Holding(c.list, midday)
		var key, held int64
		if whole != nil {
			key = whole.Key
		}
		if s := hub.HoldingCategory(c.list, "marketing", midday); s != nil {
			held = s.Key
		}
		if key != c.whole || strings.Join(categories, " ") != c.categories || held != c.marketing {
			t.Errorf("%s: %d holds everything, %v are held, marketing by %d", c.name, key, categories, held)
		}
	}
	if marketing.Category != "marketing" || !slices.Equal([]int64{day.Key, week.Key}, []int64{2, 3}) {
		t.Error("looking changed what was looked at")
	}
}

func TestAnOutcomeAsksForASuppressionInItsOwnWords(t *testing.T) {
	t.Parallel()
	d := &hub.Delivery{Key: 9, IntegrationKey: 3, Recipient: "+5511999991234"}
	reason := hub.Reason{Code: hub.ReasonRejected, Message: "not on WhatsApp", Provider: "131026"}
	if s := (&hub.Outcome{}).Suppression(d, hub.SuppressedByOutcome, reason, midday); s != nil {
		t.Errorf("nothing was asked for: %+v", s)
	}
	if s := (&hub.Outcome{Suppress: time.Hour}).Suppression(&hub.Delivery{}, hub.SuppressedByOutcome, reason, midday); s != nil {
		t.Errorf("nobody is left alone: %+v", s)
	}
	s := (&hub.Outcome{Suppress: time.Hour, SuppressCategory: "MARKETING"}).Suppression(d, hub.SuppressedByOutcome, reason, midday)
	if s.Ground != hub.GroundPassing || !s.Until.Equal(midday.Add(time.Hour)) || s.Category != "marketing" || s.DeliveryKey != 9 || s.Reason.By != d.ID() || !s.Since.Equal(midday) {
		t.Errorf("for an hour: %+v", s)
	}
	if s := (&hub.Outcome{Suppress: hub.SuppressForever}).Suppression(d, hub.SuppressedByReceipt, reason, midday); s.Ground != hub.GroundLasting || s.Until != nil || s.Source != hub.SuppressedByReceipt {
		t.Errorf("for good: %+v", s)
	}
}

func TestAReasonSaysWhyUntilWhenAndWhatToDoAndQuotesNobody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s    hub.Suppression
		want string
	}{
		"by a code": {hub.Suppression{Source: hub.SuppressedByOutcome, Since: midday, Until: ptr(midday.Add(time.Hour)), Reason: hub.Reason{Provider: "131026", Message: "Ana Souza is not there"}},
			"the recipient is to be left alone from 2026-11-23T12:00:00Z until 2026-11-23T13:00:00Z: the provider's code 131026 says so"},
		"without a code": {hub.Suppression{Source: hub.SuppressedByReceipt, Since: midday, Reason: hub.Reason{Message: "Ana Souza"}},
			"the recipient is to be left alone since 2026-11-23T12:00:00Z: the provider says so"},
		"by the recipient": {hub.Suppression{Source: hub.SuppressedByNotice, Category: "marketing", Since: midday, Reason: hub.Reason{Message: "the recipient has asked not to get messages"}},
			`the recipient is to get no messages of the category "marketing" since 2026-11-23T12:00:00Z: the recipient has asked not to get messages`},
		"by a person": {hub.Suppression{Source: hub.SuppressedByOperator, Category: "x", Note: "Ana Souza wants it", Since: midday, Until: ptr(midday.Add(time.Hour)), Reason: hub.Reason{Message: "a person decided it"}},
			`the recipient is to get no messages of the category "x" from 2026-11-23T12:00:00Z until 2026-11-23T13:00:00Z: a person decided it`},
	} {
		r := c.s.Held()
		if r.Message != c.want || r.Code != hub.ReasonSuppressed || r.By != c.s.ID() || r.NextStep == "" || r.Provider != c.s.Reason.Provider {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestAReceiptIsDecidedAsTheOutcomeThatItWouldHaveBeen(t *testing.T) {
	t.Parallel()
	retry, misconfigured := hub.OutcomeRetry, hub.OutcomeMisconfigured
	for _, c := range []struct {
		name     string
		rc       hub.Receipt
		attempts int
		since    time.Time
		want     hub.Decision
	}{
		{"without a verdict", hub.Receipt{Message: "m", Code: "1"}, 1, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 1, Reason: hub.Reason{Code: hub.ReasonReceipt}}},
		{"rejected", hub.Receipt{Kind: hub.OutcomeRejected}, 1, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 1, Reason: hub.Reason{Code: hub.ReasonReceipt}}},
		{"that nobody knows, which a receipt cannot say", hub.Receipt{Kind: hub.OutcomeUnknown}, 1, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 1, Reason: hub.Reason{Code: hub.ReasonReceipt}}},
		{"to be tried again", hub.Receipt{Kind: retry, RetryAfter: time.Minute}, 1, midday, hub.Decision{State: hub.Pending, Attempts: 1, DueAt: midday.Add(time.Minute), Reason: hub.Reason{Code: hub.ReasonRetry}}},
		{"tried as often as the flow allows", hub.Receipt{Kind: retry}, 3, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 3, Reason: hub.Reason{Code: hub.ReasonAttempts}}},
		{"tried as often as the code allows", hub.Receipt{Kind: retry, MostAttempts: 2}, 2, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 2, Reason: hub.Reason{Code: hub.ReasonAttempts}}},
		{"too old by then", hub.Receipt{Kind: retry, RetryAfter: time.Hour}, 1, midday.Add(-24 * time.Hour), hub.Decision{State: hub.DeliveryFailed, Attempts: 1, Reason: hub.Reason{Code: hub.ReasonTooOld}}},
		{"a flow set up wrongly", hub.Receipt{Kind: misconfigured, Scope: hub.ScopeFlow}, 1, midday, hub.Decision{State: hub.Pending, Attempts: 0, Pause: hub.ScopeFlow, Reason: hub.Reason{Code: hub.ReasonMisconfigured}}},
		{"an integration set up wrongly", hub.Receipt{Kind: misconfigured, Scope: hub.ScopeIntegration}, 2, midday, hub.Decision{State: hub.Pending, Attempts: 1, Pause: hub.ScopeIntegration, Reason: hub.Reason{Code: hub.ReasonMisconfigured}}},
		{"a delivery set up wrongly", hub.Receipt{Kind: misconfigured, Scope: hub.ScopeDelivery}, 1, midday, hub.Decision{State: hub.DeliveryFailed, Attempts: 1, Reason: hub.Reason{Code: hub.ReasonMisconfigured}}},
	} {
		got := hub.DecideReceipt(c.attempts, c.since, &c.rc, hub.FlowSettings{MaxAttempts: 3}, midday, 0)
		if got.Reason.Message != c.rc.Message || got.Reason.Provider != c.rc.Code {
			t.Errorf("%s: the reason is %+v", c.name, got.Reason)
		}
		got.Reason = hub.Reason{Code: got.Reason.Code}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestWhatAPersonAddsMustMakeSense(t *testing.T) {
	t.Parallel()
	for path, in := range map[string]hub.SuppressionInput{
		"recipient": {Recipient: " "},
		"category":  {Recipient: "x", Category: strings.Repeat("c", hub.MaxCategory+1)},
		"until":     {Recipient: "x", Until: ptr(midday)},
		"note":      {Recipient: "x", Note: strings.Repeat("n", hub.MaxNote+1)},
	} {
		if p := in.Problems(midday); len(p) != 1 || p[0].Path != path {
			t.Errorf("%s: %+v", path, p)
		}
	}
	year := time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3600))
	if p := (&hub.SuppressionInput{Recipient: strings.Repeat("x", hub.MaxAttribute+1), Until: &year}).Problems(midday); len(p) != 2 {
		t.Errorf("too long and too late: %+v", p)
	}
	if p := (&hub.SuppressionInput{Recipient: "x", Until: ptr(midday.Add(time.Second))}).Problems(midday); len(p) != 0 {
		t.Errorf("nothing is wrong, but %+v", p)
	}
}
