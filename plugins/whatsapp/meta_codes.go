package whatsapp

import (
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// metaCodes holds Meta's documented error codes, sorted. Codes 1 and 131000 do not prove that nothing was sent; Meta says to try
// again, so that is done, twice at most.
var metaCodes = catalogue{
	{from: 0, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "Meta could not authenticate the app's user", next: "Create a new access token and give it to the integration."},
	{from: 1, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta had an unknown error", next: "If it stays, look at Meta's status page.", wait: []time.Duration{2 * second, 10 * second}, most: 3},
	{from: 2, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta is temporarily down or overloaded", next: "Nothing: it is tried again.", wait: outageWait},
	{from: 3, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "the app lacks a capability or permission", next: "Give the system user the permission whatsapp_business_messaging and create a new token."},
	{from: 4, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the app has reached Meta's API call limit", next: "Nothing: it goes on more slowly.", wait: appWait, limit: limitThroughput},
	{from: 10, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "the token's permission is missing or was removed", next: "Give the system user the permission whatsapp_business_messaging for this account."},
	{from: 33, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.phone_number_id", what: "the business phone number was deleted", next: "Set the phone number ID of a number that exists."},
	{from: 100, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "a parameter is unsupported or misspelled", next: "Compare the mapping with the template in WhatsApp Manager."},
	{from: 190, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "the access token is invalid or has expired", next: "Create a new system user token and give it to the integration."},
	{from: 200, to: 299, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "the token's permission is missing or was removed", next: "Give the system user the permission whatsapp_business_messaging for this account."},
	{from: 368, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the account is restricted or disabled for a policy violation", next: "Look at Account Quality in Meta Business Suite."},
	{from: 80007, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the WhatsApp Business account has reached its rate limit", next: "Nothing: it goes on more slowly.", wait: accountWait, limit: limitThroughput},
	{from: 130403, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the business has blocked this person", next: "Unblock the person in WhatsApp Manager.", suppress: sdk.SuppressForever},
	{from: 130429, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the number has reached its throughput", next: "Nothing: it goes on more slowly. Lower the messages per second if it comes often.", wait: doublingWait, limit: limitThroughput},
	{from: 130472, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "Meta holds this person out for an experiment", next: "Reach the person in another way."},
	{from: 130497, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the account may not message people in this country", next: "See Meta's rules for the country."},
	{from: 131000, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta had an unknown error", next: "If it stays, ask Meta with the trace id.", wait: []time.Duration{2 * second, 10 * second}, most: 3},
	{from: 131005, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "secrets.access_token", what: "access was denied: a permission is missing or was removed", next: "Give the system user the permission whatsapp_business_messaging for this account."},
	{from: 131008, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "a required parameter is missing", next: "See that every value of the mapping has a text."},
	{from: 131009, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "a parameter's value is not valid", next: "Check the recipient's number and the values."},
	{from: 131016, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta's service is unavailable", next: "Nothing: it is tried again.", wait: outageWait},
	{from: 131021, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the recipient is the sender's own number", next: "Correct the recipient's number."},
	{from: 131026, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the message cannot be delivered: the number is not on WhatsApp, has an old app, or has not accepted the terms", next: "Check the number with the person.", suppress: 24 * hour},
	{from: 131030, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "a test number may only message numbers on its list", next: "Add the number to the list under WhatsApp > API Setup, or use a real business number."},
	{from: 131031, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the account is locked", next: "Look at Account Quality in Meta Business Suite."},
	{from: 131037, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the number's display name is not approved", next: "Have the display name approved in WhatsApp Manager."},
	{from: 131042, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "there is a problem with the account's payment", next: "Set the payment method right in Meta Business Suite."},
	{from: 131045, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.phone_number_id", what: "the phone number is not properly registered", next: "Register the number again under WhatsApp > API Setup."},
	{from: 131047, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "more than 24 hours have passed since the person last wrote", next: "Send a template; only templates may open a conversation."},
	{from: 131048, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "Meta restricts the number because people blocked or reported it", next: "Look at the number's quality in WhatsApp Manager and wait until it recovers."},
	{from: 131049, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "Meta did not deliver it, to keep marketing messages to this person few", next: "Wait at least 24 hours before sending marketing to this person again.", suppress: 24 * hour, category: "marketing"},
	{from: 131050, kind: sdk.Rejected, scope: sdk.ScopeRecipient, path: "recipient", what: "the person has stopped marketing messages from this business", next: "Respect it; the person can allow them again in WhatsApp.", suppress: sdk.SuppressForever, category: "marketing"},
	{from: 131051, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "the type of message is not supported", next: "Send a template."},
	{from: 131052, to: 131053, kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "a medium could not be loaded", next: "Use a template without media."},
	{from: 131056, kind: sdk.Retry, scope: sdk.ScopeRecipient, path: "recipient", what: "too many messages to this person in a short time", next: "Nothing: messages to this person go on more slowly.", wait: pairWait, limit: limitPair},
	{from: 131057, kind: sdk.Retry, scope: sdk.ScopeIntegration, what: "the account is in maintenance", next: "Nothing: it is tried again.", wait: []time.Duration{30 * second, 60 * second, 120 * second}},
	{from: 131063, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "marketing templates cannot be sent through the Cloud API from this account", next: "Use a utility template."},
	{from: 131064, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the account's messaging is limited because templates were in the wrong category", next: "Wait until Meta lifts the limit; correct the categories in WhatsApp Manager."},
	{from: 132000, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "values", what: "the number of values does not fit the template's variables", next: "Map exactly as many fields as the template has variables."},
	{from: 132001, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template does not exist in this language, or is not approved", next: "Check name, language and status in WhatsApp Manager."},
	{from: 132005, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the text with its values is too long", next: "Map shorter fields."},
	{from: 132007, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template's content violates a WhatsApp policy", next: "Change the template in WhatsApp Manager."},
	{from: 132012, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "a value has the wrong format for the template", next: "Compare the mapping with the template's examples."},
	{from: 132015, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template is paused because of low quality", next: "Wait until Meta resumes it, or edit it in WhatsApp Manager."},
	{from: 132016, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template is disabled for good because of low quality", next: "Create a new template."},
	{from: 132018, kind: sdk.Rejected, scope: sdk.ScopeDelivery, path: "values", what: "the values do not fit the template: newlines, tabs and more than four spaces in a row are refused", next: "Map fields of plain text."},
	{from: 132068, to: 132069, kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the WhatsApp Flow of the template is blocked or throttled", next: "Use a template without a WhatsApp Flow."},
	{from: 133004, kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta's server is temporarily unavailable", next: "Nothing: it is tried again.", wait: outageWait},
	{from: 133010, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.phone_number_id", what: "the phone number is not registered on the WhatsApp Business Platform", next: "Register the number under WhatsApp > API Setup."},
	{from: 133015, kind: sdk.Retry, scope: sdk.ScopeIntegration, path: "settings.phone_number_id", what: "the phone number was deleted a short while ago and the deletion is not finished", next: "Wait five minutes, then register it again.", wait: []time.Duration{5 * minute}},
	{from: 134011, kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, what: "the terms of WhatsApp Payments are not accepted", next: "Accept them in WhatsApp Manager."},
	{from: 135000, kind: sdk.Retry, scope: sdk.ScopeDelivery, path: "values", what: "Meta had an unknown error with the message's parameters", next: "Compare the mapping with the template.", wait: []time.Duration{10 * second}, most: 2},
}

// Verdicts beside the table.
var (
	// transientVerdict is for a code that is not in the catalogue but that Meta itself calls transient.
	transientVerdict = verdict{kind: sdk.Retry, scope: sdk.ScopeDelivery, what: "Meta reports a transient error", next: "Nothing: it is tried again.", wait: outageWait}
	// strangeVerdict is for any other: whether to try again is not guessed.
	strangeVerdict = verdict{kind: sdk.Rejected, scope: sdk.ScopeDelivery, what: "Meta refused the message with a code that this connector does not know", next: "Look the code up in Meta's documentation."}
	// objectVerdict is 100 with subcode 33: the phone number id in the path does not exist for this token.
	objectVerdict = verdict{kind: sdk.Misconfigured, scope: sdk.ScopeIntegration, path: "settings.phone_number_id", what: "the phone number ID does not exist, or the token may not see it", next: "Check the phone number ID, and that the token's system user has the account as an asset."}
	// namedVerdict is 100 for a template whose variables have names, when positions were sent.
	namedVerdict = verdict{kind: sdk.Misconfigured, scope: sdk.ScopeFlow, path: "parameters.template", what: "the template's variables have names, but the values were sent by position", next: "Use a template with numbered variables."}
)

// judge finds the verdict on an error of Meta.
func judge(e *metaError) *verdict {
	if e.Code == 100 {
		switch {
		case e.Subcode == 33:
			return &objectVerdict
		case e.namesMissing():
			return &namedVerdict
		}
	}
	if v := metaCodes.find(e.Code); v != nil {
		return v
	}
	if e.Transient {
		return &transientVerdict
	}
	return &strangeVerdict
}
