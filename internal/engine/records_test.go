package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// sentAt is a record that its sender says to have become so at a time.
func sentAt(r hub.RecordInput, t time.Time) hub.RecordInput {
	r.SourceUpdatedAt = t
	return r
}

// outcomes writes what becomes of records.
func outcomes(t testing.TB, h *hubtest.Hub, in hub.RecordsInput) string {
	t.Helper()
	out, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, in)
	if err != nil {
		return string(hub.CodeOf(err)) + " " + err.(*hub.Error).Path
	}
	var words []string
	for _, r := range out.Results {
		words = append(words, fmt.Sprintf("%s %d", r.Outcome, r.Record.Version))
	}
	return strings.Join(words, ", ")
}

func TestWritesThatOvertakeEachOtherAreOrderedByTheSendersTime(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		noon := time.Now().Add(-time.Hour)
		person := func(name string, at time.Time) hub.RecordInput {
			return sentAt(rec("person", "p1", hub.Fields{"name": name}), at)
		}
		for i, c := range []struct {
			write hub.RecordInput
			want  string
		}{
			{person("Ana", noon), "WRITTEN 1"},
			{person("Ana", noon), "UNCHANGED 1"},
			{person("Bea", noon.Add(-time.Microsecond)), "STALE 1"},
			{person("Bea", noon), "CONFLICT records.0.sourceUpdatedAt"},
			{person("Ana", noon.Add(2*time.Second)), "UNCHANGED 1"},
			{person("Bea", noon.Add(time.Second)), "STALE 1"}, // the same content under a later time was news, too
			{person("Bea", noon.Add(3*time.Second)), "WRITTEN 2"},
			{person("Eva", time.Time{}), "WRITTEN 3"},
			{person("Ana", noon), "STALE 3"},
			{person("Ana", time.Now().Add(25*time.Hour)), "INVALID records.0.sourceUpdatedAt"},
		} {
			if got := outcomes(t, h, hub.RecordsInput{Records: []hub.RecordInput{c.write}}); got != c.want {
				t.Errorf("step %d: %s, want %s", i, got, c.want)
			}
		}
		got := outcomes(t, h, hub.RecordsInput{Records: []hub.RecordInput{person("Old", noon), rec("person", "p2", hub.Fields{"name": "New"})}})
		if got != "STALE 3, WRITTEN 1" {
			t.Errorf("a stale record among others: %s", got)
		}
		out := h.Publish(t, hub.OccurrenceInput{Source: "cmms", ID: "1", Type: hubtest.NewWorkOrder, Subject: "OT-1",
			Records: []hub.RecordInput{person("Older", noon), orderTask("OT-1", "1", 1)}})
		if !slices.Equal(out.Records, []hub.RecordOutcome{hub.RecordStale, hub.RecordWritten}) {
			t.Errorf("an occurrence that brings a stale record: %v", out.Records)
		}
		_, err := h.Engine.Publish(t.Context(), h.Admin, hub.OccurrenceInput{Source: "cmms", ID: "2", Type: hubtest.NewWorkOrder,
			Records: []hub.RecordInput{person("Another", noon.Add(3*time.Second))}})
		wantError(t, err, hub.CodeConflict, "data.records.0.sourceUpdatedAt", "another content")
		r, err := h.DB.RecordNamed(t.Context(), h.Admin, "person", "p1")
		if err != nil || r.Data["name"] != "Eva" || r.Version != 3 || !r.SourceUpdatedAt.Equal(noon.Add(3*time.Second).Truncate(time.Microsecond)) {
			t.Errorf("the record is %+v, %v", r, err)
		}
	})
}

