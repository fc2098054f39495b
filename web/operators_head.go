package web

// operatorsHead is what the pages for operators have in common.
type operatorsHead struct {
	Section string // which of the pages it is
	Done    string // which message says what was done a moment ago; "": nothing was
}
