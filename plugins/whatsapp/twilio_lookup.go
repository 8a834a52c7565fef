package whatsapp

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// A message that was taken stands in Twilio's list at once. These margins are for clocks that differ, and for a list that lags.
const (
	lookupSkew  = 2 * time.Minute
	lookupSure  = 10 * time.Minute
	lookupRange = 100 // messages to one person that are looked at
)

// lookup asks Twilio for each message: by its SID, or by the recipient if no answer ever came.
func (p *twilioProvider) lookup(ctx context.Context, q sdk.LookupQuery) (sdk.Lookup, error) {
	var out sdk.Lookup
	for _, item := range q.Items {
		a := sdk.LookupAnswer{State: sdk.LookupUndecided, ProviderID: item.ProviderID}
		if item.ProviderID != "" {
			p.bySID(ctx, item, &a)
		} else {
			p.byRecipient(ctx, item, time.Now(), &a)
		}
		a.DeliveryID = item.DeliveryID
		out.Answers = append(out.Answers, a)
	}
	return out, nil
}

func (p *twilioProvider) bySID(ctx context.Context, item sdk.LookupItem, a *sdk.LookupAnswer) {
	s := p.settings
	var m twilioMessage
	if !messageSID(item.ProviderID) {
		a.Message = "this is no message SID"
		return
	}
	if u := p.connector.readTwilio(ctx, s, under(s.api, "/2010-04-01/Accounts/"+s.AccountSID+"/Messages/"+item.ProviderID+".json"), &m); u != nil {
		// Even if Twilio does not find it: there was a SID, so that it was taken, and may have been deleted since.
		a.Message = u.Message
		return
	}
	a.State = sdk.LookupFound
	if r, ok := m.receipt(item.DeliveryID); ok {
		a.Receipts = []sdk.Receipt{r}
	}
}

// messageSID guards the path of a request: an id goes into it only if it is one.
func messageSID(s string) bool {
	return len(s) == 34 && (s[:2] == "SM" || s[:2] == "MM") && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}

// receipt is what a message's status says.
func (m *twilioMessage) receipt(deliveryID string) (sdk.Receipt, bool) {
	status, known := twilioStatuses[m.Status]
	if !known {
		return sdk.Receipt{}, false
	}
	r := sdk.Receipt{ProviderID: m.SID, DeliveryID: deliveryID, Status: status, Recipient: phoneOf(m.To)}
	if at, err := time.Parse(time.RFC1123Z, m.Updated); err == nil {
		r.At = at.UTC()
	}
	if status == sdk.Failed {
		code := 0
		if m.ErrorCode != nil {
			code = *m.ErrorCode
		}
		failTwilio(&r, m.Status, code, m.ErrorMessage)
	}
	r.Detail = with(with(r.Detail, "price", m.Price), "price_unit", m.PriceUnit)
	return r, true
}

// byRecipient looks whether anything was sent to the person since then. If nothing was, the delivery was never taken. If something
// was, nobody can tell whether it is this delivery: a message does not show the callback URL that it was sent with.
func (p *twilioProvider) byRecipient(ctx context.Context, item sdk.LookupItem, now time.Time, a *sdk.LookupAnswer) {
	to, ok := e164(item.Recipient)
	if !ok || item.SentAt.IsZero() {
		a.Message = "without a recipient and a time the message cannot be looked for"
		return
	}
	s := p.settings
	u := under(s.api, "/2010-04-01/Accounts/"+s.AccountSID+"/Messages.json")
	// Not narrowed by the sender, which a messaging service may choose, nor by DateSent, which a queued message does not have yet.
	u.RawQuery = url.Values{"To": {"whatsapp:" + to}, "PageSize": {strconv.Itoa(lookupRange)}}.Encode()
	var page struct {
		Messages []twilioMessage `json:"messages"`
	}
	if failed := p.connector.readTwilio(ctx, s, u, &page); failed != nil {
		a.Message = failed.Message
		return
	}
	since, oldest := 0, now
	for _, m := range page.Messages {
		at, err := time.Parse(time.RFC1123Z, m.Created)
		if err != nil || at.After(item.SentAt.Add(-lookupSkew)) {
			since++
		}
		if err == nil && at.Before(oldest) {
			oldest = at
		}
	}
	whole := len(page.Messages) < lookupRange || oldest.Before(item.SentAt.Add(-lookupSkew))
	switch {
	case since > 0:
		a.Message = fmt.Sprintf("Twilio has %d messages to this person since then; which of them is this one cannot be told", since)
	case now.Sub(item.SentAt) < lookupSure || !whole:
		a.Message = "Twilio has no message to this person since then, but it is too early to be sure"
	default:
		a.State, a.Message = sdk.LookupNotFound, "Twilio has no message to this person since then"
	}
}
