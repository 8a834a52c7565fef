package whatsapp

import (
	"maps"

	"github.com/recado-hub/recado/plugins/sdk"
)

// bothLabels are the words for all settings.
var bothLabels = func() map[string]sdk.FieldLabels {
	out := maps.Clone(settingsLabels)
	maps.Copy(out, twilioLabels)
	return out
}()

var twilioLabels = map[string]sdk.FieldLabels{
	"provider": {
		Title: sdk.Words("Provedor", "Fornecedor", "Proveedor", "Provider", "Fournisseur", "Fornitore"),
		Help: sdk.Words(
			"META: Cloud API da Meta. TWILIO: mensagens pela Twilio. Cada um pede as suas próprias configurações.",
			"META: Cloud API da Meta. TWILIO: mensagens através da Twilio. Cada um pede as suas próprias definições.",
			"META: Cloud API de Meta. TWILIO: mensajes mediante Twilio. Cada uno pide su propia configuración.",
			"META: Meta's Cloud API. TWILIO: messages through Twilio. Each has settings of its own.",
			"META : Cloud API de Meta. TWILIO : messages via Twilio. Chacun a ses propres réglages.",
			"META: Cloud API di Meta. TWILIO: messaggi tramite Twilio. Ognuno ha le proprie impostazioni.",
		),
	},
	"account_sid": {
		Title: sdk.Words("Twilio: SID da conta", "Twilio: SID da conta", "Twilio: SID de la cuenta", "Twilio: Account SID", "Twilio : SID du compte", "Twilio: SID dell'account"),
		Help: sdk.Words(
			"No Console da Twilio; começa com AC.", "Na consola da Twilio; começa por AC.", "En la consola de Twilio; empieza con AC.",
			"In the Twilio Console; it begins with AC.", "Dans la console Twilio ; commence par AC.", "Nella console di Twilio; inizia con AC.",
		),
	},
	"auth_token": {
		Title: sdk.Words("Twilio: token de autenticação", "Twilio: token de autenticação", "Twilio: token de autenticación", "Twilio: Auth Token", "Twilio : jeton d'authentification", "Twilio: token di autenticazione"),
		Help: sdk.Words(
			"A Twilio assina com ele os avisos de entrega; sem ele não há confirmações. Envia as mensagens se não houver chave de API.",
			"A Twilio assina com ele os avisos de entrega; sem ele não há confirmações. Envia as mensagens se não houver chave de API.",
			"Twilio firma con él los avisos de entrega; sin él no hay confirmaciones. Envía los mensajes si no hay clave de API.",
			"Twilio signs its delivery callbacks with it; without it there are no receipts. It sends the messages if there is no API key.",
			"Twilio signe avec lui les avis de remise ; sans lui, pas d'accusés. Il envoie les messages s'il n'y a pas de clé d'API.",
			"Twilio firma con esso gli avvisi di consegna; senza non ci sono conferme. Invia i messaggi se non c'è una chiave API.",
		),
	},
	"api_key_sid": {
		Title: sdk.Words("Twilio: SID da chave de API", "Twilio: SID da chave de API", "Twilio: SID de la clave de API", "Twilio: API key SID", "Twilio : SID de la clé d'API", "Twilio: SID della chiave API"),
		Help: sdk.Words(
			"Começa com SK. Pode ser revogada sem trocar o token da conta.", "Começa por SK. Pode ser revogada sem mudar o token da conta.",
			"Empieza con SK. Se puede revocar sin cambiar el token de la cuenta.", "Begins with SK. It can be revoked without changing the account's token.",
			"Commence par SK. Elle peut être révoquée sans changer le jeton du compte.", "Inizia con SK. Si può revocare senza cambiare il token dell'account.",
		),
	},
	"api_key_secret": {
		Title: sdk.Words("Twilio: segredo da chave de API", "Twilio: segredo da chave de API", "Twilio: secreto de la clave de API", "Twilio: API key secret", "Twilio : secret de la clé d'API", "Twilio: segreto della chiave API"),
		Help: sdk.Words(
			"A Twilio só o mostra ao criar a chave.", "A Twilio só o mostra ao criar a chave.", "Twilio solo lo muestra al crear la clave.",
			"Twilio shows it only when the key is created.", "Twilio ne l'affiche qu'à la création de la clé.", "Twilio lo mostra solo alla creazione della chiave.",
		),
	},
	"from": {
		Title: sdk.Words("Twilio: remetente", "Twilio: remetente", "Twilio: remitente", "Twilio: sender", "Twilio : expéditeur", "Twilio: mittente"),
		Help: sdk.Words(
			"O número do WhatsApp com código do país. Basta ele ou um serviço de mensagens.",
			"O número do WhatsApp com indicativo do país. Basta ele ou um serviço de mensagens.",
			"El número de WhatsApp con código de país. Basta él o un servicio de mensajería.",
			"The WhatsApp number with country code. Either it or a messaging service is enough.",
			"Le numéro WhatsApp avec l'indicatif du pays. Lui ou un service de messagerie suffit.",
			"Il numero WhatsApp con prefisso internazionale. Basta questo o un servizio di messaggistica.",
		),
	},
	"messaging_service_sid": {
		Title: sdk.Words("Twilio: SID do serviço de mensagens", "Twilio: SID do serviço de mensagens", "Twilio: SID del servicio de mensajería", "Twilio: Messaging Service SID", "Twilio : SID du service de messagerie", "Twilio: SID del servizio di messaggistica"),
		Help: sdk.Words(
			"Começa com MG. O serviço escolhe o remetente.", "Começa por MG. O serviço escolhe o remetente.", "Empieza con MG. El servicio elige el remitente.",
			"Begins with MG. The service chooses the sender.", "Commence par MG. Le service choisit l'expéditeur.", "Inizia con MG. Il servizio sceglie il mittente.",
		),
	},
	"twilio_url": {
		Title: sdk.Words("Twilio: endereço da API", "Twilio: endereço da API", "Twilio: dirección de la API", "Twilio: API address", "Twilio : adresse de l'API", "Twilio: indirizzo dell'API"),
		Help: sdk.Words(
			"Só para outra região, um proxy ou testes. As credenciais são enviadas para lá.",
			"Só para outra região, um proxy ou testes. As credenciais são enviadas para lá.",
			"Solo para otra región, un proxy o pruebas. Las credenciales se envían allí.",
			"Only for another region, a proxy or tests. The credentials are sent there.",
			"Uniquement pour une autre région, un proxy ou des tests. Les identifiants y sont envoyés.",
			"Solo per un'altra regione, un proxy o prove. Le credenziali vengono inviate lì.",
		),
	},
}
