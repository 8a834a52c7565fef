package sqlite

import "github.com/recado-hub/recado/internal/hub"

// DisclosePreview leaves out of executions that were only previewed what the caller may not see of the records that the flow
// reads: the same as of real ones, and what the connector made of it, which quotes it.
func (db *DB) DisclosePreview(c hub.Caller, d *hub.FlowDefinition, list []*hub.ExecutionPreview) {
	p := db.trace(d)
	hidden, needs := db.hiddenFieldsOf(c, typeRead(db, d)), lacks(c, p.source)
	for _, x := range list {
		x.Reason = unnamed(c, x.Reason, &x.Hidden)
		if needs != nil {
			x.Subject = ""
			x.Hidden = append(x.Hidden, hub.Hidden{Path: []string{"subject"}, Needs: needs}, hub.Hidden{Path: []string{"rows"}, Needs: needs})
		}
		if f := x.Fetch; f != nil && lacks(c, p.all) != nil {
			hideFetch(f, lacks(c, p.all))
		}
		for i := range x.Rows {
			row := &x.Rows[i]
			hidden.verdicts(row.Trace)
			if needs != nil {
				row.Record = ""
			}
			for _, m := range row.Deliveries {
				db.discloseMessage(c, p, m)
			}
		}
	}
}

// discloseMessage leaves out of a message what the caller may not see.
func (db *DB) discloseMessage(c hub.Caller, p *provenance, m *hub.DeliveryPreview) {
	m.Values = append([]string(nil), m.Values...)
	db.discloseBy(c, p, &m.Delivery)
	needs := lacks(c, p.all)
	if needs == nil {
		return
	}
	m.Text, m.Request, m.Adjusted = "", nil, nil
	for _, part := range []string{"text", "request", "adjusted"} {
		m.Delivery.Hidden = append(m.Delivery.Hidden, hub.Hidden{Path: []string{part}, Needs: needs})
	}
	for i := range m.Problems {
		m.Problems[i].Message, m.Problems[i].NextStep = "", ""
	}
}

// typeRead is the type of the records that a flow reads; empty if it is not known.
func typeRead(db *DB, d *hub.FlowDefinition) string {
	if d.Source != nil {
		if a := db.catalog.SourceAction(d.Source.Action); a != nil {
			return a.RecordType
		}
	}
	return ""
}
