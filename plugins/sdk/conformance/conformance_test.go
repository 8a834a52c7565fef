package conformance_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

// rightFile is what the suite must be told of the right connector: how its provider signs. All else it finds out.
func rightFile() *conformance.File {
	return &conformance.File{Callback: &conformance.FileCallback{
		Body: `{"id":"{providerId}","delivery":"{id}"}`, Sign: &conformance.Sign{Header: "X-Signature", Secret: "hook"},
	}}
}

// test runs the suite against the connector with a fault, as an executable.
func test(t *testing.T, fault string) conformance.Report {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Error(err)
		return conformance.Report{}
	}
	n := 40
	if fault == "leaks" {
		n = 400
	}
	s, err := conformance.New(conformance.Executable{Command: []string{self, "connector", fault}}, conformance.FromFile(rightFile()),
		conformance.Options{Deliveries: n, Many: 100, Patience: 5 * time.Second})
	if err != nil {
		t.Error(err)
		return conformance.Report{}
	}
	defer s.Close()
	return s.Run(t.Context(), func(conformance.Result) {})
}

// failed are the names of the checks that failed, and all that was said about them.
func failed(r conformance.Report) (names []string, said string) {
	var b bytes.Buffer
	people := conformance.Printer{W: &b}
	for _, c := range r.Checks {
		if c.Status == conformance.Failed {
			names = append(names, c.Name)
			people.Tell(c)
		}
	}
	return names, b.String()
}

func TestARightConnectorPassesEveryCheck(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"none", "idempotent"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := test(t, kind)
			for _, c := range r.Checks {
				if c.Status != conformance.Passed {
					t.Errorf("%s is %s: %s%s", c.Name, c.Status, c.Reason, strings.Join(c.Problems, "; "))
				}
			}
		})
	}
}

// wrong says for each fault which checks it fails, and no other.
var wrong = map[string][]string{
	"greets first":                           {"start/handshake"},
	"speaks a later contract":                {"start/handshake"},
	"speaks an earlier contract":             {"start/handshake"},
	"ends well without a hub":                {"start/cookie"},
	"is not well":                            {"start/health"},
	"cannot describe itself":                 {"describe/answers"},
	"describes itself anew":                  {"describe/stable"},
	"a version that is none":                 {"describe/names"},
	"a schema that does not compile":         {"describe/schemas"},
	"a default that is not allowed":          {"describe/schemas"},
	"room for a thousand million":            {"describe/limits"},
	"room for less than nothing":             {"describe/limits"},
	"a language is missing":                  {"describe/labels"},
	"values that are impossible":             {"describe/values"},
	"a limit of a setting that is not there": {"describe/limits"},
	"settings that nobody can guess":         {"describe/example"},
	"answers what it did not declare":        {"describe/unoffered"},
	"a problem with good settings":           {"check/good"},
	"hangs in Check":                         {"check/good", "check/bad"},
	"no problem with bad settings":           {"check/bad"},
	"a problem without a next step":          {"check/bad"},
	"any action will do":                     {"check/action"},
	"knows nothing of its source":            {"check/action"},
	"a preview sends":                        {"preview/nothing-sent"},
	"a preview that knows no problem":        {"preview/tells"},
	"sends one twice":                        {"deliver/many"},
	"loses an outcome":                       {"deliver/many"},
	"one stream at a time":                   {"deliver/back-pressure"},
	"does not end a stream":                  {"deliver/close"},
	"ends a stream with an error":            {"deliver/close"},
	"dies when a stream breaks":              {"deliver/broken"},
	"refuses what is recalled":               {"deliver/recall"},
	"sends what is too late":                 {"deliver/late"},
	"dies of odd values":                     {"deliver/odd"},
	"unsure about a missing recipient":       {"deliver/odd"},
	"unsure about long values":               {"deliver/oversized"},
	"tries what can never be":                {"deliver/impossible"},
	"accepts with bad settings":              {"deliver/bad-settings"},
	"idempotent without the id":              {"deliver/again"},
	"gives up when told to wait":             {"provider/answers"},
	"does not wait as told":                  {"provider/answers"},
	"a lost answer is a failure":             {"provider/answer-lost"},
	"a deadline is a failure":                {"provider/deadline"},
	"unsure without a connection":            {"provider/gone"},
	"believes what is not signed":            {"receive/forged"},
	"receipts of nothing":                    {"receive/genuine"},
	"verifies something else than the body":  {"receive/altered"},
	// What differs with every call differs in another process, too.
	"says something else each time":      {"receive/repeated", "receive/early"},
	"knows only what it sent itself":     {"receive/early"},
	"answers ten at most":                {"lookup/answers"},
	"finds nothing":                      {"lookup/truth"},
	"pages as it likes":                  {"query/pages"},
	"rows of another shape":              {"query/rows"},
	"begins anew at a cursor":            {"query/cursor"},
	"knows no limit":                     {"query/limit"},
	"dies when cancelled":                {"query/cancel"},
	"has no rows of what does not exist": {"query/unknown"},
	"reads ahead without end":            {"query/memory"},
	"ends at a signal":                   {"process/signals"},
	"does not end":                       {"process/shutdown"},
	"outlives its hub":                   {"process/orphan"},
	"leaves a lock behind":               {"process/crash"},
	"leaks":                              {"process/memory"},
	"answers one twice":                  {"outcome/once"},
	"every attempt is the first":         {"outcome/attempt"},
	"accepts without a provider id":      {"outcome/provider-id"},
	"one provider id for several":        {"outcome/provider-id"},
	"refuses without a word":             {"outcome/message"},
	"a scope that pauses nothing":        {"outcome/scope"},
	"a path to nowhere":                  {"outcome/path"},
	"a limit that is not declared":       {"outcome/limit"},
	"waits in the wrong unit":            {"outcome/retry-after"},
	"a state that does not exist":        {"outcome/values"},
	"opens twice":                        {"outcome/order"},
	"has room for nothing":               {"outcome/order"},
	"secrets in answers":                 {"secrets/answers"},
	"logs its secrets":                   {"secrets/log"},
}

