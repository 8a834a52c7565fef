package catalog

import (
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// EnumLabels is what people call the values of an enum of the GraphQL schema.
type EnumLabels struct {
	Name   string      `json:"name"` // "DeliveryState"
	Values []EnumLabel `json:"values"`
}

// EnumLabel is what people call one value of an enum.
type EnumLabel struct {
	Value string     `json:"value"` // "PENDING"
	Title hub.Labels `json:"title"`
	Help  hub.Labels `json:"help,omitempty"` // empty where the title says it all
}

// OperationInfo is what people call an operation of terms, and what it is compared with.
type OperationInfo struct {
	Operation hub.Operation `json:"operation"`
	ValueKind ValueKind     `json:"value"`
	Title     hub.Labels    `json:"title"`
	Help      hub.Labels    `json:"help,omitempty"` // empty where the title says it all
}

// ValueKind says what an operation wants as its value.
type ValueKind string

// The kinds of values.
const (
	ValueNone  ValueKind = "NONE"  // nothing
	ValueOne   ValueKind = "ONE"   // one value of the field's type
	ValueList  ValueKind = "LIST"  // a list of them
	ValueRange ValueKind = "RANGE" // a list of two, the lower one first
	ValueDays  ValueKind = "DAYS"  // a number of days
)

// Enums lists the enums that have labels. Values are labelled that the schema of this build may not have yet.
func (c *Catalog) Enums() []*EnumLabels { return c.enums }

// Enum finds the labels of an enum by its name; nil if there are none.
func (c *Catalog) Enum(name string) *EnumLabels { return c.enumByName[name] }

// OperationInfos lists the operations that can be asked of some type of field, in the order of the screen.
func (c *Catalog) OperationInfos() (list []OperationInfo) {
	asked := map[hub.Operation]bool{}
	for _, t := range fieldTypes {
		for _, o := range c.Operations(t) {
			asked[o] = true
		}
	}
	for _, info := range c.operations {
		if asked[info.Operation] {
			list = append(list, info)
		}
	}
	return list
}

// FieldTypes lists the types of fields that an operation can be asked of.
func (c *Catalog) FieldTypes(o hub.Operation) (types []FieldType) {
	for _, t := range fieldTypes {
		for _, offered := range c.Operations(t) {
			if offered == o {
				types = append(types, t)
			}
		}
	}
	return types
}

var fieldTypes = []FieldType{Text, Integer, Number, Boolean, Timestamp, Enum, List, Object, Any, Reference}

// FlowSettings lists the settings of a flow with their bounds and defaults. Lengths of time are in seconds.
func (c *Catalog) FlowSettings() []Field { return c.flowSettings }

// choices are the values of an enum of the schema with their titles.
func (c *Catalog) choices(enum string) (list []EnumValue) {
	if labels := c.enumByName[enum]; labels != nil {
		for _, v := range labels.Values {
			list = append(list, EnumValue{Value: v.Value, Title: v.Title})
		}
	}
	return list
}

// boundSettings gives the settings the bounds that the hub holds them to, so that they are said once.
func (c *Catalog) boundSettings() {
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	for i := range c.flowSettings {
		f := &c.flowSettings[i]
		f.Origin = OriginRecado
		least, most, usual := 1, 0, 0
		switch f.Key {
		case "maxAttempts":
			most, usual = hub.MaxMaxAttempts, hub.DefaultMaxAttempts
		case "maxAge":
			most, usual = seconds(hub.MaxMaxAge), seconds(hub.DefaultMaxAge)
		case "unknownWait":
			most, usual = seconds(hub.MaxUnknownWait), seconds(hub.DefaultUnknownWait)
		case "unknownPolicy":
			f.Default, f.Enum = string(hub.Hold), c.choices("UnknownPolicy")
			continue
		case "ordering":
			f.Default, f.Enum = string(hub.OrderedNot), c.choices("FlowOrdering")
			continue
		case "maxInFlight": // without one by default
			most = hub.MaxMaxInFlight
			f.Min, f.Max = &least, &most
			continue
		default:
			continue
		}
		f.Min, f.Max, f.Default = &least, &most, int64(usual)
	}
}
