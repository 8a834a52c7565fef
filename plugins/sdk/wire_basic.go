package sdk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

// names gives the plain words of a protocol enum by its numbers. Number 0 is the unspecified one: no word.
type names[T ~string] []T

var (
	roles           = names[Role]{"", RoleDestination, RoleSource}
	severities      = names[Severity]{"", SeverityError, SeverityWarning, SeverityInfo}
	scopes          = names[Scope]{"", ScopeDelivery, ScopeRecipient, ScopeFlow, ScopeIntegration}
	limitScopes     = names[LimitScope]{"", LimitIntegration, LimitRecipient}
	outcomeKinds    = names[OutcomeKind]{"", Accepted, Retry, Rejected, Misconfigured, Unknown}
	receiptStatuses = names[ReceiptStatus]{"", Sent, Delivered, Read, Failed}
	noticeKinds     = names[NoticeKind]{"", RecipientOptedOut, RecipientOptedIn, ActionChanged, IntegrationChanged}
	lookupStates    = names[LookupState]{"", LookupFound, LookupNotFound, LookupUndecided}
)

// word is the word of a number; a number of a newer protocol has none.
func (n names[T]) word(number int32) T {
	if number < 0 || int(number) >= len(n) {
		return ""
	}
	return n[number]
}

// number is the number of a word, 0 for one that the protocol does not know.
func (n names[T]) number(word T) int32 {
	if i := slices.Index(n, word); i > 0 {
		return int32(i)
	}
	return 0
}

// orElse is the word, or a default for none.
func orElse[T ~string](word, otherwise T) T {
	if word == "" {
		return otherwise
	}
	return word
}

// utf8Text makes a text sendable: protocol buffers refuse a message with any string that is not valid UTF-8, and with it
// everything else in the batch.
func utf8Text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func utf8Map(m map[string]string) map[string]string {
	var out map[string]string
	for k, v := range m {
		k2, v2 := utf8Text(k), utf8Text(v)
		if out == nil && (k2 != k || v2 != v) {
			out = make(map[string]string, len(m))
			for a, b := range m {
				out[utf8Text(a)] = utf8Text(b)
			}
			return out
		}
	}
	return m
}

func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// durationMillis rounds up, so that a short wait does not become none.
func durationMillis(d time.Duration) int64 {
	if d <= 0 {
		return d.Milliseconds()
	}
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

func millisDuration(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// each translates a list; an empty one is nil.
func each[A, B any](list []A, f func(A) B) []B {
	if len(list) == 0 {
		return nil
	}
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

func labelsToWire(l Labels) *wire.Labels {
	if len(l) == 0 {
		return nil
	}
	return &wire.Labels{Text: utf8Map(l)}
}

func labelsFromWire(w *wire.Labels) Labels {
	if len(w.GetText()) == 0 {
		return nil
	}
	return w.GetText()
}

// object is an object also where none was given, so that no author has to tell "nothing" from "nothing in it".
func object(text []byte) []byte {
	if len(text) == 0 || string(text) == "null" {
		return []byte("{}")
	}
	return text
}

func integrationToWire(in Integration) *wire.Integration {
	return &wire.Integration{
		Id: in.ID, Name: utf8Text(in.Name), SettingsJson: object(in.Settings), Secrets: utf8Map(in.Secrets),
		CallbackUrl: in.CallbackURL, Language: in.Language, Version: in.Version,
	}
}

func integrationFromWire(w *wire.Integration) Integration {
	return Integration{
		ID: w.GetId(), Name: w.GetName(), Settings: object(w.GetSettingsJson()), Secrets: w.GetSecrets(),
		CallbackURL: w.GetCallbackUrl(), Language: w.GetLanguage(), Version: w.GetVersion(),
	}
}

func problemToWire(p Problem) *wire.Problem {
	return &wire.Problem{
		Code: p.Code, Path: utf8Text(p.Path), Message: utf8Text(p.Message), NextStep: utf8Text(p.NextStep),
		Severity: wire.Problem_Severity(severities.number(orElse(p.Severity, SeverityError))),
	}
}

func problemFromWire(w *wire.Problem) Problem {
	return Problem{
		Code: w.GetCode(), Path: w.GetPath(), Message: w.GetMessage(), NextStep: w.GetNextStep(),
		Severity: orElse(severities.word(int32(w.GetSeverity())), SeverityError),
	}
}

func headerToWire(h http.Header) []*wire.Header {
	out := make([]*wire.Header, 0, len(h))
	for name, values := range h {
		out = append(out, &wire.Header{Name: utf8Text(name), Values: each(values, utf8Text)})
	}
	slices.SortFunc(out, func(a, b *wire.Header) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func headerFromWire(list []*wire.Header) http.Header {
	h := make(http.Header, len(list))
	for _, w := range list {
		name := http.CanonicalHeaderKey(w.GetName())
		h[name] = append(h[name], w.GetValues()...)
	}
	return h
}
