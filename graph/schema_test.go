package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	gql "github.com/vektah/gqlparser/v2/ast"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

func loadSchema(t testing.TB) *gql.Schema {
	t.Helper()
	files, err := filepath.Glob("../schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatalf("the schema cannot be found: %v", err)
	}
	var sources []*gql.Source
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &gql.Source{Name: filepath.Base(f), Input: string(text)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// ours are the types of the schema that are not built in.
func ours(s *gql.Schema) []*gql.Definition {
	var list []*gql.Definition
	for _, d := range s.Types {
		if !d.BuiltIn && !strings.HasPrefix(d.Name, "__") {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *gql.Definition) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func fieldsOf(d *gql.Definition) []*gql.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(d.Fields), func(f *gql.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
}

// rootFields are the fields of Query, Mutation and Subscription.
func rootFields(s *gql.Schema) []*gql.FieldDefinition {
	return slices.Concat(fieldsOf(s.Query), fieldsOf(s.Mutation), fieldsOf(s.Subscription))
}

var sentence = regexp.MustCompile(`(?s)^[A-Z].*[.:]$`)

// undescribed lists what of a schema has no description, or one that is no sentence.
func undescribed(s *gql.Schema) (list []string) {
	look := func(what, description string) {
		if !sentence.MatchString(strings.TrimSpace(description)) {
			list = append(list, what)
		}
	}
	for _, d := range ours(s) {
		look(d.Name, d.Description)
		for _, v := range d.EnumValues {
			look(d.Name+"."+v.Name, v.Description)
		}
		for _, f := range fieldsOf(d) {
			look(d.Name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				look(d.Name+"."+f.Name+"("+a.Name+":)", a.Description)
			}
		}
	}
	for _, d := range s.Directives {
		if d.Position != nil && d.Position.Src.BuiltIn {
			continue
		}
		look("@"+d.Name, d.Description)
		for _, a := range d.Arguments {
			look("@"+d.Name+"("+a.Name+":)", a.Description)
		}
	}
	return list
}

func TestEverythingInTheSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	for _, what := range undescribed(loadSchema(t)) {
		t.Errorf("%s has no description that is a sentence", what)
	}
	t.Run("and a gap would be found", func(t *testing.T) {
		s := gqlparser.MustLoadSchema(&gql.Source{Input: `"A query." type Query { "Ok." a(b: Int): E  c: Int } "An enum." enum E { "One." X Y }`})
		if got := strings.Join(undescribed(s), " "); got != "E.Y Query.a(b:) Query.c" {
			t.Errorf("found: %s", got)
		}
	})
}

var permissionDirectives = []string{"requires", "requiresToken", "requiresRowOf"}

func permissionDirective(f *gql.FieldDefinition) (found []*gql.Directive) {
	for _, name := range permissionDirectives {
		if d := f.Directives.ForName(name); d != nil {
			found = append(found, d)
		}
	}
	return found
}

func argument(d *gql.Directive, name string) string { return d.Arguments.ForName(name).Value.Raw }

func TestEveryRootFieldSaysWhatItRequires(t *testing.T) {
	t.Parallel()
	cat := catalog.Load()
	for _, f := range rootFields(loadSchema(t)) {
		found := permissionDirective(f)
		if len(found) != 1 {
			t.Errorf("%s has %d permission directives; it needs one of @%s", f.Name, len(found), strings.Join(permissionDirectives, ", @"))
			continue
		}
		if found[0].Name != "requires" {
			continue
		}
		row := hub.Row{Module: argument(found[0], "module"), Submodule: argument(found[0], "submodule")}
		cells, ok := cat.Cells(row)
		if !ok || !cells.Has(hub.Action(argument(found[0], "action"))) {
			t.Errorf("%s requires %s:%s, which the permission matrix does not have", f.Name, row, argument(found[0], "action"))
		}
	}
}

func TestGuardedRootFieldsAreNullable(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	isSubscription := func(f *gql.FieldDefinition) bool { return slices.Contains(s.Subscription.Fields, f) }
	for _, f := range rootFields(s) {
		isList := f.Type.Elem != nil
		if f.Directives.ForName("requiresToken") == nil && f.Type.NonNull && !isList && !isSubscription(f) { // which is alone in its operation
			t.Errorf("%s is not nullable: one missing permission would take the rest of the answer away", f.Name)
		}
	}
}

func TestListsAreConnections(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	want := map[string][]string{"Connection": {"edges", "nodes", "pageInfo", "totalCount", "totalCountIsExact"}, "Edge": {"cursor", "node"}}
	for _, d := range ours(s) {
		for suffix, fields := range want {
			if d.Kind != gql.Object || !strings.HasSuffix(d.Name, suffix) {
				continue
			}
			var got []string
			for _, f := range d.Fields {
				got = append(got, f.Name)
			}
			if !slices.Equal(got, fields) {
				t.Errorf("%s has the fields %v, not %v", d.Name, got, fields)
			}
		}
		if !slices.Contains(d.Interfaces, "Node") {
			continue
		}
		if s.Types[d.Name+"Connection"] == nil || s.Types[d.Name+"Edge"] == nil {
			t.Errorf("%s is a Node without a connection", d.Name)
		}
		one := strings.ToLower(d.Name[:1]) + d.Name[1:]
		many := one + "s"
		if strings.HasSuffix(one, "y") {
			many = strings.TrimSuffix(one, "y") + "ies"
		}
		if d.Name == "AuditEntry" {
			many = "auditLog" // what everybody calls it
		}
		if f := s.Query.Fields.ForName(one); f == nil || f.Type.Name() != d.Name || f.Arguments.ForName("id") == nil {
			t.Errorf("Query.%s(id:) does not answer a %s", one, d.Name)
		}
		list := s.Query.Fields.ForName(many)
		if list == nil || list.Type.Name() != d.Name+"Connection" {
			t.Errorf("Query.%s does not answer a %sConnection", many, d.Name)
			continue
		}
		for arg, typ := range map[string]string{"first": "Int", "after": "Cursor"} {
			if a := list.Arguments.ForName(arg); a == nil || a.Type.String() != typ {
				t.Errorf("Query.%s has no argument %s: %s", many, arg, typ)
			}
		}
	}
}

var mutationName = regexp.MustCompile(`^(viewer|streamTicket|group|consumer|connector|integration|flow|event|occurrence|records|executions?|delivery|deliveries|queue|suppression|consumerSecret|retention|flowRetention)[A-Z][a-z]+$`)

func TestMutationsHaveOneShape(t *testing.T) {
	t.Parallel()
	s := loadSchema(t)
	for _, f := range fieldsOf(s.Mutation) {
		if !mutationName.MatchString(f.Name) {
			t.Errorf("%s is not named by noun and verb", f.Name)
		}
		payload := strings.ToUpper(f.Name[:1]) + f.Name[1:] + "Payload"
		if f.Type.String() != payload {
			t.Errorf("%s answers %s, not a nullable %s", f.Name, f.Type, payload)
			continue
		}
		errs := s.Types[payload].Fields.ForName("userErrors")
		if errs == nil || errs.Type.String() != "[UserError!]!" {
			t.Errorf("%s has no userErrors: [UserError!]!", payload)
		}
		for _, p := range s.Types[payload].Fields {
			composite := s.Types[p.Type.Name()].IsCompositeType()
			if p != errs && composite && p.Type.NonNull && p.Type.Elem == nil {
				t.Errorf("%s.%s is not nullable: a refused act has no object", payload, p.Name)
			}
		}
		for _, a := range f.Arguments {
			byName := a.Name == "name" && strings.HasPrefix(f.Name, "connector") // connectors have no other identity
			if !slices.Contains([]string{"id", "input", "expectedVersion"}, a.Name) && !byName {
				t.Errorf("%s has the argument %s; it belongs into input", f.Name, a.Name)
			}
		}
		if strings.HasSuffix(f.Name, "Update") && s.Types[strings.TrimSuffix(payload, "Payload")+"Input"].Fields.ForName("expectedVersion") == nil {
			t.Errorf("%s takes no expectedVersion", f.Name)
		}
	}
}

func TestSecretsGoInAndOnlyANewSecretOfAConsumerComesOut(t *testing.T) {
	t.Parallel()
	for _, d := range ours(loadSchema(t)) {
		if d.Kind != gql.Object {
			continue
		}
		for _, f := range d.Fields {
			allowed := (d.Name == "ConsumerCreatePayload" || d.Name == "ConsumerSecretRotatePayload") && f.Name == "secret" || f.Name == "secretsSet" || slices.Contains([]string{"DateTime", "Boolean"}, f.Type.Name()) || f.Name == "consumerSecretRotate"
			if strings.Contains(strings.ToLower(f.Name), "secret") && !allowed {
				t.Errorf("%s.%s shows a secret", d.Name, f.Name)
			}
		}
	}
}

// inGo says which Go type the values of an enum come from, where it has another name than the enum.
var inGo = map[string]string{"FlowTrigger": "Trigger", "ChangeSubject": "Subject", "ChangeAspect": "Aspect", "OutcomeScope": "Scope"}

// notTyped are the enums of which there is no Go type; their values are plain text in hub and catalog. UserErrorCode is a
// part of hub.Code, and of PermissionVerdict only this door knows.
var notTyped = []string{"PermissionVerdict", "PermissionDependency", "ConnectorRole", "LimitScope", "SourceModule", "EventOrigin", "Origin", "UserErrorCode", "RowOf"}

func TestEnumsHaveTheValuesThatTheHubHas(t *testing.T) {
	t.Parallel()
	values := constants(t, "../internal/hub", "../internal/catalog")
	for _, d := range ours(loadSchema(t)) {
		if d.Kind != gql.Enum || slices.Contains(notTyped, d.Name) {
			continue
		}
		name := d.Name
		if other, ok := inGo[name]; ok {
			name = other
		}
		var got []string
		for _, v := range d.EnumValues {
			got = append(got, v.Name)
		}
		want := slices.Clone(values[name])
		if strings.HasSuffix(name, "OrderField") { // of all orders, those that a list has
			want = slices.DeleteFunc(slices.Clone(values["OrderField"]), func(v string) bool { return !slices.Contains(got, v) })
		}
		slices.Sort(got)
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("the enum %s has %v, the Go type %s has %v", d.Name, got, name, want)
		}
	}
}

// constants reads the text constants of packages, by their type.
func constants(t *testing.T, dirs ...string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, dir := range dirs {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 {
					return true
				}
				typ, isNamed := spec.Type.(*ast.Ident)
				literal, isLiteral := spec.Values[0].(*ast.BasicLit)
				if isNamed && isLiteral && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					out[typ.Name] = append(out[typ.Name], text)
				}
				return true
			})
		}
	}
	return out
}
