package account

import (
	"regexp"
	"strings"
)

// codeForm is how a code stands in a message. It begins with what tells it from
// other words.
var codeForm = regexp.MustCompile(`(?i)\bcoopverse-([a-z2-7]{16})\b`)

// maxCodes is how many codes are looked for in one message.
const maxCodes = 3

// Codes are what may be codes in the plain text of a message, without what they
// begin with.
func Codes(text string) []string {
	var codes []string
	for _, found := range codeForm.FindAllStringSubmatch(text, maxCodes) {
		codes = append(codes, strings.ToUpper(found[1]))
	}
	return codes
}

// CodeText is how a code is to be sent.
func CodeText(code string) string { return "coopverse-" + code }
