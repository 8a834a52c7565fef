package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

func TestARepeatedOccurrenceReturnsTheFirstOne(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		first := h.Publish(t, forJonas("OT-1"))
		settled()
		again := h.Publish(t, forJonas("OT-1"))
		settled()
		if first.Repeat || !again.Repeat || again.Occurrence.Key != first.Occurrence.Key {
			t.Errorf("the repeat is %v and has the key %d, the first one %d", again.Repeat, again.Occurrence.Key, first.Occurrence.Key)
		}
		if started(t, again) != started(t, first) || again.Executions[0].State != hub.Closed {
			t.Errorf("the repeat answers with %+v, want the first one's execution as it is now", again.Executions[0])
		}
		if n := len(h.Connector.Sent()); n != 1 {
			t.Errorf("%d messages were sent, want one", n)
		}
	})
}

func TestARepeatIsKnownByWhatCameAndNotByWhatTheCatalogueMakesOfIt(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := func() hub.OccurrenceInput {
			in := forJonas("OT-1")
			in.Records[0].Data["creation_date"] = "2026-11-22T11:00:34.404671-03"
			return in
		}
		first := h.Publish(t, in())
		if got := first.Occurrence.Records[0].Data["creation_date"]; got != "2026-11-22T14:00:34.404671Z" {
			t.Errorf("the date is kept as %v", got)
		}
		// The first version kept every field as it came. What came to it, and comes to a later one again, is a repeat.
		if got, want := hex.EncodeToString(first.Occurrence.Hash), firstHash(t, in(), first.Occurrence.Records); got != want {
			t.Errorf("the hash is %s, the first version made %s", got, want)
		}
		if !h.Publish(t, in()).Repeat {
			t.Error("the same is no repeat")
		}
		settled()
	})
}

// firstHash is the hash of an occurrence as the first version made it; named are its records with their keys.
func firstHash(t *testing.T, in hub.OccurrenceInput, named []hub.RecordInput) string {
	t.Helper()
	var doc strings.Builder
	for i, r := range in.Records {
		data, err := json.Marshal(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			doc.WriteByte(',')
		}
		fmt.Fprintf(&doc, `{"type":%q,"key":%q,"data":%s}`, r.Type, named[i].Name, data)
	}
	h := sha256.New()
	for _, s := range []string{in.Type, in.Subject, "[" + doc.String() + "]"} {
		fmt.Fprintf(h, "%d\x00%s", len(s), s)
	}
	if !in.Time.IsZero() {
		fmt.Fprint(h, in.Time.UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestTheSameIDWithAnotherContentIsAConflict(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		first := h.Publish(t, forJonas("OT-1"))
		settled()
		for name, change := range map[string]func(*hub.OccurrenceInput){
			"another subject":     func(in *hub.OccurrenceInput) { in.Subject = "OT-2" },
			"another time":        func(in *hub.OccurrenceInput) { in.Time = time.Unix(1, 0) },
			"another type":        func(in *hub.OccurrenceInput) { in.Type = "work_management.work_orders.completed" },
			"another record":      func(in *hub.OccurrenceInput) { in.Records[0].Data["description"] = "Something else" },
			"one record the less": func(in *hub.OccurrenceInput) { in.Records = in.Records[:1] },
		} {
			in := forJonas("OT-1")
			change(&in)
			_, err := h.Engine.Publish(t.Context(), h.Admin, in)
			wantError(t, err, hub.CodeConflict, "id", first.Occurrence.ID())
			if t.Failed() {
				t.Fatalf("with %s", name)
			}
		}
		if n := len(h.Connector.Sent()); n != 1 {
			t.Errorf("%d messages were sent, want one", n)
		}
	})
}

func TestTheSameIDFromAnotherConsumerOrSourceIsAnotherOccurrence(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		first := h.Publish(t, forJonas("OT-1"))
		other := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.Add), hubtest.May(hubtest.RowWorkOrders, hub.Edit),
			hubtest.May(hubtest.RowPersonnel, hub.Add), hubtest.May(hubtest.RowPersonnel, hub.Edit))
		second, err := h.Engine.Publish(t.Context(), other, forJonas("OT-1"))
		if err != nil || second.Repeat || second.Occurrence.Key == first.Occurrence.Key {
			t.Errorf("from another consumer: %+v, %v", second, err)
		}
		in := forJonas("OT-1")
		in.Source = "elsewhere.example.org"
		if third := h.Publish(t, in); third.Repeat {
			t.Error("from another source it is taken for a repeat")
		}
	})
}

