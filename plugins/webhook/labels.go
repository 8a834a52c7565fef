package webhook

import "github.com/recado-hub/recado/plugins/sdk"

var connectorHelp = sdk.Words(
	"Envia mensagens a um endereço HTTP, assinadas segundo Standard Webhooks.",
	"Envia mensagens para um endereço HTTP, assinadas segundo Standard Webhooks.",
	"Envía mensajes a una dirección HTTP, firmados según Standard Webhooks.",
	"Sends messages to an HTTP address, signed as Standard Webhooks say.",
	"Envoie des messages à une adresse HTTP, signés selon Standard Webhooks.",
	"Invia messaggi a un indirizzo HTTP, firmati secondo Standard Webhooks.",
)

var valuesTitle = sdk.Words("Enviar os valores como JSON", "Enviar os valores como JSON", "Enviar los valores como JSON", "Send the values as JSON", "Envoyer les valeurs en JSON", "Inviare i valori come JSON")

var valuesHelp = sdk.Words(
	"Os valores do mapeamento como objeto (com nomes) ou lista (com posições).",
	"Os valores do mapeamento como objeto (com nomes) ou lista (com posições).",
	"Los valores del mapeo como objeto (con nombres) o lista (con posiciones).",
	"The mapping's values as an object (by name) or a list (by position).",
	"Les valeurs du mappage sous forme d'objet (par nom) ou de liste (par position).",
	"I valori della mappatura come oggetto (per nome) o elenco (per posizione).",
)

var templateTitle = sdk.Words("Enviar um corpo próprio", "Enviar um corpo próprio", "Enviar un cuerpo propio", "Send a body of your own", "Envoyer un corps personnalisé", "Inviare un corpo proprio")

var templateHelp = sdk.Words(
	"Um texto JSON, formulário, XML ou simples, com {{nome}} onde entra um valor.",
	"Um texto JSON, formulário, XML ou simples, com {{nome}} onde entra um valor.",
	"Un texto JSON, formulario, XML o simple, con {{nombre}} donde va un valor.",
	"A text in JSON, as a form, in XML or plain, with {{name}} where a value goes.",
	"Un texte JSON, formulaire, XML ou simple, avec {{nom}} à la place d'une valeur.",
	"Un testo JSON, modulo, XML o semplice, con {{nome}} dove va un valore.",
)

var recipientTitle = sdk.Words("Destinatário", "Destinatário", "Destinatario", "Recipient", "Destinataire", "Destinatario")

var recipientHelp = sdk.Words(
	"Vai na mensagem para quem a recebe; não decide o endereço.",
	"Vai na mensagem para quem a recebe; não decide o endereço.",
	"Va en el mensaje para quien lo recibe; no decide la dirección.",
	"Goes along in the message for whoever receives it; it does not decide the address.",
	"Accompagne le message pour qui le reçoit ; il ne décide pas de l'adresse.",
	"Accompagna il messaggio per chi lo riceve; non decide l'indirizzo.",
)

