// Package notes reads facts out of the notes that co-ops write.
//
// A note is a sentence or two of free text: "Founded 2019; 8 associates",
// "Cooperativa de trabajo desde 2010", "Inactive." From it come the year a
// co-op was founded, how many work there, whether it has closed, and the
// language it is written in. Rewrite goes the other way: it changes such a
// fact in the text and leaves every other word of it alone.
//
// The words this rests on are in phrases.go (facts) and languages.tsv (the
// small words by which a language shows). More of them may be added to either
// without touching anything else.
package notes
