package httpsource

import "github.com/recado-hub/recado/plugins/sdk"

var connectorTitle = sdk.Words("Fonte HTTP (REST)", "Origem HTTP (REST)", "Fuente HTTP (REST)", "HTTP source (REST)", "Source HTTP (REST)", "Origine HTTP (REST)")

var connectorHelp = sdk.Words(
	"Lê linhas de um serviço REST que responde em JSON.", "Lê linhas de um serviço REST que responde em JSON.", "Lee filas de un servicio REST que responde en JSON.",
	"Reads rows from a REST service that answers JSON.", "Lit des lignes d'un service REST qui répond en JSON.", "Legge righe da un servizio REST che risponde in JSON.",
)

var rowsTitle = sdk.Words("Ler linhas", "Ler linhas", "Leer filas", "Read rows", "Lire des lignes", "Leggere righe")

var rowsHelp = sdk.Words(
	"Consulta um caminho do serviço, página por página.", "Consulta um caminho do serviço, página a página.", "Consulta una ruta del servicio, página por página.",
	"Asks a path of the service, page by page.", "Interroge un chemin du service, page par page.", "Interroga un percorso del servizio, pagina per pagina.",
)

var parameterLabels = map[string]sdk.FieldLabels{
	"path": {
		Title: sdk.Words("Caminho", "Caminho", "Ruta", "Path", "Chemin", "Percorso"),
		Help: sdk.Words(
			"Acrescentado ao endereço da integração, por exemplo /orders.", "Acrescentado ao endereço da integração, por exemplo /orders.", "Se añade a la dirección de la integración, por ejemplo /orders.",
			"Added to the integration's address, for example /orders.", "Ajouté à l'adresse de l'intégration, par exemple /orders.", "Aggiunto all'indirizzo dell'integrazione, per esempio /orders.",
		),
	},
	"query": {
		Title: sdk.Words("Parâmetros da consulta", "Parâmetros da consulta", "Parámetros de la consulta", "Query parameters", "Paramètres de requête", "Parametri della query"),
		Help: sdk.Words(
			"Nome e valor, por exemplo status e open.", "Nome e valor, por exemplo status e open.", "Nombre y valor, por ejemplo status y open.",
			"Name and value, for example status and open.", "Nom et valeur, par exemple status et open.", "Nome e valore, per esempio status e open.",
		),
	},
	"rows": {
		Title: sdk.Words("Onde estão as linhas", "Onde estão as linhas", "Dónde están las filas", "Where the rows are", "Où sont les lignes", "Dove sono le righe"),
		Help: sdk.Words(
			"JSON Pointer da lista na resposta, por exemplo /data/items. Sem valor: a resposta inteira.", "JSON Pointer da lista na resposta, por exemplo /data/items. Sem valor: a resposta inteira.",
			"JSON Pointer de la lista en la respuesta, por ejemplo /data/items. Sin valor: la respuesta entera.", "JSON Pointer of the list in the answer, for example /data/items. If empty: the whole answer.",
			"JSON Pointer de la liste dans la réponse, par exemple /data/items. Sans valeur : la réponse entière.", "JSON Pointer dell'elenco nella risposta, per esempio /data/items. Senza valore: l'intera risposta.",
		),
	},
	"fields": {
		Title: sdk.Words("Campos", "Campos", "Campos", "Fields", "Champs", "Campi"),
		Help: sdk.Words(
			"Nome do campo e JSON Pointer na linha, por exemplo code e /id. Sem valor: a linha como é.", "Nome do campo e JSON Pointer na linha, por exemplo code e /id. Sem valor: a linha como é.",
			"Nombre del campo y JSON Pointer en la fila, por ejemplo code y /id. Sin valor: la fila como es.", "Name of the field and JSON Pointer in the row, for example code and /id. If empty: the row as it is.",
			"Nom du champ et JSON Pointer dans la ligne, par exemple code et /id. Sans valeur : la ligne telle quelle.", "Nome del campo e JSON Pointer nella riga, per esempio code e /id. Senza valore: la riga com'è.",
		),
	},
	"key": {
		Title: sdk.Words("Chave da linha", "Chave da linha", "Clave de la fila", "Key of the row", "Clé de la ligne", "Chiave della riga"),
		Help: sdk.Words(
			"JSON Pointer na linha, se nenhum campo lhe dá nome.", "JSON Pointer na linha, se nenhum campo lhe dá nome.", "JSON Pointer en la fila, si ningún campo la nombra.",
			"JSON Pointer in the row, if none of its fields names it.", "JSON Pointer dans la ligne, si aucun champ ne la nomme.", "JSON Pointer nella riga, se nessun campo le dà un nome.",
		),
	},
	"paging": {
		Title: sdk.Words("Paginação", "Paginação", "Paginación", "Paging", "Pagination", "Paginazione"),
		Help: sdk.Words(
			"Por deslocamento, número de página, cursor na resposta ou cabeçalho Link.", "Por deslocamento, número de página, cursor na resposta ou cabeçalho Link.", "Por desplazamiento, número de página, cursor en la respuesta o encabezado Link.",
			"By offset, page number, a cursor in the answer, or the Link header.", "Par décalage, numéro de page, curseur dans la réponse ou en-tête Link.", "Per scostamento, numero di pagina, cursore nella risposta o intestazione Link.",
		),
	},
	"page_size": {
		Title: sdk.Words("Linhas por página", "Linhas por página", "Filas por página", "Rows in a page", "Lignes par page", "Righe per pagina"),
		Help:  sdk.Words("Sem valor: 100.", "Sem valor: 100.", "Sin valor: 100.", "If empty: 100.", "Sans valeur : 100.", "Senza valore: 100."),
	},
	"size_parameter": {
		Title: sdk.Words("Parâmetro do tamanho", "Parâmetro do tamanho", "Parámetro del tamaño", "Parameter of the size", "Paramètre de la taille", "Parametro della dimensione"),
		Help: sdk.Words(
			"Sem valor: limit, com OFFSET e PAGE.", "Sem valor: limit, com OFFSET e PAGE.", "Sin valor: limit, con OFFSET y PAGE.",
			"If empty: limit, with OFFSET and PAGE.", "Sans valeur : limit, avec OFFSET et PAGE.", "Senza valore: limit, con OFFSET e PAGE.",
		),
	},
	"paging_parameter": {
		Title: sdk.Words("Parâmetro da página", "Parâmetro da página", "Parámetro de la página", "Parameter of the page", "Paramètre de la page", "Parametro della pagina"),
		Help: sdk.Words(
			"Sem valor: offset, page ou cursor.", "Sem valor: offset, page ou cursor.", "Sin valor: offset, page o cursor.",
			"If empty: offset, page or cursor.", "Sans valeur : offset, page ou cursor.", "Senza valore: offset, page o cursor.",
		),
	},
	"first_page": {
		Title: sdk.Words("Primeira página", "Primeira página", "Primera página", "First page", "Première page", "Prima pagina"),
		Help:  sdk.Words("Com PAGE: 0 ou 1.", "Com PAGE: 0 ou 1.", "Con PAGE: 0 o 1.", "With PAGE: 0 or 1.", "Avec PAGE : 0 ou 1.", "Con PAGE: 0 o 1."),
	},
	"next_cursor": {
		Title: sdk.Words("Próximo cursor", "Próximo cursor", "Próximo cursor", "Next cursor", "Curseur suivant", "Cursore successivo"),
		Help: sdk.Words(
			"Com CURSOR: JSON Pointer na resposta, por exemplo /meta/next.", "Com CURSOR: JSON Pointer na resposta, por exemplo /meta/next.", "Con CURSOR: JSON Pointer en la respuesta, por ejemplo /meta/next.",
			"With CURSOR: JSON Pointer in the answer, for example /meta/next.", "Avec CURSOR : JSON Pointer dans la réponse, par exemple /meta/next.", "Con CURSOR: JSON Pointer nella risposta, per esempio /meta/next.",
		),
	},
	"total": {
		Title: sdk.Words("Total de linhas", "Total de linhas", "Total de filas", "Number of rows", "Nombre de lignes", "Numero di righe"),
		Help: sdk.Words(
			"JSON Pointer na resposta, se ela diz quantas há.", "JSON Pointer na resposta, se ela diz quantas há.", "JSON Pointer en la respuesta, si dice cuántas hay.",
			"JSON Pointer in the answer, if it says how many there are.", "JSON Pointer dans la réponse, si elle dit combien il y en a.", "JSON Pointer nella risposta, se dice quante sono.",
		),
	},
	"since_parameter": {
		Title: sdk.Words("Parâmetro de início", "Parâmetro de início", "Parámetro de inicio", "Parameter of the beginning", "Paramètre de début", "Parametro d'inizio"),
		Help: sdk.Words(
			"Recebe a hora a partir da qual se pergunta, se o hub a der.", "Recebe a hora a partir da qual se pergunta, se o hub a der.", "Recibe la hora desde la cual se pregunta, si el hub la da.",
			"Gets the time from which is asked, if the hub gives one.", "Reçoit l'heure à partir de laquelle on demande, si le hub la donne.", "Riceve l'ora dalla quale si chiede, se l'hub la dà.",
		),
	},
	"until_parameter": {
		Title: sdk.Words("Parâmetro de fim", "Parâmetro de fim", "Parámetro de fin", "Parameter of the end", "Paramètre de fin", "Parametro di fine"),
		Help: sdk.Words(
			"Recebe a hora até a qual se pergunta, se o hub a der.", "Recebe a hora até à qual se pergunta, se o hub a der.", "Recibe la hora hasta la cual se pregunta, si el hub la da.",
			"Gets the time until which is asked, if the hub gives one.", "Reçoit l'heure jusqu'à laquelle on demande, si le hub la donne.", "Riceve l'ora fino alla quale si chiede, se l'hub la dà.",
		),
	},
}

