package email

import (
	"crypto/x509"
	"net/textproto"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// NewWith makes the connector with a guard that does not come from the environment, and other roots of trust.
func NewWith(g *outbound.Guard, roots *x509.CertPool) sdk.Connector {
	c := newConnector(g)
	c.tls.roots = roots
	return c
}

// Rows is how many rows the table of verdicts has; Row is the place of the one that judges an answer.
func Rows() int { return len(verdicts) }

// Refusal judges an answer at a stage: CONNECT, STARTTLS, AUTH, MAIL, RCPT, DATA or END.
func Refusal(at string, code int, text string) (row int, o sdk.Outcome) {
	v := verdictOf(stage(at), answerOf(code, text))
	for i := range verdicts {
		if &verdicts[i] == v {
			row = i
		}
	}
	return row, v.outcome(answerOf(code, text), nil, 1)
}

func answerOf(code int, text string) *textproto.Error { return &textproto.Error{Code: code, Msg: text} }
