package web

import (
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/auth"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/quota"
)

// typeEvent is the media type of one event in the structured content mode (CloudEvents HTTP binding 1.0 §3.2).
const typeEvent = "application/cloudevents+json"

// readers keeps what reading an event and writing its answer needs. What one request leaves in it, such as the room that a large
// body took, serves the next; the garbage collector empties it when it is not used.
var readers = sync.Pool{New: func() any { return newReader() }}

// events answers POST /events: one CloudEvent in, structured or binary, 202 with what became of it out. By then it is committed. A repeat (same
// consumer, source, id and content) is answered with what became of the first one. A batch of them is answered by batch.
func (s *surface) events(w http.ResponseWriter, r *http.Request) {
	if given := r.Header.Get("Content-Type"); given != typeEvent && isBatch(given) {
		s.batch(w, r)
		return
	}
	d := readers.Get().(*reader)
	defer readers.Put(d)
	published, err := s.publish(w, r, d)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	locale := localeOf(r)
	d.out = appendPublished(d.out[:0], published, locale)
	h := w.Header()
	speak(h, locale)
	h["Content-Type"] = jsonType
	h["Cache-Control"] = noStore
	w.WriteHeader(http.StatusAccepted)
	w.Write(d.out)
}

// Values of headers, made once.
var (
	jsonType = []string{"application/json"}
	noStore  = []string{"no-store"}
)

func (s *surface) publish(w http.ResponseWriter, r *http.Request, d *reader) (*hub.Published, error) {
	token, err := auth.Bearer(r.Header)
	if err != nil {
		return nil, err
	}
	caller, _, err := s.auth.Caller(r.Context(), token, localeOf(r))
	if err != nil {
		return nil, err
	}
	if err := s.within(w.Header(), caller.Consumer, 1); err != nil {
		return nil, err
	}
	read, err := wantEvent(w, r)
	if err != nil {
		return nil, err
	}
	if err := readBody(r, hub.MaxOccurrenceBytes, &d.body); err != nil {
		return nil, err
	}
	in, err := read(d, r.Header)
	if err != nil {
		return nil, err
	}
	// What an event says of its trace itself wins over the header, which may be that of a relay between.
	return s.engine.Publish(hub.WithTrace(r.Context(), hub.TraceOfHeader(r.Header)), caller, in)
}

// within counts requests of a consumer, and says in the header what it has left. Each event of a batch is one.
func (s *surface) within(h http.Header, consumer *hub.Consumer, n int) error {
	if s.quota == nil {
		return nil
	}
	now := time.Now()
	err := s.quota.Take(consumer, quota.Requests, n, now)
	if policy := s.quota.Policy(consumer, now); policy != nil {
		h["Ratelimit-Policy"], h["Ratelimit"] = policy, []string{s.quota.State(consumer, now)}
	}
	return err
}

// uncompressed refuses a compressed body.
func uncompressed(w http.ResponseWriter, r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return &fault{code: codeMediaType, detail: "the body is compressed; send it as it is, without Content-Encoding"}
	}
	return nil
}

// isBatch says whether a body of this media type is a list of events in JSON and UTF-8.
func isBatch(contentType string) bool { return speaks(contentType, typeBatch) }

// speaks says whether a media type is the one that is wanted, in UTF-8.
func speaks(contentType, want string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == want && inUTF8(contentType)
}

// inUTF8 says whether a media type names no other character set, nor is malformed.
func inUTF8(contentType string) bool {
	_, parameters, err := mime.ParseMediaType(contentType)
	charset := parameters["charset"]
	return err == nil && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// structured reads an event in the structured content mode, of which all is in the body.
func structured(d *reader, _ http.Header) (hub.OccurrenceInput, error) { return d.event() }

// wantEvent says how the event of a request is read, by its content mode (CloudEvents HTTP binding 1.0 §3), or refuses what is none
// and says what is accepted.
func wantEvent(w http.ResponseWriter, r *http.Request) (func(*reader, http.Header) (hub.OccurrenceInput, error), error) {
	if err := uncompressed(w, r); err != nil {
		return nil, err
	}
	given := r.Header.Get("Content-Type")
	if given == typeEvent || speaks(given, typeEvent) {
		return structured, nil
	}
	w.Header().Set("Accept-Post", typeEvent+", "+typeBatch+", application/json")
	switch {
	case strings.HasPrefix(strings.ToLower(given), "application/cloudevents") || !isBinary(r.Header):
		return nil, &fault{code: codeMediaType, detail: "send one CloudEvent with Content-Type: " + typeEvent + " (structured mode, UTF-8), a list of them with " +
			typeBatch + ", or its data as application/json with its attributes in ce- headers (binary mode)"}
	case given != "" && !(isJSON(given) && inUTF8(given)):
		return nil, &fault{code: codeMediaType, detail: "data must be JSON in UTF-8; send it with Content-Type: application/json"}
	}
	w.Header().Del("Accept-Post")
	return (*reader).binary, nil
}
