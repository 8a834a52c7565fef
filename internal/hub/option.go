package hub

// FieldOption is something that can be chosen for a field: a value of an enum, or a record that a reference may lead to.
type FieldOption struct {
	Value  any // of the enum, or the name of the record
	Label  string
	Type   string  // record type; empty for a value of an enum
	Record *Record // nil for a value of an enum
}

// RecordQuery asks for a list of records.
type RecordQuery struct {
	Type    string // empty: of all types that the caller may see
	Subject string
	Where   *Terms // nil: without conditions
}