func TestMergingChangesOnlyWhatIsGiven(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		merge := func(data hub.Fields) string {
			t.Helper()
			return outcomes(t, h, hub.RecordsInput{Records: []hub.RecordInput{rec("person", "p1", data)}, Merge: true})
		}
		for i, c := range []struct {
			data hub.Fields
			want string
			then string
		}{
			{hub.Fields{"name": "Ana", "sms": "1", "email": nil}, "WRITTEN 1", `{"name":"Ana","sms":"1"}`},
			{hub.Fields{"sms": "2"}, "WRITTEN 2", `{"name":"Ana","sms":"2"}`},
			{hub.Fields{"sms": "2"}, "UNCHANGED 2", `{"name":"Ana","sms":"2"}`},
			{hub.Fields{"sms": nil, "shoe_size": json.Number("38")}, "WRITTEN 3", `{"name":"Ana","shoe_size":38}`},
		} {
			if got := merge(c.data); got != c.want {
				t.Errorf("step %d: %s, want %s", i, got, c.want)
			}
			r, err := h.DB.RecordNamed(t.Context(), h.Admin, "person", "p1")
			if b, _ := json.Marshal(r.Data); err != nil || string(b) != c.then {
				t.Errorf("step %d: the record is %s, %v, want %s", i, b, err, c.then)
			}
		}
		large := hub.Fields{}
		for i := range hub.MaxFields {
			large[fmt.Sprint("f", i)] = true
		}
		if got := merge(large); got != "INVALID records.0.data" {
			t.Errorf("together there are too many fields: %s", got)
		}
		if got := derives(t, h, orderTask("OT-1", "1", 1)); got != "" {
			t.Fatal(got)
		}
		out, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Merge: true, Records: []hub.RecordInput{rec("work_order_task", "1", hub.Fields{"id_status_work_order": 3})}})
		if err != nil || summary(out.Derived) != "completed OT-1 [1]" {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

func TestTheLastStatesOfARecordAreKeptWithWhoWroteThem(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		row := hubtest.RowPersonnel
		other := hubtest.CallerWith(t, h.DB, hubtest.May(row, hub.Edit), hubtest.May(row, hub.See))
		first := upsert(t, h, rec("person", "p1", hub.Fields{"name": "0", "sms": "1"}))[0]
		p := h.Publish(t, hub.OccurrenceInput{Source: "cmms", ID: "1", Type: hubtest.NewWorkOrder, Records: []hub.RecordInput{rec("person", "p1", hub.Fields{"name": "1"})}})
		if _, err := h.Engine.RecordsUpsert(t.Context(), other, hub.RecordsInput{Records: []hub.RecordInput{rec("person", "p1", hub.Fields{"name": "2"})}}); err != nil {
			t.Fatal(err)
		}
		l, err := hubtest.Alone(h.DB.RecordHistories(t.Context(), other, []int64{first.Key}, hub.Page{}))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, v := range l.Items {
			got += fmt.Sprintf("%d %v %v by %v occurrence %v\n", v.Version, v.Data["name"], v.Changed, v.ConsumerKey == other.Consumer.Key, v.OccurrenceKey == p.Occurrence.Key)
		}
		if want := "3 2 [name] by true occurrence false\n2 1 [name sms] by false occurrence true\n1 0 [name sms] by false occurrence false\n"; got != want {
			t.Errorf("the history is\n%s", got)
		}
		for i := range 30 {
			upsert(t, h, rec("person", "p1", hub.Fields{"name": fmt.Sprint(i + 3)}))
			upsert(t, h, rec("person", "p1", hub.Fields{"name": fmt.Sprint(i + 3)})) // no change
		}
		var versions []int
		pages := 0
		for q := (hub.Page{First: 8}); ; pages++ {
			if l, err = hubtest.Alone(h.DB.RecordHistories(t.Context(), h.Admin, []int64{first.Key}, q)); err != nil {
				t.Fatal(err)
			}
			for _, v := range l.Items {
				versions = append(versions, v.Version)
				if (v.Changed == nil) != (v.Version == 13) {
					t.Errorf("version %d changed %v", v.Version, v.Changed)
				}
			}
			if !l.HasNext {
				break
			}
			q.After = hub.Cursor(int64(versions[len(versions)-1]))
		}
		if len(versions) != hub.RecordVersions+1 || versions[0] != 33 || versions[len(versions)-1] != 13 || pages != 2 {
			t.Errorf("kept are %v on %d pages", versions, pages+1)
		}
		none, err := h.DB.RecordHistories(t.Context(), hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See)), []int64{first.Key}, hub.Page{})
		if err != nil || none[0] != nil {
			t.Errorf("who may not see persons is answered with %+v, %v", none[0], err)
		}
	})
}

