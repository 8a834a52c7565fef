package sandbox

import "sort"

// texts are header, body and footer of a template in one language.
type texts [3]string

// assigned takes user_assigned, wo_folio, task_todo_description, creation_date, created_by, user_assigned and item_description of a task.
var assigned = map[string]texts{
	"pt_BR": {"Nova ordem de serviço", "Olá, {{1}}! A ordem de serviço *{{2}}* foi atribuída a você.\n\nTarefa: {{3}}\nCriada em: {{4}}\nCriada por: {{5}}\nResponsável: {{6}}\nAtivo: {{7}}", "Mensagem automática da manutenção"},
	"pt_PT": {"Nova ordem de trabalho", "Olá, {{1}}! Foi-lhe atribuída a ordem de trabalho *{{2}}*.\n\nTarefa: {{3}}\nCriada em: {{4}}\nCriada por: {{5}}\nResponsável: {{6}}\nEquipamento: {{7}}", "Mensagem automática da manutenção"},
	"es":    {"Nueva orden de trabajo", "Hola, {{1}}. Se te asignó la orden de trabajo *{{2}}*.\n\nTarea: {{3}}\nCreada el: {{4}}\nCreada por: {{5}}\nResponsable: {{6}}\nActivo: {{7}}", "Mensaje automático de mantenimiento"},
	"en":    {"New work order", "Hello {{1}}, work order *{{2}}* has been assigned to you.\n\nTask: {{3}}\nCreated on: {{4}}\nCreated by: {{5}}\nResponsible: {{6}}\nAsset: {{7}}", "Automatic message from maintenance"},
	"en_US": {"New work order", "Hi {{1}}, work order *{{2}}* has been assigned to you.\n\nTask: {{3}}\nCreated on: {{4}}\nCreated by: {{5}}\nResponsible: {{6}}\nAsset: {{7}}", "Automatic message from maintenance"},
	"fr":    {"Nouvel ordre de travail", "Bonjour {{1}}, l'ordre de travail *{{2}}* vous a été affecté.\n\nTâche : {{3}}\nCréé le : {{4}}\nCréé par : {{5}}\nResponsable : {{6}}\nÉquipement : {{7}}", "Message automatique de la maintenance"},
	"it":    {"Nuovo ordine di lavoro", "Ciao {{1}}, ti è stato assegnato l'ordine di lavoro *{{2}}*.\n\nAttività: {{3}}\nCreato il: {{4}}\nCreato da: {{5}}\nResponsabile: {{6}}\nBene: {{7}}", "Messaggio automatico della manutenzione"},
}

// status takes user_assigned, wo_folio, id_status_work_order, task_todo_description, item_description and a date of a task.
var status = map[string]texts{
	"pt_BR": {"Status da ordem de serviço", "Olá, {{1}}! A ordem de serviço *{{2}}* mudou de status: *{{3}}*.\n\nTarefa: {{4}}\nAtivo: {{5}}\nEm: {{6}}", "Mensagem automática da manutenção"},
	"pt_PT": {"Estado da ordem de trabalho", "Olá, {{1}}! A ordem de trabalho *{{2}}* mudou de estado: *{{3}}*.\n\nTarefa: {{4}}\nEquipamento: {{5}}\nEm: {{6}}", "Mensagem automática da manutenção"},
	"es":    {"Estado de la orden de trabajo", "Hola, {{1}}. La orden de trabajo *{{2}}* cambió de estado: *{{3}}*.\n\nTarea: {{4}}\nActivo: {{5}}\nFecha: {{6}}", "Mensaje automático de mantenimiento"},
	"en":    {"Work order status", "Hello {{1}}, work order *{{2}}* has a new status: *{{3}}*.\n\nTask: {{4}}\nAsset: {{5}}\nOn: {{6}}", "Automatic message from maintenance"},
	"en_US": {"Work order status", "Hi {{1}}, work order *{{2}}* has a new status: *{{3}}*.\n\nTask: {{4}}\nAsset: {{5}}\nOn: {{6}}", "Automatic message from maintenance"},
	"fr":    {"Statut de l'ordre de travail", "Bonjour {{1}}, l'ordre de travail *{{2}}* a changé de statut : *{{3}}*.\n\nTâche : {{4}}\nÉquipement : {{5}}\nLe : {{6}}", "Message automatique de la maintenance"},
	"it":    {"Stato dell'ordine di lavoro", "Ciao {{1}}, l'ordine di lavoro *{{2}}* ha cambiato stato: *{{3}}*.\n\nAttività: {{4}}\nBene: {{5}}\nIl: {{6}}", "Messaggio automatico della manutenzione"},
}

