package directory

import (
	"regexp"
	"strings"
)

// codeMark is what a code begins with in a message, so that it is told from
// other words.
const codeMark = "coopverse-"

var codeForm = regexp.MustCompile(`(?i)\b` + codeMark + `([a-z2-7]{16})\b`)

// maxCodes is how many codes are looked for in one message.
const maxCodes = 3

// CodeText is how a code is to be sent.
func CodeText(code string) string { return codeMark + code }

// Codes are what may be codes in the plain text of a message.
func Codes(text string) []string {
	var codes []string
	for _, found := range codeForm.FindAllStringSubmatch(text, maxCodes) {
		codes = append(codes, strings.ToUpper(found[1]))
	}
	return codes
}
