package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// Media types of responses (GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/).
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
)

// ServeHTTP leads a request to what it asks for: a websocket, an event stream, or one answer of GraphQL over HTTP.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := sessionOfRequest(r)
	switch {
	case isUpgrade(r):
		h.serveWebsocket(w, r, s)
	case isReserved(r):
		h.serveReserved(w, r, s)
	case wantsStream(r):
		h.serveDistinct(w, r, s)
	default:
		h.serveOne(w, r, s)
	}
}

func (h *handler) serveOne(w http.ResponseWriter, r *http.Request, s session) {
	a := &answer{w: w, media: mediaOf(r.Header.Values("Accept")), locale: s.locale}
	ctx, cancel := context.WithTimeout(hub.WithTrace(r.Context(), hub.TraceOfHeader(r.Header)), h.timeout)
	defer cancel()
	v, err := h.open(ctx, s)
	if err != nil {
		h.errs.denied(ctx, s, err)
		a.refuse(err, s)
		return
	}
	if h.usedUp(ctx, a, v, quota.Requests, 1) {
		return
	}
	params, failed := h.params(w, r)
	if failed != nil {
		a.fail(failed)
		return
	}
	h.answer(withVisit(ctx, v), a, r, params)
}

// answer runs the operation. Errors of the request as a whole have a status of their own only where the client understands
// application/graphql-response+json; the older media type answers 200 to whatever is a well-formed request.
func (h *handler) answer(ctx context.Context, a *answer, r *http.Request, params *graphql.RawParams) {
	ctx = graphql.StartOperationTrace(ctx)
	op, list := h.exec.CreateOperationContext(ctx, params)
	if len(list) > 0 {
		a.invalid(h.exec.DispatchError(graphql.WithOperationContext(ctx, op), list))
		return
	}
	switch kind := op.Operation.Operation; {
	case kind == ast.Subscription:
		a.fail(&refusal{http.StatusBadRequest, plainError(codeBadRequest, "a subscription needs a websocket with the protocol graphql-transport-ws, or Accept: text/event-stream"), ""})
	case kind == ast.Mutation && r.Method == http.MethodGet:
		a.fail(mutationByGet())
	case h.usedUp(ctx, a, visitOf(ctx), quota.Cost, costOf(op)):
	default:
		back, err := h.turns.take(ctx, visitOf(ctx).caller.Consumer.Key, kind)
		if err != nil {
			a.fail(&refusal{http.StatusServiceUnavailable, h.errs.present(ctx, err), ""})
			return
		}
		defer back()
		responses, ctx := h.exec.DispatchOperation(ctx, op)
		response := responses(ctx)
		if response == nil { // its time was over before it began
			response = &graphql.Response{Errors: gqlerror.List{h.errs.present(ctx, cmp.Or(ctx.Err(), context.DeadlineExceeded))}}
		}
		a.write(http.StatusOK, response)
	}
}

func mutationByGet() *refusal {
	return &refusal{http.StatusMethodNotAllowed, plainError(codeBadRequest, "GET is for queries; send a mutation by POST"), http.MethodPost}
}

// refusal is an error of a request that never becomes an operation.
type refusal struct {
	status int
	err    *gqlerror.Error
	allow  string // the methods to use instead, with status 405
}

func (h *handler) params(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	var params *graphql.RawParams
	var failed *refusal
	switch r.Method {
	case http.MethodGet:
		params, failed = queryParams(r.URL.RawQuery)
	case http.MethodPost:
		params, failed = h.bodyParams(w, r)
	default:
		return nil, &refusal{http.StatusMethodNotAllowed, plainError(codeBadRequest, "use POST, or GET for a query"), "GET, POST, PUT, DELETE"}
	}
	if failed != nil {
		return nil, failed
	}
	if strings.TrimSpace(params.Query) == "" && !asksByHash(params) {
		return nil, badRequest("the request has no query: send a JSON object with query, and variables and operationName if needed")
	}
	params.Headers = r.Header
	return params, nil
}

func queryParams(raw string) (*graphql.RawParams, *refusal) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, badRequest("the query string of the URL is malformed")
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if v := values.Get(name); v != "" {
			if err := decode(strings.NewReader(v), into); err != nil {
				return nil, badRequest("the parameter %s is no JSON object: %s", name, sayJSON(err))
			}
		}
	}
	byDocumentID(params, values.Get("documentId"))
	return params, nil
}

func (h *handler) bodyParams(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return nil, &refusal{http.StatusUnsupportedMediaType, plainError(codeBadRequest, "the body is compressed; send it as it is, without Content-Encoding"), ""}
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !strings.EqualFold(cmp.Or(params["charset"], "utf-8"), "utf-8") {
		return nil, &refusal{http.StatusUnsupportedMediaType, plainError(codeBadRequest, "send the request as Content-Type: application/json"), ""}
	}
	var body requestBody
	err = decode(http.MaxBytesReader(w, r.Body, h.maxBody), &body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &refusal{http.StatusRequestEntityTooLarge, plainError(string(hub.CodeTooLarge), "the request is larger than %d bytes", large.Limit), ""}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &refusal{http.StatusRequestTimeout, plainError(codeBadRequest, "the body did not arrive in time"), ""}
	case err != nil:
		return nil, badRequest("the body is no GraphQL request: %s", sayJSON(err))
	}
	return body.params(), nil
}

