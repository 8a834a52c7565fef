package sdk

import (
	"encoding/json"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

func useToWire(u ActionUse) *wire.ActionUse {
	return &wire.ActionUse{
		Action: utf8Text(u.Action), ParametersJson: object(u.Parameters), Positions: int32(u.Positions), Names: each(u.Names, utf8Text),
	}
}

func useFromWire(w *wire.ActionUse) ActionUse {
	return ActionUse{Action: w.GetAction(), Parameters: object(w.GetParametersJson()), Positions: int(w.GetPositions()), Names: w.GetNames()}
}

func previewToWire(p Preview) *wire.PreviewResponse {
	return &wire.PreviewResponse{
		Text: utf8Text(p.Text), Recipient: utf8Text(p.Recipient), RequestJson: p.Request,
		Problems: each(p.Problems, problemToWire), Adjusted: each(p.Adjusted, adjustmentToWire), HeldCategory: utf8Text(p.HeldCategory),
	}
}

func previewFromWire(w *wire.PreviewResponse) Preview {
	return Preview{
		Text: w.GetText(), Recipient: w.GetRecipient(), Request: w.GetRequestJson(),
		Problems: each(w.GetProblems(), problemFromWire), Adjusted: each(w.GetAdjusted(), adjustmentFromWire), HeldCategory: w.GetHeldCategory(),
	}
}

func callbackToWire(cb Callback) *wire.Callback {
	return &wire.Callback{
		Method: utf8Text(cb.Method), Url: utf8Text(cb.URL), Headers: headerToWire(cb.Header), Body: cb.Body,
		ReceivedUnixMs: toMillis(cb.ReceivedAt),
	}
}

func callbackFromWire(w *wire.Callback) Callback {
	return Callback{
		Method: w.GetMethod(), URL: w.GetUrl(), Header: headerFromWire(w.GetHeaders()), Body: w.GetBody(),
		ReceivedAt: fromMillis(w.GetReceivedUnixMs()),
	}
}

func receptionToWire(r Reception) *wire.ReceiveResponse {
	return &wire.ReceiveResponse{
		Verified: r.Verified, Status: int32(r.Status), Header: utf8Map(r.Header), Body: r.Body,
		Receipts: each(r.Receipts, receiptToWire), Notices: each(r.Notices, noticeToWire),
	}
}

func receptionFromWire(w *wire.ReceiveResponse) Reception {
	return Reception{
		Verified: w.GetVerified(), Status: int(w.GetStatus()), Header: w.GetHeader(), Body: w.GetBody(),
		Receipts: each(w.GetReceipts(), receiptFromWire), Notices: each(w.GetNotices(), noticeFromWire),
	}
}

func receiptToWire(r Receipt) *wire.Receipt {
	return &wire.Receipt{
		ProviderId: utf8Text(r.ProviderID), DeliveryId: utf8Text(r.DeliveryID), Status: wire.ReceiptStatus(receiptStatuses.number(r.Status)),
		AtUnixMs: toMillis(r.At), Code: utf8Text(r.Code), Message: utf8Text(r.Message), Scope: wire.Scope(scopes.number(r.Scope)),
		Recipient: utf8Text(r.Recipient), Detail: utf8Map(r.Detail), Kind: wire.OutcomeKind(outcomeKinds.number(r.Kind)),
		NextStep: utf8Text(r.NextStep), RetryAfterMs: durationMillis(r.RetryAfter), SuppressMs: durationMillis(r.Suppress), Limit: utf8Text(r.Limit),
		SuppressCategory: utf8Text(r.SuppressCategory), MostAttempts: int32(r.MostAttempts),
	}
}

func receiptFromWire(w *wire.Receipt) Receipt {
	return Receipt{
		ProviderID: w.GetProviderId(), DeliveryID: w.GetDeliveryId(), Status: receiptStatuses.word(int32(w.GetStatus())),
		At: fromMillis(w.GetAtUnixMs()), Code: w.GetCode(), Message: w.GetMessage(), Scope: scopes.word(int32(w.GetScope())),
		Recipient: w.GetRecipient(), Detail: w.GetDetail(), Kind: outcomeKinds.word(int32(w.GetKind())),
		NextStep: w.GetNextStep(), RetryAfter: millisDuration(w.GetRetryAfterMs()), Suppress: millisDuration(w.GetSuppressMs()), Limit: w.GetLimit(),
		SuppressCategory: w.GetSuppressCategory(), MostAttempts: int(w.GetMostAttempts()),
	}
}

func noticeToWire(n Notice) *wire.Notice {
	return &wire.Notice{
		Kind: wire.NoticeKind(noticeKinds.number(n.Kind)), AtUnixMs: toMillis(n.At), Recipient: utf8Text(n.Recipient),
		Category: utf8Text(n.Category), Action: utf8Text(n.Action), ParametersJson: n.Parameters,
		Problems: each(n.Problems, problemToWire), Detail: utf8Map(n.Detail), SettingsJson: n.Settings,
	}
}

func noticeFromWire(w *wire.Notice) Notice {
	return Notice{
		Kind: noticeKinds.word(int32(w.GetKind())), At: fromMillis(w.GetAtUnixMs()), Recipient: w.GetRecipient(),
		Category: w.GetCategory(), Action: w.GetAction(), Parameters: w.GetParametersJson(),
		Problems: each(w.GetProblems(), problemFromWire), Detail: w.GetDetail(), Settings: w.GetSettingsJson(),
	}
}

func lookupQueryToWire(in Integration, q LookupQuery) *wire.LookupRequest {
	return &wire.LookupRequest{Integration: integrationToWire(in), Items: each(q.Items, func(i LookupItem) *wire.LookupItem {
		return &wire.LookupItem{
			DeliveryId: utf8Text(i.DeliveryID), ProviderId: utf8Text(i.ProviderID), Recipient: utf8Text(i.Recipient), SentUnixMs: toMillis(i.SentAt),
		}
	})}
}

func lookupQueryFromWire(w *wire.LookupRequest) LookupQuery {
	return LookupQuery{Items: each(w.GetItems(), func(i *wire.LookupItem) LookupItem {
		return LookupItem{
			DeliveryID: i.GetDeliveryId(), ProviderID: i.GetProviderId(), Recipient: i.GetRecipient(), SentAt: fromMillis(i.GetSentUnixMs()),
		}
	})}
}

func lookupToWire(l Lookup) *wire.LookupResponse {
	return &wire.LookupResponse{Answers: each(l.Answers, func(a LookupAnswer) *wire.LookupAnswer {
		return &wire.LookupAnswer{
			DeliveryId: utf8Text(a.DeliveryID), State: wire.LookupState(lookupStates.number(a.State)), ProviderId: utf8Text(a.ProviderID),
			Receipts: each(a.Receipts, receiptToWire), Message: utf8Text(a.Message),
		}
	})}
}

func lookupFromWire(w *wire.LookupResponse) Lookup {
	return Lookup{Answers: each(w.GetAnswers(), func(a *wire.LookupAnswer) LookupAnswer {
		return LookupAnswer{
			DeliveryID: a.GetDeliveryId(), State: orElse(lookupStates.word(int32(a.GetState())), LookupUndecided), ProviderID: a.GetProviderId(),
			Receipts: each(a.GetReceipts(), receiptFromWire), Message: a.GetMessage(),
		}
	})}
}

func queryToWire(in Integration, q Query) *wire.QueryRequest {
	return &wire.QueryRequest{
		Integration: integrationToWire(in), Action: utf8Text(q.Action), ParametersJson: object(q.Parameters), Fields: each(q.Fields, utf8Text),
		Terms: each(q.Terms, func(t QueryTerm) *wire.QueryTerm {
			return &wire.QueryTerm{Field: utf8Text(t.Field), Operation: utf8Text(t.Operation), ValueJson: t.Value}
		}),
		Cursor: utf8Text(q.Cursor), PageSize: int32(q.PageSize), Limit: q.Limit, SinceUnixMs: toMillis(q.Since), UntilUnixMs: toMillis(q.Until),
	}
}

func queryFromWire(w *wire.QueryRequest) Query {
	return Query{
		Action: w.GetAction(), Parameters: object(w.GetParametersJson()), Fields: w.GetFields(),
		Terms: each(w.GetTerms(), func(t *wire.QueryTerm) QueryTerm {
			return QueryTerm{Field: t.GetField(), Operation: t.GetOperation(), Value: t.GetValueJson()}
		}),
		Cursor: w.GetCursor(), PageSize: int(w.GetPageSize()), Limit: w.GetLimit(), Since: fromMillis(w.GetSinceUnixMs()), Until: fromMillis(w.GetUntilUnixMs()),
	}
}

func pageToWire(p Page) *wire.Page {
	return &wire.Page{RowsJson: each(p.Rows, func(r json.RawMessage) []byte { return r }), Next: utf8Text(p.Next), Total: p.Total}
}

func pageFromWire(w *wire.Page) Page {
	return Page{
		Rows: each(w.GetRowsJson(), func(b []byte) json.RawMessage { return b }), Next: w.GetNext(), Total: w.GetTotal(),
	}
}
