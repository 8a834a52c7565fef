package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const aDay = 24 * time.Hour

// in is a moment from now as records hold it.
func in(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }

// Each rule of the catalogue that time makes true has its line: a record of which it is true an hour from now.
var clockRules = map[string]struct {
	record func() hub.RecordInput
	want   string
	none   hub.Fields // keeps it from ever being true
}{
	"work_management.work_orders.tasks_expired": {func() hub.RecordInput {
		return with(orderTask("OT-1", "1", 1), hub.Fields{"date_maintenance": in(time.Hour)})
	}, "tasks_expired OT-1 [1]", hub.Fields{"done": true}},
	"work_management.pending_tasks.pending_or_delayed": {func() hub.RecordInput {
		return rec("pending_task", "7", hub.Fields{"cal_date_maintenance": in(time.Hour), "is_active": true})
	}, "pending_or_delayed 7 [7]", hub.Fields{"is_active": false}},
	"settings.document_management.document_expiry": {func() hub.RecordInput {
		return rec("document", "D1", hub.Fields{"code": "PMP-014", "valid_through": in(30*aDay + time.Hour)})
	}, "document_expiry PMP-014 [D1]", hub.Fields{"valid_through": nil}},
	"settings.document_management.warranty_expiry": {func() hub.RecordInput {
		return rec("document", "D1", hub.Fields{"code": "PMP-014", "is_warranty": true, "valid_through": in(30*aDay + time.Hour)})
	}, "warranty_expiry PMP-014 [D1]", hub.Fields{"valid_through": nil}},
	"monitoring.meters.not_updated": {func() hub.RecordInput {
		return rec("meter", "M1", hub.Fields{"code": "PMP-014", "last_data": map[string]any{"date": in(time.Hour - 7*aDay), "value": 1}})
	}, "not_updated PMP-014 [M1]", hub.Fields{"last_data": nil}},
}

func TestEveryRuleOfTheClockFiresOnceWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	for _, typ := range catalog.Load().EventTypes() {
		if typ.Derived == nil || typ.Derived.On != catalog.DerivedClock {
			continue
		}
		c, ok := clockRules[typ.Key]
		if !ok {
			t.Errorf("no test says what makes the clock tell %s", typ.Key)
			continue
		}
		t.Run(typ.Key, func(t *testing.T) {
			t.Run("when its time comes, and not again", func(t *testing.T) {
				bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
					r := c.record()
					if got := derives(t, h, r); got != "" {
						t.Errorf("writing it makes %q", got)
					}
					after(time.Hour - time.Second)
					wantTold(t, h, "")
					after(2 * time.Second)
					wantTold(t, h, c.want)
					derives(t, h, with(r, hub.Fields{"my_note": "changed"}))
					after(time.Hour)
					wantTold(t, h, c.want)
					h = restart(time.Minute)
					derives(t, h, with(r, hub.Fields{"my_note": "changed again"}))
					after(time.Minute)
					wantTold(t, h, c.want)
				})
			})
			t.Run("when its time came while the hub was down", func(t *testing.T) {
				bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
					derives(t, h, c.record())
					h = restart(3 * time.Hour)
					wantTold(t, h, c.want)
					h = restart(time.Hour)
					wantTold(t, h, c.want)
				})
			})
			t.Run("never, if what it is about is done", func(t *testing.T) {
				bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
					r := c.record()
					derives(t, h, r)
					derives(t, h, with(r, c.none))
					after(2 * time.Hour)
					wantTold(t, h, "")
				})
			})
			t.Run("once, though the clock is set back", func(t *testing.T) {
				bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
					r := c.record()
					derives(t, h, r)
					after(2 * time.Hour)
					wantTold(t, h, c.want)
					// As after setting the clock back: the time is still to come, and comes again.
					due := time.Now().Add(time.Minute)
					if err := h.DB.Write(t.Context(), func(tx *sqlite.Tx) error {
						stored, err := tx.Record(r.Type, r.Name)
						if err != nil {
							return err
						}
						return tx.RecordDue(stored.Key, due)
					}); err != nil {
						t.Fatal(err)
					}
					after(time.Hour)
					wantTold(t, h, c.want)
				})
			})
		})
	}
}

// wantTold holds what the clock has told so far against what is wanted.
func wantTold(t testing.TB, h *hubtest.Hub, want string) {
	t.Helper()
	if got := told(t, h, hub.SourceClock); got != want {
		t.Errorf("the clock has told %q, want %q", got, want)
	}
}

func TestADocumentIsToldOfAtEachOfItsMarksAndAtTheLastOneAloneAfterAPause(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
		document := rec("document", "D1", hub.Fields{"code": "X", "valid_through": in(16*aDay + time.Hour)})
		derives(t, h, document) // the mark of 30 days has passed already
		after(time.Second)
		one := "document_expiry X [D1]"
		wantTold(t, h, one)
		h = restart(aDay + 2*time.Hour) // 15 days
		wantTold(t, h, one+", "+one)
		h = restart(14*aDay + 30*time.Minute) // 5 days and 1 day together
		wantTold(t, h, one+", "+one+", "+one)
		t.Log("another date is another cause")
		derives(t, h, with(document, hub.Fields{"valid_through": in(30*aDay + time.Minute)}))
		after(2 * time.Minute)
		wantTold(t, h, one+", "+one+", "+one+", "+one)
	})
}