func TestBadOccurrencesAreRefusedWithAPathAndNothingIsStored(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		before := h.Feed.Last()
		long := strings.Repeat("x", hub.MaxAttribute+1)
		task := hubtest.Task("OT-1", 1, jonas)
		with := func(field string, v any) []hub.RecordInput {
			r := hubtest.Task("OT-1", 1, jonas)
			r.Data[field] = v
			return []hub.RecordInput{hubtest.Person(jonas, jonasPhone), r}
		}
		for _, c := range []struct {
			name       string
			change     func(*hub.OccurrenceInput)
			path, part string
		}{
			{"an unknown type", func(in *hub.OccurrenceInput) { in.Type = "com.example.thing" }, "type", `"com.example.thing"`},
			{"no id", func(in *hub.OccurrenceInput) { in.ID = "" }, "id", "missing"},
			{"no source", func(in *hub.OccurrenceInput) { in.Source = "" }, "source", "missing"},
			{"a long id", func(in *hub.OccurrenceInput) { in.ID = long }, "id", "at most 256 bytes"},
			{"a long source", func(in *hub.OccurrenceInput) { in.Source = long }, "source", "at most 256 bytes"},
			{"a long subject", func(in *hub.OccurrenceInput) { in.Subject = long }, "subject", "at most 256 bytes"},
			{"too many records", func(in *hub.OccurrenceInput) { in.Records = make([]hub.RecordInput, hub.MaxOccurrenceRecord+1) }, "data.records", "brings 501"},
			{"a record of an unknown type", func(in *hub.OccurrenceInput) {
				in.Records = append(in.Records, hub.RecordInput{Type: "spaceship", Name: "1"})
			}, "data.records.2.type", `"spaceship"`},
			{"a field of the wrong type", func(in *hub.OccurrenceInput) { in.Records = with("duration", "long") }, "data.records.1.data.duration", "whole number"},
			{"a value that an enum cannot have", func(in *hub.OccurrenceInput) { in.Records = with("task_status", true) }, "data.records.1.data.task_status", "is true"},
			{"a value in a reference", func(in *hub.OccurrenceInput) { in.Records = with("responsible", jonas) }, "data.records.1.data.responsible", "code_responsible"},
			{"a key that contradicts the data", func(in *hub.OccurrenceInput) {
				in.Records = []hub.RecordInput{{Type: "work_order_task", Name: "2", Data: task.Data}}
			}, "data.records.0.key", `"2"`},
			{"a record without a key", func(in *hub.OccurrenceInput) {
				in.Records = []hub.RecordInput{{Type: "work_order_task", Data: hub.Fields{"wo_folio": "OT-1"}}}
			}, "data.records.0.key", "id_work_orders_tasks"},
			{"a key that is too long", func(in *hub.OccurrenceInput) {
				in.Records = []hub.RecordInput{{Type: "person", Name: strings.Repeat("x", hub.MaxRecordName+1)}}
			}, "data.records.0.key", "at most 200 bytes"},
			{"a record that comes twice", func(in *hub.OccurrenceInput) {
				in.Records = append(in.Records, hubtest.Task("OT-1", number("OT-1"), jonas))
			},
				"data.records.2.key", "each record once"},
			{"a key with a control character", func(in *hub.OccurrenceInput) {
				in.Records = []hub.RecordInput{{Type: "person", Name: "J\x00C"}}
			}, "data.records.0.key", "control characters"},
			{"an id with a control character", func(in *hub.OccurrenceInput) { in.ID = "a\x1bb" }, "id", "control characters"},
			{"a subject that is no text", func(in *hub.OccurrenceInput) { in.Subject = "OT\xff" }, "subject", "not text"},
			{"a source that is no URI", func(in *hub.OccurrenceInput) { in.Source = "http://[::1" }, "source", "RFC 3986"},
			{"a record that is too large", func(in *hub.OccurrenceInput) { in.Records = with("note", strings.Repeat("x", hub.MaxRecordBytes)) }, "data.records.1.data.note", "this one has 257"},
		} {
			in := forJonas("OT-1")
			c.change(&in)
			_, err := h.Engine.Publish(t.Context(), h.Admin, in)
			wantError(t, err, hub.CodeInvalid, c.path, c.part)
			if t.Failed() {
				t.Fatalf("with %s", c.name)
			}
		}
		settled()
		if now := h.Feed.Last(); now != before {
			t.Errorf("the journal grew from %d to %d", before, now)
		}
		wantRecords(t, h, 0)
	})
}

