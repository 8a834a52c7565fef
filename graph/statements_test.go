package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/sqlite"
)

// patiently is how long links wait to be read together where it is counted how often that is done: machines that test are busy.
const patiently = 5 * time.Millisecond

// statements counts what is read from the store.
type statements struct {
	mu   sync.Mutex
	list []string
}

func (s *statements) count(c sqlite.Call) error {
	if c.Read {
		s.mu.Lock()
		s.list = append(s.list, c.Query)
		s.mu.Unlock()
	}
	return nil
}

// during is what is read while something is done, of some tries the one that reads least: the engine reads now and then as well, and on a busy
// machine what could be read together is not always.
func (s *statements) during(do func()) (least []string) {
	for i := range 5 {
		s.mu.Lock()
		s.list = nil
		s.mu.Unlock()
		do()
		s.mu.Lock()
		if i == 0 || len(s.list) < len(least) {
			least = slices.Clone(s.list)
		}
		s.mu.Unlock()
	}
	return least
}

var several = regexp.MustCompile(`\?(, \?)+|\(\?(, ?\?)*\)(, ?\(\?(, ?\?)*\))*`)

// tallied says how often each statement is there, for however many values it asks.
func tallied(list []string) map[string]int {
	n := map[string]int{}
	for _, statement := range list {
		n[several.ReplaceAllString(statement, "?")]++
	}
	return n
}

// screens are what the screens ask for, each by the size of its page.
var screens = map[string]string{
	"permission groups":              `query($n: Int) { groups(first: $n) { nodes { id description note readOnly grants { module submodule actions } } pageInfo { hasNextPage endCursor } totalCount } }`,
	"groups and who is in them":      `query($n: Int) { groups(first: $n) { nodes { id description consumers(first: 5) { nodes { id name } } } } }`,
	"API consumers":                  `query($n: Int) { consumers(first: $n) { nodes { id name description enabled hubEnabled lastUsedAt group { id description } } pageInfo { hasNextPage endCursor } totalCount } }`,
	"connections":                    `query($n: Int) { integrations(first: $n) { nodes { id name state reason { message nextStep } connector { title } rates { perSecond } } } }`,
	"flows":                          `query($n: Int) { flows(first: $n) { nodes { id description enabled archivedAt trigger nextRun lastRun { id state outcome } source { consumer { name } } targets { integration { name } } } pageInfo { hasNextPage endCursor } totalCount } }`,
	"flows and what they lack":       `query($n: Int) { flows(first: $n) { nodes { id description problems { code path message } warnings { code } } } }`,
	"dispatchers":                    `query($n: Int) { events(first: $n) { nodes { id description enabled eventType { title submodule { title } } flows { id description enabled } terms { mode terms { field operation value } } } pageInfo { hasNextPage endCursor } totalCount } }`,
	"dispatchers and what they lack": `query($n: Int) { events(first: $n) { nodes { id description problems { code path message } } } }`,
	"the history":                    `query($n: Int) { executions(first: $n) { nodes { id subject state outcome trigger createdAt closedAt flow { id description } event { id description } occurrence { id name source } deliveries { id state recipient } } pageInfo { hasNextPage endCursor } } }`,
	"the history in full":            `query($n: Int) { executions(first: $n) { nodes { id flowVersion { version } startedBy { name } replayOf { id } timeline { at from to cause { code message } } deliveries { id state values record reason { code message } attempts { number kind } receipts { status at } integration { name } } } } }`,
	"messages":                       `query($n: Int) { deliveries(first: $n) { nodes { id state recipient values execution { id subject } flow { description } integration { name } attempts { number } receipts { status } } } }`,
	"what came in":                   `query($n: Int) { occurrences(first: $n) { nodes { id name subject receivedAt consumer { name } eventType { title } records { type key data } matches { event { description } executions { id state } } } } }`,
	"records":                        `query($n: Int) { records(first: $n) { nodes { id type key data consumer { name } occurrence { id } } } }`,
	"the audit log":                  `query($n: Int) { auditLog(first: $n) { nodes { id at kind consumer { name } subject { id } subjectName changes { path from to } } } }`,
	"who is left alone":              `query($n: Int) { suppressions(first: $n) { nodes { id recipient category integration { name } } } }`,
}