// requestBody is a request as JSON, over HTTP as over a websocket.
type requestBody struct {
	Query         string         `json:"query"`
	OperationName string         `json:"operationName"`
	Variables     map[string]any `json:"variables"`
	Extensions    map[string]any `json:"extensions"`
	DocumentID    string         `json:"documentId"`
}

func (b *requestBody) params() *graphql.RawParams {
	params := &graphql.RawParams{Query: b.Query, OperationName: b.OperationName, Variables: b.Variables, Extensions: b.Extensions}
	byDocumentID(params, b.DocumentID)
	return params
}

func badRequest(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, plainError(codeBadRequest, format, args...), ""}
}

// decode reads one JSON value and nothing after it. Numbers stay as they were written. A name that stands twice in one object is
// an error, since readers differ in which of the two values they take.
func decode(r io.Reader, into any) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	strict := jsontext.NewDecoder(bytes.NewBuffer(text))
	if err := strict.SkipValue(); err != nil {
		return err
	}
	if _, err := strict.ReadToken(); !errors.Is(err, io.EOF) {
		return cmp.Or(err, errors.New("there is more after the end of the object"))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// sayJSON says where JSON is wrong, without repeating any of it: it may hold secrets.
func sayJSON(err error) string {
	var syntax *jsontext.SyntacticError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the JSON ends too early"
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return fmt.Sprintf("a name stands twice in one object, at byte %d", syntax.ByteOffset)
	case errors.As(err, &syntax):
		return fmt.Sprintf("malformed JSON at byte %d", syntax.ByteOffset)
	case errors.As(err, &kind) && kind.Field == "" && kind.Value == "array":
		return "it is a JSON array and no object: a request is one operation, and a batch has to be sent one by one"
	case errors.As(err, &kind) && kind.Field == "":
		return "it is a JSON " + strings.Fields(kind.Value)[0] + " and no object"
	case errors.As(err, &kind):
		return fmt.Sprintf("%q is a JSON %s, which does not belong there", kind.Field, strings.Fields(kind.Value)[0])
	}
	return "malformed JSON"
}

// answer writes the response of one request.
type answer struct {
	w      http.ResponseWriter
	media  string
	locale string
}

func (a *answer) write(status int, response *graphql.Response) {
	header := a.w.Header()
	header.Set("Content-Type", a.media+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Language", a.locale)
	header.Add("Vary", vary)
	a.w.WriteHeader(status)
	_, _ = a.w.Write(encode(response)) // a client that is gone needs no answer
}

// invalid answers a request that is well-formed, but whose operation cannot be run.
func (a *answer) invalid(response *graphql.Response) {
	status := http.StatusOK
	if a.media == mediaGraphQL {
		status = http.StatusBadRequest
	}
	a.write(status, response)
}

// vary are the headers on which an answer depends.
const vary = "Accept, Accept-Language, Authorization"

func (a *answer) fail(f *refusal) {
	if f.allow != "" {
		a.w.Header().Set("Allow", f.allow)
	}
	a.write(f.status, &graphql.Response{Errors: said(a.locale, f.err)})
}

// said is errors in a language, which those that were said in it already stay.
func said(locale string, errs ...*gqlerror.Error) gqlerror.List {
	list := make(gqlerror.List, len(errs))
	for i, err := range errs {
		in := *err
		in.Message, list[i] = catalog.Say(locale, err.Message), &in
	}
	return list
}

// refuse answers a caller that could not be authenticated (RFC 6750 §3); with an error code only if there was a token.
func (a *answer) refuse(err error, s session) {
	var e *hub.Error
	if !errors.As(err, &e) || e.Code == hub.CodeInternal {
		a.fail(&refusal{http.StatusInternalServerError, plainError(string(hub.CodeInternal), "something went wrong inside the hub; its log says what"), ""})
		return
	}
	status := http.StatusUnauthorized
	if e.Code == hub.CodeUnavailable {
		status = http.StatusServiceUnavailable
	} else {
		challenge := `Bearer realm="recado"`
		if s.token != "" {
			challenge += `, error="invalid_token", error_description="the token is wrong or expired"`
		}
		a.w.Header().Set("WWW-Authenticate", challenge)
	}
	a.fail(&refusal{status, shape(e), ""})
}

// mediaOf picks the media type of the response: the one of GraphQL if the client says that it understands it, and does not rather have
// plain JSON.
func mediaOf(accept []string) string {
	if q := weight(accept, mediaGraphQL); q > 0 && q >= weight(accept, mediaJSON) {
		return mediaGraphQL
	}
	return mediaJSON
}

// weight is how much a media type is wanted that an Accept header names (RFC 9110 §12.4.2); 0 if it is not named.
func weight(accept []string, media string) (most float64) {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		got, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || got != media {
			continue
		}
		q, err := strconv.ParseFloat(cmp.Or(params["q"], "1"), 64)
		if err == nil {
			most = max(most, q)
		}
	}
	return most
}
