package sqlite

import (
	"slices"

	"github.com/recado-hub/recado/internal/hub"
)

// guard says which row of the permission matrix guards records of a type; ok is false for a type that the catalogue does
// not have, and nobody may see what is of such a type.
func (db *DB) guard(recordType string) (row hub.Row, ok bool) {
	if t := db.catalog.RecordType(recordType); t != nil {
		return t.Row, true
	}
	return hub.Row{}, false
}

// guardOfEvent is guard for occurrences: an event type is guarded as the records are that its occurrences are about.
func (db *DB) guardOfEvent(eventType string) (row hub.Row, ok bool) {
	if t := db.catalog.EventType(eventType); t != nil {
		return db.guard(t.RecordType)
	}
	return hub.Row{}, false
}

// guarded is a set of types, each with the row that guards it.
type guarded struct {
	types []string
	guard func(string) (hub.Row, bool)
	where string // where the catalogue lists them, for messages
}

// guards are what the catalogue guards and by which rows. It is found once: nearly every answer asks for it, and the
// catalogue of a running program never changes.
type guards struct {
	records, events guarded
	rows            []hub.Row // that guard any record
}

func (db *DB) findGuards() {
	g := &db.guards
	g.records = guarded{guard: db.guard, where: "catalog.recordTypes"}
	for _, t := range db.catalog.RecordTypes() {
		g.records.types = append(g.records.types, t.Key)
		g.rows = union(g.rows, []hub.Row{t.Row})
	}
	g.events = guarded{guard: db.guardOfEvent, where: "catalog.eventTypes"}
	for _, t := range db.catalog.EventTypes() {
		g.events.types = append(g.events.types, t.Key)
	}
}

func (db *DB) recordTypes() guarded { return db.guards.records }

func (db *DB) eventTypes() guarded { return db.guards.events }

// recordRows are the rows that guard any record. They are shared: nobody changes them.
func (db *DB) recordRows() []hub.Row { return db.guards.rows }

// need asks for SEE on the row that guards a type.
func (g guarded) need(c hub.Caller, typ string) error {
	if err := c.NeedToken(); err != nil {
		return err
	}
	row, ok := g.guard(typ)
	if !ok {
		return hub.Invalid("type", "there is no type %s; they are listed by %s", quoted(typ), g.where)
	}
	return c.Need(row, hub.See)
}

// needOf is need for a thing that is there: one of a type that the catalogue does not have any more is shown to nobody.
func (g guarded) needOf(c hub.Caller, typ string) error {
	if _, ok := g.guard(typ); !ok {
		if err := c.NeedToken(); err != nil {
			return err
		}
		return &hub.Error{Code: hub.CodeForbidden, Path: "id", Consumer: c.Consumer.Key, Message: "nobody may see this: the catalogue has no type " + quoted(typ)}
	}
	return g.need(c, typ)
}

// may is need as a yes or no.
func (g guarded) may(c hub.Caller, typ string) bool {
	row, ok := g.guard(typ)
	return ok && c.May(row, hub.See)
}

// visible are the types to show to a caller who asked for one, or for none in particular; all says that nothing is kept
// from them. A caller who may see none is told which right is missing, of one who asked for none in particular that of the
// first type.
func (g guarded) visible(c hub.Caller, typ string) (types []string, all bool, err error) {
	if typ != "" {
		return []string{typ}, false, g.need(c, typ)
	}
	if err := c.NeedToken(); err != nil {
		return nil, false, err
	}
	types = slices.DeleteFunc(slices.Clone(g.types), func(t string) bool { return !g.may(c, t) })
	if len(types) == 0 && len(g.types) > 0 {
		return nil, false, g.need(c, g.types[0])
	}
	return types, len(types) == len(g.types), nil
}
