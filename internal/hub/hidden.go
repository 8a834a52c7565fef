package hub

import "slices"

// Hidden is a part of an answer that was left out, because it came from a field of a record that the caller may not see.
type Hidden struct {
	Path  []string     // of the part, inside the object: "values", "2"
	Needs []Permission // what the caller would need to hold: each of these
}

// hides says whether a list names a part by the first name of its path.
func hides(list []Hidden, part string) bool {
	return slices.ContainsFunc(list, func(h Hidden) bool { return h.Path[0] == part })
}

// Hides says whether a part of the execution was left out: "subject", "rows", or "timeline" for the messages of its lines.
func (e *Execution) Hides(part string) bool { return hides(e.Hidden, part) }

// Hides says whether a part of the delivery was left out: "record", "recipient", "providerId", "values", or "reason",
// "attempts" and "receipts" for what is told there in free text, which may quote the others.
func (d *Delivery) Hides(part string) bool { return hides(d.Hidden, part) }
