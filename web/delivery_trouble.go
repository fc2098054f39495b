package web

import "strings"

// deliveryTroubles are the ways in which a delivery fails: what stands in the error, and
// the end of the id of the text that says it in plain words. The first that fits counts.
var deliveryTroubles = []struct{ sign, name string }{
	{"let go of by the operators", "let_go"},
	{"status 401", "unbelieved"},
	{"status 403", "forbidden"},
	{"status 404", "gone"},
	{"status 410", "gone"},
	{"status 413", "too_large"},
	{"status 429", "too_many"},
	{"status 4", "refused"},
	{"status 5", "broken"},
	{"refused by us", "by_us"},
	{"no such host", "no_name"},
	{"certificate", "certificate"},
	{"tls:", "certificate"},
	{"connection refused", "no_answer"},
	{"unreachable", "no_answer"},
	{"reset by peer", "cut_off"},
	{"EOF", "cut_off"},
	{"deadline exceeded", "late"},
	{"imeout", "late"},
}

// troubleOfDelivery names what went wrong with a delivery, "other" if that is not known;
// "": nothing did.
func troubleOfDelivery(cause string) string {
	if cause == "" {
		return ""
	}
	for _, t := range deliveryTroubles {
		if strings.Contains(cause, t.sign) {
			return t.name
		}
	}
	return "other"
}