func TestRecordsAreReadByConditions(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		upsert(t, h, rec("person", jonas, hub.Fields{"name": "Jonas", "city": "Recife"}), rec("person", marta, hub.Fields{"name": "Marta", "city": "Lisboa"}))
		for batch := range 13 {
			var list []hub.RecordInput
			for i := range 500 {
				n := batch*500 + i
				list = append(list, rec("work_order_task", fmt.Sprint(n), hub.Fields{"id_work_orders_tasks": n, "wo_folio": fmt.Sprint("OT-", n/2), "id_status_work_order": 1 + n%4, "code_responsible": []string{jonas, marta}[n%2]}))
			}
			if _, err := h.Engine.RecordsUpsert(t.Context(), h.Admin, hub.RecordsInput{Records: list, Silent: true}); err != nil {
				t.Fatal(err)
			}
		}
		read := func(c hub.Caller, q hub.RecordQuery, mode hub.TermsMode, p hub.Page, terms ...hub.Term) (hub.List[*hub.Record], error) {
			q.Where = &hub.Terms{Mode: mode, Terms: terms}
			return h.Engine.Records(t.Context(), c, q, p)
		}
		tasks := hub.RecordQuery{Type: "work_order_task"}
		count := func(l hub.List[*hub.Record], err error) string {
			if err != nil {
				return err.Error()
			}
			return fmt.Sprint(len(l.Items), l.HasNext, l.End != "")
		}
		for name, c := range map[string]struct {
			got  string
			want string
		}{
			"by name":             {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, equal("id_work_orders_tasks", 17))), "1 false false"},
			"by subject":          {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, equal("wo_folio", "OT-3"))), "2 false false"},
			"by subject and more": {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, equal("wo_folio", "OT-3"), equal("code_responsible", marta))), "1 false false"},
			"through a reference": {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{First: 3}, equal("responsible.city", "Recife"))), "3 true false"},
			"what nobody is":      {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, equal("responsible.city", "Oslo"))), "0 true true"},
			"without conditions":  {count(read(h.Admin, tasks, hub.ModeNone, hub.Page{First: 5})), "5 true false"},
			"without a type":      {count(read(h.Admin, hub.RecordQuery{}, hub.ModeAll, hub.Page{}, equal("name", "x"))), "type: conditions need a record type, since it says which fields there are; name one of catalog.recordTypes"},
			"of an unknown field": {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, equal("colour", "x"))), "where.terms.0.field: there is no field colour"},
			"of what has changed": {count(read(h.Admin, tasks, hub.ModeAll, hub.Page{}, hub.Term{Field: "done", Operation: hub.Changed})), "where: whether a field changed can only be asked of what happens, not of records as they are; look at the history of the record"},
			"without a right to it": {count(read(hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See)), tasks, hub.ModeAll, hub.Page{}, equal("responsible.city", "Recife"))),
				`the group "may work_management/work_orders:SEE" lacks inhouse_personnel/general:SEE`},
		} {
			if c.got != c.want {
				t.Errorf("%s: %s, want %s", name, c.got, c.want)
			}
		}
		walk := func(p hub.Page, field string, value any) (names []string) {
			for begun := false; ; begun = true {
				l, err := read(h.Admin, tasks, hub.ModeAny, p, equal(field, value))
				if err != nil {
					t.Fatal(err)
				}
				var part []string
				for _, r := range l.Items {
					part = append(part, r.Name)
				}
				if beyond := l.Beyond != nil; beyond != begun {
					t.Fatalf("what is on the other side can be asked: %v", beyond)
				}
				if begun && len(names) > 0 {
					if there, err := l.Beyond(); !there || err != nil {
						t.Fatalf("there is nothing where the page came from: %v", err)
					}
				}
				if names = append(names, part...); p.Back() {
					names = append(part, names[:len(names)-len(part)]...)
				}
				if !l.HasNext && !l.HasPrevious {
					return names
				}
				at := l.End
				if p.Back() {
					if at == "" {
						at = l.Cursor(l.Items[0])
					}
					p.Before = at
					continue
				}
				if at == "" {
					at = l.Cursor(l.Items[len(l.Items)-1])
				}
				p.After = at
			}
		}
		forward, backward := walk(hub.Page{First: 200}, "id_status_work_order", 4), walk(hub.Page{Last: 200}, "id_status_work_order", 4)
		if len(forward) != 6500/4 || !slices.Equal(forward, backward) {
			t.Errorf("page by page there are %d, want %d; from the end %d", len(forward), 6500/4, len(backward))
		}
		byKey := hub.Order{Field: hub.ByKey, Direction: hub.Ascending}
		forward, backward = walk(hub.Page{First: 150, Order: byKey}, "wo_folio", "OT-3000"), walk(hub.Page{Last: 1, Order: byKey}, "wo_folio", "OT-3000")
		if want := []string{"6000", "6001"}; !slices.Equal(forward, want) || !slices.Equal(backward, want) {
			t.Errorf("by key there are %v, from the end %v, want %v", forward, backward, want)
		}
	})
}

