// Package service knows what co-ops offer.
//
// Co-ops write their business areas in their own words: "web dev", "Websites",
// "Front-end". Somebody who looks for help with a website wants all three
// under one name. This package holds the vocabulary, some forty services with
// a label, a description and the other words people use for them, and reads
// those words out of a free text.
//
// The vocabulary is the table services.tsv in this folder. Teaching the
// directory another word for a service is adding it to one line there;
// words.tsv holds the few words that always count as the same.
package service
