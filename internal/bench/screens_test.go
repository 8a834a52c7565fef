package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/app"
	docs "github.com/recado-hub/recado/schema/screens"
)

// The benchmark starts its own executable as the other processes, which here is the test.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == hubCommand || os.Args[1] == app.ConnectorCommand) {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestTheScreensAreMeasuredFromTheFirstEventToTheTables(t *testing.T) {
	var text, lines bytes.Buffer
	p := plan{clients: 8, screens: true, size: 2 * small, each: 200 * time.Millisecond, only: "ExecutionDetail,Matrix", data: t.TempDir(), profile: filepath.Join(t.TempDir(), "of.")}
	if err := p.run(t.Context(), output{Writer: &text, lines: json.NewEncoder(&lines)}, p.modes(false)); err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	for _, row := range []string{"| groups | Matrix |", "| executions | ExecutionDetail |", "| executions | 1 |"} {
		if !strings.Contains(text.String(), row) {
			t.Errorf("no table has the row %s:\n%s", row, text.String())
		}
	}
	// What is asked of the store is counted exactly; of what the engine reads by itself a slow machine has a part for each asking.
	if !regexp.MustCompile(`^\s*0\.\d / 0\.\d\s*$`).MatchString(statements(t, text.String(), "Matrix")) {
		t.Errorf("the matrix is read from somewhere:\n%s", text.String())
	}
	if cell := statements(t, text.String(), "ExecutionDetail"); strings.HasPrefix(cell, "0.") {
		t.Errorf("an execution costs %s statements", cell)
	}
	var f figure
	if err := json.Unmarshal(lines.Bytes(), &f); err != nil || f.Value <= 0 || len(f.Detail) != 3 {
		t.Errorf("%v: %s", err, lines.String())
	}
	for _, hub := range []string{"history-1000", "history-2000"} {
		file, err := os.Open(p.profile + hub + ".ExecutionDetail.cpu.pprof")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := profile.Parse(file); err != nil {
			t.Errorf("the profile of %s: %v", hub, err)
		}
	}
}

// statements is the cell of an operation's row in the first table that says how many it costs.
func statements(t *testing.T, text, operation string) string {
	t.Helper()
	column := 0
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if at := slices.Index(cells, " statements "); at > 0 {
			column = at
		}
		if strings.Contains(line, "| "+operation+" |") {
			return strings.TrimSpace(cells[column])
		}
	}
	t.Fatalf("there is no row of %s:\n%s", operation, text)
	return ""
}

func TestEveryQueryOfTheScreensIsMeasured(t *testing.T) {
	t.Parallel()
	list, err := docs.Operations()
	if err != nil {
		t.Fatal(err)
	}
	queries := map[string]bool{}
	for _, op := range list {
		queries[op.Name] = op.Kind == gql.Query
	}
	for _, a := range asks {
		if !queries[a.operation] {
			t.Errorf("%s is no query of the screens", a.operation)
		}
	}
	for name, query := range queries {
		if query && !asked(name) {
			t.Errorf("%s is not measured", name)
		}
	}
}

func asked(operation string) bool {
	for _, a := range asks {
		if a.operation == operation {
			return true
		}
	}
	return false
}

// made is a profile with one sample for each stack, the innermost function first.
func made(counts map[string]int64) *profile.Profile {
	p := &profile.Profile{Period: 10_000_000, PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"},
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	for stack, n := range counts {
		s := &profile.Sample{Value: []int64{n, n * p.Period}}
		for _, names := range strings.Split(stack, " < ") {
			l := &profile.Location{ID: uint64(len(p.Location) + 1)}
			for _, name := range strings.Split(names, " in ") { // inlined
				f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: name}
				p.Function, l.Line = append(p.Function, f), append(l.Line, profile.Line{Function: f})
			}
			p.Location, s.Location = append(p.Location, l), append(s.Location, l)
		}
		p.Sample = append(p.Sample, s)
	}
	return p
}

