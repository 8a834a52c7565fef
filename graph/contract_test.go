package graph_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/graph"
)

// update has the test of the snapshot write it: go generate ./graph sets it.
var update = flag.Bool("update", false, "write schema/snapshot.graphql, if nothing breaks")

const snapshot = "../schema/snapshot.graphql"

// agreed are breaks that were decided on, each with the day and the reason, such as "Flow.colour was removed": "2026-12-24: nobody could set it".
var agreed = map[string]string{}

func TestTheSchemaKeepsWhatItsSnapshotHas(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(snapshot)
	if err != nil && !(*update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	if broken := notAgreed(t, string(text)); len(broken) > 0 {
		t.Fatalf("programs rely on what this change takes away. Add beside it, and deprecate the old one with a reason and a date:\n%s", strings.Join(broken, "\n"))
	}
	now := graph.Snapshot()
	if *update {
		err = os.WriteFile(snapshot, []byte(now), 0o644)
	} else if now != string(text) {
		t.Errorf("%s is not the schema of today: run go generate ./graph and commit what it writes", snapshot)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A snapshot can be replaced with a change that breaks it; those in the history cannot.
func TestTheSchemaKeepsWhatEverySnapshotOfTheHistoryHas(t *testing.T) {
	t.Parallel()
	skip := func(why string) {
		if os.Getenv("RECADO_CI") != "" {
			t.Fatal(why)
		}
		t.Skip("NOT TESTED: " + why)
	}
	commits, err := exec.CommandContext(t.Context(), "git", "log", "--format=%H", "--", snapshot).Output()
	if err != nil {
		skip("the history needs git and a clone: " + err.Error())
	}
	if len(commits) == 0 {
		skip("the history that is there has no snapshot")
	}
	for _, commit := range strings.Fields(string(commits)) {
		text, err := exec.CommandContext(t.Context(), "git", "show", commit+":schema/snapshot.graphql").Output()
		if err != nil {
			continue // it was taken away in this commit, and is compared where it was there
		}
		if broken := notAgreed(t, string(text)); len(broken) > 0 {
			t.Errorf("breaks the contract of %s:\n%s", commit, strings.Join(broken, "\n"))
		}
	}
}

func notAgreed(t *testing.T, old string) []string {
	t.Helper()
	broken, err := graph.Breaks(old)
	if err != nil && old != "" {
		t.Fatalf("it is no schema: %v", err)
	}
	return slices.DeleteFunc(broken, func(b string) bool { return agreed[b] != "" })
}

func TestThePrintedSchemaIsTheSchema(t *testing.T) {
	t.Parallel()
	printed, err := gqlparser.LoadSchema(&gql.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	if missing := undescribed(printed); len(missing) > 0 {
		t.Errorf("descriptions were lost: %v", missing)
	}
	for name, text := range map[string]string{"as it is printed": graph.SDL(), "its snapshot": graph.Snapshot()} {
		if broken, err := graph.Breaks(text); err != nil || len(broken) > 0 {
			t.Errorf("%s: %v %v", name, broken, err)
		}
	}
	if _, err := graph.Breaks("type Query {"); err == nil {
		t.Error("a text that is no schema is compared with")
	}
}

var dated = regexp.MustCompile(`^(\d{4}-\d\d-\d\d): .+\.$`)

// undated lists what of a schema is deprecated without a reason that begins with the day, and a day that is none.
func undated(s *gql.Schema) (list []string) {
	look := func(what string, directives gql.DirectiveList) {
		d := directives.ForName("deprecated")
		if d == nil {
			return
		}
		reason := d.Arguments.ForName("reason")
		if reason != nil {
			if m := dated.FindStringSubmatch(reason.Value.Raw); m != nil {
				if _, err := time.Parse(time.DateOnly, m[1]); err == nil {
					return
				}
			}
		}
		list = append(list, what)
	}
	for _, d := range ours(s) {
		for _, v := range d.EnumValues {
			look(d.Name+"."+v.Name, v.Directives)
		}
		for _, f := range fieldsOf(d) {
			look(d.Name+"."+f.Name, f.Directives)
			for _, a := range f.Arguments {
				look(d.Name+"."+f.Name+"("+a.Name+":)", a.Directives)
			}
		}
	}
	return list
}

func TestWhatIsDeprecatedSaysSinceWhenAndWhatToUse(t *testing.T) {
	t.Parallel()
	for _, what := range undated(loadSchema(t)) {
		t.Errorf(`%s is deprecated without a reason of the form "2026-11-30: use this in its place."`, what)
	}
	t.Run("and a gap would be found", func(t *testing.T) {
		s := gqlparser.MustLoadSchema(&gql.Source{Input: `type Query {
			a(x: Int, y: Int @deprecated(reason: "old.")): E @deprecated(reason: "2026-11-30: use b.")
			b: Int @deprecated
			c: Int @deprecated(reason: "2026-13-30: use b.")
			d: Int @deprecated(reason: "2026-11-30:")
		} enum E { X @deprecated(reason: "no day.") Y } input I { f: Int @deprecated(reason: "no day.") }`})
		if got := fmt.Sprint(undated(s)); got != "[E.X I.f Query.a(y:) Query.b Query.c Query.d]" {
			t.Errorf("found: %s", got)
		}
	})
}
