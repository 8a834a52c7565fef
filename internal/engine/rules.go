package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
)

// rules is what was derived from the configuration at one version of it. It is filled as it is asked for, and replaced
// as a whole when configuration changes.
type rules struct {
	version      uint64
	mu           sync.Mutex
	events       map[string][]*rule // by event type
	flows        map[int64]*hub.Flow
	integrations map[int64]*integration
	siblings     map[kinship][]int64
}

// rule is an enabled event, ready to be evaluated.
type rule struct {
	event   *hub.Event
	program *condition.Program
	wrong   *hub.Reason // why there is no program
	flows   []*hub.Flow // as they are now, in the order of the event's actions
}

// integration is an integration as it is now, with what a connector is given of it.
type integration struct {
	*hub.Integration
	open   hub.OpenIntegration
	rates  atomic.Pointer[rates]
	mute   *atomic.Bool   // its provider cannot be asked what became of messages, as its connector said
	meters *attemptMeters // of its connector
}

// now is the rules of the configuration as it is now.
func (e *Engine) now() *rules {
	version := e.db.ConfigVersion()
	for {
		r := e.rules.Load()
		if r != nil && r.version >= version {
			return r
		}
		fresh := &rules{version: version, events: map[string][]*rule{}, flows: map[int64]*hub.Flow{}, integrations: map[int64]*integration{},
			siblings: map[kinship][]int64{}}
		if e.rules.CompareAndSwap(r, fresh) {
			return fresh
		}
	}
}

// remember finds what is kept under a key, or reads and keeps it. Errors are not kept.
func remember[K comparable, V any](r *rules, kept map[K]V, key K, read func() (V, error)) (V, error) {
	r.mu.Lock()
	v, ok := kept[key]
	r.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := read()
	if err == nil {
		r.mu.Lock()
		kept[key] = v
		r.mu.Unlock()
	}
	return v, err
}

// eventsOf is the enabled events of a type.
func (e *Engine) eventsOf(ctx context.Context, r *rules, typ string) ([]*rule, error) {
	return remember(r, r.events, typ, func() ([]*rule, error) {
		events, err := e.db.EventsOfType(ctx, typ)
		if err != nil {
			return nil, err
		}
		list := make([]*rule, 0, len(events))
		for _, ev := range events {
			compiled, err := e.rule(ctx, r, ev)
			if err != nil {
				return nil, err
			}
			list = append(list, compiled)
		}
		return list, nil
	})
}

func (e *Engine) rule(ctx context.Context, r *rules, ev *hub.Event) (*rule, error) {
	out := &rule{event: ev}
	// It was enabled, so its terms made sense once; a catalogue that has changed since must not keep the other events from being asked.
	if typ := e.catalog.EventType(ev.Type); typ != nil {
		var err error
		if out.program, err = e.compileTerms(typ.RecordType, ev.Terms); err != nil {
			out.wrong = &hub.Reason{Code: hub.ReasonEventInvalid, Message: "the terms make no sense any more: " + condition.Faults(err)[0].Error(),
				NextStep: "correct the event's terms"}
		}
	}
	for _, key := range ev.FlowKeys {
		flow, err := e.flow(ctx, r, key)
		if err != nil {
			return nil, err
		}
		out.flows = append(out.flows, flow)
	}
	return out, nil
}

// flow is a flow as it is now.
func (e *Engine) flow(ctx context.Context, r *rules, key int64) (*hub.Flow, error) {
	return remember(r, r.flows, key, func() (*hub.Flow, error) { return e.db.FlowNow(ctx, key) })
}

// integration is an integration as it is now; nil if it is gone.
func (e *Engine) integration(ctx context.Context, r *rules, key int64) (*integration, error) {
	return remember(r, r.integrations, key, func() (*integration, error) {
		in, err := e.db.IntegrationNow(ctx, key)
		if hub.CodeOf(err) == hub.CodeNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		open, err := e.db.OpenIntegration(ctx, key)
		open.CallbackURL = e.callbackURL(key)
		return &integration{Integration: in, open: open, mute: e.questions.mute(key, in.Version), meters: e.meters.of(in.Connector)}, err
	})
}

func (e *Engine) callbackURL(integrationKey int64) string {
	if e.publicURL == "" {
		return ""
	}
	return e.publicURL + "/callbacks/" + hub.ID(hub.KindIntegration, integrationKey)
}

