package whatsapp

import "github.com/recado-hub/recado/plugins/sdk"

var connectorHelp = sdk.Words(
	"Envia mensagens de modelo do WhatsApp pela Cloud API da Meta ou pela Twilio.",
	"Envia mensagens de modelo do WhatsApp através da Cloud API da Meta ou da Twilio.",
	"Envía mensajes de plantilla de WhatsApp mediante la Cloud API de Meta o Twilio.",
	"Sends WhatsApp template messages through Meta's Cloud API or Twilio.",
	"Envoie des messages modèles WhatsApp via la Cloud API de Meta ou Twilio.",
	"Invia messaggi modello WhatsApp tramite la Cloud API di Meta o Twilio.",
)

var assignmentTitle = sdk.Words("Atribuição de OS", "Atribuição de OT", "Asignación de OT", "WO Assignment", "Affectation d'OT", "Assegnazione OdL")

var assignmentHelp = sdk.Words(
	"Avisa o responsável de que uma ordem de serviço lhe foi atribuída.",
	"Avisa o responsável de que uma ordem de trabalho lhe foi atribuída.",
	"Avisa al responsable de que se le asignó una orden de trabajo.",
	"Tells the responsible person that a work order was assigned to them.",
	"Prévient le responsable qu'un ordre de travail lui a été affecté.",
	"Avvisa il responsabile che gli è stato assegnato un ordine di lavoro.",
)

var statusTitle = sdk.Words(
	"Mudança de status ou encerramento de OS", "Mudança de estado ou fecho de OT", "Cambio de estado o cierre de OT",
	"WO Status Change or Close", "Changement de statut ou clôture d'OT", "Cambio di stato o chiusura OdL",
)

var statusHelp = sdk.Words(
	"Avisa de que uma ordem de serviço mudou de status ou foi encerrada.",
	"Avisa de que uma ordem de trabalho mudou de estado ou foi fechada.",
	"Avisa de que una orden de trabajo cambió de estado o se cerró.",
	"Tells that a work order has another status, or was closed.",
	"Prévient qu'un ordre de travail a changé de statut ou a été clôturé.",
	"Avvisa che un ordine di lavoro ha cambiato stato o è stato chiuso.",
)

var alertTitle = sdk.Words("Alerta crítico", "Alerta crítico", "Alerta crítica", "Critical Alert", "Alerte critique", "Allarme critico")

var alertHelp = sdk.Words(
	"Avisa de um alerta, de uma falha ou de uma leitura fora do intervalo.",
	"Avisa de um alerta, de uma avaria ou de uma leitura fora do intervalo.",
	"Avisa de una alerta, una falla o una lectura fuera de rango.",
	"Tells of an alert, a failure or a reading out of range.",
	"Prévient d'une alerte, d'une défaillance ou d'un relevé hors limites.",
	"Avvisa di un allarme, di un guasto o di una lettura fuori intervallo.",
)

var requestTitle = sdk.Words(
	"Atualização de solicitação", "Atualização de pedido", "Actualización de solicitud",
	"Request Update", "Suivi de demande", "Aggiornamento richiesta",
)

var requestHelp = sdk.Words(
	"Avisa de que uma solicitação foi criada ou mudou de status.",
	"Avisa de que um pedido foi criado ou mudou de estado.",
	"Avisa de que una solicitud se creó o cambió de estado.",
	"Tells that a request was made, or has another status.",
	"Prévient qu'une demande a été créée ou a changé de statut.",
	"Avvisa che una richiesta è stata creata o ha cambiato stato.",
)

var templateTitle = sdk.Words("Enviar um modelo", "Enviar um modelo", "Enviar una plantilla", "Send a template", "Envoyer un modèle", "Inviare un modello")

var templateHelp = sdk.Words(
	"Envia qualquer modelo aprovado, no idioma indicado.",
	"Envia qualquer modelo aprovado, no idioma indicado.",
	"Envía cualquier plantilla aprobada, en el idioma indicado.",
	"Sends any approved template, in the language given.",
	"Envoie n'importe quel modèle approuvé, dans la langue indiquée.",
	"Invia qualsiasi modello approvato, nella lingua indicata.",
)

var recipientTitle = sdk.Words(
	"Número de telefone do destinatário", "Número de telefone do destinatário", "Número de teléfono del destinatario",
	"Recipient Phone Number", "Numéro de téléphone du destinataire", "Numero di telefono del destinatario",
)

var recipientHelp = sdk.Words(
	"Com código do país, por exemplo +55 31 98765-4321.",
	"Com indicativo do país, por exemplo +351 912 345 678.",
	"Con código de país, por ejemplo +57 300 123 4567.",
	"With country code, for example +44 7700 900123.",
	"Avec l'indicatif du pays, par exemple +33 6 12 34 56 78.",
	"Con prefisso internazionale, per esempio +39 312 345 6789.",
)

