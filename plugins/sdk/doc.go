// Package sdk is the contract between Recado and its connectors, in plain Go, and both ends of the wire below it.
//
// A connector is a program of its own that sends messages to a provider (a [Destination]), reads rows from one (a [Source]), or
// both. Its author implements [Connector] and those of the small interfaces beside it that apply, and calls [Serve] in main. The
// hub starts the program with hashicorp/go-plugin and talks to it through a [Client]. Neither sees gRPC or protocol buffers:
// connector.proto is the same contract for authors in other languages.
//
// The package imports nothing else of this module, so that it belongs to neither side.
package sdk

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.75.0 generate --template buf.gen.yaml