var parameterLabels = map[string]sdk.FieldLabels{
	"type": {
		Title: sdk.Words("Tipo da mensagem", "Tipo da mensagem", "Tipo de mensaje", "Message type", "Type de message", "Tipo di messaggio"),
		Help: sdk.Words(
			"Por exemplo work_order.assigned. Com ele, os valores vão em data ao lado de type e recipient.",
			"Por exemplo work_order.assigned. Com ele, os valores vão em data ao lado de type e recipient.",
			"Por ejemplo work_order.assigned. Con él, los valores van en data junto a type y recipient.",
			"For example work_order.assigned. With it the values go into data, beside type and recipient.",
			"Par exemple work_order.assigned. Avec lui, les valeurs vont dans data, à côté de type et recipient.",
			"Per esempio work_order.assigned. Con esso i valori vanno in data, accanto a type e recipient.",
		),
	},
	"template": {
		Title: sdk.Words("Corpo", "Corpo", "Cuerpo", "Body", "Corps", "Corpo"),
		Help: sdk.Words(
			`Em JSON, cada {{nome}} fica entre aspas: "{{nome}}"; um número: "{{nome:number}}".`,
			`Em JSON, cada {{nome}} fica entre aspas: "{{nome}}"; um número: "{{nome:number}}".`,
			`En JSON, cada {{nombre}} va entre comillas: "{{nombre}}"; un número: "{{nombre:number}}".`,
			`In JSON each {{name}} stands in quotes: "{{name}}"; a number: "{{name:number}}".`,
			`En JSON, chaque {{nom}} est entre guillemets : "{{nom}}" ; un nombre : "{{nom:number}}".`,
			`In JSON ogni {{nome}} sta tra virgolette: "{{nome}}"; un numero: "{{nome:number}}".`,
		),
	},
	"content_type": {
		Title: sdk.Words("Tipo de conteúdo", "Tipo de conteúdo", "Tipo de contenido", "Content type", "Type de contenu", "Tipo di contenuto"),
		Help: sdk.Words(
			"Decide também como os valores são protegidos.", "Decide também como os valores são protegidos.",
			"Decide también cómo se protegen los valores.", "Decides too how values are escaped.",
			"Détermine aussi comment les valeurs sont échappées.", "Decide anche come i valori vengono protetti.",
		),
	},
	"method": {
		Title: sdk.Words("Método", "Método", "Método", "Method", "Méthode", "Metodo"),
		Help:  sdk.Words("Sem valor: POST.", "Sem valor: POST.", "Sin valor: POST.", "If empty: POST.", "Sans valeur : POST.", "Senza valore: POST."),
	},
	"path": {
		Title: sdk.Words("Caminho", "Caminho", "Ruta", "Path", "Chemin", "Percorso"),
		Help: sdk.Words(
			"Acrescentado ao endereço da integração, por exemplo /orders.",
			"Acrescentado ao endereço da integração, por exemplo /orders.",
			"Se añade a la dirección de la integración, por ejemplo /orders.",
			"Added to the integration's address, for example /orders.",
			"Ajouté à l'adresse de l'intégration, par exemple /orders.",
			"Aggiunto all'indirizzo dell'integrazione, per esempio /orders.",
		),
	},
	"headers": {
		Title: sdk.Words("Cabeçalhos", "Cabeçalhos", "Encabezados", "Headers", "En-têtes", "Intestazioni"),
		Help: sdk.Words(
			"Outros cabeçalhos, por nome. Credenciais ficam nos segredos da integração.",
			"Outros cabeçalhos, por nome. As credenciais ficam nos segredos da integração.",
			"Otros encabezados, por nombre. Las credenciales van en los secretos de la integración.",
			"More headers, by name. Credentials belong to the integration's secrets.",
			"D'autres en-têtes, par nom. Les identifiants vont dans les secrets de l'intégration.",
			"Altre intestazioni, per nome. Le credenziali vanno nei segreti dell'integrazione.",
		),
	},
}

