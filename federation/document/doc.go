// Package document writes what other servers read about us.
//
// When somebody on Mastodon looks a co-op up, their server asks ours for a
// handful of small JSON documents: who is that (the actor), where is it found
// (WebFinger), what did it say (notes), who speaks here at all (NodeInfo). And
// when something changes we send such documents ourselves: activities, which
// say that a profile was updated or a note was created.
//
// All of them are made here, from what the directory knows, and nothing else
// happens here: no database is asked and nothing is sent. The same input always
// gives the same bytes, so that they can be compared and cached. How each one
// looks can be read in testdata/, one file for each.
//
// Every address of ours is made by a method of Site in address.go. To add a
// line to a co-op's profile, look in profile.go; to change what an unclaimed
// entry says about itself, in summary.go; what becomes of a hashtag in a post,
// in content.go.
//
// The vocabulary (https://www.w3.org/TR/activitystreams-vocabulary/) comes from
// go-fed. Where other servers are pickier than the vocabulary is, encode.go
// puts things right, and says who wants it so. A term that is newer than the
// vocabulary needs a line in terms.go, or readers of JSON-LD lose it.
package document
