package sdk_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

var updateContract = flag.Bool("update-contract", false, "take the present contract as testdata/contract.json, if it only adds to it")

// The contract as it was first published, and as it was when somebody last took a snapshot of it.
const (
	firstContract  = "testdata/contract-first.json"
	latestContract = "testdata/contract.json"
)

func presentContract() *descriptorpb.FileDescriptorProto {
	return protodesc.ToFileDescriptorProto(wire.File_connector_proto)
}

func readContract(t *testing.T, path string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &descriptorpb.FileDescriptorProto{}
	if err := protojson.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheContractOnlyGrows(t *testing.T) {
	present := presentContract()
	for _, path := range []string{firstContract, latestContract} {
		for _, b := range contractBreaches(readContract(t, path), present) {
			t.Errorf("against %s: %s. A connector that was built with it would break: add beside it, and leave this as it was", path, b)
		}
	}
	if t.Failed() || proto.Equal(readContract(t, latestContract), present) {
		return
	}
	if !*updateContract {
		t.Fatalf("the contract has grown; go test ./plugins/sdk -run TestTheContractOnlyGrows -update-contract takes it into %s, which holds it from then on", latestContract)
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(present)
	if err != nil {
		t.Fatal(err)
	}
	// protojson puts in spaces at random, so that nobody relies on them; a file wants them always the same.
	text = []byte(strings.ReplaceAll(string(text), ":  ", ": ") + "\n")
	if err := os.WriteFile(latestContract, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryBreachOfTheContractIsFound(t *testing.T) {
	outcome := func(d *descriptorpb.FileDescriptorProto) *descriptorpb.DescriptorProto {
		return d.MessageType[slices.IndexFunc(d.MessageType, func(m *descriptorpb.DescriptorProto) bool { return m.GetName() == "Outcome" })]
	}
	for want, change := range map[string]func(*descriptorpb.FileDescriptorProto){
		"field 8 (path) of Outcome is gone": func(d *descriptorpb.FileDescriptorProto) {
			outcome(d).Field = slices.DeleteFunc(outcome(d).Field, func(f *descriptorpb.FieldDescriptorProto) bool { return f.GetNumber() == 8 })
		},
		"field 8 of Outcome is called place and was path": func(d *descriptorpb.FileDescriptorProto) { outcome(d).Field[7].Name = proto.String("place") },
		"field 2 (attempt) of Outcome is gone":            func(d *descriptorpb.FileDescriptorProto) { outcome(d).Field[1].Number = proto.Int32(99) },
		"field 2 (attempt) of Outcome has another type": func(d *descriptorpb.FileDescriptorProto) {
			outcome(d).Field[1].Type = descriptorpb.FieldDescriptorProto_TYPE_INT64.Enum()
		},
		"field 3 (kind) of Outcome has another type": func(d *descriptorpb.FileDescriptorProto) {
			outcome(d).Field[2].TypeName = proto.String(".recado.connector.v1.Scope")
		},
		"field 13 (adjusted) of Outcome is repeated or no longer": func(d *descriptorpb.FileDescriptorProto) {
			outcome(d).Field[12].Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
		},
		"field 1 (open) of DeliverRequest is in another oneof": func(d *descriptorpb.FileDescriptorProto) {
			d.MessageType[slices.IndexFunc(d.MessageType, func(m *descriptorpb.DescriptorProto) bool { return m.GetName() == "DeliverRequest" })].Field[0].OneofIndex = nil
		},
		"the message Adjustment is gone": func(d *descriptorpb.FileDescriptorProto) {
			d.MessageType = slices.DeleteFunc(d.MessageType, func(m *descriptorpb.DescriptorProto) bool { return m.GetName() == "Adjustment" })
		},
		"the message Integration.SecretsEntry is gone": func(d *descriptorpb.FileDescriptorProto) { d.MessageType[0].NestedType = nil },
		"the value SCOPE_FLOW = 3 of Scope is gone or called otherwise": func(d *descriptorpb.FileDescriptorProto) {
			d.EnumType[slices.IndexFunc(d.EnumType, func(e *descriptorpb.EnumDescriptorProto) bool { return e.GetName() == "Scope" })].Value[3].Number = proto.Int32(7)
		},
		"the enum Role is gone": func(d *descriptorpb.FileDescriptorProto) {
			d.EnumType = slices.DeleteFunc(d.EnumType, func(e *descriptorpb.EnumDescriptorProto) bool { return e.GetName() == "Role" })
		},
		"the call Lookup is gone": func(d *descriptorpb.FileDescriptorProto) {
			s := d.Service[0]
			s.Method = slices.DeleteFunc(s.Method, func(m *descriptorpb.MethodDescriptorProto) bool { return m.GetName() == "Lookup" })
		},
		"the call Query has another form": func(d *descriptorpb.FileDescriptorProto) {
			s := d.Service[0]
			s.Method[slices.IndexFunc(s.Method, func(m *descriptorpb.MethodDescriptorProto) bool { return m.GetName() == "Query" })].ServerStreaming = proto.Bool(false)
		},
		"the package is called": func(d *descriptorpb.FileDescriptorProto) { d.Package = proto.String("recado.connector.v2") },
	} {
		changed := proto.Clone(presentContract()).(*descriptorpb.FileDescriptorProto)
		change(changed)
		if found := strings.Join(contractBreaches(presentContract(), changed), "\n"); !strings.Contains(found, want) {
			t.Errorf("%q was not found, but %q", want, found)
		}
	}
	grown := proto.Clone(presentContract()).(*descriptorpb.FileDescriptorProto)
	outcome(grown).Field = append(outcome(grown).Field, &descriptorpb.FieldDescriptorProto{Name: proto.String("more"), Number: proto.Int32(77)})
	if found := contractBreaches(presentContract(), grown); len(found) > 0 {
		t.Errorf("a field more is taken for a breach: %q", found)
	}
}

// contractBreaches says what of an older contract is not the same in a newer one.
func contractBreaches(older, newer *descriptorpb.FileDescriptorProto) (found []string) {
	if older.GetPackage() != newer.GetPackage() || older.GetSyntax() != newer.GetSyntax() {
		found = append(found, fmt.Sprintf("the package is called %s (%s) and was %s (%s)", newer.GetPackage(), newer.GetSyntax(), older.GetPackage(), older.GetSyntax()))
	}
	oldMessages, oldEnums := typesOf(older)
	newMessages, newEnums := typesOf(newer)
	for _, name := range slices.Sorted(maps.Keys(oldMessages)) {
		if newMessages[name] == nil {
			found = append(found, fmt.Sprintf("the message %s is gone", name))
			continue
		}
		found = append(found, messageBreaches(name, oldMessages[name], newMessages[name])...)
	}
	for _, name := range slices.Sorted(maps.Keys(oldEnums)) {
		if newEnums[name] == nil {
			found = append(found, fmt.Sprintf("the enum %s is gone", name))
			continue
		}
		for _, v := range oldEnums[name].Value {
			if !slices.ContainsFunc(newEnums[name].Value, func(n *descriptorpb.EnumValueDescriptorProto) bool {
				return n.GetNumber() == v.GetNumber() && n.GetName() == v.GetName()
			}) {
				found = append(found, fmt.Sprintf("the value %s = %d of %s is gone or called otherwise", v.GetName(), v.GetNumber(), name))
			}
		}
	}
	return append(found, callBreaches(older, newer)...)
}

// typesOf are all messages and enums by their names below the package.
func typesOf(d *descriptorpb.FileDescriptorProto) (map[string]*descriptorpb.DescriptorProto, map[string]*descriptorpb.EnumDescriptorProto) {
	messages, enums := map[string]*descriptorpb.DescriptorProto{}, map[string]*descriptorpb.EnumDescriptorProto{}
	var below func(prefix string, m []*descriptorpb.DescriptorProto, e []*descriptorpb.EnumDescriptorProto)
	below = func(prefix string, list []*descriptorpb.DescriptorProto, e []*descriptorpb.EnumDescriptorProto) {
		for _, one := range e {
			enums[prefix+one.GetName()] = one
		}
		for _, m := range list {
			messages[prefix+m.GetName()] = m
			below(prefix+m.GetName()+".", m.NestedType, m.EnumType)
		}
	}
	below("", d.MessageType, d.EnumType)
	return messages, enums
}

func messageBreaches(name string, older, newer *descriptorpb.DescriptorProto) (found []string) {
	for _, f := range older.Field {
		i := slices.IndexFunc(newer.Field, func(n *descriptorpb.FieldDescriptorProto) bool { return n.GetNumber() == f.GetNumber() })
		if i < 0 {
			found = append(found, fmt.Sprintf("field %d (%s) of %s is gone", f.GetNumber(), f.GetName(), name))
			continue
		}
		n := newer.Field[i]
		switch {
		case n.GetName() != f.GetName():
			found = append(found, fmt.Sprintf("field %d of %s is called %s and was %s", f.GetNumber(), name, n.GetName(), f.GetName()))
		case n.GetType() != f.GetType() || n.GetTypeName() != f.GetTypeName():
			found = append(found, fmt.Sprintf("field %d (%s) of %s has another type", f.GetNumber(), f.GetName(), name))
		case n.GetLabel() != f.GetLabel():
			found = append(found, fmt.Sprintf("field %d (%s) of %s is repeated or no longer", f.GetNumber(), f.GetName(), name))
		case oneofOf(newer, n) != oneofOf(older, f):
			found = append(found, fmt.Sprintf("field %d (%s) of %s is in another oneof", f.GetNumber(), f.GetName(), name))
		}
	}
	return found
}

func oneofOf(m *descriptorpb.DescriptorProto, f *descriptorpb.FieldDescriptorProto) string {
	if f.OneofIndex == nil {
		return ""
	}
	return m.OneofDecl[f.GetOneofIndex()].GetName()
}

func callBreaches(older, newer *descriptorpb.FileDescriptorProto) (found []string) {
	calls := func(d *descriptorpb.FileDescriptorProto) map[string]*descriptorpb.MethodDescriptorProto {
		all := map[string]*descriptorpb.MethodDescriptorProto{}
		for _, s := range d.Service {
			for _, m := range s.Method {
				all[strings.TrimPrefix(s.GetName()+"."+m.GetName(), "Connector.")] = m
			}
		}
		return all
	}
	now := calls(newer)
	was := calls(older)
	for _, name := range slices.Sorted(maps.Keys(was)) {
		m, n := was[name], now[name]
		switch {
		case n == nil:
			found = append(found, fmt.Sprintf("the call %s is gone", name))
		case n.GetInputType() != m.GetInputType() || n.GetOutputType() != m.GetOutputType() ||
			n.GetClientStreaming() != m.GetClientStreaming() || n.GetServerStreaming() != m.GetServerStreaming():
			found = append(found, fmt.Sprintf("the call %s has another form", name))
		}
	}
	return found
}