func TestEveryWrongRecordIsNamedAtOnce(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		in := forJonas("OT-1")
		in.Records[0].Data["duration"], in.Records[0].Data["done"], in.Records[1].Data["active"] = "long", "yes", 7
		_, err := h.Engine.Publish(t.Context(), h.Admin, in)
		e, ok := err.(*hub.Error)
		if !ok {
			t.Fatalf("the error is %v", err)
		}
		var paths []string
		for _, p := range e.Problems {
			paths = append(paths, p.Path)
		}
		if got := strings.Join(paths, " "); got != "data.records.0.data.done data.records.0.data.duration data.records.1.data.active" {
			t.Errorf("the problems are at %s", got)
		}
	})
}

func wantRecords(t *testing.T, h *hubtest.Hub, n int) {
	t.Helper()
	list, err := h.DB.Records(t.Context(), h.Admin, "", "", hub.Page{})
	if err != nil || len(list.Items) != n {
		t.Errorf("there are %d records (%v), want %d", len(list.Items), err, n)
	}
}

func TestPublishingNeedsTheRightOfEveryTypeItTouches(t *testing.T) {
	add, edit := hubtest.May(hubtest.RowWorkOrders, hub.Add), hubtest.May(hubtest.RowWorkOrders, hub.Edit)
	addPerson, editPerson := hubtest.May(hubtest.RowPersonnel, hub.Add), hubtest.May(hubtest.RowPersonnel, hub.Edit)
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		refused := func(name, folio string, lacks hub.Permission, may ...hub.Permission) {
			t.Helper()
			before := h.Feed.Last()
			c := hubtest.CallerWith(t, h.DB, may...)
			_, err := h.Engine.Publish(t.Context(), c, forJonas(folio))
			e, ok := err.(*hub.Error)
			if !ok || e.Code != hub.CodeForbidden || len(e.Needs) != 1 || e.Needs[0] != lacks || e.Group != c.Group.Description {
				t.Errorf("%s: the error is %#v, want FORBIDDEN that needs %s", name, err, lacks)
			}
			if h.Feed.Last() != before {
				t.Errorf("%s: the journal grew", name)
			}
			list, err := h.DB.Occurrences(t.Context(), h.Admin, hub.OccurrenceFilter{Subject: folio}, hub.Page{})
			if err != nil || len(list.Items) != 0 {
				t.Errorf("%s: %d occurrences were stored, %v", name, len(list.Items), err)
			}
		}
		refused("nothing", "OT-1", add, edit, addPerson, editPerson)
		refused("no ADD for a new person", "OT-1", addPerson, add, edit, editPerson)
		wantRecords(t, h, 0)
		h.Publish(t, forJonas("OT-1"))
		settled()
		wantRecords(t, h, 2)
		refused("no EDIT for a person who is there", "OT-2", editPerson, add, edit, addPerson)
		wantRecords(t, h, 2)
		c := hubtest.CallerWith(t, h.DB, add, editPerson)
		if _, err := h.Engine.Publish(t.Context(), c, forJonas("OT-3")); err != nil {
			t.Errorf("ADD for the new task and EDIT for the person who is there suffice: %v", err)
		}
		if _, err := h.Engine.Publish(t.Context(), hub.Caller{}, forJonas("OT-4")); hub.CodeOf(err) != hub.CodeUnauthenticated {
			t.Errorf("nobody may publish: %v", err)
		}
	})
}

