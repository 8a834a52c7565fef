package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/recado-hub/recado/graph"
	"github.com/recado-hub/recado/internal/meter"
	screenfiles "github.com/recado-hub/recado/schema/screens"
)

// screen is an operation of schema/screens, with the text of its file.
type screen struct {
	file, text string
	operation  *gql.OperationDefinition
}

// loadScreens reads the operations of schema/screens by name; each file has to fit the schema by itself.
func loadScreens(t *testing.T, s *gql.Schema) map[string]screen {
	t.Helper()
	files, err := fs.Glob(screenfiles.Files, "*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no screens: %v", err)
	}
	found := map[string]screen{}
	for _, file := range files {
		text, err := screenfiles.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, errs := gqlparser.LoadQueryWithRules(s, string(text), rules.NewDefaultRules())
		if errs != nil {
			t.Fatalf("%s: %v", file, errs)
		}
		if len(doc.Operations) == 0 {
			t.Errorf("%s has no operation", file)
		}
		for _, op := range doc.Operations {
			if other, twice := found[op.Name]; twice {
				t.Errorf("%s stands in %s and in %s: programs that write code from them need different names", op.Name, other.file, file)
			}
			found[op.Name] = screen{file, string(text), op}
		}
	}
	return found
}

// unexplained lists what of a document has no comment before it that is a sentence.
func unexplained(doc *gql.QueryDocument) (list []string) {
	look := func(name string, c *gql.CommentGroup) {
		if c == nil || len(c.List) == 0 || !sentence.MatchString(commentOf(c)) {
			list = append(list, name)
		}
	}
	for _, op := range doc.Operations {
		look(op.Name, op.Comment)
	}
	for _, f := range doc.Fragments {
		look(f.Name, f.Comment)
	}
	return list
}

func commentOf(c *gql.CommentGroup) string {
	var lines []string
	for _, one := range c.List {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(one.Value, "#")))
	}
	return strings.TrimLeft(strings.Join(lines, " "), `"0123456789. `)
}

func TestEveryOperationOfTheScreensSaysWhereItsDataGoes(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	fragments := map[string]string{}
	for _, one := range loadScreens(t, s) {
		doc, errs := gqlparser.LoadQueryWithRules(s, one.text, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		for _, name := range unexplained(doc) {
			t.Errorf("%s: %s has no comment before it that says where on the screen its data goes", one.file, name)
		}
		for _, f := range doc.Fragments {
			if other := fragments[f.Name]; other != "" && other != one.file {
				t.Errorf("the fragment %s stands in %s and in %s: programs that write code from them need different names", f.Name, other, one.file)
			}
			fragments[f.Name] = one.file
		}
	}
	t.Run("and a gap would be found", func(t *testing.T) {
		doc, errs := gqlparser.LoadQueryWithRules(s, "query A { viewer { locale } }\n\n# no sentence\nquery B { viewer { locale } }\n\n# A sentence.\nquery C { viewer { locale } }", rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		if got := fmt.Sprint(unexplained(doc)); got != "[A B]" {
			t.Errorf("found: %s", got)
		}
	})
}

func TestTheGuideLeadsToEveryScreen(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../schema/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range loadScreens(t, loadSchema(t)) {
		if !bytes.Contains(guide, []byte("](screens/"+one.file+")")) {
			t.Errorf("schema/README.md does not link to screens/%s", one.file)
		}
	}
}

// stage runs operations of the screens against a hub and remembers which.
type stage struct {
	*site
	screens   map[string]screen
	ran       map[string]bool
	followers meter.Gauge
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{screens: loadScreens(t, loadSchema(t)), ran: map[string]bool{}}
	s.site = setUp(t, newDoor(t, func(o *graph.Options) { o.Sockets = &s.followers }))
	return s
}

// some stands for any value but none at all.
const some = "some"

// body is the request for an operation, as somebody who copies the whole file sends it.
func (s *stage) body(name string, v vars) vars {
	s.t.Helper()
	one, ok := s.screens[name]
	if !ok {
		s.t.Fatalf("there is no operation %s on any screen", name)
	}
	s.ran[name] = true
	return vars{"query": one.text, "operationName": name, "variables": v}
}

// show runs an operation. What must stand in the answer are pairs of a path with dots and the value there; one at least. Mutations must be
// done, unless their errors are among it.
func (s *stage) show(name string, v vars, must ...any) reply {
	s.t.Helper()
	body, err := json.Marshal(s.body(name, v))
	if err != nil {
		s.t.Fatal(err)
	}
	r := s.send("POST", s.url, bytes.NewReader(body), headers("Authorization", "Bearer "+s.admin, "Content-Type", "application/json"))
	if len(r.Errors) > 0 {
		s.t.Fatalf("%s is answered with %+v", name, r.Errors)
	}
	refused := strings.Contains(fmt.Sprint(must...), "userErrors.")
	if s.screens[name].operation.Operation == gql.Mutation && !refused {
		for field := range r.Data.(map[string]any) {
			if errs := r.userErrors(field); len(errs) > 0 {
				s.t.Fatalf("%s is answered with %v", name, r.at(field, "userErrors"))
			}
		}
	}
	s.hold(name, r, must)
	return r
}

// hold compares what must stand in an answer with what does.
func (s *stage) hold(name string, r reply, must []any) {
	s.t.Helper()
	if len(must) == 0 || len(must)%2 != 0 {
		s.t.Fatalf("say of %s what must stand in its answer", name)
	}
	for i := 0; i < len(must); i += 2 {
		path := must[i].(string)
		got := r.follow(path)
		if want := must[i+1]; want == some && !empty(got) || want != some && fmt.Sprint(got) == fmt.Sprint(want) {
			continue
		}
		s.t.Errorf("%s: %s is %v, not %v", name, path, got, must[i+1])
	}
}

// follow is at for a path with dots.
func (r reply) follow(path string) any {
	r.t.Helper()
	var steps []any
	for _, step := range strings.Split(path, ".") {
		if n, err := strconv.Atoi(step); err == nil {
			steps = append(steps, n)
		} else {
			steps = append(steps, step)
		}
	}
	return r.at(steps...)
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// listen subscribes with an operation, and returns the next item each time that it is called.
func (s *stage) listen(name string, v vars) func(must ...any) reply {
	s.t.Helper()
	w, others := s.connect(bearer(s.admin)), s.followers.Value()
	w.say("subscribe", name, s.body(name, v))
	eventually(s.t, name+" has begun", func() bool { return s.followers.Value() > others })
	return func(must ...any) reply {
		s.t.Helper()
		r := w.hear().reply(s.t)
		if len(r.Errors) > 0 {
			s.t.Fatalf("%s is answered with %+v", name, r.Errors)
		}
		s.hold(name, r, must)
		return r
	}
}

// finish fails for every operation that was not run.
func (s *stage) finish() {
	s.t.Helper()
	for name, one := range s.screens {
		if !s.ran[name] {
			s.t.Errorf("%s: %s is run by no test", one.file, name)
		}
	}
}
