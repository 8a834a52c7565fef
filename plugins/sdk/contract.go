package sdk

import (
	_ "embed" // for the contract
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/recado-hub/recado/plugins/sdk/internal/wire"
)

//go:embed connector.proto
var contract []byte

// Proto is the contract as text, connector.proto: what authors in other languages generate from.
func Proto() []byte { return slices.Clone(contract) }

// DescriptorSet is the contract as a serialized google.protobuf.FileDescriptorSet, for languages that read it while they run. The same contract
// is always the same bytes.
func DescriptorSet() ([]byte, error) {
	set := &descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{protodesc.ToFileDescriptorProto(wire.File_connector_proto)}}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("the contract cannot be written: %w", err)
	}
	return b, nil
}
