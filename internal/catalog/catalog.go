// Package catalog is what the hub knows of maintenance: the modules and submodules with the cells of the permission
// matrix, the event types, the record types with their fields, and the actions by which a flow reads records. Every title
// and help is there in the six languages of [hub.Locales].
//
// It is data, embedded as JSON under data/ and checked as a whole when it is first loaded; nothing in it changes while the
// program runs. Whatever the methods return is shared and must not be altered.
//
// # Fields and values
//
// The values of a record are JSON-like ([hub.Fields]). Which ones a field takes depends on its type:
//
//   - TEXT takes text, and whole numbers, since a work order's folio or a telephone number comes as either: a whole number
//     is kept as its digits (see [RecordType.Normal]).
//   - INTEGER takes whole numbers within 64 bits, however they are written: 7, 7.0 and 7e0 are the same.
//   - NUMBER takes any finite number.
//   - BOOLEAN takes true and false.
//   - TIMESTAMP takes text in the forms of [ParseTime] and is kept in RFC 3339 in UTC.
//   - ENUM takes its listed values; if it is open, any other of the same kind (text or whole number) as well.
//   - LIST takes lists, whatever their elements. If its elements are texts, a text alone is taken as a list of one; if they are
//     objects, the catalogue says what may be in them, so that a path can read it.
//   - OBJECT takes objects. Parts that the catalogue knows must fit their types, the others are kept as they came.
//   - ANY takes whatever comes, since nobody has said what it is.
//   - REFERENCE holds no value of its own: it is found through another field of the same record, which holds the name of
//     the record that it leads to. Some lead to one of several types; other fields of the record say to which.
//
// Null fits every field but the one that names the record. A field that the catalogue does not know is kept as it came.
package catalog

import (
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// Catalog is everything that is known. It does not change after [Load] and may be used by any number of goroutines.
type Catalog struct {
	modules []Module
	rows    []PermissionRow
	cells   map[hub.Row]hub.Actions

	eventTypes    []*EventType
	recordTypes   []*RecordType
	sourceActions []*SourceAction
	common        commonParameters
	enums         []*EnumLabels
	operations    []OperationInfo
	flowSettings  []Field

	eventTypeByKey    map[string]*EventType
	recordTypeByKey   map[string]*RecordType
	sourceActionByKey map[string]*SourceAction
	enumByName        map[string]*EnumLabels
	eventTypesByRow   map[hub.Row][]*EventType
}

// Load is the catalogue of this build, parsed at the first call. It panics if the embedded data is wrong, which is a fault
// of the build and held by a test.
func Load() *Catalog { return load() }

var load = sync.OnceValue(func() *Catalog {
	c, err := parse(embedded)
	if err != nil {
		panic("the embedded catalogue is wrong: " + err.Error())
	}
	return c
})

// Modules lists the modules with their submodules, in the order of the screen.
func (c *Catalog) Modules() []Module { return c.modules }

// PermissionRows lists the rows of the permission matrix, in the order of the screen.
func (c *Catalog) PermissionRows() []PermissionRow { return c.rows }

// Cells says which actions exist on a row of the permission matrix; ok is false for a row that does not exist.
func (c *Catalog) Cells(row hub.Row) (actions hub.Actions, ok bool) {
	actions, ok = c.cells[row]
	return actions, ok
}

// Matrix is every cell of the permission matrix: what a group would grant that grants everything. It is what
// [hub.Group.Apply] asks for.
func (c *Catalog) Matrix() hub.Grants { return c.cells }

// EventTypes lists the event types, in the order of the screen.
func (c *Catalog) EventTypes() []*EventType { return c.eventTypes }

// EventType finds an event type by its key; nil if there is none.
func (c *Catalog) EventType(key string) *EventType { return c.eventTypeByKey[key] }

// EventTypesOf lists the event types of a submodule, in the order of the screen.
func (c *Catalog) EventTypesOf(s *Submodule) []*EventType {
	return c.eventTypesByRow[hub.Row{Module: s.Module, Submodule: s.Key}]
}

// RecordTypes lists the record types, sorted by key.
func (c *Catalog) RecordTypes() []*RecordType { return c.recordTypes }

// RecordType finds a record type by its key; nil if there is none.
func (c *Catalog) RecordType(key string) *RecordType { return c.recordTypeByKey[key] }

// SourceActions lists the actions by which a flow can read records.
func (c *Catalog) SourceActions() []*SourceAction { return c.sourceActions }

// SourceAction finds a source action by its key; nil if there is none.
func (c *Catalog) SourceAction(key string) *SourceAction { return c.sourceActionByKey[key] }
