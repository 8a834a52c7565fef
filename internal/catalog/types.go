package catalog

import "github.com/recado-hub/recado/internal/hub"

// Module is a part of the product, such as Work Management.
type Module struct {
	Key        string      `json:"key"` // "work_management"
	Title      hub.Labels  `json:"title"`
	Submodules []Submodule `json:"submodules"`
}

// Submodule is a part of a module, such as Work Orders. It is a row of the permission matrix.
type Submodule struct {
	Key     string       `json:"key"` // "work_orders"; unique in its module
	Title   hub.Labels   `json:"title"`
	Actions []hub.Action `json:"actions"` // the cells that the row has; a cell that is absent cannot be granted
	Module  string       `json:"-"`       // the key of the module that it belongs to
}

// PermissionRow is a row of the permission matrix with the cells that exist on it.
type PermissionRow struct {
	Module      string
	Submodule   string
	ModuleTitle hub.Labels
	Title       hub.Labels
	Actions     []hub.Action // in the order of hub.AllActions
}

// Row is the key of the row.
func (r PermissionRow) Row() hub.Row { return hub.Row{Module: r.Module, Submodule: r.Submodule} }

// The origins of event types, record types and fields.
const (
	OriginFracttal = "FRACTTAL" // the product has it, under this name
	OriginRecado   = "RECADO"   // ours, where the product has only a name or nothing
	OriginCustom   = "CUSTOM"   // a field that the tenant declared
)

// EventType is a kind of thing that happens, such as a new work order. Its key is the type of the CloudEvents that report
// it (CloudEvents 1.0): module, submodule and event, joined by dots.
type EventType struct {
	Key        string     `json:"key"` // "work_management.work_orders.new"
	Module     string     `json:"module"`
	Submodule  string     `json:"submodule"`
	Title      hub.Labels `json:"title"`
	Help       hub.Labels `json:"help"`
	RecordType string     `json:"recordType"` // of the rows that its occurrences are about; terms are evaluated on each
	Origin     string     `json:"origin"`
	Derived    *Derived   `json:"derived,omitempty"` // how the hub notices it by itself; nil: only when it is told
}

// RecordType is a kind of maintenance object with its fields.
type RecordType struct {
	Key          string     `json:"key"` // "work_order_task"
	Title        hub.Labels `json:"title"`
	Help         hub.Labels `json:"help"`
	Row          hub.Row    `json:"row"`          // of the permission matrix: it guards the records of the type
	NameField    string     `json:"nameField"`    // the field that names the object; empty if no field does, so that only the record's own key names it
	SubjectField string     `json:"subjectField"` // the field that says what the object belongs to, as an occurrence's subject does; may be empty
	Origin       string     `json:"origin"`
	FieldsOf     string     `json:"fieldsOf,omitempty"` // its fields are those of this type too: the same object behind another row of the matrix
	Fields       []Field    `json:"fields"`

	byKey   map[string]*Field
	aliases []*Field
	needs   []hub.Row // Row alone; shared by the facts of all fields
}

// Field finds a field of the type by its key; nil if there is none. A path that follows a reference is for
// [Catalog.Resolve].
func (t *RecordType) Field(key string) *Field { return t.byKey[key] }

// FieldType says which values a field takes; see the package comment.
type FieldType string

// The types of fields.
const (
	Text      FieldType = "TEXT"
	Integer   FieldType = "INTEGER"
	Number    FieldType = "NUMBER"
	Boolean   FieldType = "BOOLEAN"
	Timestamp FieldType = "TIMESTAMP"
	Enum      FieldType = "ENUM"
	List      FieldType = "LIST"
	Object    FieldType = "OBJECT"
	Any       FieldType = "ANY"
	Reference FieldType = "REFERENCE"
)

// Field is a field of a record type, or a parameter of a source action.
type Field struct {
	Key       string      `json:"key"`
	Type      FieldType   `json:"type"`
	Title     hub.Labels  `json:"title"`
	Help      hub.Labels  `json:"help,omitempty"`      // empty where the title says it all
	Unit      string      `json:"unit,omitempty"`      // of a number, by UCUM: "s" for seconds, "%"; empty if it has none
	Alias     string      `json:"alias,omitempty"`     // this field is another name of that one, whose value it reads
	Reference string      `json:"reference,omitempty"` // of a REFERENCE: the record type that it leads to
	By        string      `json:"by,omitempty"`        // of a REFERENCE: the field that holds the name of the record that it leads to
	If        string      `json:"if,omitempty"`        // of a REFERENCE: it leads somewhere only while this field is filled
	Unless    string      `json:"unless,omitempty"`    // of a REFERENCE: it leads nowhere while this field is filled
	Instead   []Instead   `json:"instead,omitempty"`   // of a REFERENCE: other types that it may lead to; the first one that applies wins
	Enum      []EnumValue `json:"enum,omitempty"`      // of an ENUM: its values, all text or all whole numbers
	Open      bool        `json:"open,omitempty"`      // of an ENUM: other values of the same kind are possible
	Items     FieldType   `json:"items,omitempty"`     // of a LIST: what its elements are; empty if nobody knows
	Fields    []Field     `json:"fields,omitempty"`    // of an OBJECT, or of the objects in a LIST: what is in them
	Origin    string      `json:"origin,omitempty"`    // the record type's own where the data leaves it out

	// What only a parameter of a source action has.
	Many    bool    `json:"many,omitempty"`    // it takes a list: any of its values
	Default any     `json:"default,omitempty"` // what it is if it is not given; nil: nothing
	Min     *int    `json:"min,omitempty"`     // the least that a number may be
	Max     *int    `json:"max,omitempty"`     // the most that a number may be
	Filter  *Filter `json:"filter,omitempty"`  // how it narrows the rows; nil for "limit" and "order"

	target *Field        // of an alias: the field that it reads
	leads  []*RecordType // of a REFERENCE: the types of References
}

// Instead is another type that a REFERENCE may lead to.
type Instead struct {
	Reference string `json:"reference"`
	If        string `json:"if"` // it leads there while this field is filled
}

// Filter says which rows a parameter lets through: those of which the field compares so with the parameter's value.
type Filter struct {
	Field     string        `json:"field"` // a path of the rows
	Operation hub.Operation `json:"operation"`
}

// EnumValue is a value of an ENUM as records hold it, with what people call it.
type EnumValue struct {
	Value any        `json:"value"` // string or int64
	Title hub.Labels `json:"title"`
}

// SourceAction is a way for a flow to read the hub's records.
type SourceAction struct {
	Key        string     `json:"key"` // "query_work_order_tasks"
	Title      hub.Labels `json:"title"`
	Help       hub.Labels `json:"help"`
	RecordType string     `json:"recordType"` // of the rows that it yields
	Parameters []Field    `json:"parameters"` // what can be set; none of them has to be. "order" and "limit" come last
	Orders     []string   `json:"orders"`     // the paths of the rows by which they can be ordered
}
