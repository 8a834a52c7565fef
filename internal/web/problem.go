package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// Codes of what only HTTP knows; all others are those of package hub.
const (
	codeMethod    hub.Code = "METHOD_NOT_ALLOWED"
	codeMediaType hub.Code = "UNSUPPORTED_MEDIA_TYPE"
	codeNoPath    hub.Code = "NO_SUCH_PATH"
	codeTimeout   hub.Code = "TIMEOUT"
)

// statuses is the one table from codes to HTTP.
var statuses = map[hub.Code]int{
	hub.CodeInvalid:         http.StatusBadRequest,
	hub.CodeNotFound:        http.StatusNotFound,
	hub.CodeConflict:        http.StatusConflict,
	hub.CodeInUse:           http.StatusConflict,
	hub.CodeForbidden:       http.StatusForbidden,
	hub.CodeUnauthenticated: http.StatusUnauthorized,
	hub.CodeTooLarge:        http.StatusRequestEntityTooLarge,
	hub.CodeRateLimited:     http.StatusTooManyRequests,
	hub.CodeUnavailable:     http.StatusServiceUnavailable,
	hub.CodeCursorExpired:   http.StatusGone,
	hub.CodeInternal:        http.StatusInternalServerError,
	codeMethod:              http.StatusMethodNotAllowed,
	codeMediaType:           http.StatusUnsupportedMediaType,
	codeNoPath:              http.StatusNotFound,
	codeTimeout:             http.StatusRequestTimeout,
}

// fault is an error that this room finds itself.
type fault struct {
	code   hub.Code
	detail string
}

// Error is the detail.
func (f *fault) Error() string { return f.detail }

// retryLater is how many seconds a client should wait that was told UNAVAILABLE.
var retryLater = []string{"5"}

// quotaExceeded is the type of problem that the draft of the headers RateLimit and RateLimit-Policy registers.
const quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded"

// problem is the body of every error answer: problem details (RFC 9457) of the type about:blank unless it says another, with members of our
// own.
type problem struct {
	Type      string         `json:"type,omitempty"`
	Title     string         `json:"title"` // what the status means
	Status    int            `json:"status"`
	Detail    string         `json:"detail"`                      // what is wrong and what to do
	Code      hub.Code       `json:"code"`                        // stable
	Path      string         `json:"path,omitempty"`              // dotted path into the body
	Problems  []problemEntry `json:"problems,omitempty"`          // if there are several
	Needs     []needs        `json:"needs,omitempty"`             // with FORBIDDEN: the permissions that are missing
	Group     string         `json:"group,omitempty"`             // with FORBIDDEN: the group that lacks them
	Asked     string         `json:"asked,omitempty"`             // with FORBIDDEN: what was asked for, as method and path
	Violated  []string       `json:"violated-policies,omitempty"` // with RATE_LIMITED: what was used up
	RequestID string         `json:"requestId"`                   // also in the log

	retry int // seconds to wait, with RATE_LIMITED
}

type problemEntry struct {
	Code     hub.ProblemCode `json:"code"`
	Path     string          `json:"path,omitempty"`
	Detail   string          `json:"detail"`
	NextStep string          `json:"nextStep,omitempty"`
}

type needs struct {
	Module    string     `json:"module"`
	Submodule string     `json:"submodule"`
	Action    hub.Action `json:"action"`
}

// told is what a caller is told of an error. What is no *hub.Error and no *fault is internal: it goes to the log, and the caller learns
// nothing of it. The audit log learns of what was denied.
func (s *surface) told(r *http.Request, err error) problem {
	p := describe(err)
	p.RequestID = requestID(r)
	if p.Code == hub.CodeInternal {
		p.Detail = "something went wrong on our side; the log has it under the request id"
		s.log.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("request", p.RequestID),
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	if s.denied != nil {
		door := hub.DoorEvents
		if r.Pattern == metricsPath {
			door = hub.DoorMetrics
		}
		if d, ok := hub.DenialOf(err, r.Method+" "+r.URL.Path, hub.ViaOf(door, r.RemoteAddr, p.RequestID)); ok {
			s.denied(d)
		}
	}
	if p.Code == hub.CodeForbidden {
		p.Asked = r.Method + " " + r.URL.Path
	}
	p.translate(localeOf(r))
	return p
}

// fail answers an error.
func (s *surface) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.told(r, err)
	h := w.Header()
	speak(h, localeOf(r))
	switch p.Code {
	case hub.CodeUnauthenticated:
		if h.Get("WWW-Authenticate") == "" {
			h.Set("WWW-Authenticate", challenge(r))
		}
	case hub.CodeRateLimited:
		h.Set("Retry-After", strconv.Itoa(p.retry))
	case hub.CodeUnavailable:
		h["Retry-After"] = retryLater
	case codeTimeout, hub.CodeTooLarge:
		// The rest of the body is not worth reading.
		h.Set("Connection", "close")
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// speak says in which language an answer is, and that another request may have it in another.
func speak(h http.Header, locale string) {
	h["Content-Language"] = languages[locale]
	if h["Vary"] == nil {
		h["Vary"] = varyLanguage
	} else {
		h.Add("Vary", "Accept-Language")
	}
}

var varyLanguage = []string{"Accept-Language"}

// languages are the values of the header Content-Language, made once.
var languages = func() map[string][]string {
	m := map[string][]string{}
	for _, l := range hub.Locales {
		m[l] = []string{l}
	}
	return m
}()

// Say says a sentence in the language that the header of a request asks for, and which that is.
func Say(h http.Header, english string) (said, locale string) {
	locale = catalog.LocaleOf(h.Get("Accept-Language"))
	return catalog.Say(locale, english), locale
}

// localeOf is the language of the product that a request asks for.
func localeOf(r *http.Request) string { return catalog.LocaleOf(r.Header.Get("Accept-Language")) }

// translate says what is meant for people in their language.
func (p *problem) translate(locale string) {
	p.Detail = catalog.Say(locale, p.Detail)
	for i := range p.Problems {
		x := &p.Problems[i]
		x.Detail, x.NextStep = catalog.Say(locale, x.Detail), catalog.Say(locale, x.NextStep)
	}
}

func describe(err error) problem {
	var own *fault
	var e *hub.Error
	p := problem{Code: hub.CodeInternal}
	switch {
	case errors.As(err, &own):
		p.Code, p.Detail = own.code, own.detail
	case errors.As(err, &e):
		p.Code, p.Detail, p.Path, p.Group = e.Code, e.Message, e.Path, e.Group
		if e.Code == hub.CodeRateLimited {
			p.Type, p.Violated, p.retry = quotaExceeded, []string{e.Quota}, e.RetrySeconds()
		}
		for _, x := range e.Problems {
			p.Problems = append(p.Problems, problemEntry{Code: x.Code, Path: x.Path, Detail: x.Message, NextStep: x.NextStep})
		}
		for _, n := range e.Needs {
			p.Needs = append(p.Needs, needs(n))
		}
	}
	if statuses[p.Code] == 0 {
		p.Code = hub.CodeInternal
	}
	p.Status = statuses[p.Code]
	p.Title = http.StatusText(p.Status)
	return p
}

// challenge is the WWW-Authenticate of a 401 (RFC 6750 §3): with an error only if there was something to be wrong with.
func challenge(r *http.Request) string {
	if r.Header.Get("Authorization") == "" {
		return `Bearer realm="recado"`
	}
	return `Bearer realm="recado", error="invalid_token", error_description="the token is missing, wrong or expired"`
}
