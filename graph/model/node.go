package model

// Node is anything with a public id: every noun of the hub that the schema calls a Node.
type Node interface {
	ID() string
}

// Recipient is who gets a message: a ConstantRecipient, a FieldRecipient, SeveralRecipients or a FirstRecipient.
type Recipient interface {
	isRecipient()
}

func (ConstantRecipient) isRecipient() {}
func (FieldRecipient) isRecipient()    {}
func (SeveralRecipients) isRecipient() {}
func (FirstRecipient) isRecipient()    {}
