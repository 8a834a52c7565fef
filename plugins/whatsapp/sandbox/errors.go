package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// apiError is an error as the Graph API writes it.
type apiError struct {
	status    int // HTTP
	kind      string
	code      int
	subcode   int
	message   string
	details   string
	transient bool
	to        string // the phone of a send, for the page
}

// known are Meta's documented codes with their HTTP status and title.
var known = map[int]struct {
	status int
	title  string
}{
	0: {401, "AuthException"}, 1: {400, "API Unknown"}, 2: {503, "API Service"}, 3: {500, "API Method"}, 4: {400, "API Too Many Calls"},
	10: {403, "Permission Denied"}, 33: {400, "Parameter value is not valid"}, 100: {400, "Invalid parameter"}, 190: {401, "Access token has expired"},
	200: {403, "API Permission"}, 368: {403, "Temporarily blocked for policies violations"}, 80007: {400, "Rate limit issues"},
	130403: {403, "User blocked by business"}, 130429: {400, "Rate limit hit"}, 130472: {400, "User's number is part of an experiment"}, 130497: {403, "Business account is restricted from messaging users in this country."},
	131000: {500, "Something went wrong"}, 131005: {403, "Access denied"}, 131008: {400, "Required parameter is missing"}, 131009: {400, "Parameter value is not valid"},
	131016: {500, "Service unavailable"}, 131021: {400, "Recipient cannot be sender"}, 131026: {400, "Message undeliverable"}, 131030: {400, "Recipient phone number not in allowed list"},
	131031: {403, "Account has been locked"}, 131037: {400, "WhatsApp provided number needs display name approval before message can be sent."}, 131042: {400, "Business eligibility payment issue"},
	131045: {500, "Incorrect certificate"}, 131047: {400, "Re-engagement message"}, 131048: {400, "Spam rate limit hit"}, 131049: {400, "This message was not delivered to maintain healthy ecosystem engagement."},
	131050: {400, "User has stopped marketing messages"}, 131051: {400, "Unsupported message type"}, 131052: {400, "Media download error"}, 131053: {400, "Media upload error"},
	131056: {400, "(Business Account, Consumer Account) pair rate limit hit"}, 131057: {500, "Account in maintenance mode"}, 131063: {400, "Marketing templates not supported on Cloud API"},
	131064: {400, "Messaging limited due to template misclassification"}, 132000: {400, "Number of parameters does not match the expected number of params"}, 132001: {404, "Template name does not exist in the translation"},
	132005: {400, "Translated text too long"}, 132007: {400, "Template format character policy violated"}, 132012: {400, "Parameter format does not match format in the created template"},
	132015: {400, "Template is paused"}, 132016: {400, "Template is disabled"}, 132018: {400, "There was an issue with the parameters in your template"}, 132068: {400, "Flow is in blocked state"}, 132069: {400, "Flow is in throttled state"},
	133004: {503, "Server temporarily unavailable"}, 133010: {400, "Phone number not registered"}, 133015: {400, "Please wait a few minutes before attempting to register this phone number"},
	134011: {403, "WhatsApp Payments terms of service has not been accepted"}, 135000: {400, "Generic user error"},
}

// codeError is the error of a documented code. An unknown one is a plain error 400.
func codeError(code int, details string) *apiError {
	e := &apiError{status: http.StatusBadRequest, kind: "OAuthException", code: code, message: fmt.Sprintf("(#%d) Error", code), details: details}
	if k, ok := known[code]; ok {
		e.status, e.message = k.status, fmt.Sprintf("(#%d) %s", code, k.title)
	}
	return e
}

func title(code int) string {
	if k, ok := known[code]; ok {
		return k.title
	}
	return "Error"
}

// noObject is what Meta says about an id that does not exist or that the token may not see: it does not tell which.
func noObject(method, id string) *apiError {
	verb := "get"
	if method == http.MethodPost {
		verb = "post"
	}
	return &apiError{
		status: http.StatusBadRequest, kind: "GraphMethodException", code: 100, subcode: 33,
		message: fmt.Sprintf("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api", verb, id),
	}
}

// write sends the envelope.
func (e *apiError) write(w http.ResponseWriter, trace string) {
	type data struct {
		Product string `json:"messaging_product"`
		Details string `json:"details"`
	}
	type body struct {
		Message   string `json:"message"`
		Type      string `json:"type"`
		Code      int    `json:"code"`
		Data      *data  `json:"error_data,omitempty"`
		Subcode   int    `json:"error_subcode,omitempty"`
		Transient bool   `json:"is_transient,omitempty"`
		Trace     string `json:"fbtrace_id"`
	}
	b := body{Message: e.message, Type: e.kind, Code: e.code, Subcode: e.subcode, Transient: e.transient, Trace: trace}
	if e.details != "" {
		b.Data = &data{"whatsapp", e.details}
	}
	if e.kind == "" {
		b.Type = "OAuthException"
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token" `+strconv.Quote(e.message))
	}
	writeJSON(w, e.status, map[string]any{"error": b})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
