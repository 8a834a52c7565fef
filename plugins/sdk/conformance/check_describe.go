package conformance

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

func describeChecks() []Check {
	return []Check{
		{"describe/answers", "it describes itself within 5 seconds, without settings",
			"the hub asks at every start, before there is an integration; without an answer the connector cannot be used", secContract, describeAnswers},
		{"describe/stable", "it describes itself the same way twice",
			"screens and flows are built on the description; the hub asks once for each process", secContract, describeStable},
		{"describe/names", "its name, version, roles and actions are well formed",
			"flows and integrations keep these names for years", secContract, described("names")},
		{"describe/schemas", "its JSON Schemas are valid (draft 2020-12), each of one object",
			"screens draw forms from them and the hub checks what people enter by them", secDescribe, described("schemas")},
		{"describe/labels", "everything that people see has words in all six languages",
			"a form without words cannot be filled in", secDescribe, described("labels")},
		{"describe/values", "its actions say which values and which recipient they take",
			"mappings are checked by it before a message is ever sent", secDescribe, described("values")},
		{"describe/limits", "its limits name settings that exist, and its bounds are possible",
			"the hub keeps to these rates by itself", secDescribe, described("limits")},
		{"describe/example", "the suite has settings and a delivery that fit the description",
			"without them little can be tested", "testing", describeExample},
		{"describe/unoffered", "what it does not offer answers UNIMPLEMENTED",
			"the hub goes by the description; an answer that nobody declared is a mistake on one side", secContract, describeUnoffered},
	}
}

func describeAnswers(t *T) {
	c := t.client()
	ctx, cancel := context.WithTimeout(t, 5*time.Second)
	defer cancel()
	d, err := c.Describe(ctx)
	if err != nil {
		t.noStart = err
		t.stop("%v", err)
	}
	t.d = &d
	t.example, t.noUse = t.make(&d, t.place)
	if t.noUse != nil {
		return
	}
	t.watch.keep(t.example.Integration)
	for _, in := range t.example.Bad {
		t.watch.keep(in)
	}
	if d.Capabilities.Receipts {
		in := t.example.Integration
		t.place.Callbacks.answerWith(func(cb sdk.Callback) (sdk.Reception, error) {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			return c.Receive(ctx, in, cb)
		})
	}
}

func (t *T) description() *sdk.Description {
	t.client()
	if t.d == nil {
		t.skip("the connector could not be described: see describe/answers")
	}
	return t.d
}

func describeStable(t *T) {
	d := t.description()
	again, err := t.client().Describe(t)
	if err != nil {
		t.stop("a second time: %v", err)
	}
	if !reflect.DeepEqual(again, *d) {
		t.fail("a second Describe answers something else")
	}
}

// described gives the problems of one kind.
func described(kind string) func(*T) {
	return func(t *T) {
		d := t.description()
		for _, p := range DescriptionProblems(d) {
			if p.Kind == kind {
				t.fail("%s", p.Text)
			}
		}
		if kind == "limits" {
			t.failAll(&t.watch.bounds)
		}
		e, ok := t.subject.(Executable)
		if kind != "names" || !ok {
			return
		}
		file := strings.TrimSuffix(filepath.Base(e.Command[0]), ".exe")
		if name, ok := strings.CutPrefix(file, "recado-connector-"); ok && name != d.Name {
			t.fail("name %q: the executable is called %s, so the name must be %q", d.Name, file, name)
		}
	}
}

func describeExample(t *T) {
	d := t.description()
	if t.noUse != nil {
		t.stop("%v", t.noUse)
	}
	if err := fits(d.Settings.JSON, merged(t.example.Integration)); err != nil {
		t.fail("the suite's settings do not fit the JSON Schema: %v", err)
	}
	if t.example.Delivery == nil {
		return
	}
	example := t.example.Delivery(0)
	action, ok := d.Action(example.Action)
	if !ok {
		t.stop("the suite's delivery uses the action %q, which is not declared", example.Action)
	}
	if err := fits(action.Parameters.JSON, example.Parameters); err != nil {
		t.fail("the suite's parameters do not fit the JSON Schema of %s: %v", action.Key, err)
	}
}

func describeUnoffered(t *T) {
	c, e := t.use()
	d, in := t.d, e.Integration
	call := func(name string, offered bool, call func(context.Context) error) {
		if offered {
			return
		}
		ctx, cancel := context.WithTimeout(t, t.options.Patience)
		defer cancel()
		if err := call(ctx); !errors.Is(err, sdk.ErrUnimplemented) {
			t.fail("%s is not declared, but answers %v and not UNIMPLEMENTED", name, err)
		}
	}
	k := d.Capabilities
	call("Check", k.Check, func(ctx context.Context) error { _, err := c.Check(ctx, in); return err })
	call("Check of an action", k.CheckAction, func(ctx context.Context) error { _, err := c.CheckAction(ctx, in, sdk.ActionUse{}); return err })
	call("Preview", k.Preview, func(ctx context.Context) error { _, err := c.Preview(ctx, in, sdk.Delivery{}); return err })
	call("Receive", k.Receipts, func(ctx context.Context) error { _, err := c.Receive(ctx, in, sdk.Callback{}); return err })
	call("Lookup", k.Lookup, func(ctx context.Context) error { _, err := c.Lookup(ctx, in, sdk.LookupQuery{}); return err })
	call("Query", k.Query, func(ctx context.Context) error {
		return c.Query(ctx, in, sdk.Query{}, func(sdk.Page) error { return nil })
	})
	call("Deliver", isDestination(d), func(ctx context.Context) error { _, err := c.OpenDeliver(ctx, in); return err })
}
