package email

import "github.com/recado-hub/recado/plugins/sdk"

var connectorTitle = sdk.Words("E-mail", "E-mail", "Correo electrónico", "E-mail", "E-mail", "E-mail")

var connectorHelp = sdk.Words(
	"Envia e-mails por um servidor SMTP.", "Envia e-mails através de um servidor SMTP.", "Envía correos mediante un servidor SMTP.",
	"Sends e-mail through an SMTP server.", "Envoie des e-mails via un serveur SMTP.", "Invia e-mail tramite un server SMTP.",
)

var textTitle = sdk.Words("Enviar um texto", "Enviar um texto", "Enviar un texto", "Send a text", "Envoyer un texte", "Inviare un testo")

var textHelp = sdk.Words(
	"Assunto e texto com {{nome}} onde entra um valor, simples, em HTML ou ambos.",
	"Assunto e texto com {{nome}} onde entra um valor, simples, em HTML ou ambos.",
	"Asunto y texto con {{nombre}} donde va un valor, simple, en HTML o ambos.",
	"Subject and text with {{name}} where a value goes, plain, in HTML or both.",
	"Objet et texte avec {{nom}} à la place d'une valeur, simple, en HTML ou les deux.",
	"Oggetto e testo con {{nome}} dove va un valore, semplice, in HTML o entrambi.",
)

var valuesTitle = sdk.Words("Enviar os valores em lista", "Enviar os valores em lista", "Enviar los valores en lista", "Send the values as a list", "Envoyer les valeurs en liste", "Inviare i valori in elenco")

var valuesHelp = sdk.Words(
	"Os valores do mapeamento, um por linha, com seus nomes.", "Os valores do mapeamento, um por linha, com os seus nomes.", "Los valores del mapeo, uno por línea, con sus nombres.",
	"The mapping's values, one in a line, with their names.", "Les valeurs du mappage, une par ligne, avec leurs noms.", "I valori della mappatura, uno per riga, con i loro nomi.",
)

var recipientTitle = sdk.Words("E-mail do destinatário", "E-mail do destinatário", "Correo del destinatario", "Recipient's e-mail", "E-mail du destinataire", "E-mail del destinatario")

var recipientHelp = sdk.Words(
	"Um endereço; cada destinatário recebe a sua mensagem.", "Um endereço; cada destinatário recebe a sua mensagem.", "Una dirección; cada destinatario recibe su mensaje.",
	"One address; each recipient gets a message of their own.", "Une adresse ; chaque destinataire reçoit son message.", "Un indirizzo; ogni destinatario riceve il proprio messaggio.",
)

var copiesHelp = sdk.Words(
	"Endereços que recebem cópia de cada mensagem.", "Endereços que recebem cópia de cada mensagem.", "Direcciones que reciben copia de cada mensaje.",
	"Addresses that get a copy of each message.", "Adresses qui reçoivent copie de chaque message.", "Indirizzi che ricevono copia di ogni messaggio.",
)

var parameterLabels = map[string]sdk.FieldLabels{
	"subject": {
		Title: sdk.Words("Assunto", "Assunto", "Asunto", "Subject", "Objet", "Oggetto"),
		Help:  sdk.Words("Por exemplo OS {{folio}}.", "Por exemplo OT {{folio}}.", "Por ejemplo OT {{folio}}.", "For example WO {{folio}}.", "Par exemple OT {{folio}}.", "Per esempio OdL {{folio}}."),
	},
	"text": {
		Title: sdk.Words("Texto simples", "Texto simples", "Texto simple", "Plain text", "Texte simple", "Testo semplice"),
		Help: sdk.Words(
			"Com {{nome}} onde entra um valor.", "Com {{nome}} onde entra um valor.", "Con {{nombre}} donde va un valor.",
			"With {{name}} where a value goes.", "Avec {{nom}} à la place d'une valeur.", "Con {{nome}} dove va un valore.",
		),
	},
	"html": {
		Title: sdk.SameWords("HTML"),
		Help: sdk.Words(
			"Os valores são protegidos conforme o lugar em que estão.", "Os valores são protegidos conforme o lugar em que estão.", "Los valores se protegen según el lugar donde están.",
			"Values are escaped by where they stand.", "Les valeurs sont échappées selon leur place.", "I valori vengono protetti secondo la loro posizione.",
		),
	},
	"intro": {
		Title: sdk.Words("Texto antes da lista", "Texto antes da lista", "Texto antes de la lista", "Text before the list", "Texte avant la liste", "Testo prima dell'elenco"),
		Help: sdk.Words(
			"Com {{nome}} onde entra um valor.", "Com {{nome}} onde entra um valor.", "Con {{nombre}} donde va un valor.",
			"With {{name}} where a value goes.", "Avec {{nom}} à la place d'une valeur.", "Con {{nome}} dove va un valore.",
		),
	},
	"reply_to": {
		Title: sdk.Words("Responder a", "Responder a", "Responder a", "Reply to", "Répondre à", "Rispondi a"),
		Help: sdk.Words(
			"Sem valor: o da integração.", "Sem valor: o da integração.", "Sin valor: el de la integración.",
			"If empty: the integration's.", "Sans valeur : celui de l'intégration.", "Senza valore: quello dell'integrazione.",
		),
	},
	"cc":  {Title: sdk.Words("Cópia", "Cópia", "Copia", "Copy", "Copie", "Copia"), Help: copiesHelp},
	"bcc": {Title: sdk.Words("Cópia oculta", "Cópia oculta", "Copia oculta", "Blind copy", "Copie cachée", "Copia nascosta"), Help: copiesHelp},
	"list_unsubscribe": {
		Title: sdk.Words("Cancelar inscrição", "Anular subscrição", "Cancelar suscripción", "Unsubscribe", "Se désabonner", "Annulla iscrizione"),
		Help: sdk.Words(
			"Endereço https: ou mailto: do cabeçalho List-Unsubscribe.", "Endereço https: ou mailto: do cabeçalho List-Unsubscribe.", "Dirección https: o mailto: del encabezado List-Unsubscribe.",
			"An https: or mailto: address for the header List-Unsubscribe.", "Adresse https: ou mailto: de l'en-tête List-Unsubscribe.", "Indirizzo https: o mailto: dell'intestazione List-Unsubscribe.",
		),
	},
}

