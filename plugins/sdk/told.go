package sdk

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Bounds of what a connector says: more is of no use to anybody, and would be kept with each attempt. The hub cuts off what is longer, and
// the SDK does so before it sends.
const (
	// MaxText is the most characters of a text for people, of a value of Detail, and of Adjustment.Sent.
	MaxText = 4000
	// MaxWord is the most characters of a code, a path, a recipient, a key, and the like.
	MaxWord = 500
	// MaxProviderID is the most bytes of the provider's id of a message. A longer one is taken for none: a part of it would find no message, or
	// another one.
	MaxProviderID = 500
	// MaxDetails is the most entries of Detail; the first by their keys stay.
	MaxDetails = 50
	// MaxAdjusted is the most entries of Outcome.Adjusted.
	MaxAdjusted = 200
)

// idLeftOut is what an accepted message says whose id is none.
const idLeftOut = "the provider's id of the message was left out: it is too long, or has a secret in it"

// Clip is at most n characters of a text, with an ellipsis behind them if there were more.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// teller is how texts are told: it takes secrets out of one, before anything is cut off, so that no part of a secret stays.
type teller func(string) string

func (t teller) texts(list ...*string) {
	for _, s := range list {
		if *s != "" {
			*s = Clip(t(*s), MaxText)
		}
	}
}

func (t teller) words(list ...*string) {
	for _, s := range list {
		if *s != "" {
			*s = Clip(t(*s), MaxWord)
		}
	}
}

// id makes none of an id that is too long or has a secret in it, and says so.
func (t teller) id(s *string) (gone bool) {
	if len(*s) <= MaxProviderID && (*s == "" || t(*s) == *s) {
		return false
	}
	*s = ""
	return true
}

// Told is the outcome as it is passed on: clean takes secrets out of each of its texts, and what exceeds the bounds is cut off. The maps and
// lists of o stay as they are, since their author may share them.
func (o Outcome) Told(clean func(string) string) Outcome {
	t := teller(clean)
	t.texts(&o.Message, &o.NextStep)
	t.words(&o.ProviderCode, &o.Path, &o.Recipient, &o.Limit, &o.SuppressCategory, &o.HeldCategory)
	if t.id(&o.ProviderID) && o.Message == "" {
		o.Message = idLeftOut
	}
	o.Detail, o.Adjusted = t.detail(o.Detail), t.adjusted(o.Adjusted)
	return o
}

// Told is the receipt as it is passed on, as [Outcome.Told] says.
func (r Receipt) Told(clean func(string) string) Receipt {
	t := teller(clean)
	t.texts(&r.Message, &r.NextStep)
	t.words(&r.DeliveryID, &r.Code, &r.Recipient, &r.Limit, &r.SuppressCategory)
	t.id(&r.ProviderID)
	r.Detail = t.detail(r.Detail)
	return r
}

// Told is the notice as it is passed on, as [Outcome.Told] says.
func (n Notice) Told(clean func(string) string) Notice {
	t := teller(clean)
	t.words(&n.Recipient, &n.Category, &n.Action)
	n.Parameters, n.Settings, n.Detail = t.json(n.Parameters), t.json(n.Settings), t.detail(n.Detail)
	n.Problems = each(n.Problems, func(p Problem) Problem { return p.Told(clean) })
	return n
}

// Told is the problem as it is passed on, as [Outcome.Told] says.
func (p Problem) Told(clean func(string) string) Problem {
	t := teller(clean)
	t.texts(&p.Message, &p.NextStep)
	t.words(&p.Code, &p.Path)
	return p
}

// Told is the answer as it is passed on, as [Outcome.Told] says.
func (a LookupAnswer) Told(clean func(string) string) LookupAnswer {
	t := teller(clean)
	t.texts(&a.Message)
	t.id(&a.ProviderID)
	a.Receipts = each(a.Receipts, func(r Receipt) Receipt { return r.Told(clean) })
	return a
}

// Told is the preview as it is passed on: as [Outcome.Told] says, but text and request are whole.
func (p Preview) Told(clean func(string) string) Preview {
	t := teller(clean)
	p.Text, p.Request = clean(p.Text), t.json(p.Request)
	t.words(&p.Recipient, &p.HeldCategory)
	p.Problems = each(p.Problems, func(q Problem) Problem { return q.Told(clean) })
	p.Adjusted = t.adjusted(p.Adjusted)
	return p
}

func (t teller) adjusted(list []Adjustment) []Adjustment {
	return each(list[:min(len(list), MaxAdjusted)], func(a Adjustment) Adjustment {
		t.words(&a.Path, &a.Reason)
		t.texts(&a.Sent)
		return a
	})
}

// detail copies a map only if something of it has to change.
func (t teller) detail(m map[string]string) map[string]string {
	same := len(m) <= MaxDetails
	for k, v := range m {
		word, text := k, v
		t.words(&word)
		t.texts(&text)
		same = same && word == k && text == v
	}
	if same {
		return m
	}
	out := make(map[string]string, min(len(m), MaxDetails))
	keys := slices.Sorted(maps.Keys(m))
	if _, ok := m[DetailNotStarted]; ok { // by which the hub decides
		keys = append([]string{DetailNotStarted}, keys...)
	}
	for _, k := range keys {
		if len(out) == MaxDetails {
			break
		}
		word, text := k, m[k]
		t.words(&word)
		t.texts(&text)
		out[word] = text
	}
	return out
}

// json takes secrets out of the strings and names of a value of JSON, and out of numbers that are some. What is no JSON stays only if it has none.
func (t teller) json(raw json.RawMessage) json.RawMessage {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		if text := string(raw); t(text) != text {
			return nil
		}
		return raw
	}
	clean, changed := t.value(v)
	if !changed {
		return raw
	}
	out, err := json.Marshal(clean)
	if err != nil {
		return nil
	}
	return out
}

func (t teller) value(v any) (clean any, changed bool) {
	switch v := v.(type) {
	case string:
		clean := t(v)
		return clean, clean != v
	case json.Number:
		if text := t(v.String()); text != v.String() {
			return text, true
		}
	case []any:
		for i := range v {
			var one bool
			v[i], one = t.value(v[i])
			changed = changed || one
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			name := t(k)
			x, one := t.value(x)
			out[name], changed = x, changed || one || name != k
		}
		return out, changed
	}
	return v, changed
}