func TestAWrongConnectorFailsForItsOwnReason(t *testing.T) {
	t.Parallel()
	reports := map[string]conformance.Report{}
	var mu sync.Mutex
	var all sync.WaitGroup
	turn := make(chan struct{}, 8) // they mostly wait, so that more run at once than there are cores
	for fault := range wrong {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			r := test(t, fault)
			mu.Lock()
			reports[fault] = r
			mu.Unlock()
		})
	}
	all.Wait()
	for _, fault := range slices.Sorted(maps.Keys(wrong)) {
		t.Run(fault, func(t *testing.T) {
			r := reports[fault]
			if names, said := failed(r); !slices.Equal(names, wrong[fault]) {
				t.Errorf("it fails %q and not %q\n%s", names, wrong[fault], said)
			}
			if r.Status != conformance.Failed {
				t.Errorf("the report says %s", r.Status)
			}
		})
	}
}

func TestAConnectorOfAnotherContractIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	for fault, says := range map[string]string{
		"speaks a later contract":    "it speaks version 2 of the connector contract, and this version of Recado speaks 1: the connector is too new; update Recado",
		"speaks an earlier contract": "it speaks version 0 of the connector contract, and this version of Recado speaks 1: the connector is too old; install a newer version",
	} {
		r := test(t, fault)
		if _, said := failed(r); !strings.Contains(said, says) {
			t.Errorf("%s: it says\n%s", fault, said)
		}
		if n := r.Counts[conformance.Skipped]; n < 50 {
			t.Errorf("%s: %d checks were skipped", fault, n)
		}
	}
}

// The connector that was built against the first contract is a program of its own, kept as source.
func TestTheFirstConnectorPassesTheSuite(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "recado-connector-first")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "../testdata/first").CombinedOutput(); err != nil {
		t.Fatalf("it cannot be built: %v\n%s", err, out)
	}
	s, err := conformance.New(conformance.Executable{Command: []string{binary}}, conformance.FromFile(nil), conformance.Options{Deliveries: 2000})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := s.Run(t.Context(), func(conformance.Result) {})
	if names, said := failed(r); len(names) > 0 || r.Counts[conformance.Passed] < 40 {
		t.Errorf("%d passed\n%s", r.Counts[conformance.Passed], said)
	}
}

func TestEveryCheckSaysWhyAndWhereToLook(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if heading, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			anchor := strings.ReplaceAll(strings.ToLower(heading), " ", "-")
			sections[strings.ReplaceAll(anchor, ",", "")] = true
		}
	}
	names := map[string]bool{}
	for _, c := range conformance.Checks() {
		if names[c.Name] || c.Title == "" || c.Why == "" {
			t.Errorf("%s: every check has a name of its own, a title and a reason", c.Name)
		}
		names[c.Name] = true
		if !sections[c.Guide] {
			t.Errorf("%s: plugins/README.md has no section #%s", c.Name, c.Guide)
		}
	}
}

