// Package metrics shows to Prometheus what the rooms of the hub have counted.
//
// It is a room so that no other one knows Prometheus: the rooms count with package meter, and a scrape reads their numbers and
// gives them names, labels and help. Labels come from lists that are known beforehand (states, reasons, kinds of outcomes, routes, connectors
// that are installed): nothing that anybody sends in becomes one, and nothing of what is shown is about a person.
package metrics