var templateLabels = sdk.FieldLabels{
	Title: sdk.Words(
		"Nome do modelo / Content SID", "Nome do modelo / Content SID", "Nombre de la plantilla / Content SID",
		"Template Name / Content SID", "Nom du modèle / Content SID", "Nome del modello / Content SID",
	),
	Help: sdk.Words(
		"Na Meta, o nome que aparece no Gerenciador do WhatsApp: letras minúsculas, números e _. Na Twilio, o Content SID: HX e 32 dígitos.",
		"Na Meta, o nome que aparece no Gestor do WhatsApp: letras minúsculas, números e _. Na Twilio, o Content SID: HX e 32 dígitos.",
		"En Meta, el nombre que aparece en el Administrador de WhatsApp: minúsculas, números y _. En Twilio, el Content SID: HX y 32 dígitos.",
		"With Meta the name that WhatsApp Manager shows: lower-case letters, digits and _. With Twilio the Content SID: HX and 32 digits.",
		"Chez Meta, le nom affiché dans le Gestionnaire WhatsApp : minuscules, chiffres et _. Chez Twilio, le Content SID : HX et 32 chiffres.",
		"Con Meta, il nome che appare in WhatsApp Manager: lettere minuscole, cifre e _. Con Twilio, il Content SID: HX e 32 cifre.",
	),
}

var languageLabels = sdk.FieldLabels{
	Title: sdk.Words("Idioma do modelo", "Idioma do modelo", "Idioma de la plantilla", "Template language", "Langue du modèle", "Lingua del modello"),
	Help: sdk.Words(
		"Código da Meta, por exemplo pt_BR. Sem ele vale o idioma padrão da integração.",
		"Código da Meta, por exemplo pt_PT. Sem ele vale o idioma predefinido da integração.",
		"Código de Meta, por ejemplo es. Sin él vale el idioma predeterminado de la integración.",
		"Meta's code, for example en_US. Without it the integration's default language is used.",
		"Code de Meta, par exemple fr. Sans lui, la langue par défaut de l'intégration s'applique.",
		"Codice di Meta, per esempio it. Senza di esso vale la lingua predefinita dell'integrazione.",
	),
}

