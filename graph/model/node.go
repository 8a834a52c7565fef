package model

// Node is anything with a public id: every noun of the hub that the schema calls a Node.
type Node interface {
	ID() string
}

// Recipient is who gets a message: a ConstantRecipient or a FieldRecipient.
type Recipient interface {
	isRecipient()
}

func (ConstantRecipient) isRecipient() {}
func (FieldRecipient) isRecipient()    {}
