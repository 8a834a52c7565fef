// Package demo tells the main job end to end, for whoever sees Recado for the first time: a hub, its connector process and a
// sandbox that stands in for Meta start on free ports of this machine; the four steps (permission group, consumer, flow, event)
// are made for the product's four data flows, each in another language; things happen, some of which the hub notices by itself; and
// every message is followed until the phone has shown it, and every one that was not sent until the hub has said why.
//
// It is a room of its own because it talks to the hub as any client does, through its public doors only: OAuth, GraphQL over
// HTTP, CloudEvents, and a subscription over graphql-transport-ws. It holds no rule of the hub's business.
package demo