var settingsLabels = map[string]sdk.FieldLabels{
	"host": {
		Title: sdk.Words("Servidor SMTP", "Servidor SMTP", "Servidor SMTP", "SMTP server", "Serveur SMTP", "Server SMTP"),
		Help: sdk.Words(
			"Por exemplo smtp.example.com. Servidores internos só com autorização do operador do hub.",
			"Por exemplo smtp.example.com. Servidores internos só com autorização do operador do hub.",
			"Por ejemplo smtp.example.com. Servidores internos solo con permiso del operador del hub.",
			"For example smtp.example.com. Internal servers only if the hub's operator allows them.",
			"Par exemple smtp.example.com. Serveurs internes uniquement si l'opérateur du hub les autorise.",
			"Per esempio smtp.example.com. Server interni solo se l'operatore dell'hub li consente.",
		),
	},
	"port": {
		Title: sdk.Words("Porta", "Porta", "Puerto", "Port", "Port", "Porta"),
		Help: sdk.Words(
			"Sem valor: 587 com STARTTLS, 465 com TLS, 25 sem.", "Sem valor: 587 com STARTTLS, 465 com TLS, 25 sem.", "Sin valor: 587 con STARTTLS, 465 con TLS, 25 sin.",
			"If empty: 587 with STARTTLS, 465 with TLS, 25 without.", "Sans valeur : 587 avec STARTTLS, 465 avec TLS, 25 sans.", "Senza valore: 587 con STARTTLS, 465 con TLS, 25 senza.",
		),
	},
	"security": {
		Title: sdk.Words("Segurança", "Segurança", "Seguridad", "Security", "Sécurité", "Sicurezza"),
		Help: sdk.Words(
			"NONE só para servidores que o operador do hub indica, e sem login.", "NONE só para servidores que o operador do hub indica, e sem início de sessão.",
			"NONE solo para servidores que indica el operador del hub, y sin inicio de sesión.", "NONE only for servers that the hub's operator names, and without a sign-in.",
			"NONE uniquement pour les serveurs que l'opérateur du hub désigne, et sans connexion.", "NONE solo per server indicati dall'operatore dell'hub, e senza accesso.",
		),
	},
	"from": {
		Title: sdk.Words("Remetente", "Remetente", "Remitente", "Sender", "Expéditeur", "Mittente"),
		Help: sdk.Words(
			"Por exemplo Manutenção <manutencao@example.com>.", "Por exemplo Manutenção <manutencao@example.com>.", "Por ejemplo Mantenimiento <mantenimiento@example.com>.",
			"For example Maintenance <maintenance@example.com>.", "Par exemple Maintenance <maintenance@example.com>.", "Per esempio Manutenzione <manutenzione@example.com>.",
		),
	},
	"reply_to": {
		Title: sdk.Words("Responder a", "Responder a", "Responder a", "Reply to", "Répondre à", "Rispondi a"),
		Help: sdk.Words(
			"Para onde vão as respostas, se não ao remetente.", "Para onde vão as respostas, se não ao remetente.", "Adónde van las respuestas, si no al remitente.",
			"Where answers go, if not to the sender.", "Où vont les réponses, si ce n'est à l'expéditeur.", "Dove vanno le risposte, se non al mittente.",
		),
	},
	"auth": {
		Title: sdk.Words("Modo de login", "Modo de início de sessão", "Modo de inicio de sesión", "Way to sign in", "Mode de connexion", "Modo di accesso"),
		Help: sdk.Words(
			"AUTO: o melhor que o servidor oferece. XOAUTH2 usa os campos OAuth.", "AUTO: o melhor que o servidor oferece. XOAUTH2 usa os campos OAuth.",
			"AUTO: el mejor que ofrece el servidor. XOAUTH2 usa los campos OAuth.", "AUTO: the best that the server offers. XOAUTH2 uses the OAuth fields.",
			"AUTO : le meilleur que le serveur propose. XOAUTH2 utilise les champs OAuth.", "AUTO: il migliore offerto dal server. XOAUTH2 usa i campi OAuth.",
		),
	},
	"username": {
		Title: sdk.Words("Usuário", "Utilizador", "Usuario", "User name", "Nom d'utilisateur", "Nome utente"),
		Help:  sdk.Words("Muitas vezes o próprio e-mail.", "Muitas vezes o próprio e-mail.", "A menudo el propio correo.", "Often the e-mail address itself.", "Souvent l'adresse e-mail elle-même.", "Spesso l'indirizzo e-mail stesso."),
	},
	"password": {
		Title: sdk.Words("Senha", "Palavra-passe", "Contraseña", "Password", "Mot de passe", "Password"),
		Help: sdk.Words(
			"Alguns provedores exigem uma senha de app.", "Alguns fornecedores exigem uma palavra-passe de aplicação.", "Algunos proveedores exigen una contraseña de aplicación.",
			"Some providers want a password for apps.", "Certains fournisseurs exigent un mot de passe d'application.", "Alcuni fornitori richiedono una password per app.",
		),
	},
	"oauth_token_url": {
		Title: sdk.Words("OAuth: endereço do token", "OAuth: endereço do token", "OAuth: dirección del token", "OAuth: token address", "OAuth : adresse du jeton", "OAuth: indirizzo del token"),
		Help:  sdk.Words("Só com XOAUTH2.", "Só com XOAUTH2.", "Solo con XOAUTH2.", "Only with XOAUTH2.", "Uniquement avec XOAUTH2.", "Solo con XOAUTH2."),
	},
	"oauth_client_id": {
		Title: sdk.Words("OAuth: ID do cliente", "OAuth: ID do cliente", "OAuth: ID del cliente", "OAuth: client ID", "OAuth : ID du client", "OAuth: ID del client"),
		Help:  sdk.Words("Só com XOAUTH2.", "Só com XOAUTH2.", "Solo con XOAUTH2.", "Only with XOAUTH2.", "Uniquement avec XOAUTH2.", "Solo con XOAUTH2."),
	},
	"oauth_client_secret": {
		Title: sdk.Words("OAuth: segredo do cliente", "OAuth: segredo do cliente", "OAuth: secreto del cliente", "OAuth: client secret", "OAuth : secret du client", "OAuth: segreto del client"),
		Help:  sdk.Words("Só com XOAUTH2.", "Só com XOAUTH2.", "Solo con XOAUTH2.", "Only with XOAUTH2.", "Uniquement avec XOAUTH2.", "Solo con XOAUTH2."),
	},
	"oauth_scope": {
		Title: sdk.Words("OAuth: escopo", "OAuth: âmbito", "OAuth: ámbito", "OAuth: scope", "OAuth : portée", "OAuth: ambito"),
		Help:  sdk.Words("Só com XOAUTH2.", "Só com XOAUTH2.", "Solo con XOAUTH2.", "Only with XOAUTH2.", "Uniquement avec XOAUTH2.", "Solo con XOAUTH2."),
	},
	"helo_name": {
		Title: sdk.Words("Nome do hub para o servidor", "Nome do hub para o servidor", "Nombre del hub para el servidor", "The hub's name to the server", "Nom du hub pour le serveur", "Nome dell'hub per il server"),
		Help: sdk.Words(
			"Sem valor: o domínio do remetente.", "Sem valor: o domínio do remetente.", "Sin valor: el dominio del remitente.",
			"If empty: the sender's domain.", "Sans valeur : le domaine de l'expéditeur.", "Senza valore: il dominio del mittente.",
		),
	},
	"rate_per_second": {
		Title: sdk.Words("Mensagens por segundo", "Mensagens por segundo", "Mensajes por segundo", "Messages per second", "Messages par seconde", "Messaggi al secondo"),
		Help:  sdk.Words("Sem valor: 5.", "Sem valor: 5.", "Sin valor: 5.", "If empty: 5.", "Sans valeur : 5.", "Senza valore: 5."),
	},
}