// alert takes what was measured and where, the value, the limits, how far beyond them it is, and a date.
var alert = map[string]texts{
	"pt_BR": {"Alerta crítico", "Atenção: {{1}} fora do intervalo em *{{2}}*.\n\nMedido: *{{3}}*\nPermitido: {{4}}\nDesvio: {{5}}\nEm: {{6}}", "Mensagem automática da manutenção"},
	"pt_PT": {"Alerta crítico", "Atenção: {{1}} fora do intervalo em *{{2}}*.\n\nMedido: *{{3}}*\nPermitido: {{4}}\nDesvio: {{5}}\nEm: {{6}}", "Mensagem automática da manutenção"},
	"es":    {"Alerta crítica", "Atención: {{1}} fuera de rango en *{{2}}*.\n\nMedido: *{{3}}*\nPermitido: {{4}}\nDesviación: {{5}}\nFecha: {{6}}", "Mensaje automático de mantenimiento"},
	"en":    {"Critical alert", "Attention: {{1}} is out of range at *{{2}}*.\n\nMeasured: *{{3}}*\nAllowed: {{4}}\nDeviation: {{5}}\nOn: {{6}}", "Automatic message from maintenance"},
	"en_US": {"Critical alert", "Attention: {{1}} is out of range at *{{2}}*.\n\nMeasured: *{{3}}*\nAllowed: {{4}}\nDeviation: {{5}}\nOn: {{6}}", "Automatic message from maintenance"},
	"fr":    {"Alerte critique", "Attention : {{1}} hors limites sur *{{2}}*.\n\nMesuré : *{{3}}*\nAutorisé : {{4}}\nÉcart : {{5}}\nLe : {{6}}", "Message automatique de la maintenance"},
	"it":    {"Allarme critico", "Attenzione: {{1}} fuori intervallo su *{{2}}*.\n\nMisurato: *{{3}}*\nConsentito: {{4}}\nScostamento: {{5}}\nIl: {{6}}", "Messaggio automatico della manutenzione"},
}

// request takes the requester's name, id_code, id_status, description, a date and a note of a request.
var request = map[string]texts{
	"pt_BR": {"Sua solicitação", "Olá, {{1}}! A sua solicitação *{{2}}* está com o status *{{3}}*.\n\nSolicitação: {{4}}\nEm: {{5}}\nObservação: {{6}}", "Mensagem automática da manutenção"},
	"pt_PT": {"O seu pedido", "Olá, {{1}}! O seu pedido *{{2}}* está no estado *{{3}}*.\n\nPedido: {{4}}\nEm: {{5}}\nNota: {{6}}", "Mensagem automática da manutenção"},
	"es":    {"Tu solicitud", "Hola, {{1}}. Tu solicitud *{{2}}* está en el estado *{{3}}*.\n\nSolicitud: {{4}}\nFecha: {{5}}\nNota: {{6}}", "Mensaje automático de mantenimiento"},
	"en":    {"Your request", "Hello {{1}}, the status of your request *{{2}}* is *{{3}}*.\n\nRequest: {{4}}\nOn: {{5}}\nNote: {{6}}", "Automatic message from maintenance"},
	"en_US": {"Your request", "Hi {{1}}, the status of your request *{{2}}* is *{{3}}*.\n\nRequest: {{4}}\nOn: {{5}}\nNote: {{6}}", "Automatic message from maintenance"},
	"fr":    {"Votre demande", "Bonjour {{1}}, le statut de votre demande *{{2}}* est *{{3}}*.\n\nDemande : {{4}}\nLe : {{5}}\nNote : {{6}}", "Message automatique de la maintenance"},
	"it":    {"La tua richiesta", "Ciao {{1}}, lo stato della tua richiesta *{{2}}* è *{{3}}*.\n\nRichiesta: {{4}}\nIl: {{5}}\nNota: {{6}}", "Messaggio automatico della manutenzione"},
}

// DefaultTemplates are those of the default world: `wo_assigned` with seven values, `wo_status`, `critical_alert` and
// `request_update` with six values each, all of them in seven languages; and some that are there to be refused.
func DefaultTemplates() []Template {
	var out []Template
	for name, byLanguage := range map[string]map[string]texts{"wo_assigned": assigned, "wo_status": status, "critical_alert": alert, "request_update": request} {
		for language, text := range byLanguage {
			out = append(out, Template{Name: name, Language: language, Header: text[0], Body: text[1], Footer: text[2]})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Name != out[j].Name {
			return out[i].Name < out[j].Name
		}
		return out[i].Language < out[j].Language
	})
	return append(out,
		Template{Name: "hello_world", Language: "en_US", Header: "Hello World", Body: "Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."},
		Template{Name: "wo_closed", Language: "pt_BR", Body: "A ordem de serviço *{{1}}* foi encerrada por {{2}}."},
		Template{Name: "wo_assigned_named", Language: "pt_BR", Named: true, Body: "Olá, {{first_name}}! A ordem de serviço *{{folio}}* foi atribuída a você."},
		Template{Name: "wo_paused", Language: "pt_BR", Status: "PAUSED", Body: "A ordem de serviço *{{1}}* está parada."},
		Template{Name: "wo_disabled", Language: "pt_BR", Status: "DISABLED", Body: "A ordem de serviço *{{1}}* está parada."},
		Template{Name: "wo_pending", Language: "pt_BR", Status: "PENDING", Body: "A ordem de serviço *{{1}}* aguarda peças."},
		Template{Name: "maintenance_offer", Language: "pt_BR", Category: "MARKETING", Body: "Olá, {{1}}! Conheça o novo plano de manutenção."},
	)
}