// program is a flow version, ready to run. Versions never change, so programs are kept for good.
type program struct {
	flow    *hub.Flow
	records *catalog.RecordType
	filter  *condition.Program
	mapping []*mapping.Program // by target
	to      []mapping.Recipient
	needs   []hub.Row           // rows of the matrix that the flow's consumer must SEE
	about   *catalog.RecordType // of the occurrences for which it fetches; nil if it does not
	ask     *mapping.Program    // what it asks its source with, of these; nil: the same always
	query   *query              // what the source action is asked for, if the execution does not say otherwise
	follows bool                // it has follow-ups
	collect *hub.Collect        // how it gathers; nil: it does not
	silence *hub.Quiet          // when nothing is sent; nil: never
}

type programKey struct {
	flow    int64
	version int
}

// program compiles a flow version. The error is one for the execution that is pinned to it: FLOW_INVALID.
func (e *Engine) program(ctx context.Context, flow int64, version int) (*program, error) {
	key := programKey{flow, version}
	if p, ok := e.programs.Load(key); ok {
		return p.(*program), nil
	}
	f, err := e.db.FlowForEngine(ctx, flow, version)
	if err != nil {
		return nil, err
	}
	p, err := e.compile(f)
	if err == nil {
		e.programs.Store(key, p)
	}
	return p, err
}

// cannotRun tells the error of a flow version that cannot run any more from one of the store.
func cannotRun(err error) bool {
	code := hub.CodeOf(err)
	return err != nil && (code == hub.CodeInvalid || code == hub.CodeNotFound)
}

