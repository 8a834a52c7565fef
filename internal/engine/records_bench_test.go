package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// many are the tasks of a plant: 10,000 of them, two for each work order.
func many(status int) []hub.RecordInput {
	list := make([]hub.RecordInput, 10_000)
	for i := range list {
		list[i] = with(hubtest.Task(fmt.Sprint("OT-", i/2), i, jonas), hub.Fields{"id_status_work_order": status, "date_maintenance": "2036-01-01T00:00:00Z"})
	}
	return list
}

// BenchmarkUpsert writes 10,000 tasks in batches of 500, one after the other, as an integration does that takes over or syncs a
// plant.
func BenchmarkUpsert(b *testing.B) {
	for _, c := range []struct {
		name          string
		first, second int // status that the tasks have before, and are given; 0: there are none before
		silent        bool
		derived       int
	}{
		{"new, nothing derived", 0, 1, true, 0},
		{"new, 10000 assignments derived", 0, 1, false, 10_000},
		{"the same again", 1, 1, false, 0},
		{"changed, nothing derived", 1, 2, true, 0},
		{"changed, 5000 changes of status derived", 1, 2, false, 5_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			var spent time.Duration
			for range b.N {
				h := hubtest.Engine(b, hubtest.EngineOptions{FeedSize: 1 << 16})
				if c.first != 0 {
					write(b, h, many(c.first), true)
				}
				list := many(c.second)
				start := time.Now()
				derived := write(b, h, list, c.silent)
				spent += time.Since(start)
				if derived != c.derived {
					b.Errorf("%d are derived, want %d", derived, c.derived)
				}
				h.Stop(b)
			}
			b.ReportMetric(10_000*float64(b.N)/spent.Seconds(), "records/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func write(b *testing.B, h *hubtest.Hub, list []hub.RecordInput, silent bool) (derived int) {
	b.Helper()
	for ; len(list) > 0; list = list[hub.MaxOccurrenceRecord:] {
		out, err := h.Engine.RecordsUpsert(b.Context(), h.Admin, hub.RecordsInput{Records: list[:hub.MaxOccurrenceRecord], Silent: silent})
		if err != nil {
			b.Fatal(err)
		}
		derived += len(out.Derived)
	}
	return derived
}

// BenchmarkFieldOptions searches 10,000 persons for a part of a name that stands at the end of the list, and reads a page of
// them.
func BenchmarkFieldOptions(b *testing.B) {
	h := hubtest.Engine(b, hubtest.EngineOptions{})
	list := make([]hub.RecordInput, 10_000)
	for i := range list {
		list[i] = rec("person", fmt.Sprint("P-", i), hub.Fields{"name": fmt.Sprintf("Person %05d", i), "sms": jonasPhone, "email": "someone@example.org", "address": "Rua do Ouro, 1"})
	}
	write(b, h, list, true)
	for name, search := range map[string]string{"a rare part": "09999", "a page of all": ""} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l, err := h.Engine.FieldOptions(b.Context(), h.Admin, "work_order_task", "responsible", search, hub.Page{First: 20})
				if err != nil || len(l.Items) == 0 {
					b.Fatal(l, err)
				}
			}
		})
	}
}
