package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// Tests begin at midnight of 2000-01-01 in UTC, a Saturday: in São Paulo it is 22:00 of the Friday, with summer time.
var nightly = hub.FlowSettings{TimeZone: "UTC", QuietHours: &hub.QuietHours{From: "22:00", To: "07:00"}}

const morningInSaoPaulo = 9 * time.Hour // from the beginning of the test

// toPhone is a work order for somebody with a telephone.
func toPhone(folio, phone string) hub.OccurrenceInput {
	code := "P-" + folio
	return hubtest.WorkOrder(folio, hubtest.Task(folio, number(folio), code), hubtest.Person(code, phone))
}

func TestAMessageWaitsForTheMorningOfItsRecipient(t *testing.T) {
	scene(t, settings(nightly), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		start := time.Now()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING QUIET_HOURS: PENDING")
		exec, d := one(t, h, key)
		if want := start.Add(morningInSaoPaulo); !exec.Until.Equal(want) || !d.DueAt.Equal(want) || d.WaitingFor != hub.ReasonQuietHours || d.Tries != 0 {
			t.Errorf("it waits until %v and %v, for %s, after %d tries", exec.Until, d.DueAt, d.WaitingFor, d.Tries)
		}
		if want := "it is quiet in America/Sao_Paulo, where the recipient may be, until 2000-01-01T07:00:00-02:00"; d.Reason == nil || d.Reason.Message != want {
			t.Errorf("it says %+v", d.Reason)
		}
		after(morningInSaoPaulo - time.Millisecond)
		if n := len(h.Connector.Sent()); n != 0 {
			t.Fatalf("%d were sent in the night", n)
		}
		after(2 * time.Millisecond)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
		if _, d := one(t, h, key); d.Reason != nil || d.Attempts != 1 {
			t.Errorf("in the end it says %+v after %d attempts", d.Reason, d.Attempts)
		}
		awake := started(t, h.Publish(t, forJonas("OT-2")))
		settled()
		is(t, h, awake, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestWhoseNightItIsFollowsTheNumberTheFlowOrAZone(t *testing.T) {
	for name, c := range map[string]struct {
		hours hub.QuietHours
		zone  string
		phone string
		until string // of the day on which tests begin; empty: it goes at once
		says  string
	}{
		"a number that may be in two zones waits for the later morning": {hub.QuietHours{From: "22:00", To: "07:00"}, "UTC", "+351912345678", "08:00", "Atlantic/Azores"},
		"a number east of it is awake":                                  {hub.QuietHours{From: "22:00", To: "07:00"}, "UTC", "+81312345678", "", ""},
		"where nobody can tell, the flow's clock counts, and it says so": {hub.QuietHours{From: "22:00", To: "07:00"}, "Europe/Madrid", "+999123456", "06:00",
			"it is quiet in Europe/Madrid, the time zone of the flow, until 2000-01-01T07:00:00+01:00; that of the recipient is not known"},
		"zones of which one is always quiet leave the flow's": {hub.QuietHours{From: "08:00", To: "06:00"}, "UTC", "+18005550123", "06:00", "the time zone of the flow"},
		"the flow's clock alone":                              {hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietFlow}, "Asia/Tokyo", jonasPhone, "", ""},
		"a clock of its own":                                  {hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietNamed, TimeZone: "Europe/Lisbon"}, "Asia/Tokyo", jonasPhone, "07:00", "it is quiet in Europe/Lisbon until"},
		"days on which it is not quiet":                       {hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietFlow, Days: []hub.Weekday{hub.Saturday}}, "UTC", jonasPhone, "", ""},
		"the morning after the day on which the night begins": {hub.QuietHours{From: "22:00", To: "07:00", Zone: hub.QuietFlow, Days: []hub.Weekday{hub.Friday}}, "UTC", jonasPhone, "07:00", ""},
		"it is not quiet any more when the quiet hours end":   {hub.QuietHours{From: "22:00", To: "00:00", Zone: hub.QuietFlow}, "UTC", jonasPhone, "", ""},
		"it is quiet from the moment at which they begin":     {hub.QuietHours{From: "00:00", To: "00:01", Zone: hub.QuietFlow}, "UTC", jonasPhone, "00:01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, settings(hub.FlowSettings{TimeZone: c.zone, QuietHours: &c.hours, MaxAgeSeconds: 7 * 24 * 60 * 60}), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
				key := started(t, h.Publish(t, toPhone("OT-1", c.phone)))
				settled()
				if c.until == "" {
					is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
					return
				}
				is(t, h, key, "WAITING QUIET_HOURS: PENDING")
				if _, d := one(t, h, key); d.DueAt.Format("15:04") != c.until || !strings.Contains(d.Reason.Message, c.says) {
					t.Errorf("it waits until %v: %s", d.DueAt, d.Reason.Message)
				}
			})
		})
	}
}

