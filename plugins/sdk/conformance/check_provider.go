package conformance

import (
	"bytes"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

func providerChecks() []Check {
	return []Check{
		{"provider/answers", "what the provider answers becomes the right outcome",
			"the hub decides by the outcome alone: whether to try again, when, and whom to tell", secContract, providerAnswers},
		{"provider/answer-lost", "when the provider took a message and its answer was lost, the outcome is UNKNOWN",
			"the line that matters: what may have been sent is never sent again blindly", secContract, providerAnswerLost},
		{"provider/deadline", "when the provider does not answer, there is an outcome at the deadline",
			"a hung call must not keep a delivery for ever, nor lose it", secLife, providerDeadline},
		{"provider/gone", "when the provider cannot be reached, nothing is UNKNOWN",
			"no connection is certainly not sent: UNKNOWN would wait for a person, RETRY is tried by itself", secContract, providerGone},
	}
}

func providerAnswers(t *T) {
	p := t.provider()
	defer p.mend()
	if len(t.example.Cases) == 0 {
		t.skip("the configuration has no cases (provider.cases)")
	}
	for _, c := range t.example.Cases {
		p.refuse(c.Answer)
		o, err := t.one(t.example.Integration, t.delivery())
		if err != nil {
			t.stop("%s: %v", c.Name, err)
		}
		if !slices.Contains(c.Kinds, o.Kind) {
			t.fail("%s: the provider answered %d, and the outcome is %s and not %s%s", c.Name, c.Status, o.Kind, either(c.Kinds), reason(o.Message))
		}
		if least := time.Duration(c.RetryAfterMs) * time.Millisecond; o.RetryAfter < least-time.Second {
			t.fail("%s: the provider said to wait %s, and retry_after_ms is %d", c.Name, least, o.RetryAfter.Milliseconds())
		}
		if c.Path != "" && o.Path != c.Path {
			t.fail("%s: the path is %q and not %q", c.Name, o.Path, c.Path)
		}
	}
}

func either(kinds []sdk.OutcomeKind) string {
	text := make([]string, len(kinds))
	for i, k := range kinds {
		text[i] = string(k)
	}
	return strings.Join(text, " or ")
}

func providerAnswerLost(t *T) {
	p := t.provider()
	defer p.mend()
	p.lose()
	p.forget()
	d := t.delivery()
	o, err := t.one(t.example.Integration, d)
	if err != nil {
		t.stop("%v", err)
	}
	if t.d.Capabilities.IdempotentSending && (o.Kind == sdk.Retry || o.Kind == sdk.Unknown) {
		return
	}
	if o.Kind != sdk.Unknown {
		t.fail("the provider took the request and ended the connection, and the outcome is %s and not UNKNOWN%s", o.Kind, reason(o.Message))
	}
	if n := p.requests(""); n > 1 {
		t.fail("the connector sent the request %d times by itself: try it once", n)
	}
}

// deadlineIn is how far away the deadline is, and deadlineGrace what the SDK takes to answer for a send that hangs.
const (
	deadlineIn    = 700 * time.Millisecond
	deadlineGrace = 2500 * time.Millisecond
)

func providerDeadline(t *T) {
	p := t.provider()
	defer p.mend()
	p.hold()
	d := t.delivery()
	began := time.Now()
	d.Deadline = began.Add(deadlineIn)
	o, err := t.one(t.example.Integration, d)
	if err != nil {
		t.stop("%v", err)
	}
	if took := time.Since(began); took > deadlineIn+deadlineGrace+tooMuch {
		t.fail("the outcome came %s after the deadline", (took - deadlineIn).Round(100*time.Millisecond))
	}
	if o.Kind != sdk.Unknown && !(o.Kind == sdk.Retry && t.d.Capabilities.IdempotentSending) {
		t.fail("the request had left when the deadline passed, and the outcome is %s and not UNKNOWN%s", o.Kind, reason(o.Message))
	}
}

// elsewhere is an integration with another address, which may be a secret.
func elsewhere(in sdk.Integration, from, to string) (_ sdk.Integration, moved bool) {
	moved = bytes.Contains(in.Settings, []byte(from))
	in.ID, in.Settings, in.Secrets = "int_suite_elsewhere", bytes.ReplaceAll(in.Settings, []byte(from), []byte(to)), maps.Clone(in.Secrets)
	for name, secret := range in.Secrets {
		moved = moved || strings.Contains(secret, from)
		in.Secrets[name] = strings.ReplaceAll(secret, from, to)
	}
	return in, moved
}

func providerGone(t *T) {
	p := t.provider()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.skip("no port could be found where nobody listens: %v", err)
	}
	nobody := "http://" + listener.Addr().String()
	_ = listener.Close()
	in, moved := elsewhere(t.example.Integration, p.URL(), nobody)
	if !moved {
		t.skip("the provider's address is not in the settings")
	}
	o, err := t.one(in, t.delivery())
	if err == nil && (o.Kind == sdk.Unknown || o.Kind == sdk.Accepted) {
		t.fail("nobody listens at the provider's address, and the outcome is %s%s", o.Kind, reason(o.Message))
	}
}
