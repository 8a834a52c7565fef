package whatsapp

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// twilioMessage is a Message resource, as far as it matters.
type twilioMessage struct {
	SID          string `json:"sid"`
	Status       string `json:"status"`
	To           string `json:"to"`
	From         string `json:"from"`
	ErrorCode    *int   `json:"error_code"`
	ErrorMessage string `json:"error_message"`
	Created      string `json:"date_created"`
	Updated      string `json:"date_updated"`
	Price        string `json:"price"`
	PriceUnit    string `json:"price_unit"`
}

// twilioError is an error of Twilio's APIs.
type twilioError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// readTwilioError reads an error. Without a code it is nil: the answer is not Twilio's, or not whole.
func readTwilioError(body []byte) *twilioError {
	var e twilioError
	if json.Unmarshal(body, &e) != nil || e.Code == 0 {
		return nil
	}
	return &e
}

func (e *twilioError) failure() failure { return twilioFailure(e.Code, e.Message) }

// twilioAnswers tells what Twilio's answers mean.
type twilioAnswers struct{}

func (twilioAnswers) judge(status int, header http.Header, body []byte, attempt int) sdk.Outcome {
	if status >= 200 && status <= 299 {
		return takenByTwilio(body)
	}
	e := readTwilioError(body)
	if e == nil {
		return twilioHouse.strangeAnswer(status, header.Get("Retry-After"))
	}
	o := judgeTwilio(status, e.Code).outcome(e.failure(), attempt)
	if o.Kind == sdk.Retry {
		o.RetryAfter = max(o.RetryAfter, seconds(header.Get("Retry-After"), 0))
	}
	return o
}

func (twilioAnswers) took(body []byte) bool {
	var m twilioMessage
	return json.Unmarshal(body, &m) == nil && m.SID != ""
}

func takenByTwilio(body []byte) sdk.Outcome {
	var m twilioMessage
	if json.Unmarshal(body, &m) != nil || m.SID == "" {
		return sdk.Outcome{Kind: sdk.Unknown, Scope: sdk.ScopeDelivery, Message: "Twilio answered success, but without a message SID", NextStep: twilioWaits}
	}
	return sdk.Outcome{
		Kind: sdk.Accepted, Scope: sdk.ScopeDelivery, ProviderID: m.SID, Recipient: phoneOf(m.To), Detail: with(nil, "status", m.Status),
	}
}

// phoneOf is an address of Twilio without its channel, as digits.
func phoneOf(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(address, "whatsapp:"), "+")
}
