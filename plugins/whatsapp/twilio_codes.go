package whatsapp

import (
	"net/http"
	"strconv"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// twilioCodes holds Twilio's error codes for WhatsApp, sorted. Twilio says that a code for a specific cause may change; what is not
// here is judged by the HTTP status, and never guessed to be safe to repeat. 20500 and 20503 do not prove that nothing was sent.
//
// 63018 is both WhatsApp's rate for one person and its daily limit for an account, and does not say which: it holds the person only,
// so that one of them never holds the others.
var twilioCodes = catalogue{
	{from: 20003, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: twilioCredential, what: "Twilio does not accept the credentials", next: "Give the integration the auth token, or an API key that is active, of this account."},
	{from: 20404, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.account_sid", what: "Twilio finds no such account or object", next: "Copy the Account SID from the Twilio Console."},
	{from: 20429, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "too many requests at once for the Twilio account", next: "Nothing: it goes on more slowly. Lower the messages per second if it comes often.", wait: doublingWait, limit: limitThroughput},
	{from: 20500, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "Twilio had an internal error; the message may have been sent", next: twilioWaits},
	{from: 20503, kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "Twilio was not available; the message may have been sent", next: twilioWaits},
	{from: 21211, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the recipient's number is not valid", next: "Correct the recipient's number."},
	{from: 21606, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender cannot send to this channel", next: "Set a WhatsApp sender of this account."},
	{from: 21608, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "a trial account may send to verified numbers only", next: "Upgrade the Twilio account, or verify the number in the Console."},
	{from: 21610, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the person has unsubscribed with STOP", next: "Respect it; the person can write START.", suppress: sdk.SuppressForever},
	{from: 21611, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the sender's queue at Twilio is full", next: "Nothing: it goes on more slowly.", wait: queueWait, limit: limitThroughput},
	{from: 21612, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "Twilio cannot reach this number from this sender", next: "Check the recipient's number and the sender."},
	{from: 21614, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the number is not a mobile number", next: "Correct the recipient's number."},
	{from: 21619, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "Twilio received no content to send", next: "Set the Content SID of the template."},
	{from: 21654, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "Twilio received values, but no Content SID", next: "Set the Content SID of the template."},
	{from: 21655, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the Content SID is not valid, was deleted, or belongs to another account", next: "Copy the Content SID from the Content Template Builder of this account."},
	{from: 21656, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "Twilio refuses the values", next: "See that every variable of the template has a text."},
	{from: 21910, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the sender is not of the same channel as the recipient", next: "Set a WhatsApp sender of this account."},
	{from: 30001, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "Twilio's queue overflowed", next: "Nothing: it goes on more slowly.", wait: queueWait, limit: limitThroughput},
	{from: 63003, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "WhatsApp does not find this number", next: "Check the number with the person.", suppress: 24 * hour},
	{from: 63005, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "WhatsApp did not accept the content", next: "Compare the values with the template's examples."},
	{from: 63007, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the account has no WhatsApp sender of this number", next: "Copy the sender from Messaging > Senders in the Twilio Console."},
	{from: 63008, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.from", what: "the WhatsApp sender is not set up correctly at Twilio", next: "Look at the sender in the Twilio Console."},
	{from: 63012, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "WhatsApp had an internal error", next: "Nothing: it is tried again.", wait: outageWait},
	{from: 63013, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the values break a rule of WhatsApp: newlines, more than four spaces in a row, or an empty value", next: "Map fields of plain text."},
	{from: 63014, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the person has blocked the sender", next: "Respect it; reach the person in another way.", suppress: sdk.SuppressForever},
	{from: 63016, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "outside of 24 hours after the person last wrote only an approved template may be sent", next: "Use a template that WhatsApp has approved."},
	{from: 63017, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the account sends too fast for WhatsApp", next: "Nothing: it goes on more slowly.", wait: doublingWait, limit: limitThroughput},
	{from: 63018, kind: sdk.Retry, scope: sdk.ScopeRecipient, path: "recipient", what: "WhatsApp's rate for this person, or its messaging limit, is reached", next: "Nothing: it is tried again. If it comes for many people, look at the messaging limit in WhatsApp Manager.", wait: dailyWait, limit: limitPair},
	{from: 63019, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "a medium could not be loaded", next: "Use a template without media."},
	{from: 63021, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the content is not valid: longer than 1,024 characters, or of a kind that WhatsApp does not take", next: "Map shorter fields."},
	{from: 63023, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "WhatsApp reported a general error", next: "If it stays, ask Twilio with the message SID.", wait: []time.Duration{10 * second}, most: 2},
	{from: 63024, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the recipient is not valid: not on WhatsApp, or has not accepted its terms", next: "Check the number with the person.", suppress: 24 * hour},
	{from: 63027, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template does not exist in its language at WhatsApp", next: "Look at the template's approval in the Content Template Builder."},
	{from: 63028, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "values", what: "the number of values does not fit the template's variables", next: "Map exactly as many fields as the template has variables."},
	{from: 63032, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "WhatsApp holds this person out for an experiment", next: "Reach the person in another way."},
	{from: 63038, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the account has reached its daily limit of messages", next: "Wait, or ask Twilio for a higher limit.", wait: []time.Duration{1 * hour, 6 * hour, 24 * hour}},
	{from: 63040, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "WhatsApp rejected the template", next: "Change the template in the Content Template Builder and submit it again."},
	{from: 63041, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template is paused because of low quality", next: "Wait until WhatsApp resumes it, or use another one."},
	{from: 63042, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template is disabled for good", next: "Create a new template."},
	{from: 63049, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "Meta did not deliver it, to keep marketing messages to this person few", next: "Wait at least 24 hours before sending marketing to this person again.", suppress: 24 * hour, category: "marketing"},
	{from: 63062, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the terms of the Marketing Messages API are not accepted", next: "Accept them in WhatsApp Manager."},
	{from: 92005, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "Twilio received values, but no Content SID", next: "Set the Content SID of the template."},
}

// twilioCredential is the path of whichever secret the integration signs in with; see [twilioSettings.credential].
const twilioCredential = "secrets"

const twilioWaits = "Wait: Twilio's callback or a look-up tells whether it was sent. It is not sent again by itself."

// Verdicts beside the table.
var (
	twilioBusy    = verdict{kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "Twilio answers that it is asked too often", next: "Nothing: it goes on more slowly.", wait: doublingWait, limit: limitThroughput}
	twilioDenied  = verdict{kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: twilioCredential, what: "Twilio does not let this account do that", next: "Look at the account and its permissions in the Twilio Console."}
	twilioUnsure  = verdict{kind: sdk.Unknown, scope: sdk.ScopeDelivery, what: "Twilio had an error; the message may have been sent", next: twilioWaits}
	twilioStrange = verdict{kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "Twilio refused the message with a code that this connector does not know", next: "Look the code up at https://www.twilio.com/docs/api/errors."}
)

// judgeTwilio finds the verdict on an error of Twilio. status is that of the HTTP answer, 0 for a code in a callback.
func judgeTwilio(status, code int) *verdict {
	if v := twilioCodes.find(code); v != nil && (v.kind != sdk.Unknown || status != 0) {
		return v
	}
	switch {
	case status == http.StatusTooManyRequests:
		return &twilioBusy
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &twilioDenied
	case status >= 500:
		return &twilioUnsure
	}
	return &twilioStrange
}

// twilioFailure is what outcomes and receipts repeat of an error.
func twilioFailure(code int, text string) failure {
	return failure{code: strconv.Itoa(code), text: text, detail: with(nil, "more_info", "https://www.twilio.com/docs/errors/"+strconv.Itoa(code))}
}
