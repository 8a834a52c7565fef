//go:build unix

package app_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// guide is the guide for those who build on the API, walked against a hub.
type guide struct {
	t      *testing.T
	admin  *client
	blocks []string // the fenced ones, in their order, each with its language in the first line
}

var fenced = regexp.MustCompile("(?s)```([a-z]+\n.*?)```")

func openGuide(t *testing.T, admin *client) *guide {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "schema", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{t: t, admin: admin}
	for _, block := range fenced.FindAllStringSubmatch(string(text), -1) {
		g.blocks = append(g.blocks, block[1])
	}
	return g
}

// sample is the first sample in JSON from the block on that has a text, with so many ids put in, each in the next place that shows one.
func (g *guide) sample(with string, put ...string) (v object) {
	g.t.Helper()
	found := false
	for _, block := range g.blocks {
		text, isJSON := strings.CutPrefix(block, "json\n")
		if found = found || strings.Contains(block, with); !found || !isJSON {
			continue
		}
		for i := 0; i < len(put); i += 2 {
			if !strings.Contains(text, put[i]) {
				g.t.Fatalf("the sample of %s has no %s", with, put[i])
			}
			text = strings.Replace(text, put[i], put[i+1], 1)
		}
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			g.t.Fatalf("the sample of %s: %v", with, err)
		}
		return v
	}
	g.t.Fatalf("the guide has no sample for %s", with)
	return nil
}

// run sends an operation of the guide, which must have neither errors nor userErrors, and is its first field.
func (g *guide) run(name string, v object) object {
	g.t.Helper()
	for _, block := range g.blocks {
		query, ok := strings.CutPrefix(block, "graphql\n")
		if !ok || !regexp.MustCompile(`\b`+name+`\b *[({]`).MatchString(query) {
			continue
		}
		status, body, err := g.admin.send("/graphql", "application/json", object{"query": query, "operationName": name, "variables": v})
		var answer struct {
			Data   map[string]object
			Errors json.RawMessage
		}
		if err == nil {
			err = json.Unmarshal(body, &answer)
		}
		if err != nil || answer.Errors != nil {
			g.t.Fatalf("%s is answered %d %s, %v", name, status, body, err)
		}
		for _, payload := range answer.Data {
			if errs, _ := payload["userErrors"].([]any); len(errs) > 0 {
				g.t.Fatalf("%s is answered with %v", name, errs)
			}
			return payload
		}
	}
	g.t.Fatalf("the guide has no operation %s", name)
	return nil
}

// whole refuses something that the guide has made with problems.
func (g *guide) whole(what string, made any) (id string) {
	g.t.Helper()
	thing := made.(map[string]any)
	if problems, _ := thing["problems"].([]any); len(problems) > 0 {
		g.t.Fatalf("%s has the problems %v", what, problems)
	}
	id, _ = thing["id"].(string)
	return id
}

// What the guide shows is sent in its order and as it stands there, to the real connectors; only ids, addresses and secrets are put in.
func TestTheSamplesOfTheGuideWorkInTheirOrder(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.Close() }()
	post, other, h := newPost(t), newCMMS(t), newHook(t)
	hub := serve(t, t.TempDir(), anyPort, reaching, "SSL_CERT_FILE="+post.cert)
	defer hub.kill()
	admin := signIn(t, hub.url, adminKey, adminSecret)
	g := openGuide(t, admin)

	group := g.whole("the group", g.run("CreateGroup", g.sample("mutation CreateGroup"))["group"])
	consumer := g.whole("the consumer", g.run("CreateConsumer", g.sample("mutation CreateConsumer", "grp_…", group))["consumer"])
	whatsapp := g.whole("the integration", g.run("CreateIntegration", g.sample("mutation CreateIntegration",
		`"settings": {`, `"settings": { "base_url": "`+box.URL()+`",`, "106540352242922", sandbox.DefaultPhoneNumberID, "102290129340398", sandbox.DefaultWABAID,
		`"…"`, `"`+sandbox.DefaultAccessToken+`"`, `"…"`, `"`+sandbox.DefaultAppSecret+`"`, `"…"`, `"`+sandbox.DefaultVerifyToken+`"`))["integration"])
	g.whole("the integration", map[string]any(g.run("CheckIntegration", object{"id": whatsapp})))
	flow := g.whole("the flow", g.run("CreateFlow", g.sample("mutation CreateFlow", "cns_…", consumer, "int_…", whatsapp))["flow"])
	g.run("EnableFlow", object{"id": flow, "version": 1})
	event := g.whole("the event", g.run("CreateEvent", g.sample("mutation CreateEvent", "flw_…", flow))["event"])
	g.run("EnableEvent", object{"id": event})

	host, port, _ := net.SplitHostPort(post.addr)
	t.Run("a flow that asks another system", func(t *testing.T) {
		source := integrated(t, admin, "http", object{"url": other.URL}, nil)
		hook := integrated(t, admin, "webhook", object{"url": h.URL}, map[string]string{"signing_secret": hookSecret})
		in := g.sample(`"about": "work_order_task"`, "cns_…", consumer, "int_…", source, "int_…", hook)
		in["description"] = "on call"
		g.whole("the flow", g.run("CreateFlow", object{"input": in})["flow"])
	})
	g.run("Publish", g.sample("mutation Publish"))
	eventually(t, "the message is on the phone", func() bool { return len(box.Messages()) == 1 })
	if m := box.Messages()[0]; m.To != "+5511999991234" || fmt.Sprint(m.Values) != "[Jonas Campos OT-1496 Replace the conveyor belt 2026-11-22T14:00:34Z Ana Souza Jonas Campos Conveyor 3]" {
		t.Errorf("the phone got %+v", m)
	}

	g.whole("the flow that collects", g.run("CollectByPerson", g.sample("mutation CollectByPerson", "flw_…", flow, "int_…", whatsapp))["flow"])
	g.run("Publish", g.sample("mutation Publish", "wo-1496-new", "wo-1496-again"))
	gathers := g.run("WhatIsGathered", object{"flow": flow})["nodes"].([]any)
	if len(gathers) != 1 {
		t.Fatalf("%d executions gather", len(gathers))
	}
	g.run("SendNow", object{"id": g.whole("the execution", gathers[0])})
	eventually(t, "what was collected is on the phone", func() bool { return len(box.Messages()) == 2 })

	email := integrated(t, admin, "email", object{"host": host, "port": atoi(t, port), "from": "Maintenance <hub@plant.example>", "username": "hub"}, map[string]string{"password": postPassword})
	g.whole("the flow that follows up", g.run("EmailIfNotRead", g.sample("mutation EmailIfNotRead", "flw_…", flow, "int_…", whatsapp, "int_…", email))["flow"])
}