func TestEveryWordOfTheConfigurationIsInTheGuide(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```json\n")
	block, _, ok := strings.Cut(rest, "```")
	path := filepath.Join(t.TempDir(), "suite.json")
	if err := os.WriteFile(path, []byte(block), 0o600); err != nil || !ok {
		t.Fatal(err)
	}
	f, err := conformance.ReadFile(path)
	if err != nil {
		t.Fatalf("the example of the guide: %v", err)
	}
	var unset func(at string, v reflect.Value)
	unset = func(at string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			unset(at, v.Elem())
		case reflect.Slice:
			if v.Len() > 0 && v.Index(0).Kind() == reflect.Struct {
				unset(at+"[]", v.Index(0))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
				if name == "" {
					unset(at, v.Field(i))
					continue
				}
				if !strings.Contains(block, `"`+name+`":`) {
					t.Errorf("the guide does not show %s.%s", at, name)
				}
				unset(at+"."+name, v.Field(i))
			}
		}
	}
	unset("", reflect.ValueOf(f))
}

func TestAConfigurationThatIsWrongIsRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{"setings":{}}`:                "setings",
		`{"settings":{}} {}`:            "more than one",
		`{"delivery":{"values":"one"}}`: "delivery.values",
		`not json`:                      "invalid character",
	} {
		path := filepath.Join(t.TempDir(), "suite.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := conformance.ReadFile(path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "suite.json") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheReportForPeople(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	people := conformance.Printer{W: &b}
	for _, r := range []conformance.Result{
		{Name: "a/one", Title: "one holds", Status: conformance.Passed},
		{Name: "a/two", Title: "two holds", Status: conformance.Failed, Problems: []string{"it does not", "at all"}, Why: "it matters", Guide: "guide#two"},
		{Name: "a/three", Status: conformance.Skipped, Reason: "it cannot run"},
		{Name: "a/four", Status: conformance.Skipped, Reason: "it cannot run"},
		{Name: "a/five", Status: conformance.NotOffered, Reason: "there is none"},
	} {
		people.Tell(r)
	}
	people.Summary(&conformance.Report{Connector: conformance.Tested{Name: "x", Version: "1.0.0"}, Millis: 1500, Counts: map[conformance.Status]int{
		conformance.Passed: 1, conformance.Failed: 1, conformance.Skipped: 2, conformance.NotOffered: 1,
	}})
	const want = `  passed   a/one                  one holds
  FAILED   a/two                  two holds
             - it does not
             - at all
             why:  it matters
             see:  guide#two
  SKIPPED  a/three, a/four
             it cannot run
  -        a/five
             there is none

x 1.0.0: 1 passed, 1 failed, 2 skipped, 1 not offered, in 1.5 s
What was skipped was not tested; the reasons say what is missing.
`
	if b.String() != want {
		t.Errorf("it says\n%s", b.String())
	}
}

// The shape of the JSON is what programs read. Fields may be added.
func TestTheReportAsJSON(t *testing.T) {
	t.Parallel()
	r := test(t, "a language is missing")
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version   int
		Status    string
		Began     time.Time
		Counts    map[string]int
		Connector map[string]any
		Checks    []map[string]any
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != 1 || got.Status != "FAILED" || got.Counts["FAILED"] != 1 || got.Connector["name"] != "right" || got.Connector["contract"] != 1.0 || got.Began.IsZero() {
		t.Errorf("the report begins with %.300s", text)
	}
	for _, c := range got.Checks {
		want := []string{"guide", "ms", "name", "status", "title", "why"}
		switch c["status"] {
		case "FAILED":
			want = []string{"guide", "ms", "name", "problems", "status", "title", "why"}
			if p := c["problems"].([]any); len(p) != 1 || p[0] != "title: no text in it" {
				t.Errorf("the problems are %q", p)
			}
		case "SKIPPED", "NOT_OFFERED":
			want = []string{"guide", "ms", "name", "reason", "status", "title", "why"}
		}
		if keys := slices.Sorted(maps.Keys(c)); !slices.Equal(keys, want) {
			t.Errorf("%v has the fields %q", c["name"], keys)
		}
	}
}

func TestEveryCheckIsFailedBySomeWrongConnector(t *testing.T) {
	found := map[string]bool{}
	for _, names := range wrong {
		for _, n := range names {
			found[n] = true
		}
	}
	for _, c := range conformance.Checks() {
		if !found[c.Name] && c.Name != "deliver/accepted" {
			t.Errorf("no wrong connector fails %s: who knows whether it can fail?", c.Name)
		}
	}
}
