package demo

import (
	"fmt"
	"strings"
)

// The three commands to paste. A shell puts in $HUB, $TOKEN and the time.
const (
	listCommand = `curl -s $HUB/graphql -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '
{"query":"{ executions(first: 5) { nodes { id subject state outcome deliveries { recipient state providerId } } } }"}'`

	publishCommand = `N=$(date +%%s); curl -s $HUB/events -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/cloudevents+json' -d @- <<EOF
{"specversion":"1.0","id":"curl-$N","source":"/curl","type":"%s","subject":"OS-$N","data":{"records":[
  {"type":"work_order_task","key":"$N","data":{"id_work_orders_tasks":$N,"wo_folio":"OS-$N","code_responsible":"%s","user_assigned":"Jonas Campos",
   "description":"Verificar vibração do redutor","items_log_description":"Redutor RD-09","created_by":"curl","creation_date":"$(date -u +%%Y-%%m-%%dT%%H:%%M:%%SZ)"}}]}}
EOF`

	whyCommand = `curl -s $HUB/graphql -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '
{"query":"{ why: occurrence(id: \"%s\") { subject matches { fired rows { true trace { field operation want got } } } } way: executions(first: 1) { nodes { timeline { at subject from to } } } }"}'`
)

// commands are those that the story ends with, each under a word of what it does.
func (p *play) commands() []struct{ does, command string } {
	return []struct{ does, command string }{
		{"what was executed", listCommand},
		{"publish another work order for Jonas Campos, and watch it here", fmt.Sprintf(publishCommand, newWorkOrder, jonas)},
		{"why nothing was sent, and the timeline of the newest message", fmt.Sprintf(whyCommand, p.why)},
	}
}

// invite prints what a newcomer needs to go on alone. The token is the administrator's.
func (p *play) invite() {
	p.screen.chapter("Your turn: this stays up until Ctrl-C")
	p.screen.line("   Paste these two lines into another terminal, then any of the commands. The token holds for %g hours.", tokenTTL.Hours())
	p.screen.raw("")
	p.screen.raw("HUB=%s\nTOKEN=%s", p.hub.Local, p.admin.token)
	for _, c := range p.commands() {
		p.screen.raw("\n# %s\n%s", c.does, strings.TrimSpace(c.command))
	}
	p.screen.raw("")
}