var settingsLabels = map[string]sdk.FieldLabels{
	"url": {
		Title: sdk.Words("Endereço", "Endereço", "Dirección", "Address", "Adresse", "Indirizzo"),
		Help: sdk.Words(
			"Começa por https://. Endereços internos só com autorização do operador do hub.",
			"Começa por https://. Endereços internos só com autorização do operador do hub.",
			"Empieza por https://. Direcciones internas solo con permiso del operador del hub.",
			"Starts with https://. Internal addresses only if the hub's operator allows them.",
			"Commence par https://. Adresses internes uniquement si l'opérateur du hub les autorise.",
			"Inizia con https://. Indirizzi interni solo se l'operatore dell'hub li consente.",
		),
	},
	"secret_path": {
		Title: sdk.Words("Parte secreta do endereço", "Parte secreta do endereço", "Parte secreta de la dirección", "Secret part of the address", "Partie secrète de l'adresse", "Parte segreta dell'indirizzo"),
		Help: sdk.Words(
			"Acrescentada ao endereço e nunca mostrada, por exemplo /T000/B000/XXXX ou ?token=XXXX.",
			"Acrescentada ao endereço e nunca mostrada, por exemplo /T000/B000/XXXX ou ?token=XXXX.",
			"Se añade a la dirección y nunca se muestra, por ejemplo /T000/B000/XXXX o ?token=XXXX.",
			"Added to the address and never shown, for example /T000/B000/XXXX or ?token=XXXX.",
			"Ajoutée à l'adresse et jamais affichée, par exemple /T000/B000/XXXX ou ?token=XXXX.",
			"Aggiunta all'indirizzo e mai mostrata, per esempio /T000/B000/XXXX o ?token=XXXX.",
		),
	},
	"signature": {
		Title: sdk.Words("Assinatura", "Assinatura", "Firma", "Signature", "Signature", "Firma"),
		Help: sdk.Words(
			"NONE só para quem não pode verificar assinaturas.", "NONE só para quem não pode verificar assinaturas.",
			"NONE solo para quien no puede verificar firmas.", "NONE only for receivers that cannot verify signatures.",
			"NONE uniquement pour qui ne peut pas vérifier les signatures.", "NONE solo per chi non può verificare le firme.",
		),
	},
	"signing_secret": {
		Title: sdk.Words("Segredo de assinatura", "Segredo de assinatura", "Secreto de firma", "Signing secret", "Secret de signature", "Segreto di firma"),
		Help: sdk.Words(
			"whsec_ e 24 a 64 bytes aleatórios em base64, o mesmo de quem recebe; ou whsk_ e uma chave Ed25519.",
			"whsec_ e 24 a 64 bytes aleatórios em base64, o mesmo de quem recebe; ou whsk_ e uma chave Ed25519.",
			"whsec_ y 24 a 64 bytes aleatorios en base64, el mismo de quien recibe; o whsk_ y una clave Ed25519.",
			"whsec_ and 24 to 64 random bytes in base64, the receiver's too; or whsk_ and an Ed25519 key.",
			"whsec_ et 24 à 64 octets aléatoires en base64, le même chez le destinataire ; ou whsk_ et une clé Ed25519.",
			"whsec_ e da 24 a 64 byte casuali in base64, lo stesso di chi riceve; o whsk_ e una chiave Ed25519.",
		),
	},
	"previous_signing_secret": {
		Title: sdk.Words("Segredo de assinatura anterior", "Segredo de assinatura anterior", "Secreto de firma anterior", "Previous signing secret", "Secret de signature précédent", "Segreto di firma precedente"),
		Help: sdk.Words(
			"Durante uma troca, as mensagens levam as duas assinaturas.", "Durante uma troca, as mensagens levam as duas assinaturas.",
			"Durante un cambio, los mensajes llevan ambas firmas.", "During a rotation messages carry both signatures.",
			"Pendant une rotation, les messages portent les deux signatures.", "Durante una rotazione i messaggi portano entrambe le firme.",
		),
	},
	"auth_header": {
		Title: sdk.Words("Cabeçalho da credencial", "Cabeçalho da credencial", "Encabezado de la credencial", "Credential header", "En-tête d'identification", "Intestazione della credenziale"),
		Help:  sdk.Words("Sem valor: Authorization.", "Sem valor: Authorization.", "Sin valor: Authorization.", "If empty: Authorization.", "Sans valeur : Authorization.", "Senza valore: Authorization."),
	},
	"auth_value": {
		Title: sdk.Words("Credencial", "Credencial", "Credencial", "Credential", "Identifiant", "Credenziale"),
		Help: sdk.Words(
			"O valor inteiro do cabeçalho, por exemplo Bearer e um token.", "O valor inteiro do cabeçalho, por exemplo Bearer e um token.",
			"El valor entero del encabezado, por ejemplo Bearer y un token.", "The whole value of the header, such as Bearer and a token.",
			"La valeur entière de l'en-tête, par exemple Bearer et un jeton.", "L'intero valore dell'intestazione, per esempio Bearer e un token.",
		),
	},
	"follow_redirects": {
		Title: sdk.Words("Seguir redirecionamentos", "Seguir redirecionamentos", "Seguir redirecciones", "Follow redirects", "Suivre les redirections", "Seguire i reindirizzamenti"),
		Help: sdk.Words(
			"SAME_ORIGIN: só dentro do mesmo servidor.", "SAME_ORIGIN: só dentro do mesmo servidor.", "SAME_ORIGIN: solo dentro del mismo servidor.",
			"SAME_ORIGIN: only within the same server.", "SAME_ORIGIN : uniquement au sein du même serveur.", "SAME_ORIGIN: solo all'interno dello stesso server.",
		),
	},
	"timeout_seconds": {
		Title: sdk.Words("Tempo limite em segundos", "Tempo limite em segundos", "Tiempo límite en segundos", "Timeout in seconds", "Délai maximal en secondes", "Tempo limite in secondi"),
		Help: sdk.Words(
			"Sem valor: 20. Sem resposta a tempo, ninguém sabe se a mensagem chegou.", "Sem valor: 20. Sem resposta a tempo, ninguém sabe se a mensagem chegou.",
			"Sin valor: 20. Sin respuesta a tiempo, nadie sabe si el mensaje llegó.", "If empty: 20. Without an answer in time nobody knows whether the message came.",
			"Sans valeur : 20. Sans réponse à temps, nul ne sait si le message est arrivé.", "Senza valore: 20. Senza risposta in tempo nessuno sa se il messaggio è arrivato.",
		),
	},
	"rate_per_second": {
		Title: sdk.Words("Mensagens por segundo", "Mensagens por segundo", "Mensajes por segundo", "Messages per second", "Messages par seconde", "Messaggi al secondo"),
		Help:  sdk.Words("Sem valor: 50.", "Sem valor: 50.", "Sin valor: 50.", "If empty: 50.", "Sans valeur : 50.", "Senza valore: 50."),
	},
}