var oauthHelp = sdk.Words("Só com OAUTH2.", "Só com OAUTH2.", "Solo con OAUTH2.", "Only with OAUTH2.", "Uniquement avec OAUTH2.", "Solo con OAUTH2.")

var settingsLabels = map[string]sdk.FieldLabels{
	"url": {
		Title: sdk.Words("Endereço", "Endereço", "Dirección", "Address", "Adresse", "Indirizzo"),
		Help: sdk.Words(
			"Começa por https://. Endereços internos só com autorização do operador do hub.", "Começa por https://. Endereços internos só com autorização do operador do hub.",
			"Empieza por https://. Direcciones internas solo con permiso del operador del hub.", "Starts with https://. Internal addresses only if the hub's operator allows them.",
			"Commence par https://. Adresses internes uniquement si l'opérateur du hub les autorise.", "Inizia con https://. Indirizzi interni solo se l'operatore dell'hub li consente.",
		),
	},
	"auth": {
		Title: sdk.Words("Modo de acesso", "Modo de acesso", "Modo de acceso", "Way to sign in", "Mode d'accès", "Modo di accesso"),
		Help: sdk.Words(
			"Token, usuário e senha, cabeçalho próprio ou OAuth 2.0.", "Token, utilizador e palavra-passe, cabeçalho próprio ou OAuth 2.0.", "Token, usuario y contraseña, encabezado propio u OAuth 2.0.",
			"A token, user and password, a header of its own, or OAuth 2.0.", "Jeton, utilisateur et mot de passe, en-tête propre ou OAuth 2.0.", "Token, utente e password, intestazione propria o OAuth 2.0.",
		),
	},
	"token": {
		Title: sdk.Words("Token", "Token", "Token", "Token", "Jeton", "Token"),
		Help:  sdk.Words("Com BEARER ou HEADER.", "Com BEARER ou HEADER.", "Con BEARER o HEADER.", "With BEARER or HEADER.", "Avec BEARER ou HEADER.", "Con BEARER o HEADER."),
	},
	"header": {
		Title: sdk.Words("Cabeçalho do token", "Cabeçalho do token", "Encabezado del token", "Header of the token", "En-tête du jeton", "Intestazione del token"),
		Help: sdk.Words(
			"Com HEADER, por exemplo X-Api-Key.", "Com HEADER, por exemplo X-Api-Key.", "Con HEADER, por ejemplo X-Api-Key.",
			"With HEADER, for example X-Api-Key.", "Avec HEADER, par exemple X-Api-Key.", "Con HEADER, per esempio X-Api-Key.",
		),
	},
	"username": {
		Title: sdk.Words("Usuário", "Utilizador", "Usuario", "User name", "Nom d'utilisateur", "Nome utente"),
		Help:  sdk.Words("Com BASIC.", "Com BASIC.", "Con BASIC.", "With BASIC.", "Avec BASIC.", "Con BASIC."),
	},
	"password": {
		Title: sdk.Words("Senha", "Palavra-passe", "Contraseña", "Password", "Mot de passe", "Password"),
		Help:  sdk.Words("Com BASIC.", "Com BASIC.", "Con BASIC.", "With BASIC.", "Avec BASIC.", "Con BASIC."),
	},
	"oauth_token_url": {
		Title: sdk.Words("OAuth: endereço do token", "OAuth: endereço do token", "OAuth: dirección del token", "OAuth: token address", "OAuth : adresse du jeton", "OAuth: indirizzo del token"), Help: oauthHelp,
	},
	"oauth_client_id": {
		Title: sdk.Words("OAuth: ID do cliente", "OAuth: ID do cliente", "OAuth: ID del cliente", "OAuth: client ID", "OAuth : ID du client", "OAuth: ID del client"), Help: oauthHelp,
	},
	"oauth_client_secret": {
		Title: sdk.Words("OAuth: segredo do cliente", "OAuth: segredo do cliente", "OAuth: secreto del cliente", "OAuth: client secret", "OAuth : secret du client", "OAuth: segreto del client"), Help: oauthHelp,
	},
	"oauth_scope": {
		Title: sdk.Words("OAuth: escopo", "OAuth: âmbito", "OAuth: ámbito", "OAuth: scope", "OAuth : portée", "OAuth: ambito"), Help: oauthHelp,
	},
	"oauth_audience": {
		Title: sdk.Words("OAuth: audiência", "OAuth: audiência", "OAuth: audiencia", "OAuth: audience", "OAuth : audience", "OAuth: destinatario"), Help: oauthHelp,
	},
	"oauth_client_in_body": {
		Title: sdk.Words("OAuth: credenciais no corpo", "OAuth: credenciais no corpo", "OAuth: credenciales en el cuerpo", "OAuth: credentials in the body", "OAuth : identifiants dans le corps", "OAuth: credenziali nel corpo"),
		Help: sdk.Words(
			"Para servidores que não as aceitam no cabeçalho.", "Para servidores que não as aceitam no cabeçalho.", "Para servidores que no las aceptan en el encabezado.",
			"For servers that do not take them in the header.", "Pour les serveurs qui ne les acceptent pas dans l'en-tête.", "Per server che non le accettano nell'intestazione.",
		),
	},
}
