package conformance

import "slices"

// outcomeChecks judge every outcome of the run, whichever check sent the delivery.
func outcomeChecks() []Check {
	all := []Check{
		{Name: "outcome/once", Title: "each delivery had one outcome, and no other one came",
			Why: "the hub takes the first and drops the rest: one of the two is wrong"},
		{Name: "outcome/attempt", Title: "each outcome says the attempt that it is about",
			Why: "a late answer to an earlier attempt must not be taken for the later one's"},
		{Name: "outcome/provider-id", Title: "what was accepted has a provider id of its own",
			Why: "receipts and lookups find the message by it"},
		{Name: "outcome/message", Title: "what was not accepted says why",
			Why: "people read it in the history"},
		{Name: "outcome/scope", Title: "MISCONFIGURED says whether the flow or the integration is to pause",
			Why: "the hub pauses what it names, so that no delivery is burned"},
		{Name: "outcome/path", Title: "every path points at something that exists",
			Why: "screens lead people to the setting or value at fault"},
		{Name: "outcome/limit", Title: "every limit that was hit is declared",
			Why: "the hub slows that limit down; one that it does not know it cannot"},
		{Name: "outcome/retry-after", Title: "every retry_after_ms is a time that can be waited for",
			Why: "the hub does not try earlier"},
	}
	for i := range all {
		all[i].Guide, all[i].run = secContract, judged(all[i].Name)
	}
	return append(all, Check{"outcome/order", "on every stream `opened` comes first, once, and says how many deliveries there is room for",
		"the hub hands nothing over before, and never more than that", secContract, openedFirst}, Check{"outcome/values", "every kind, status and state in an answer is one of the contract's",
		"the hub treats a value that it does not know as if nothing had been said: an outcome is UNKNOWN then", secContract, knownValues})
}

func judged(check string) func(*T) {
	return func(t *T) {
		t.without("sending", isDestination(t.description()))
		if t.ledger.total() == 0 {
			t.skip("no delivery had an outcome")
		}
		wrong := t.ledger.wrong[check]
		for _, w := range wrong[:min(len(wrong), mostProblems)] {
			t.fail("%s", w)
		}
		if n := len(wrong) - mostProblems; n > 0 {
			t.problems = append(t.problems, slices.Repeat([]string{"…"}, n)...)
		}
	}
}

// failAll fails for each thing that was seen on the way, of which seen is a list of the watch.
func (t *T) failAll(seen *[]string) {
	t.watch.mu.Lock()
	list := slices.Clone(*seen)
	t.watch.mu.Unlock()
	for _, s := range list {
		t.fail("%s", s)
	}
}

func openedFirst(t *T) {
	t.without("sending", isDestination(t.description()))
	t.failAll(&t.watch.opening)
}

func knownValues(t *T) {
	t.description()
	t.failAll(&t.watch.odd)
}

// secretChecks come last: they judge all that was said and logged.
func secretChecks() []Check {
	return []Check{
		{"secrets/answers", "no secret is in an answer or an error",
			"answers and errors are stored, shown on screens and sent to logs", secSecrets, secretsTold},
		{"secrets/log", "no secret is in the log",
			"logs are copied to places that no secret may reach", secSecrets, secretsLogged},
	}
}

func (t *T) withSecrets() {
	t.use()
	t.watch.mu.Lock()
	n := len(t.watch.secrets)
	t.watch.mu.Unlock()
	if n == 0 {
		t.end(NotOffered, "the connector has no secrets")
	}
}

func secretsTold(t *T) {
	t.withSecrets()
	t.failAll(&t.watch.told)
}

func secretsLogged(t *T) {
	t.withSecrets()
	t.executable()
	t.failAll(&t.watch.logged)
}