func TestRecordsAreWrittenAllOrNone(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, _ *hubtest.Assignment) {
		upsert := func(c hub.Caller, records ...hub.RecordInput) ([]hub.RecordResult, error) {
			out, err := h.Engine.RecordsUpsert(t.Context(), c, hub.RecordsInput{Records: records})
			if err != nil {
				return nil, err
			}
			return out.Results, nil
		}
		list, err := upsert(h.Admin, hubtest.Person(jonas, jonasPhone), hubtest.Task("OT-1", 1, jonas))
		if err != nil || len(list) != 2 || list[0].Record.Name != jonas || list[1].Record.Name != "1" || list[1].Record.Subject != "OT-1" || list[0].Record.Version != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		list, err = upsert(h.Admin, hubtest.Person(jonas, jonasPhone))
		if err != nil || list[0].Record.Version != 1 || list[0].Outcome != hub.RecordUnchanged {
			t.Errorf("writing the same again makes %+v (%v)", list, err)
		}
		list, err = upsert(h.Admin, hubtest.Person(jonas, martaPhone))
		if err != nil || list[0].Record.Version != 2 || list[0].Record.Data["sms"] != martaPhone || list[0].Outcome != hub.RecordWritten {
			t.Errorf("writing something else: %+v, %v", list, err)
		}
		adds := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowPersonnel, hub.Add))
		_, err = upsert(adds, hubtest.Person(marta, martaPhone), hubtest.Person(jonas, jonasPhone))
		if hub.CodeOf(err) != hub.CodeForbidden {
			t.Errorf("changing a person without EDIT: %v", err)
		}
		wantRecords(t, h, 2)
		_, err = upsert(h.Admin, hubtest.Person(marta, martaPhone), hub.RecordInput{Type: "person"})
		wantError(t, err, hub.CodeInvalid, "records.1.key", "no key")
		wantRecords(t, h, 2)
		_, err = upsert(h.Admin)
		wantError(t, err, hub.CodeInvalid, "records", "between 1 and 500")
		_, err = upsert(h.Admin, make([]hub.RecordInput, 10_000)...)
		wantError(t, err, hub.CodeInvalid, "records", "split these 10000 over 20 calls")
	})
}

func TestWhatWasPublishedIsReadableAtOnce(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		h.Connector.Hold()
		p := h.Publish(t, forJonas("OT-1"))
		o, err := h.DB.Occurrence(t.Context(), h.Admin, p.Occurrence.Key)
		if err != nil || len(o.Records) != 2 || len(o.Matches) != 1 || o.Matches[0].Executions[0] != p.Executions[0].Key {
			t.Fatalf("the occurrence reads %+v, %v", o, err)
		}
		if o.ConsumerKey != h.Admin.Consumer.Key || o.Subject != "OT-1" || !o.Time.Equal(o.ReceivedAt) {
			t.Errorf("the occurrence is of %d about %q at %s, received %s", o.ConsumerKey, o.Subject, o.Time, o.ReceivedAt)
		}
		exec, d := one(t, h, p.Executions[0].Key)
		if exec.State != hub.Running || exec.EventKey != a.Event.Key || exec.FlowVersion != a.Flow.Version || exec.Subject != "OT-1" {
			t.Errorf("the execution reads %+v", exec)
		}
		if d.State != hub.Sending || d.Recipient != jonasPhone || d.Record != "2000" || d.Tries != 1 {
			t.Errorf("the delivery reads %+v", d)
		}
		sent := h.Connector.Sent()
		want := "OT-1|Lubricate the bearings|Feed pump { PMP-014 }|The one called JC-01|HIGH|2026-11-23T11:00:00Z|PMP-014"
		if len(sent) != 1 || strings.Join(sent[0].Values, "|") != want || sent[0].Recipient != jonasPhone || sent[0].Language != "pt-BR" ||
			string(sent[0].Parameters) != `{"template":"wo_assignment"}` || sent[0].Key != d.Key || sent[0].Attempt != 1 {
			t.Errorf("handed over was %+v", sent)
		}
	})
}
