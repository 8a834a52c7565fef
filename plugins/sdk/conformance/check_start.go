package conformance

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/recado-hub/recado/plugins/sdk"
)

const (
	secLife     = "the-life-of-a-connector-process"
	secContract = "the-contract-in-one-page"
	secDescribe = "describing-settings-and-parameters"
	secSecrets  = "secrets"
	secJudging  = "judging-a-flow-and-telling-of-changes"
	secOther    = "other-languages"
)

func startChecks() []Check {
	return []Check{
		{"start/handshake", "it starts as the hub starts it, and speaks a version of the contract that the hub speaks",
			"the hub cannot use a connector that it cannot start", secOther, startHandshake},
		{"start/cookie", "started by hand, it says what it is and ends with a failure",
			"people try executables: one that hangs or listens without a hub helps nobody", secOther, startCookie},
		{"start/health", "the health service says that it is serving",
			"the hub ends a connector that it takes to be hung", secOther, startHealth},
	}
}

func startHandshake(t *T) {
	i, err := t.start()
	if err != nil {
		t.noStart = err
		t.stop("%v", err)
	}
	t.instance = i
}

// executable ends a check that needs a program of its own.
func (t *T) executable() Executable {
	e, ok := t.subject.(Executable)
	if !ok {
		t.skip("the connector runs inside the test: give the suite an executable (`recado connector test`, or Suite.Command)")
	}
	return e
}

func (t *T) process() *Process {
	t.executable()
	t.client()
	return t.instance.Process
}

func startCookie(t *T) {
	ctx, cancel := context.WithTimeout(t, 5*time.Second)
	defer cancel()
	command := t.executable().Command
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env = t.place.Directory, sdk.HostEnvironment()
	var errs bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &errs, time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		t.stop("without the cookie in its environment it did not end within 5 s")
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		t.fail("without the cookie in its environment it ended with 0: end with 1")
	case !errors.As(err, &exit):
		t.fail("%v", err)
	}
	if strings.TrimSpace(errs.String()) == "" {
		t.fail("without the cookie in its environment it said nothing on standard error: say that it is a connector and that the hub starts it")
	}
}

func startHealth(t *T) {
	p := t.process()
	ctx, cancel := context.WithTimeout(t, t.options.Patience)
	defer cancel()
	status, err := p.health(ctx)
	if err != nil {
		t.stop("grpc.health.v1.Health/Check of the service `plugin`: %v", err)
	}
	if status != healthpb.HealthCheckResponse_SERVING {
		t.fail("grpc.health.v1.Health/Check of the service `plugin` answers %s and not SERVING", status)
	}
}