func TestAScreenReadsAsManyStatementsForManyThingsAsForFew(t *testing.T) {
	t.Parallel()
	read := &statements{}
	s := setUp(t, newDoorOver(t, func(o *sqlite.Options) { o.Calls = read.count }, func(o *graph.Options) { o.Gather = patiently }))
	for i := range 12 {
		group := s.do(s.admin, groupCreate, vars{"in": vars{"description": fmt.Sprint("Group ", i), "grants": grants("work_management/work_orders:SEE", "inhouse_personnel/general:SEE")}}).text("groupCreate", "group", "id")
		consumer := s.do(s.admin, consCreate, vars{"in": vars{"name": fmt.Sprint("Consumer ", i), "group": group, "hubEnabled": true}}).text("consumerCreate", "consumer", "id")
		integration := s.do(s.admin, intCreate, vars{"in": vars{"connector": "post", "name": fmt.Sprint("Post ", i), "settings": vars{"stamp": "red"},
			"secrets": []vars{{"name": "key", "value": "s3cret"}}}}).text("integrationCreate", "integration", "id")
		in := flowInput(consumer, integration)
		in["description"] = fmt.Sprint("Flow ", i)
		flow := s.do(s.admin, flowCreate, vars{"in": in}).text("flowCreate", "flow", "id")
		s.do(s.admin, eventCreate, vars{"in": vars{"description": fmt.Sprint("Event ", i), "type": "work_management.work_orders.new", "flows": []string{flow}}})
		s.suppress(fmt.Sprintf("+55119999900%02d", i), nil)
		s.settled(s.workOrder(fmt.Sprint("OT-", i), "jonas").text("occurrencePublish", "executions", 0, "id"))
	}
	for name, query := range screens {
		t.Run(name, func(t *testing.T) {
			few := read.during(func() { s.do(s.admin, query, vars{"n": 2}) })
			many := read.during(func() { s.do(s.admin, query, vars{"n": 12}) })
			t.Logf("%d statements", len(many))
			for statement, n := range tallied(many) {
				// One for each would be ten more. On a machine that is slow enough, what is asked for together comes in a few parts.
				if before := tallied(few)[statement]; n > before+5 {
					t.Errorf("for 2 things %d times, for 12 things %d times: %.300s", before, n, statement)
				}
			}
		})
	}
}

func TestWhatIsNotAskedForIsNotRead(t *testing.T) {
	t.Parallel()
	read := &statements{}
	s := setUp(t, newDoorOver(t, func(o *sqlite.Options) { o.Calls = read.count }, func(o *graph.Options) { o.Gather = patiently }))
	for i := range 3 {
		s.settled(s.workOrder(fmt.Sprint("OT-", i), "jonas").text("occurrencePublish", "executions", 0, "id"))
	}
	last := s.do(s.admin, `{ executions(first: 2) { pageInfo { endCursor } } }`, nil).text("executions", "pageInfo", "endCursor")
	for name, c := range map[string]struct {
		query string
		want  int      // statements
		never []string // tables, columns after a comma, or count( for no total
	}{
		"executions by their states": {`{ executions { nodes { id state outcome subject } pageInfo { hasNextPage } } }`, 1, []string{"deliveries", "attempts", "receipts", "changes", "count("}},
		"with their messages":        {`{ executions { nodes { id deliveries { id state } } } }`, 2, []string{"attempts", "receipts", "changes", "count("}},
		"messages by their states":   {`{ deliveries { nodes { id state } } }`, 1, []string{"attempts", "receipts", "changes", "count("}},
		"flows by their names":       {`{ flows { nodes { id description enabled } } }`, 1, []string{"flow_checks", "flow_versions", "executions", "integrations", "count("}},
		"flows, counted":             {`{ flows { nodes { id } totalCount } }`, 2, []string{"flow_checks", "flow_versions", "executions", "integrations"}},
		"executions, counted":        {`{ executions { nodes { id } totalCount totalCountIsExact } }`, 2, []string{"deliveries"}},
		"the last executions":        {`{ executions(last: 2) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor } } }`, 1, []string{"deliveries", "count("}},
		"dispatchers":                {`{ events { nodes { id description enabled } } }`, 1, []string{"flows", "count("}},
		"occurrences":                {`{ occurrences { nodes { id subject payloadsPruned } } }`, 1, []string{"executions", "events", "count(", ", records", ", matches"}},
		"occurrences of executions":  {`{ executions { nodes { occurrence { name source } } } }`, 2, []string{", records", ", matches"}},
		"and what they brought":      {`{ occurrences { nodes { id records { key } matches { fired } } } }`, 2, []string{"executions", "events", "count("}},
		"the catalogue":              {`{ catalog { modules { key } } }`, 0, nil},
		"who is asking":              {`{ viewer { locale grants { module } } }`, 0, nil},
		"the page before":            {`{ executions(last: 1, before: "` + last + `") { nodes { id } pageInfo { hasPreviousPage startCursor } } }`, 1, []string{"count("}},
		"and what is after it":       {`{ executions(last: 1, before: "` + last + `") { nodes { id } pageInfo { hasPreviousPage hasNextPage } } }`, 2, []string{"count("}},
		"the next page":              {`{ executions(first: 1, after: "` + last + `") { nodes { id } pageInfo { hasNextPage endCursor } } }`, 1, []string{"count("}},
	} {
		t.Run(name, func(t *testing.T) {
			list := read.during(func() { s.do(s.admin, c.query, nil) })
			if got := len(tallied(list)); got != c.want {
				t.Errorf("it reads %d statements, not %d: %.300q", got, c.want, list)
			}
			for _, statement := range list {
				for _, table := range c.never {
					if strings.Contains(statement, "FROM "+table) || (table == "count(" || table[0] == ',') && strings.Contains(statement, table) {
						t.Errorf("it reads %s: %s", table, statement)
					}
				}
			}
		})
	}
}
