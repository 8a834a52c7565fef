package httpsource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// Bounds of a request.
const (
	maxAnswer  = 16 << 20         // bytes of one page
	patience   = 30 * time.Second // waited for within one query; longer ones are the hub's to wait for
	oneRequest = 30 * time.Second
	mostTries  = 4 // of one page: asking twice changes nothing
)

// busyWait is how long to wait when an endpoint that failed does not say.
var busyWait = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second}

// get asks for one page, and again if the endpoint wants that or seems to be down.
func (c *connector) get(ctx context.Context, s *settings, u *url.URL) (outbound.Answer, error) {
	signed := false // anew, after a token was refused
	for try := 0; ; try++ {
		a, err := c.ask(ctx, s, u)
		switch {
		case err != nil && (!again(err) || try == mostTries-1 || ctx.Err() != nil):
			return a, failed(err)
		case err == nil && a.Status == http.StatusUnauthorized && s.tokens != nil && !signed:
			signed = true
			s.tokens.Forget(ctx)
			continue
		case err == nil && !busy(a.Status):
			return a, s.judge(a)
		}
		wait := busyWait[min(try, len(busyWait)-1)]
		asked, ok := outbound.RetryAfter(a.Header, time.Now())
		if ok {
			wait = asked
		}
		if err == nil && (try == mostTries-1 || wait > patience) {
			return a, &sdk.RetryError{After: asked, Message: s.judge(a).Error()}
		}
		if err := sleep(ctx, wait); err != nil {
			return a, err
		}
	}
}

func (c *connector) ask(ctx context.Context, s *settings, u *url.URL) (outbound.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, oneRequest)
	defer cancel()
	r := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"User-Agent": {userAgent}, "Accept": {"application/json"}}}).WithContext(ctx)
	if err := s.sign(r); err != nil {
		return outbound.Answer{}, err
	}
	return c.transport.Exchange(ctx, r, nil, maxAnswer)
}

// again tells whether a request that got no answer may be made again: no address and no client will be better a second later.
func again(err error) bool {
	var refusal *outbound.Refused
	var token *outbound.TokenFailure
	return !errors.As(err, &refusal) && !(errors.As(err, &token) && token.Wrong)
}

func busy(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// failed says what a request that got no answer means.
func failed(err error) error {
	var refusal *outbound.Refused
	var token *outbound.TokenFailure
	isToken := errors.As(err, &token)
	var found sdk.Problems
	switch {
	case errors.As(err, &refusal) && isToken:
		found.Add("ADDRESS_REFUSED", "settings.oauth_token_url", refusal.Error(), outbound.NextStep)
	case errors.As(err, &refusal):
		found.Add("ADDRESS_REFUSED", "settings.url", refusal.Error(), outbound.NextStep)
	case isToken && token.Wrong:
		found.Add("TOKEN_REFUSED", "secrets.oauth_client_secret", token.Error(), "Give the id and the secret of the client, and check its scope.")
	case isToken:
		return errors.New(token.Error())
	case errors.Is(err, context.Canceled):
		return context.Canceled
	default:
		return errors.New("the endpoint could not be asked: " + outbound.Words(err))
	}
	return &sdk.SettingsError{Problems: found}
}

// judge says what an answer means that has no page.
func (s *settings) judge(a outbound.Answer) error {
	status := fmt.Sprintf(" (%d %s)", a.Status, http.StatusText(a.Status))
	var found sdk.Problems
	switch {
	case a.Status >= 200 && a.Status <= 299 && a.Cut == "":
		return nil
	case a.Status >= 200 && a.Status <= 299:
		return errors.New("the endpoint's answer could not be read: " + a.Cut)
	case a.Status >= 300 && a.Status <= 399:
		found.Add("REDIRECTED", "settings.url", "the endpoint wants to redirect; the credential is not sent elsewhere"+status, "Set the address that it redirects to, if you trust it.")
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		found.Add("NOT_ALLOWED", s.credential(), "the endpoint does not accept the credential"+status, "Give another one, or have it given the right to read this.")
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		found.Add("NOT_FOUND", "parameters.path", "there is nothing at this address"+status, "Check the path and the integration's address.")
	case a.Status >= 400 && a.Status <= 499 && !busy(a.Status):
		found.Add("NOT_UNDERSTOOD", "parameters", "the endpoint does not understand the request"+status, "Compare query and paging with the endpoint's documentation.")
	default:
		return errors.New("the endpoint is busy or down" + status)
	}
	return &sdk.SettingsError{Problems: found}
}

// pause is how long the next request has to wait by the RateLimit headers of an answer, in the forms that are in use: one structured header
// with r and t, or remaining and reset; separate ones, with seconds or, as X-RateLimit-Reset mostly has, a Unix time.
func pause(h http.Header, now time.Time) time.Duration {
	remaining, reset := rateLimit(h.Get("RateLimit"))
	for _, prefix := range []string{"RateLimit-", "X-RateLimit-", "X-Rate-Limit-"} {
		if remaining == "" {
			remaining, reset = strings.TrimSpace(h.Get(prefix+"Remaining")), strings.TrimSpace(h.Get(prefix+"Reset"))
		}
	}
	left, err := strconv.ParseFloat(remaining, 64)
	seconds, wrong := strconv.ParseFloat(reset, 64)
	if err != nil || wrong != nil || left > 0 || seconds < 0 {
		return 0
	}
	if seconds > 1e9 { // a time and no duration
		seconds -= float64(now.Unix())
	}
	return min(max(time.Duration(seconds*float64(time.Second)), 0), maxPause)
}

// maxPause bounds what an endpoint may ask for between two pages.
const maxPause = time.Hour

// rateLimit reads the header RateLimit, of its last draft ("default";r=0;t=30) or an earlier one (limit=100, remaining=0, reset=30).
func rateLimit(text string) (remaining, reset string) {
	for one := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(one), "=")
		switch strings.ToLower(name) {
		case "r", "remaining":
			remaining = value
		case "t", "reset":
			reset = value
		}
	}
	return remaining, reset
}

// Check looks at the settings, makes a connection to the endpoint, and fetches a token if it takes one. No rows are asked for.
func (c *connector) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	s, found := c.parse(in)
	if len(found) > 0 {
		return found, nil
	}
	if s.tokens != nil {
		if _, err := s.tokens.Token(ctx); err != nil {
			return problemsOf(failed(err), "settings.oauth_token_url"), nil
		}
	}
	err := c.transport.Reach(ctx, s.address)
	if errors.Is(err, outbound.ErrProxied) {
		found.Add(sdk.CodeUnchecked, "settings.url", "the endpoint is reached through a proxy and was not tried", "Run a flow that asks it.")
		found[0].Severity = sdk.SeverityWarning
		return found, nil
	}
	if err != nil {
		return problemsOf(failed(err), "settings.url"), nil
	}
	return nil, nil
}

// problemsOf are the problems of an error, or one that says that something cannot be reached.
func problemsOf(err error, path string) sdk.Problems {
	var known *sdk.SettingsError
	if errors.As(err, &known) {
		return known.Problems
	}
	var found sdk.Problems
	found.Add("UNREACHABLE", path, err.Error(), "Check the address and the network.")
	return found
}

// CheckAction looks at the parameters that a flow means to ask with; nothing is asked of the endpoint. What is filled only then is not judged.
func (c *connector) CheckAction(_ context.Context, _ sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	_, found := parseParameters(use.Action, use.Parameters)
	return slices.DeleteFunc(found, func(p sdk.Problem) bool {
		return slices.ContainsFunc(use.Names, func(name string) bool { return p.Path == "parameters."+name })
	}), nil
}
