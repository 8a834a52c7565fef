package auth

import (
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

const (
	maxForm       = 16 << 10 // bytes of the body of a token request
	maxCredential = 256      // bytes of a key or a secret; beyond it nothing was made by this hub
)

// readForm reads the parameters of a token request. They stand in the body and nowhere else (RFC 6749 §2.3.1): an URL ends
// up in logs. None may stand twice, and one without a value counts as left out (§3.2).
func readForm(r *http.Request) (url.Values, *oauthError) {
	if r.URL.RawQuery != "" {
		return nil, invalidRequest("parameters belong in the body, never in the URL")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("the body must have the content type application/x-www-form-urlencoded")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, invalidRequest("the body could not be read to its end")
	}
	if len(body) > maxForm {
		return nil, invalidRequest("the body is larger than 16 KiB")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidRequest("the body is not form-urlencoded")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, invalidRequest("the parameter " + printable(name) + " stands more than once")
		}
	}
	return form, nil
}

// printable clips a text of the caller's and leaves of it only what error_description may hold.
func printable(s string) string { return ascii(hub.Clip(s, 40)) }

// ascii leaves of a text only what error_description may hold (RFC 6749 §5.2). Quotes become single ones.
func ascii(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"':
			return '\''
		case c < ' ' || c > '~' || c == '\\':
			return '?'
		}
		return c
	}, s)
}

// credentials finds the client's key and secret in the header Authorization or in the form (RFC 6749 §2.3.1). A client_id beside
// HTTP Basic is no second proof, and is accepted if it says the same.
func credentials(r *http.Request, form url.Values) (id, secret string, fault *oauthError) {
	headers := r.Header.Values("Authorization")
	switch {
	case len(headers) > 1:
		return "", "", invalidRequest("there is more than one Authorization header")
	case len(headers) == 1 && form.Get("client_secret") != "":
		return "", "", invalidRequest("the client proved itself twice: send either HTTP Basic or client_secret in the form")
	case len(headers) == 1:
		if id, secret, fault = basic(headers[0]); fault != nil {
			return "", "", fault
		}
		if form.Get("client_id") != "" && form.Get("client_id") != id {
			return "", "", invalidRequest("client_id in the form is not the client of the Authorization header")
		}
	default:
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id == "" || secret == "" {
		return "", "", invalidClient("the client did not prove itself: send its key and secret by HTTP Basic, or as client_id and client_secret")
	}
	if len(id) > maxCredential || len(secret) > maxCredential {
		return "", "", invalidClient(badClient)
	}
	return id, secret, nil
}

// basic reads HTTP Basic (RFC 7617), whose two parts are form-urlencoded first (RFC 6749 §2.3.1).
func basic(header string) (id, secret string, fault *oauthError) {
	scheme, code, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", invalidClient("clients prove themselves here by HTTP Basic")
	}
	malformed := invalidClient("the Authorization header is not HTTP Basic with a form-urlencoded key and secret")
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(code))
	if err != nil {
		return "", "", malformed
	}
	left, right, ok := strings.Cut(string(text), ":")
	if !ok {
		return "", "", malformed
	}
	if id, err = url.QueryUnescape(left); err != nil {
		return "", "", malformed
	}
	if secret, err = url.QueryUnescape(right); err != nil {
		return "", "", malformed
	}
	return id, secret, nil
}
