package email_test

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
)

// TestMain makes the test binary also the connector.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "connector" {
		sdk.Serve(email.New())
		return
	}
	os.Exit(m.Run())
}

// As a process of its own, which trusts the server's certificate because its environment says so, as an operator would have it.
func TestTheSuiteOfTheExecutable(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewTLSServer(nil)
	certificate := web.Certificate()
	web.Close()
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	s := start(t, serverOptions{security: "STARTTLS", mechanisms: []string{"PLAIN"}})
	more := map[string]any{"username": user, "password": password}
	(&sdktest.Suite{
		Command: []string{self, "connector"}, Deliveries: 2000, Integration: integration(s.addr, "STARTTLS", more),
		Delivery: func(n int) sdk.Delivery {
			d := delivery("")
			d.Recipient = fmt.Sprintf("person%d@customer.example", n)
			return d
		},
		Sent: func() int { return len(s.got()) },
		BadIntegrations: map[string]sdk.Integration{
			"a wrong password": integration(s.addr, "STARTTLS", map[string]any{"username": user, "password": "another-password"}),
			"nobody there":     integration(s.addr, "STARTTLS", map[string]any{"username": user, "password": password, "port": 1}),
		},
	}).Run(t)
}
