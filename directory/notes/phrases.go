package notes

import (
	"regexp"
	"sync"
)

// The patterns find facts in notes of the languages that co-ops write in.
// \PL is anything but a letter: Go's \b knows ASCII only, and would find an
// end of word inside "créée".

// yearOf is a year that a firm can have been founded in. The oldest workers'
// co-ops are of the 19th century.
const yearOf = `((?:18|19|20)\d\d)`

// foundedWords say that a year is the one of founding.
const foundedWords = `founded|foundation|est\.|estd|established|created|started|launched|formed|incorporated|set up|born|began|begun|registered` +
	`|gegründet|gründung|entstanden` +
	`|fondée?|fondation|créée?s?|née?|lancée?` +
	`|fundad[ao]|fundanda|fundamos|fundación|cread[ao]|nacid[ao]|nació|constituid[ao]|iniciada` +
	`|criad[ao]|fundação|constituída` +
	`|fondat[ao]|nat[ao]|costituita` +
	`|creada|constituïda|nascuda` +
	`|opgericht|gestart|grundat|grundad|grundades|grundlagt|grunnlagt|stiftet|perustettu|założona|założony|založeno|kuruldu|sortua|ιδρύθηκε|основан`

// sinceWords say so too, unless the note has a better word for it.
const sinceWords = `since|desde|depuis|seit|dal|sinds|sedan|siden|des de|od|vuodesta|с`

// workerWords are those counted as the size of a co-op.
const workerWords = `members?|workers?|worker[- ]owners?|worker[- ]members?|member[- ]owners?|co-?owners?|owners?|employees?|associates?|partners?|staff|staff members?|co-?operators?|collaborators?|developers?|person team|people team|person|co-?workers?|colleagues?` +
	`|mitgliedern?|mitarbeiter\w*(?:[:*_·]?innen)?|mitarbeitende[rn]?|beschäftigten?|angestellten?|genoss[:*_]?innen|leute` +
	`|salarié(?:[·.(-]?e?[·.)]?s|s|es)?|salarié\.e\.s|associé(?:[·.(-]?e?[·.)]?s|s|es)?|associé\.e\.s|membres?|sociétaires?|collaborateurs?|collaboratrices?|coopérateurs?|coopératrices?|travailleurs?|travailleuses?` +
	`|soci[oae]s|soci[oa]s?\/[oa]s|asociad[oae]s|trabajador[ea]s|integrantes|miembros|compañer[oae]s|personas` +
	`|sóci[oa]s|associad[oa]s|cooperad[oa]s|trabalhador[ea]s|membros|pessoas` +
	`|soci|socie|lavoratori|lavoratrici|dipendenti|membri|persone` +
	`|sòcies|socis|treballador[ea]s|persones` +
	`|leden|medewerkers|werknemers|medlemmar|anställda|medlemmer|ansatte|medarbejdere|jäsentä|työntekijää|członków|pracowników|členů|üye|çalışan|bazkide`

// workerAdjectives may stand between a number and whom it counts.
const workerAdjectives = `active|current|full[- ]time|part[- ]time|full|worker|happy|permanent|dedicated|committed|aktiven?|feste|actifs|actives|activ[oa]s|attivi|actieve|skilled|experienced|founding|equal`

// inactiveWords say that a co-op has closed.
const inactiveWords = `inactive|defunct|closed(?: down)?|dissolved|disbanded|no longer (?:active|operating|operational|exists?|trading|in operation|in business)|ceased(?: (?:to exist|trading|operations?))?|shut down|shuttered|wound (?:up|down)|out of business|merged (?:into|with) [\pL\d.-]+|liquidated|bankrupt|discontinued|not active anymore|not active any more|has ended` +
	`|inaktiv|aufgelöst|geschlossen|nicht mehr aktiv|eingestellt` +
	`|inactif|dissoute?|fermée?|liquidée?|n['’]existe plus` +
	`|inactiv[ao]|cerrad[ao]|disuelt[ao]|ya no existe|inativ[ao]|encerrad[ao]|extint[ao]|dissolvid[ao]` +
	`|inattiv[ao]|chius[ao]|sciolt[ao]|tancada|dissolta|opgeheven|gesloten|inactief|nedlagt|nedlagd|nerlagd|lakkautettu|nieaktywna|zamknięta`

const number = `(\d{1,3}(?:[.,]\d{3})+\+?|\d{1,6}\+?(?:\s?[–-]\s?\d{1,6}\+?)?)`

// pattern is one that is compiled when it is first looked for: together they take
// a megabyte, and few programs read notes.
type pattern func() *regexp.Regexp

func patternOf(text string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// Group 1 is what may be cut out, group 2 the fact itself.
var (
	foundedThen = patternOf(`(?i)(?:^|\PL)((?:` + foundedWords + `)(?:\PL[^.;,!?\n]{0,40}?)?[^\pL\d]` + yearOf + `)(?:\D|$)`)
	thenFounded = patternOf(`(?i)(?:^|\D)(` + yearOf + ` (?:[\pL]+ ){0,3}(?:` + foundedWords + `))(?:\PL|$)`)
	sinceThen   = patternOf(`(?i)(?:^|\PL)((?:` + sinceWords + `)(?:\PL[^.;,!?\n]{0,20}?)?[^\pL\d]` + yearOf + `)(?:\D|$)`)

	manyWorkers   = patternOf(`(?i)(?:^|[^\pL\d.,–-])(` + number + `[\s-](?:(?:` + workerAdjectives + `)[\s-]){0,2}(?:` + workerWords + `))(?:\PL|$)`)
	workersOfMany = patternOf(`(?i)(?:^|\PL)((?:team of|collective of|group of|made up of|équipe de|equipo de|somos|wir sind|members:|employees:|workers:|team size:|size:)\s+` + number + `)(?:[^\pL\d%–-]|$)`)

	closedDown = patternOf(`(?i)(?:^|\PL)((` + inactiveWords + `)(?:\s(?:in|since|en|seit|depuis|desde|em|dal|nel|i)\s\d{4})?)(?:\PL|$)`)
)

// notClosed finds what looks like closedDown and is something else.
var notClosed = regexp.MustCompile(`(?i)^[\s-](?:source|loop|caption|circuit|beta|ecosystem|system)`)

// addresses are no words of a note: the year in a link founds nothing.
var addresses = regexp.MustCompile(`\]\([^)\n]*\)|https?://[^\s)]+`)