func TestWhatWaitedForTheMorningGoesInItsOrderAndAtTheRate(t *testing.T) {
	paced(t, []hub.Limit{tenASecond}, settings(nightly), func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment, s *sending) {
		start := time.Now()
		var want []string
		for i := range 100 {
			in := another(i)
			h.Publish(t, in)
			want = append(want, fmt.Sprintf("+551198%07d", i))
		}
		after(morningInSaoPaulo - time.Second)
		if len(s.at) != 0 {
			t.Fatalf("%d left in the night", len(s.at))
		}
		after(30 * time.Second)
		if fmt.Sprint(s.to) != fmt.Sprint(want) {
			t.Errorf("they left as %v", s.to)
		}
		if took := s.at[len(s.at)-1].Sub(start.Add(morningInSaoPaulo)); took < 8*time.Second || took > 12*time.Second || s.most() > 20 {
			t.Errorf("a hundred took %s from the morning on, %d of them in a second", took, s.most())
		}
	})
}

func TestQuietHoursHoldOverARestartAndForWhatIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		h.Assignment(t, settings(hub.FlowSettings{TimeZone: "UTC", QuietHours: &hub.QuietHours{From: "22:30", To: "07:00"}}))
		h.Connector.Script(jonasPhone, hub.Outcome{Kind: hub.OutcomeRetry, Scope: hub.ScopeDelivery, RetryAfter: time.Hour})
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		is(t, h, key, "WAITING RETRY: PENDING")
		after(time.Hour + time.Minute)
		is(t, h, key, "WAITING QUIET_HOURS: PENDING")
		h.Stop(t)
		h = hubtest.Engine(t, hubtest.EngineOptions{Dir: h.Dir})
		settled()
		is(t, h, key, "WAITING QUIET_HOURS: PENDING")
		after(8 * time.Hour)
		is(t, h, key, "CLOSED SUCCEEDED: ACCEPTED")
	})
}

func TestAMessageThatGetsTooOldInTheNightSaysSo(t *testing.T) {
	old := nightly
	old.MaxAgeSeconds = 60 * 60
	scene(t, settings(old), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		warnings, err := flowWarnings(t, h, a.Flow)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(fmt.Sprint(warnings), "it is quiet for up to 9h, and a message is given up after 1h: some would never go") {
			t.Errorf("the flow was saved without a word of it: %+v", warnings)
		}
		start := time.Now()
		key := started(t, h.Publish(t, forJonas("OT-1")))
		settled()
		if _, d := one(t, h, key); !d.DueAt.Equal(start.Add(time.Hour)) {
			t.Errorf("it waits until %v", d.DueAt)
		}
		after(time.Hour + time.Second)
		is(t, h, key, "CLOSED FAILED: FAILED")
		if _, d := one(t, h, key); d.Reason.Code != hub.ReasonTooOld {
			t.Errorf("it says %+v", d.Reason)
		}
	})
}

func TestATestMessageGoesInTheNightAndAPreviewSaysThatOthersWait(t *testing.T) {
	scene(t, settings(nightly), func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		out := testMessage(t, h, a.Flow.Key, hub.TestInput{Sample: sampleFor("OT-1"), Recipient: mine})
		settled()
		is(t, h, out.Execution.Key, "CLOSED SUCCEEDED: ACCEPTED")
		v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-1")})
		list := v.Executions[0].Deliveries()
		if len(list) != 1 || list[0].State != hub.Pending || list[0].WaitingFor != hub.ReasonQuietHours || !list[0].DueAt.Equal(time.Now().Truncate(time.Hour).Add(morningInSaoPaulo)) {
			t.Errorf("the message is %+v", list)
		}
		if len(v.Obstacles) != 1 || v.Obstacles[0].Message != "it is quiet for 1 of the recipients: their messages would wait until 2000-01-01T09:00:00Z" {
			t.Errorf("the obstacles are %+v", v.Obstacles)
		}
		after(morningInSaoPaulo)
		if v := preview(t, h, hub.PreviewInput{FlowKey: a.Flow.Key, Sample: sampleFor("OT-1")}); len(v.Obstacles) != 0 {
			t.Errorf("in the morning they are %+v", v.Obstacles)
		}
	})
}
