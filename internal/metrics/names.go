package metrics

import "github.com/prometheus/client_golang/prometheus"

// descriptions are all metrics of the hub itself.
var descriptions []*prometheus.Desc

// The metrics. What is counted begins at 0 with each start of the hub.
var (
	buildInfo = describe("build_info", "Always 1; the version of the hub.", "version")

	occurrences = describe("occurrences_total", "Occurrences that somebody published, by what became of them: accepted, repeat, invalid, conflict, forbidden, "+
		"unavailable, abandoned (the sender went away before) or failed (a fault of the hub); and noticed, those that the hub noticed by itself.", "result")
	executionsStarted = describe("executions_started_total", "Executions that came to be. Test messages are not counted.")
	executionsClosed  = describe("executions_closed_total", "Executions that came to an outcome; one that changes its outcome later is counted again. "+
		"Test messages are not counted.", "outcome")
	deliveriesMade = describe("deliveries_made_total", "Deliveries that came to be. Test messages are not counted.")
	deliveries     = describe("deliveries_total", "Deliveries that came into a state; a delivery is counted in each state that it passes. "+
		"Test messages are not counted.", "state")
	callbacks = describe("callbacks_total", "Callbacks of providers: verified, refused (the signature does not hold), kept (the connector is down; counted "+
		"again when it is verified) or failed.", "result")
	turnedAway = describe("receipts_turned_away_total", "Receipts in genuine callbacks of which nothing was kept: foreign (of a message about which the callback "+
		"proves nothing, sent through an integration with another secret) or unknown (of no message of this hub).", "whose")
	lookups = describe("lookups_total", "Deliveries of which a provider was asked what became of them.")

	queueExecutions = describe("queue_executions", "Executions that are not closed, and why those wait that go on later.", "state", "waiting_for")
	queueDeliveries = describe("queue_deliveries", "Deliveries that are held back, and why.", "waiting_for")
	queueOldest     = describe("queue_oldest_seconds", "Age of the oldest execution that is not closed; 0 if there is none.")

	attempts    = describe("attempts_total", "Attempts to send a delivery, by how they ended. Test messages are counted.", "connector", "kind", "scope")
	attemptTime = describe("attempt_duration_seconds", "Time that a connector took for an attempt, from when it was given it to its answer.", "connector")
	inFlight    = describe("deliveries_in_flight", "Deliveries that a connector works on.", "connector")

	connectorUp       = describe("connector_up", "1 if the connector's process is ready, else 0.", "connector")
	connectorRestarts = describe("connector_restarts_total", "How often the connector's process had to be started again.", "connector")
	connectorState    = describe("connector_state", "1 for the state in which the connector is: STARTING, READY, BACKOFF, QUARANTINED, UNTRUSTED or STOPPED.", "connector", "state")
	connectorRefused  = describe("connector_refused", "1 if the plugins directory has an executable of the connector that is not run, else 0.", "connector")
	connectorMemory   = describe("connector_memory_bytes", "Resident memory of the connector's processes, with all that they started; on Linux.", "connector")
	connectorFiles    = describe("connector_open_files", "Open files of the connector's processes; on Linux.", "connector")
	connectorLinesCut = describe("connector_log_lines_cut_total", "Lines of the connector's log that were left out, because there were too many.", "connector")
	connectorMissed   = describe("connector_answers_missed", "Answers of the connector that did not come in time, in a row.", "connector")

	commitTime      = describe("commit_seconds", "Time that a transaction took, from its beginning until it was durable.")
	commitFunctions = describe("commit_functions", "How many callers shared a transaction.")
	commitsFailed   = describe("commits_failed_total", "Transactions of which nothing was kept, because the database could not write.")
	commitsWaiting  = describe("commit_waiting", "Callers that wait for their turn to write.")
	reads           = describe("reads_total", "Statements by which the database was read, beside the transactions that write.")

	requests = describe("http_requests_total", "HTTP requests that were answered, by route and status; other is what leads nowhere.", "route", "code")

	requestTime = describe("http_request_duration_seconds", "Time until an HTTP request was answered; websockets and event streams, which live long, are not in it.", "route")
	subscribers = describe("subscribers", "Subscriptions that are being followed.", "transport")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc("recado_"+name, help, labels, nil)
	descriptions = append(descriptions, d)
	return d
}
