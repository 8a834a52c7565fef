package demo

import (
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func (p *play) expected() (n int) {
	for _, act := range p.acts {
		for _, o := range act {
			n += len(o.expect)
		}
	}
	return n
}

// onPhones are the messages that phones got, but for those that another run had left to be sent.
func (p *play) onPhones() []sandbox.Message {
	old := map[string]bool{}
	for _, w := range p.ways {
		for _, d := range w.deliveries {
			old[d] = !w.new
		}
	}
	return slices.DeleteFunc(p.sandbox.Messages(), func(m sandbox.Message) bool { return old[m.Callback] })
}

// sum closes the story: hub, phones and reasons must agree with what was to happen. It gives the number of expected messages
// that were read, and whether all is as it should be.
func (p *play) sum() (read int, good bool) {
	p.screen.part("The sum")
	got := p.onPhones()
	total, left, unsent, reasons := 0, slices.Clone(got), 0, true
	for i := range p.acts {
		for j := range p.acts[i] {
			o := &p.acts[i][j]
			total++
			for _, e := range o.expect {
				read += p.sumMessage(o, e, &left)
			}
			unsent += len(p.told[o])
			reasons = p.sumReasons(o) && reasons
		}
	}
	for _, m := range left {
		p.screen.line("   The phone %s got a message that it should not: %s in %s.", m.To, m.Template, m.Language)
	}
	p.screen.line("   Told %d things: %d messages expected, %d on the phones, %d read; %d reasons why more were not sent.",
		total, p.expected(), len(got), read, unsent)
	return read, read == p.expected() && len(left) == 0 && reasons
}

// sumMessage looks for an expected message among those that are left, takes it from them, and counts it if the hub says that it was read.
func (p *play) sumMessage(o *order, e wanted, left *[]sandbox.Message) int {
	i := slices.IndexFunc(*left, e.is)
	if i < 0 {
		p.screen.line("   %s: the phone %s did not get %s in %s as it should.", o.folio, e.to, e.template, e.language)
		return 0
	}
	m := (*left)[i]
	*left = slices.Delete(*left, i, i+1)
	if p.states[m.Callback] != "READ" || m.Last() != "read" {
		p.screen.line("   %s: the message to %s is not read.", o.folio, e.to)
		return 0
	}
	return 1
}

// is says whether a phone got just this message.
func (e wanted) is(m sandbox.Message) bool {
	return m.To == e.to && m.Template == e.template && m.Language == e.language &&
		!slices.ContainsFunc(e.has, func(part string) bool { return !strings.Contains(m.Text, part) })
}

// sumReasons says whether the hub gave just the reasons that it should.
func (p *play) sumReasons(o *order) bool {
	told := p.told[o]
	good := len(told) == len(o.why)
	for i := 0; good && i < len(told); i++ {
		good = strings.Contains(told[i], o.why[i])
	}
	if !good {
		p.screen.line("   %s: of what was not sent the hub said %q, and should have said %q.", o.folio, told, o.why)
	}
	return good
}