func TestAMeterIsHeardOfThroughItsReadings(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
		read := func(key string) hub.RecordInput {
			return rec("reading", key, hub.Fields{"serial": "M1", "data": map[string]any{"value": 1, "date": in(0)}})
		}
		derives(t, h, rec("meter", "M1", hub.Fields{"code": "X", "last_data": map[string]any{"date": in(0)}}),
			rec("meter", "M2", hub.Fields{"code": "Y"}))
		h = restart(6 * aDay)
		derives(t, h, read("1"))
		h = restart(2 * aDay)
		wantTold(t, h, "")
		h = restart(6 * aDay)
		wantTold(t, h, "not_updated X [M1]")
		derives(t, h, read("2"))
		h = restart(8 * aDay)
		wantTold(t, h, "not_updated X [M1], not_updated X [M1]")
		t.Log("one that never said when it was read is heard of with its first reading")
		other := read("3")
		other.Data["serial"] = "M2"
		derives(t, h, other)
		h = restart(8 * aDay)
		wantTold(t, h, "not_updated X [M1], not_updated X [M1], not_updated Y [M2]")
	})
}

func TestAMeterThatIsWrittenAnewIsStillHeardOfThroughItsReadings(t *testing.T) {
	meter := func(note string) hub.RecordInput {
		return rec("meter", "M1", hub.Fields{"code": "X", "description": note})
	}
	reading := func() hub.RecordInput {
		return rec("reading", "1", hub.Fields{"serial": "M1", "data": map[string]any{"value": 1, "date": in(0)}})
	}
	t.Run("a meter that changes after its reading is told of when nobody read it for long", func(t *testing.T) {
		bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
			derives(t, h, meter("old"), reading())
			after(time.Hour)
			derives(t, h, meter("new"))
			after(7 * aDay)
			wantTold(t, h, "not_updated X [M1]")
		})
	})
	t.Run("a meter that comes after its reading is told of, too", func(t *testing.T) {
		bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
			derives(t, h, reading())
			after(time.Hour)
			derives(t, h, meter("new"))
			after(7 * aDay)
			wantTold(t, h, "not_updated X [M1]")
		})
	})
	t.Run("taking over a meter that nobody reads is noted as told", func(t *testing.T) {
		bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
			derives(t, h, reading())
			after(8 * aDay)
			if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: []hub.RecordInput{meter("new")}, Silent: true}); err != nil {
				t.Fatal(err)
			}
			after(time.Hour)
			derives(t, h, meter("newer"))
			after(time.Hour)
			wantTold(t, h, "")
		})
	})
}

func TestWhatTheClockTellsIsSent(t *testing.T) {
	expired := func(f *hub.FlowInput, e *hub.EventInput) { e.Type = ptr("work_management.work_orders.tasks_expired") }
	scene(t, expired, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		task := with(hubtest.Task("OT-1", 1, jonas), hub.Fields{"id_status_work_order": 1, "date_maintenance": in(time.Hour)})
		upsert(t, h, hubtest.Person(jonas, jonasPhone), task)
		after(2 * time.Hour)
		if got := recipients(h); len(got) != 1 || got[0] != jonasPhone {
			t.Fatalf("sent to %v", got)
		}
		l, err := h.DB.Occurrences(t.Context(), h.Admin, hub.OccurrenceFilter{Type: "work_management.work_orders.tasks_expired"}, hub.Page{})
		if err != nil || len(l.Items) != 1 || l.Items[0].ConsumerKey != 0 || l.Items[0].Matches[0].Executions == nil {
			t.Errorf("%+v, %v", l.Items, err)
		}
	})
}

func TestRecordsOfAnEarlierVersionAreFoundAndTimedFromTheStartOn(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, restart func(time.Duration) *hubtest.Hub) {
		derives(t, h, rec("person", "p1", hub.Fields{"name": "Ana"}), rec("document", "D1", hub.Fields{"code": "X", "valid_through": in(30*aDay + time.Hour)}),
			rec("document", "D2", hub.Fields{"code": "Y", "valid_through": in(29 * aDay)}))
		after(time.Second)
		wantTold(t, h, "document_expiry Y [D2]")
		older(t, h)
		h = restart(time.Minute)
		l, err := h.Engine.FieldOptions(t.Context(), h.Admin, "work_order_task", "responsible", "ANA", hub.Page{})
		if err != nil || len(l.Items) != 1 {
			t.Errorf("pickers find %+v, %v", l.Items, err)
		}
		after(2 * time.Hour)
		wantTold(t, h, "document_expiry X [D1], document_expiry Y [D2]")
	})
}

func TestManyRecordsThatFallDueTogetherAreAllTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hubtest.Engine(t, hubtest.EngineOptions{})
		var list []hub.RecordInput
		for i := range 250 {
			list = append(list, rec("pending_task", fmt.Sprint(i+1), hub.Fields{"cal_date_maintenance": in(time.Hour)}))
		}
		derives(t, h, list...)
		after(time.Hour + time.Second)
		n := 0
		for p := (hub.Page{First: hub.MaxPage}); ; {
			l, err := h.DB.Occurrences(t.Context(), h.Admin, hub.OccurrenceFilter{}, p)
			if err != nil {
				t.Fatal(err)
			}
			n += len(l.Items)
			if !l.HasNext {
				break
			}
			p.After = hub.Cursor(l.Items[len(l.Items)-1].Key)
		}
		if n != len(list) {
			t.Errorf("%d were told, want %d", n, len(list))
		}
	})
}

// older stops a hub and makes its records look as one that knew less about them has left them.
func older(t *testing.T, h *hubtest.Hub) {
	t.Helper()
	h.Stop(t)
	tamper(t, h.Dir, "UPDATE records SET folded = NULL, due_at = NULL")
}