// settings are those of a flow version; nil if it cannot run any more.
func (e *Engine) settings(ctx context.Context, flow int64, version int) (*hub.FlowSettings, error) {
	p, err := e.program(ctx, flow, version)
	switch {
	case cannotRun(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &p.flow.Definition.Settings, nil
}

func (e *Engine) compile(f *hub.Flow) (*program, error) {
	if f.Definition.Source == nil || len(f.Definition.Targets) == 0 {
		return nil, hub.Invalid("source", "the flow has no source or no target")
	}
	return e.compileFrom(f)
}

// compileFrom compiles a flow that has a source, though it may have no target.
func (e *Engine) compileFrom(f *hub.Flow) (*program, error) {
	d := &f.Definition
	action := e.catalog.SourceAction(d.Source.Action)
	if action == nil {
		return nil, hub.Invalid("source.action", "there is no source action %q", d.Source.Action)
	}
	p := &program{flow: f, records: e.catalog.RecordType(action.RecordType), collect: d.Settings.Collect, silence: d.Settings.Quiet(), follows: d.HasFollowUps()}
	var err error
	if p.filter, err = e.compileTerms(action.RecordType, d.Filter); err != nil {
		return nil, hub.Invalid("filter", "%v", err)
	}
	if d.AsksAbout() {
		if err := e.compileFetch(p, d.Source.Fetch); err != nil {
			return nil, err
		}
	}
	options := e.readAs(d, p.records.Key)
	for i, t := range d.Targets {
		m, err := hub.CompileMapping(t.Mapping, options)
		if err != nil {
			return nil, hub.Invalid(hub.Path("targets", i, "mapping"), "%v", err)
		}
		p.mapping = append(p.mapping, m)
		p.to = append(p.to, t.Recipient.Mapping())
	}
	if p.query, err = e.sourceQuery(action, d.Source.Parameters); err != nil {
		return nil, err
	}
	p.needs, err = e.flowNeeds(d)
	return p, err
}

// compileFetch makes ready what a flow asks its source for when an occurrence has started it.
func (e *Engine) compileFetch(p *program, f *hub.SourceFetch) (err error) {
	if p.about = e.catalog.RecordType(f.TypeAbout(p.records.Key)); p.about == nil {
		return hub.Invalid("source.fetch.about", "there is no record type %q", hub.Clip(f.About, 60))
	}
	if len(f.Mapping) == 0 {
		return nil
	}
	// Values are read as data: a source wants no words of a language.
	if p.ask, err = hub.CompileMapping(f.Mapping, e.readAs(&hub.FlowDefinition{}, p.about.Key)); err != nil {
		return hub.Invalid("source.fetch.mapping", "%v", err)
	}
	if p.ask.Names() == nil {
		return hub.Invalid("source.fetch.mapping", "a value for a source needs the path of its parameter as a name")
	}
	return nil
}

// flowNeeds lists the rows of the matrix that a flow's consumer must SEE: that of its source and those of every record
// that its fields lead to.
func (e *Engine) flowNeeds(d *hub.FlowDefinition) ([]hub.Row, error) {
	action := e.catalog.SourceAction(d.Source.Action)
	typ := e.catalog.RecordType(action.RecordType)
	needs := []hub.Row{typ.Row}
	add := func(rows []hub.Row) {
		for _, row := range rows {
			if !slices.Contains(needs, row) {
				needs = append(needs, row)
			}
		}
	}
	for _, path := range flowFields(d) {
		at, field := d.TypeAt(typ.Key, path)
		fact, _, _ := e.resolve(at, field, d.Settings.Collect)
		if !fact.Known {
			return nil, hub.Invalid("", "the source has no field %q", hub.Clip(path, 60))
		}
		add(fact.Needs)
	}
	if d.AsksAbout() {
		about := e.catalog.RecordType(d.Source.Fetch.TypeAbout(typ.Key))
		if about == nil {
			return nil, hub.Invalid("", "there is no record type %q", hub.Clip(d.Source.Fetch.About, 60))
		}
		add([]hub.Row{about.Row})
		for _, path := range fetchFields(d.Source.Fetch) {
			fact, _ := e.catalog.Resolve(about.Key, path)
			add(fact.Needs)
		}
	}
	for _, l := range flowLookups(d) {
		fact, _ := e.catalog.Resolve(l.Type, l.Field)
		if !fact.Known {
			return nil, hub.Invalid("", "there is no field %q of %q to look up", hub.Clip(l.Field, 60), hub.Clip(l.Type, 60))
		}
		add(fact.Needs)
	}
	if q, err := e.sourceQuery(action, d.Source.Parameters); err == nil { // wrong parameters are a problem of their own
		add(q.needs)
	}
	return needs, nil
}

// flowFields lists the field paths that a flow reads.
func flowFields(d *hub.FlowDefinition) []string {
	var paths []string
	d.Filter.Each("", func(_ string, t hub.Term) { paths = append(paths, t.Field) })
	if c := d.Settings.Collect; c != nil && c.Field != "" {
		paths = append(paths, c.Field)
	}
	for i := range d.Targets {
		paths = append(paths, d.Targets[i].FieldsRead()...)
	}
	return paths
}

// flowLookups lists what the expressions of a flow look up in other records.
func flowLookups(d *hub.FlowDefinition) (list []mapping.Lookup) {
	for i := range d.Targets {
		list = append(list, d.Targets[i].LookupsRead()...)
	}
	if d.AsksAbout() {
		for _, m := range d.Source.Fetch.Mapping {
			_, lookups := m.Reads()
			list = append(list, lookups...)
		}
	}
	return list
}

// fetchFields lists the field paths of what occurrences are about that a flow asks its source with.
func fetchFields(f *hub.SourceFetch) (paths []string) {
	for _, m := range f.Mapping {
		fields, _ := m.Reads()
		paths = append(paths, fields...)
	}
	return paths
}

// readAs is how the values of a flow are read: its style, and what the catalogue knows of the fields.
func (e *Engine) readAs(d *hub.FlowDefinition, recordType string) mapping.Options {
	s := d.Settings
	fact := func(typ, path string) mapping.Fact {
		known, field := e.catalog.Resolve(typ, path)
		if !known.Known {
			return mapping.Fact{}
		}
		return mapping.Fact{Type: string(field.Type), Labels: labels(field.Enum, s.Locale)}
	}
	return mapping.Options{Style: s.Style(), Lookup: fact, Field: func(path string) mapping.Fact {
		if s.Collect == nil {
			return fact(d.TypeAt(recordType, path))
		}
		return e.factGathered(recordType, path, s)
	}}
}

// labels is what people call the values of an enum in a locale; nil without one.
func labels(values []catalog.EnumValue, locale string) map[string]string {
	if locale == "" || len(values) == 0 {
		return nil
	}
	out := make(map[string]string, len(values))
	for _, v := range values {
		if text, ok := mapping.Text(v.Value); ok {
			out[text] = v.Title.In(locale)
		}
	}
	return out
}
