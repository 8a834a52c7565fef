package outbound

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Client is one of an authorization server, for the grant client credentials (RFC 6749 §4.4).
type Client struct {
	TokenURL, ID, Secret string
	Scopes               []string
	// InBody sends id and secret in the request's body, for servers that do not know the Authorization header.
	InBody bool
	// More are parameters that some servers want, such as audience.
	More map[string][]string
}

// Tokens fetches access tokens of one client, and keeps each until shortly before it expires. It is safe for use by many goroutines.
type Tokens struct {
	config clientcredentials.Config
	http   *http.Client
	turn   chan struct{} // held by whoever looks at the token, or fetches one
	token  *oauth2.Token
}

// Tokens makes a source of tokens that goes out through the transport. Redirects are not followed: the secret would go along.
func (t *Transport) Tokens(c Client) *Tokens {
	style := oauth2.AuthStyleInHeader
	if c.InBody {
		style = oauth2.AuthStyleInParams
	}
	return &Tokens{
		config: clientcredentials.Config{ClientID: c.ID, ClientSecret: c.Secret, TokenURL: c.TokenURL, Scopes: c.Scopes, EndpointParams: c.More, AuthStyle: style},
		http: &http.Client{Transport: t, Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		turn: make(chan struct{}, 1),
	}
}

// earlier is how long before its end a token is not used any more.
const earlier = 30 * time.Second

// Token is a token that holds for now. An error is a [*TokenFailure].
func (k *Tokens) Token(ctx context.Context) (string, error) {
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return "", &TokenFailure{err: ctx.Err()}
	}
	if t := k.token; t != nil && (t.Expiry.IsZero() || time.Until(t.Expiry) > earlier) {
		return t.AccessToken, nil
	}
	t, err := k.config.Token(context.WithValue(ctx, oauth2.HTTPClient, k.http))
	if err != nil {
		k.token = nil
		return "", tokenFailure(err)
	}
	k.token = t
	return t.AccessToken, nil
}

// Forget drops the token that is kept, since it was refused: the next one is fetched.
func (k *Tokens) Forget(ctx context.Context) {
	select {
	case k.turn <- struct{}{}:
		k.token = nil
		<-k.turn
	case <-ctx.Done():
	}
}

// TokenFailure says that there is no token.
type TokenFailure struct {
	// Wrong tells that the server answered and refuses the client: a person has to change something. Otherwise it may work later.
	Wrong bool
	// Code is the server's own, such as invalid_client; empty if it gave none.
	Code string
	err  error
}

// Error says what went wrong in fixed words, and the server's code.
func (f *TokenFailure) Error() string {
	switch {
	case f.Wrong && f.Code != "":
		return "the token server refuses the client: " + f.Code
	case f.Wrong:
		return "the token server refuses the client"
	}
	return "the token server gives no token: " + Words(f.err)
}

// Unwrap is the cause; its text is not for people.
func (f *TokenFailure) Unwrap() error { return f.err }

func tokenFailure(err error) *TokenFailure {
	f := &TokenFailure{err: err}
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.Response != nil {
		status := answer.Response.StatusCode
		f.Wrong = status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
		if codes[answer.ErrorCode] {
			f.Code = answer.ErrorCode
		}
	}
	return f
}

// codes are those of RFC 6749 §5.2: another text could hold anything.
var codes = map[string]bool{"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unauthorized_client": true,
	"unsupported_grant_type": true, "invalid_scope": true}