func TestPickersFindWhatCanBeChosen(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		upsert(t, h, rec("person", "p1", hub.Fields{"name": "Íris Ávila"}), rec("person", "p2", hub.Fields{"name": "andré"}), rec("person", "p3", nil), rec("person", "p4", hub.Fields{"name": "100%"}),
			rec("third_party", "t1", hub.Fields{"name": "Bombas Lda"}), rec("asset", "a1", hub.Fields{"description": "Pump { PMP-014 }"}))
		find := func(c hub.Caller, field, search string, p hub.Page) string {
			t.Helper()
			l, err := h.Engine.FieldOptions(t.Context(), c, "work_order_task", field, search, p)
			if err != nil {
				return err.Error()
			}
			var words []string
			for _, o := range l.Items {
				words = append(words, fmt.Sprintf("%v=%s", o.Value, o.Label))
			}
			if l.HasNext {
				words = append(words, "more")
			}
			return strings.Join(words, ", ")
		}
		portuguese := h.Admin
		portuguese.Locale = "pt-BR"
		persons := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See), hubtest.May(hubtest.RowPersonnel, hub.See))
		orders := hubtest.CallerWith(t, h.DB, hubtest.May(hubtest.RowWorkOrders, hub.See))
		for _, c := range []struct {
			name, got, want string
		}{
			{"all persons by label", find(h.Admin, "responsible", "", hub.Page{}), "p4=100%, p2=andré, p3=p3, p1=Íris Ávila"},
			{"by a part, whatever its case", find(h.Admin, "responsible", "íRIS á", hub.Page{}), "p1=Íris Ávila"},
			{"by key", find(h.Admin, "responsible", "P3", hub.Page{}), "p3=p3"},
			{"a sign of SQL is a letter", find(h.Admin, "responsible", "%", hub.Page{}), "p4=100%"},
			{"a page", find(h.Admin, "responsible", "", hub.Page{First: 2}), "p4=100%, p2=andré, more"},
			{"of several types", find(h.Admin, "assignee", "b", hub.Page{}), "t1=Bombas Lda"},
			{"of those types that one may see", find(persons, "assignee", "", hub.Page{First: 1}), "assignee needs both"},
			{"through a reference", find(h.Admin, "responsible.name", "", hub.Page{}), "field: the field responsible.name is of type TEXT, for which there is nothing to choose from; only ENUM and REFERENCE have options"},
			{"without a right", find(orders, "responsible", "", hub.Page{}), `the group "may work_management/work_orders:SEE" lacks inhouse_personnel/general:SEE`},
			{"values of an enum", find(h.Admin, "priorities_description", "high", hub.Page{}), "VERY_HIGH=Very high, HIGH=High"},
			{"values in another language", find(portuguese, "priorities_description", "alta", hub.Page{}), "VERY_HIGH=Muito alta, HIGH=Alta"},
			{"an unknown field", find(h.Admin, "colour", "", hub.Page{}), `field: the record type work_order_task has no field "colour"`},
		} {
			if c.want == "assignee needs both" {
				c.want = "p4=100%, more"
			}
			if c.got != c.want {
				t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
			}
		}
		l, err := h.Engine.FieldOptions(t.Context(), h.Admin, "work_order_task", "assignee", "", hub.Page{First: 3})
		if err != nil {
			t.Fatal(err)
		}
		if got := find(h.Admin, "assignee", "", hub.Page{After: l.Cursor(l.Items[2])}); got != "p3=p3, p1=Íris Ávila" {
			t.Errorf("the next page is %s", got)
		}
		upsert(t, h, rec("person", "p2", hub.Fields{"name": "Zé"}))
		if got := find(h.Admin, "responsible", "andré", hub.Page{}); got != "" {
			t.Errorf("who was renamed is found as %s", got)
		}
	})
}