var settingsLabels = map[string]sdk.FieldLabels{
	"phone_number_id": {
		Title: sdk.Words("ID do número de telefone", "ID do número de telefone", "ID del número de teléfono", "Phone number ID", "ID du numéro de téléphone", "ID del numero di telefono"),
		Help: sdk.Words(
			"No painel do app da Meta em WhatsApp > Configuração da API; não é o próprio número.",
			"No painel da app da Meta em WhatsApp > Configuração da API; não é o próprio número.",
			"En el panel de la app de Meta, en WhatsApp > Configuración de la API; no es el número mismo.",
			"In the Meta app dashboard under WhatsApp > API Setup; it is not the number itself.",
			"Dans le tableau de bord de l'app Meta, sous WhatsApp > Configuration de l'API ; ce n'est pas le numéro lui-même.",
			"Nella dashboard dell'app Meta, in WhatsApp > Configurazione API; non è il numero stesso.",
		),
	},
	"waba_id": {
		Title: sdk.Words("ID da conta do WhatsApp Business", "ID da conta do WhatsApp Business", "ID de la cuenta de WhatsApp Business", "WhatsApp Business account ID", "ID du compte WhatsApp Business", "ID dell'account WhatsApp Business"),
		Help: sdk.Words(
			"A conta à qual o número e os modelos pertencem.",
			"A conta a que o número e os modelos pertencem.",
			"La cuenta a la que pertenecen el número y las plantillas.",
			"The account that the number and the templates belong to.",
			"Le compte auquel appartiennent le numéro et les modèles.",
			"L'account a cui appartengono il numero e i modelli.",
		),
	},
	"access_token": {
		Title: sdk.Words("Token de acesso", "Token de acesso", "Token de acceso", "Access token", "Jeton d'accès", "Token di accesso"),
		Help: sdk.Words(
			"De um usuário do sistema, com a permissão whatsapp_business_messaging.",
			"De um utilizador do sistema, com a permissão whatsapp_business_messaging.",
			"De un usuario del sistema, con el permiso whatsapp_business_messaging.",
			"Of a system user, with the permission whatsapp_business_messaging.",
			"D'un utilisateur système, avec l'autorisation whatsapp_business_messaging.",
			"Di un utente di sistema, con l'autorizzazione whatsapp_business_messaging.",
		),
	},
	"app_secret": {
		Title: sdk.Words("Chave secreta do app", "Chave secreta da app", "Clave secreta de la app", "App secret", "Clé secrète de l'app", "Chiave segreta dell'app"),
		Help: sdk.Words(
			"A Meta assina com ela os avisos de entrega.",
			"A Meta assina com ela os avisos de entrega.",
			"Meta firma con ella los avisos de entrega.",
			"Meta signs its delivery callbacks with it.",
			"Meta signe avec elle les avis de remise.",
			"Meta firma con essa gli avvisi di consegna.",
		),
	},
	"verify_token": {
		Title: sdk.Words("Token de verificação", "Token de verificação", "Token de verificación", "Verify token", "Jeton de vérification", "Token di verifica"),
		Help: sdk.Words(
			"Um texto qualquer, igual ao informado no webhook do app da Meta.",
			"Um texto qualquer, igual ao indicado no webhook da app da Meta.",
			"Un texto cualquiera, igual al indicado en el webhook de la app de Meta.",
			"Any text, the same as in the webhook configuration of the Meta app.",
			"Un texte quelconque, le même que dans le webhook de l'app Meta.",
			"Un testo qualsiasi, lo stesso indicato nel webhook dell'app Meta.",
		),
	},
	"graph_version": {
		Title: sdk.Words("Versão da Graph API", "Versão da Graph API", "Versión de la Graph API", "Graph API version", "Version de la Graph API", "Versione della Graph API"),
		Help: sdk.Words(
			"Por exemplo v25.0.", "Por exemplo v25.0.", "Por ejemplo v25.0.", "For example v25.0.", "Par exemple v25.0.", "Per esempio v25.0.",
		),
	},
	"base_url": {
		Title: sdk.Words("Endereço da API", "Endereço da API", "Dirección de la API", "API address", "Adresse de l'API", "Indirizzo dell'API"),
		Help: sdk.Words(
			"Só para um proxy ou para testes. O token de acesso é enviado para lá.",
			"Só para um proxy ou para testes. O token de acesso é enviado para lá.",
			"Solo para un proxy o para pruebas. El token de acceso se envía allí.",
			"Only for a proxy or for tests. The access token is sent there.",
			"Uniquement pour un proxy ou des tests. Le jeton d'accès y est envoyé.",
			"Solo per un proxy o per prove. Il token di accesso viene inviato lì.",
		),
	},
	"default_language": {
		Title: sdk.Words("Idioma padrão", "Idioma predefinido", "Idioma predeterminado", "Default language", "Langue par défaut", "Lingua predefinita"),
		Help: sdk.Words(
			"Código da Meta para modelos sem idioma indicado, por exemplo pt_BR.",
			"Código da Meta para modelos sem idioma indicado, por exemplo pt_PT.",
			"Código de Meta para plantillas sin idioma indicado, por ejemplo es.",
			"Meta's code for templates without a language of their own, for example en_US.",
			"Code de Meta pour les modèles sans langue indiquée, par exemple fr.",
			"Codice di Meta per i modelli senza lingua indicata, per esempio it.",
		),
	},
	"pair_rate_per_second": {
		Title: sdk.Words("Mensagens por segundo para a mesma pessoa", "Mensagens por segundo para a mesma pessoa", "Mensajes por segundo a la misma persona", "Messages per second to one person", "Messages par seconde à une même personne", "Messaggi al secondo alla stessa persona"),
		Help: sdk.Words(
			"Sem valor: uma a cada 6 segundos, como o WhatsApp permite. Mude apenas em testes.",
			"Sem valor: uma a cada 6 segundos, como o WhatsApp permite. Mude apenas em testes.",
			"Sin valor: uno cada 6 segundos, como permite WhatsApp. Cámbielo solo en pruebas.",
			"If empty: one in 6 seconds, as WhatsApp allows. Change it for tests only.",
			"Sans valeur : un toutes les 6 secondes, comme WhatsApp le permet. À ne changer que pour des tests.",
			"Senza valore: uno ogni 6 secondi, come permette WhatsApp. Da cambiare solo per prove.",
		),
	},
	"rate_per_second": {
		Title: sdk.Words("Mensagens por segundo", "Mensagens por segundo", "Mensajes por segundo", "Messages per second", "Messages par seconde", "Messaggi al secondo"),
		Help: sdk.Words(
			"Sem valor: 80 pela Meta, 10 pela Twilio. A Meta permite 80 por número, ou 1.000 após a ampliação.",
			"Sem valor: 80 pela Meta, 10 pela Twilio. A Meta permite 80 por número, ou 1000 após o aumento.",
			"Sin valor: 80 con Meta, 10 con Twilio. Meta permite 80 por número, o 1.000 tras la ampliación.",
			"If empty: 80 through Meta, 10 through Twilio. Meta allows 80 for a number, or 1,000 after an upgrade.",
			"Sans valeur : 80 par Meta, 10 par Twilio. Meta autorise 80 par numéro, ou 1 000 après augmentation.",
			"Senza valore: 80 con Meta, 10 con Twilio. Meta ne permette 80 per numero, o 1.000 dopo l'aumento.",
		),
	},
}
