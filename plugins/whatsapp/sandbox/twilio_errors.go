package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
)

// twilioError is an error as Twilio writes it.
type twilioError struct {
	status  int // HTTP
	code    int
	message string
	to      string // the phone of a send, for the page
}

// twilioKnown are Twilio's codes whose HTTP status is not 400, and the words for what most often goes wrong.
var twilioKnown = map[int]struct {
	status  int
	message string
}{
	20003: {401, "Authenticate"}, 20404: {404, "The requested resource was not found"}, 20429: {429, "Too Many Requests"},
	20500: {500, "Internal Server Error"}, 20503: {503, "Service Unavailable"}, 21610: {400, "Attempt to send to unsubscribed recipient"},
	21611: {429, "This 'From' number has exceeded the maximum number of queued messages"},
	21655: {400, "The ContentSid is Invalid"}, 21656: {400, "The ContentVariables Parameter is invalid"},
	63024: {400, "Invalid message recipient"}, 63018: {400, "Rate limit exceeded for Channel"},
}

// twilioCode is the error of a code.
func twilioCode(code int, message string) *twilioError {
	e := &twilioError{status: http.StatusBadRequest, code: code, message: message}
	if k, ok := twilioKnown[code]; ok {
		e.status = k.status
		if message == "" {
			e.message = k.message
		}
	}
	if e.message == "" {
		e.message = fmt.Sprintf("Error %d", code)
	}
	return e
}

func (e *twilioError) write(w http.ResponseWriter) {
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	}
	writeJSON(w, e.status, map[string]any{
		"code": e.code, "message": e.message, "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(e.code), "status": e.status,
	})
}