func TestBadRecordsGetAClearAnswerEach(t *testing.T) {
	bare(t, func(t *testing.T, h *hubtest.Hub, _ func(time.Duration) *hubtest.Hub) {
		for name, c := range map[string]struct {
			record hub.RecordInput
			path   string // of what is refused; empty: it is kept
			kept   string
		}{
			"a text of 1 MB":                {rec("person", "a", hub.Fields{"name": strings.Repeat("x", 1<<20), "city": "y"}), "records.0.data.name", ""},
			"a number for an enum of text":  {rec("work_order_task", "1", hub.Fields{"task_status": 3}), "records.0.data.task_status", ""},
			"text for an enum of numbers":   {rec("work_order_task", "1", hub.Fields{"id_status_work_order": "DONE"}), "records.0.data.id_status_work_order", ""},
			"a number that no enum has":     {rec("work_order_task", "1", hub.Fields{"id_status_work_order": 9}), "records.0.data.id_status_work_order", ""},
			"a wrong type deep inside":      {rec("reading", "1", hub.Fields{"data": map[string]any{"value": "high"}}), "records.0.data.data.value", ""},
			"a date in words":               {rec("document", "1", hub.Fields{"valid_through": "next friday"}), "records.0.data.valid_through", ""},
			"a time without its offset":     {rec("document", "1", hub.Fields{"valid_through": "2026-09-17T14:00:34"}), "records.0.data.valid_through", ""},
			"a control character in a key":  {rec("person", "a\x00b", nil), "records.0.key", ""},
			"a key that is too long":        {rec("person", strings.Repeat("k", 201), nil), "records.0.key", ""},
			"control characters in a text":  {rec("person", "a", hub.Fields{"name": "a\x00\x07b"}), "", `{"name":"a\u0000\u0007b"}`},
			"emoji and text from the right": {rec("person", "ب-🛠", hub.Fields{"name": "علي 🛠️"}), "", `{"name":"علي 🛠️"}`},
			"an unknown field":              {rec("person", "a", hub.Fields{"shoe": map[string]any{"size": json.Number("38")}}), "", `{"shoe":{"size":38}}`},
			"a date":                        {rec("document", "a", hub.Fields{"valid_through": "2026-09-17"}), "", `{"valid_through":"2026-09-17T00:00:00Z"}`},
			"a time with short offset":      {rec("document", "a", hub.Fields{"valid_through": "2016-07-12T20:00:00-03"}), "", `{"valid_through":"2016-07-12T23:00:00Z"}`},
			"a time with microseconds":      {rec("document", "a", hub.Fields{"valid_through": "2026-09-17T14:00:34.404671+00:00"}), "", `{"valid_through":"2026-09-17T14:00:34.404671Z"}`},
		} {
			got := outcomes(t, h, hub.RecordsInput{Records: []hub.RecordInput{c.record}, Silent: true})
			if c.path != "" {
				if got != "INVALID "+c.path {
					t.Errorf("%s: %s, want it refused at %s", name, got, c.path)
				}
				continue
			}
			r, err := h.DB.RecordNamed(t.Context(), h.Admin, c.record.Type, c.record.Name)
			if err != nil || r == nil {
				t.Errorf("%s: %s, %v", name, got, err)
				continue
			}
			if b, _ := json.Marshal(r.Data); string(b) != c.kept {
				t.Errorf("%s: it is kept as %s", name, b)
			}
		}
	})
}