func TestAMomentBelongsToTheInnermostPartThatIsUnderWay(t *testing.T) {
	t.Parallel()
	const (
		resolver = module + "graph.(*executionResolver).Flow < " + module + "graph/generated.(*executionContext)._Execution < net/http.(*conn).serve"
		store    = module + "internal/sqlite.(*DB).FlowsByKey < "
	)
	got := sharesOf(made(map[string]int64{
		"runtime.mallocgc < modernc.org/sqlite/lib._sqlite3VdbeExec < database/sql.(*DB).QueryContext < " + store + resolver:       10,
		"encoding/json.Unmarshal < " + store + resolver:                                                                            4,
		"runtime.mapaccess2 < " + module + "internal/sqlite.lacks in " + module + "internal/sqlite.(*DB).discloseBy < " + resolver: 3,
		"runtime.memmove < " + resolver: 20,
		"encoding/json.Marshal < " + module + "graph.appendResponse < " + module + "graph.(*handler).answer":                      6,
		"strconv.AppendInt < " + module + "internal/hub.ExecutionState.MarshalGQL < " + gqlgen + "graphql.(*FieldSet).MarshalGQL": 5,
		"crypto/sha256.block < github.com/golang-jwt/jwt/v5.(*Parser).Parse < " + module + "internal/auth.(*Auth).Verify":         2,
		"runtime.mapaccess2 < " + module + "internal/hub.Caller.May < " + store + resolver:                                        1,
		"internal/poll.(*FD).Write < net.(*conn).Write < github.com/klauspost/compress/gzhttp.(*GzipResponseWriter).Close":        7,
		"hash/crc32.update < github.com/klauspost/compress/flate.(*compressor).write < net/http.(*conn).serve":                    8,
		module + "internal/catalog.(*Catalog).Enum < " + resolver:                                                                 9,
		"runtime.scanobject < runtime.gcBgMarkWorker":                                                                             11,
		"runtime.futex < runtime.findRunnable < runtime.mcall":                                                                    14,
	}))
	for p, want := range map[part]int64{partSQL: 14, partRights: 6, partGraph: 20, partJSON: 11, partHub: 9, partGzip: 8, partHTTP: 7, partRest: 25} {
		if got.samples[p] != want {
			t.Errorf("of part %d there are %d samples, not %d", p, got.samples[p], want)
		}
	}
	var all float64
	for _, p := range partNames {
		all += got.percent(p.part)
	}
	if math.Abs(all-100) > 1e-9 || len(partNames) != int(parts) {
		t.Errorf("the shares make %v %%", all)
	}
	if got.all() != 100 || got.seconds() != 1 || got.margin() != 5 {
		t.Errorf("%d samples, %v s, ± %v %%", got.all(), got.seconds(), got.margin())
	}
	got.add(got)
	if got.all() != 200 || got.percent(partGraph) != 20 {
		t.Errorf("twice the same is %+v", got)
	}
}

// A function that has another name would count as something else, and nobody would see it.
func TestEveryFunctionThatOwnsTimeIsThere(t *testing.T) {
	t.Parallel()
	declared := map[string][]string{}
	for _, o := range owners {
		dir, name, ok := strings.Cut(strings.TrimPrefix(o.prefix, module), ".")
		if !strings.HasPrefix(o.prefix, module) || !ok || name == "" {
			continue
		}
		if declared[dir] == nil {
			declared[dir] = functions(t, filepath.Join("../..", dir))
		}
		found := false
		for _, f := range declared[dir] {
			found = found || strings.HasPrefix(f, name)
		}
		if !found {
			t.Errorf("%s has no function whose name begins with %s", dir, name)
		}
	}
	if len(declared) < 3 {
		t.Errorf("only %d packages were looked at", len(declared))
	}
}

// functions lists those of a package, as a profile names them.
func functions(t *testing.T, dir string) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			switch {
			case !ok || strings.HasSuffix(name, "_test.go"):
			case f.Recv == nil:
				list = append(list, f.Name.Name)
			default:
				list = append(list, receiver(f.Recv.List[0].Type)+"."+f.Name.Name)
			}
		}
	}
	return list
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "(*" + receiver(e.X) + ")"
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return receiver(e.X)
	}
	return ""
}

func TestAnAnswerHoldsWhatAScreenIsToShow(t *testing.T) {
	t.Parallel()
	var answer any
	if err := json.Unmarshal([]byte(`{"list": {"nodes": [{"deep": [1]}, 2]}, "none": null, "text": "x"}`), &answer); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]map[int]bool{"list.nodes": {0: true, 2: true, 3: false}, "list.nodes.0.deep": {1: true, 2: false}, "list.nodes.2": {0: false}, "list.other": {0: false},
		"none": {0: false}, "text": {1: true}, "text.more": {0: false}} {
		for least, holding := range want {
			if got := holds(answer, strings.Split(path, "."), least); got != holding {
				t.Errorf("%s, at least %d: %v", path, least, got)
			}
		}
	}
}

func TestARateIsThatOfAllTurnsTogether(t *testing.T) {
	t.Parallel()
	var b burst
	for i := range 100 {
		b.took = append(b.took, time.Duration(100-i)*time.Millisecond)
	}
	b.lasts = time.Duration(500) * time.Millisecond
	b.add(burst{took: b.took, lasts: time.Duration(1500) * time.Millisecond, wire: 7})
	if b.rate() != 100 || b.percentile(50) != 51 || b.percentile(99) != 100 || b.wire != 7 {
		t.Error(b.rate(), b.percentile(50), b.percentile(99), b.wire)
	}
	if none := (&burst{}); none.rate() != 0 || none.percentile(50) != 0 {
		t.Error("nothing has a rate")
	}
}
