package whatsapp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// maxAnswer bounds how much of an answer is read, in bytes. A real one has a few hundred.
const maxAnswer = 1 << 20

// accepted is what matters of an answer that took the message.
type accepted struct {
	id     string // wamid
	waID   string // the recipient as WhatsApp writes it; may differ from ours in Brazil, Mexico, Argentina
	status string // message_status; only while a new template is being paced
}

// readAccepted reads a successful answer. The way that Meta writes it is found without building objects: a quoted key followed by a
// colon cannot be inside a JSON string, where its quotes would be escaped. Any other way of writing it goes through the JSON reader.
func readAccepted(body []byte) (accepted, bool) {
	if id, ok := between(body, `"messages":[{"id":"`); ok {
		a := accepted{id: id}
		a.waID, _ = between(body, `"wa_id":"`)
		a.status, _ = between(body, `"message_status":"`)
		return a, true
	}
	var full struct {
		Contacts []struct {
			WaID string `json:"wa_id"`
		} `json:"contacts"`
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &full) != nil || len(full.Messages) == 0 || full.Messages[0].ID == "" {
		return accepted{}, false
	}
	a := accepted{id: full.Messages[0].ID, status: full.Messages[0].Status}
	if len(full.Contacts) > 0 {
		a.waID = full.Contacts[0].WaID
	}
	return a, true
}

// between is the string value after a key, if it has no escapes and is not empty.
func between(body []byte, key string) (string, bool) {
	_, rest, found := bytes.Cut(body, []byte(key))
	if !found {
		return "", false
	}
	end := bytes.IndexAny(rest, `"\`)
	if end <= 0 || rest[end] != '"' {
		return "", false
	}
	return string(rest[:end]), true
}

// metaError is an error of the Graph API, from its envelope or from a status callback, whose shape has no envelope and a title.
type metaError struct {
	Message   string `json:"message"`
	Title     string `json:"title"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
	TraceID   string `json:"fbtrace_id"`
	Data      struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// readError reads the error envelope. Without an envelope that has a code it is nil: the answer is not Meta's, or not whole.
func readError(body []byte) *metaError {
	var envelope struct {
		Error *struct {
			metaError
			Code *int            `json:"code"`
			Data json.RawMessage `json:"error_data"` // a string in some errors of the Graph API
		} `json:"error"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Error == nil || envelope.Error.Code == nil {
		return nil
	}
	e := envelope.Error.metaError
	e.Code = *envelope.Error.Code
	_ = json.Unmarshal(envelope.Error.Data, &e.Data) // details are a courtesy
	return &e
}

// namesMissing tells the one cause behind code 100 that only the details reveal: a template with named variables.
func (e *metaError) namesMissing() bool {
	return strings.Contains(e.Data.Details, "Parameter name is missing") || strings.Contains(e.Message, "Parameter name is missing")
}

// failure is what outcomes and receipts repeat of the error.
func (e *metaError) failure() failure {
	text := e.Data.Details
	if text == "" {
		text = e.Message
	}
	if text == "" {
		text = e.Title
	}
	return failure{code: strconv.Itoa(e.Code), text: text, detail: e.detail()}
}

// detail is what Meta's support asks for.
func (e *metaError) detail() map[string]string {
	if e.TraceID == "" {
		return nil
	}
	return map[string]string{"fbtrace_id": cut(e.TraceID, 100)}
}

// metaAnswers tells what Meta's answers mean.
type metaAnswers struct{}

func (metaAnswers) judge(status int, header http.Header, body []byte, attempt int) sdk.Outcome {
	if status >= 200 && status <= 299 {
		return acceptedOutcome(body)
	}
	if e := readError(body); e != nil {
		return judge(e).outcome(e.failure(), attempt)
	}
	return metaHouse.strangeAnswer(status, header.Get("Retry-After"))
}

func (metaAnswers) took(body []byte) bool {
	_, whole := readAccepted(body)
	return whole
}

func acceptedOutcome(body []byte) sdk.Outcome {
	a, ok := readAccepted(body)
	if !ok {
		return sdk.Outcome{Kind: sdk.Unknown, Scope: sdk.ScopeDelivery, Message: "Meta answered success, but without a message id"}
	}
	o := sdk.Outcome{Kind: sdk.Accepted, Scope: sdk.ScopeDelivery, ProviderID: a.id, Recipient: a.waID}
	if a.status != "" && a.status != "accepted" {
		// held_for_quality_assessment or paused: taken over, and perhaps dropped later; a status tells.
		o.Detail = map[string]string{"message_status": a.status}
	}
	return o
}
